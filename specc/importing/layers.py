"""One call of one layer of a config -> the entry of a layer list: `{Type: arguments, inputs: …}`.

Takes what `specc.importing.wires` read, with the names that the wires have in the spec. Nested models and names are
`specc.importing.converting`'s.
"""

from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from typing import Any, TypeAlias

from specc.catalog import Catalog, EntryFacts
from specc.diagnostics import Span
from specc.graph.drafts import default_name
from specc.importing.components import Setting, arguments, class_of, component, component_of, plain
from specc.importing.implied import same
from specc.importing.refusal import no_counterpart, refuse
from specc.importing.wires import Call, Input, Tensor, tensors_in
from specc.language.tree import Mapping, Scalar, Sequence, Value

Entry: TypeAlias = dict[str, Any]
NameOf: TypeAlias = Callable[[Tensor], str]

OPERATIONS = {
    "Absolute": "abs",
    "Amax": "max",
    "Amin": "min",
    "CDist": "cdist",
    "Conjugate": "conj",
    "TrueDivide": "divide",
}
"""Classes in which Keras keeps operations whose names in specs do not follow from theirs."""

_HOME = "keras.src.applications."

_CALLS = {
    "ops.dot_product_attention": ("query", "key", "value", "bias", "mask", "scale"),
    "ops.pad": ("x", "constant_values"),
    "ops.percentile": ("x", "q"),
    "ops.quantile": ("x", "q"),
    "ops.rearrange": ("tensor", "pattern", "axes_lengths"),
    "ops.slice": ("inputs", "start_indices"),
}
"""What operations are called with, in order, where some of it is no wire in specs."""


def layer_entry(node: Mapping, call: Call, names: NameOf, setting: Setting) -> Entry:
    """The entry of a layer or operation at its first call, without its name. Raises RefusalError."""
    type_name, config = class_of(node, "layer")
    facts = facts_of(node, type_name, setting.catalog)
    if facts is None:
        return replaced(type_name, node, config) | inputs(call, names, None)
    rank = call.rank() if facts.kind == "layer" else None  # operations may count axes in what they give
    given = arguments(config, facts, setting, rank) | _constants(call, facts)
    given = {name: given[name] for name in facts.arguments if name in given}
    return written(facts, given, setting.catalog) | inputs(call, names, facts)


def facts_of(node: Mapping, type_name: str, catalog: Catalog) -> EntryFacts | None:
    """The catalog's facts about a layer or operation; None if it is one of those that `replaced` knows.

    Raises RefusalError for any other.
    """
    module = node.get("module")
    home = str(module.value) if isinstance(module, Value) else ""
    if ".ops." in home:
        name = "ops." + OPERATIONS.get(type_name, default_name(type_name))
        facts = catalog.find("op", name)
        if facts is None:
            no_counterpart(f"specs have no operation `{name}`", node.span, _instead(type_name))
        return facts
    facts = catalog.find("layer", type_name)
    if facts is None and not (home.startswith(_HOME) and type_name in _REPLACED):
        component(node, "layer", Setting(catalog))  # says what it is, and raises
    return facts


def written(facts: EntryFacts, given: AbstractMapping[str, Any], catalog: Catalog) -> Entry:
    """`{Type: arguments}`, with null where there are none."""
    document = component_of(facts, given, catalog)
    return {document: None} if isinstance(document, str) else dict(document)


def inputs(call: Call, names: NameOf, facts: EntryFacts | None) -> Entry:
    """`{inputs: …}`: a name, a list of names, or a mapping where several things go in."""
    wires = {key: value for key, value in _by_name(call, facts).items() if any(True for _ in tensors_in(value))}
    unknown = [key for key in wires if facts and facts.call and key not in facts.call]
    if unknown:
        no_counterpart(f"specs wire no tensor to `{unknown[0]}` of a layer", call.span, "")
    found = {key: named(value, names, call.span) for key, value in wires.items()}
    first = next(iter(facts.call), "") if facts else ""
    if len(found) == 1 and (facts is None or first in found or not facts.call):
        return {"inputs": next(iter(found.values()))}
    if not found:
        refuse("not-a-model", "nothing flows into this call", call.span)
    return {"inputs": found}


def named(value: Input, names: NameOf, place: Span) -> Any:  # noqa: ANN401  a name or a list of names
    """The names of the tensors at one place of the call at `place`.

    Raises RefusalError for constants, and for what is nested deeper than a list.
    """
    if isinstance(value, Tensor):
        return names(value)
    if not isinstance(value, list) or not all(isinstance(item, Tensor) for item in value):
        no_counterpart("a layer of a spec takes tensors and lists of tensors, nothing else", place, "")
    return [names(item) for item in value if isinstance(item, Tensor)]


def _by_name(call: Call, facts: EntryFacts | None) -> dict[str, Input]:
    """What a call gets, by the names of its arguments."""
    order = (_CALLS.get(facts.name) or tuple(facts.call)) if facts else ("inputs",)
    if len(call.positional) > len(order):
        order = (*order, *(f"argument {number}" for number in range(len(order) + 1, len(call.positional) + 1)))
    return dict(zip(order, call.positional, strict=False)) | dict(call.keywords)


def _constants(call: Call, facts: EntryFacts) -> dict[str, Any]:
    """What goes in beside the tensors and not by default: the 2 of `x * 2`, or the settings of a layer's call."""
    found: dict[str, Any] = {}
    for name, value in _by_name(call, facts).items():
        if any(True for _ in tensors_in(value)):
            continue
        assert not isinstance(value, Tensor | list | dict)  # noqa: S101  wires.read_calls keeps constants as nodes
        if facts.kind == "op" and isinstance(value, Mapping) and _is_array(value):
            no_counterpart(f"`{facts.name}` takes a number as `{name}`, not an array", value.span, "")
        constant, declared = plain(value), facts.arguments.get(name)
        if _is_unset(name, constant, facts):
            continue
        if declared is None and facts.kind == "op":
            no_counterpart(f"`{facts.name}` takes a tensor as `{name}`, not a constant", value.span, "")
        if declared is None or (facts.kind == "layer" and not declared.at_call):
            no_counterpart(f"specs cannot call `{facts.name}` with `{name}`", value.span, "")
        if not (declared.has_default and same(constant, declared.default)):
            found[name] = constant
    return found


def _is_unset(name: str, constant: Any, facts: EntryFacts) -> bool:  # noqa: ANN401  plain data
    """Whether a call says nothing by a constant, for all that a spec knows."""
    if facts.kind == "op":
        return name not in facts.arguments and constant in (None, {})
    return constant is None or name == "training"  # Keras' own loops say by themselves whether they train


def _is_array(node: Mapping) -> bool:
    """Whether a serialized constant holds several numbers."""
    config = node.get("config")
    return isinstance(config, Mapping) and isinstance(config.get("value"), Sequence)


def _instead(type_name: str) -> str:
    if type_name == "GetItem":
        return "a `Cropping1D`, `Reshape`, `ops.take` or `ops.split` may take the same part"
    return ""


def is_scaled_sum(node: Mapping) -> bool:
    """Whether this is the layer of `InceptionResNetV2` that adds a part of its second input to its first."""
    name, module = node.get("class_name"), node.get("module")
    home = module.value if isinstance(module, Value) else None
    return isinstance(name, Value) and name.value == "CustomScaleLayer" and home == f"{_HOME}inception_resnet_v2"


def scaled_sum(node: Mapping, call: Call, names: NameOf, own: str, part: str) -> list[Entry]:
    """The entries that stand for it: a multiplication called `part`, and an `Add` called `own`."""
    config = node.get("config")
    scale = config.get("scale") if isinstance(config, Mapping) else None
    wires = list(call.tensors())
    if not isinstance(scale, Value) or len(wires) != 2:
        refuse("not-a-model", "this `CustomScaleLayer` lacks its `scale` or one of its two inputs", node.span)
    return [
        {"ops.multiply": {"x2": scale.value}, "name": part, "inputs": names(wires[1])},
        {"Add": None, "name": own, "inputs": [names(wires[0]), part]},
    ]


def replaced(type_name: str, node: Mapping, config: Mapping) -> Entry:
    """What stands for a layer that only `keras.applications` has, with the same weights and outputs."""
    build = node.get("build_config")
    shape = build.get("input_shape") if isinstance(build, Mapping) else None
    rank = len(shape.items) if isinstance(shape, Sequence) else 4
    names, rule = _REPLACED[type_name]
    values = [entry.value.value for name in names if (entry := config.entry(name)) and isinstance(entry.value, Value)]
    if len(values) < len(names):
        refuse("not-a-model", f"this `{type_name}` has no {' or '.join(f'`{name}`' for name in names)}", config.span)
    ((new_type, given),) = rule(rank, *values).items()
    trainable = config.get("trainable")
    frozen = {"trainable": False} if isinstance(trainable, Value) and trainable.value is False else {}
    return {new_type: given | frozen}


def _layer_scale(rank: int, init_values: Scalar, projection_dim: Scalar) -> Entry:  # noqa: ARG001
    """A factor for each channel."""
    sizes = {"equation": "...a,a->...a", "output_shape": projection_dim}
    return {"EinsumDense": {**sizes, "kernel_initializer": {"Constant": init_values}}}


def _stochastic_depth(rank: int, drop_path_rate: Scalar) -> Entry:
    """Dropout of whole samples."""
    return {"Dropout": {"rate": drop_path_rate, "noise_shape": [None, *[1] * (rank - 1)]}}


_REPLACED: AbstractMapping[str, tuple[tuple[str, ...], Callable[..., Entry]]] = {
    "LayerScale": (("init_values", "projection_dim"), _layer_scale),
    "StochasticDepth": (("drop_path_rate",), _stochastic_depth),
}
