"""Serialized Keras objects, `{module, class_name, config}` -> component documents, `Type` or `{Type: arguments}`.

What a constructor would fill in by itself is left out: defaults, and what follows from other arguments. Nothing is
imported or made; class names are looked up in the catalog, and what is not there is refused.
"""

import math
import re
import struct
from collections.abc import Mapping as AbstractMapping
from typing import Any, NamedTuple

from specc.catalog import ArgumentFacts, Catalog, EntryFacts
from specc.diagnostics import Finding, warning
from specc.graph.drafts import default_name
from specc.graph.normal_form import even
from specc.importing.implied import needed, same, settled
from specc.importing.refusal import no_counterpart, refuse
from specc.language.tree import Mapping, Node, Sequence, Value

LARGEST = 2**31
"""Numbers above this, such as a layer of 10^12 units, are no sizes; real numbers may have any magnitude."""

NUMBERS = 10_000
"""Values of one argument, which are read and checked one by one."""

_LISTS = frozenset({"vocabulary"})  # which has a bound of its own
_SILENT = frozenset(
    {"name", "trainable", "dtype", "batch_input_shape", "batch_shape", "build_config", "is_legacy_optimizer"}
)
_SINGLE_PRECISION = frozenset({"constraint", "optimizer", "regularizer", "schedule"})
"""Kinds whose numbers Keras keeps as float32, and so writes with many digits."""

_WHOLE = frozenset({"Hashing", "HashedCrossing", "BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"})
"""Types that work on int64 unless told otherwise."""

_BOTH_WAYS = frozenset({("RandomRotation", "factor"), ("RandomBrightness", "factor")})
"""Arguments in which a number means a range to both sides of zero."""

_WRITTEN = {"__tuple__": "value", "__numpy__": "value", "__tensor__": "value"}


class Setting(NamedTuple):
    """What conversions look up: the catalog, and the dtype policy that needs not be said.

    `notes` takes the warnings about what is left out, if anybody wants them.
    """

    catalog: Catalog
    precision: str = "float32"
    notes: list[Finding] | None = None


def component(node: Node, kind: str, setting: Setting) -> Any:  # noqa: ANN401  a scalar, or a one-key mapping
    """The document of the component of `kind` that `node` serializes; a number or null as it stands.

    Raises RefusalError for what no spec can say.
    """
    if isinstance(node, Value):
        return _short_name(node, kind, setting) if isinstance(node.value, str) else node.value
    function = _own_function(node, kind, setting)
    if function:
        return function
    type_name, config = class_of(node, kind)
    facts = setting.catalog.find(kind, type_name)
    if facts is None and kind == "layer" and type_name in ("Sequential", "Functional", "Model"):
        help_text = "wrap its layers one by one"
        no_counterpart("a wrapper of a spec takes a single layer, not a whole model", node.span, help_text)
    if facts is None:
        name_span = node.get("class_name").span  # type: ignore[union-attr]  # class_of has read it
        no_counterpart(f"specs have no {kind} `{type_name}`{_because(type_name, kind)}", name_span)
    return component_of(facts, arguments(config, facts, setting), setting.catalog)


def _own_function(node: Node, kind: str, setting: Setting) -> str | None:
    """The name of a function such as `keras.losses.mean_squared_error`, which Keras finds again by that alone."""
    if not isinstance(node, Mapping) or kind not in ("activation", "loss", "metric"):
        return None
    found = [node.get(key) for key in ("module", "class_name", "config")]
    module, class_name, name = (part.value if isinstance(part, Value) else None for part in found)
    if module != "builtins" or class_name != "function" or not isinstance(name, str):
        return None
    return name if name == name.lower() and setting.catalog.find(kind, name) else None


def _is_code(node: Node) -> bool:
    """Whether Keras wrote Python's own code here, as it does for a lambda."""
    if not isinstance(node, Mapping):
        return False
    class_name = node.get("class_name")
    if isinstance(class_name, Value):
        return class_name.value == "__lambda__"
    code = node.get("value")
    return isinstance(code, Sequence) and len(node.entries) == 1


def _because(type_name: str, kind: str) -> str:
    """Why a public class of Keras is left out of the language."""
    from specc.catalog.overlay.excluded import EXCLUDED  # only faults pay for it

    reason = EXCLUDED.get(kind, {}).get(type_name)
    return f": it {reason}" if reason else ""


def component_of(facts: EntryFacts, given: AbstractMapping[str, Any], catalog: Catalog) -> Any:  # noqa: ANN401
    """`Type` where nothing is given, by Keras' short name if it has one like `he_normal`; else `{Type: arguments}`."""
    if given:
        return {facts.name: dict(given)}
    short = default_name(facts.name)
    usual = facts.kind == "initializer" and catalog.aliases["initializer"].get(short) == facts.name
    return short if usual else facts.name


def class_of(node: Node, kind: str) -> tuple[str, Mapping]:
    """The class name and the config of a serialized object of Keras' own. Raises RefusalError for any other."""
    name, config = (node.get("class_name"), node.get("config")) if isinstance(node, Mapping) else (None, None)
    if _is_code(node):
        no_counterpart(f"this {kind} is a lambda of the program that saved the model", node.span)
    if not isinstance(node, Mapping) or not isinstance(name, Value) or not isinstance(name.value, str):
        refuse("not-a-model", f"a serialized {kind} belongs here", node.span)
    module, registered = node.get("module"), node.get("registered_name")
    place = name.span
    if name.value == "function" or (isinstance(module, Value) and module.value == "builtins"):
        called = config.value if isinstance(config, Value) else name.value
        if isinstance(module, Value) and module.value not in (None, "builtins"):
            called = f"{module.value}.{called}"
        no_counterpart(f"`{called}` is a function of the program that saved the model", node.span)
    home = module.value if isinstance(module, Value) else None
    if isinstance(home, str) and not (home == "keras" or home.startswith("keras.")):
        no_counterpart(f"`{home}.{name.value}` is no {kind} of Keras", place)
    if isinstance(registered, Value) and isinstance(registered.value, str) and ">" in registered.value:
        no_counterpart(f"`{registered.value}` is a class of the program that saved the model", place)
    return name.value, config if isinstance(config, Mapping) else Mapping(node.span, ())


def arguments(config: Mapping, facts: EntryFacts, setting: Setting, rank: int | None = None) -> dict[str, Any]:
    """The arguments that `config` gives and a constructor would not fill in by itself, in the constructor's order.

    `rank` is that of the layer's input, if it is known: axes counted from the front are then compared with defaults
    counted from the back.
    """
    given: dict[str, Any] = {}
    if facts.kind == "loss":
        _note_name(config, facts.name, "loss", setting)
    for entry in config:
        declared = facts.arguments.get(entry.key)
        if declared is None or declared.at_call:
            if entry.key not in _SILENT and not settled(facts.name, entry.key, plain(entry.value)):
                no_counterpart(f"`{facts.name}` has no argument `{entry.key}` in specs", entry.key_span)
            continue
        value = _argument(entry.value, declared, facts, setting)
        if not _is_default(value, declared, facts, setting):
            given[entry.key] = value
    given = needed(facts, given, rank)
    missing = [name for name, declared in facts.arguments.items() if declared.required and name not in given]
    if missing:
        refuse("not-a-model", f"this `{facts.name}` has no `{missing[0]}`", config.span)
    return {name: given[name] for name in facts.arguments if name in given}


def plain(node: Node) -> Any:  # noqa: ANN401  plain data
    """The value as a spec writes it: tuples and arrays as lists, dollars doubled.

    Raises RefusalError for any other object.
    """
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Value):
        return node.value.replace("$", "$$") if isinstance(node.value, str) else _bounded(node)
    class_name = node.get("class_name")
    if isinstance(class_name, Value):
        config = node.get("config")
        if class_name.value in _WRITTEN and isinstance(config, Mapping):
            return plain(config.get(_WRITTEN[class_name.value]) or config)
        if class_name.value == "__tuple__":
            return plain(node.get("items") or node)
        no_counterpart(f"specs have nothing for a `{class_name.value}` here", node.span)
    return {entry.key: plain(entry.value) for entry in node}


def shortest(value: float) -> float:
    """The shortest number that is the same in single precision, as which Keras keeps learning rates.

    0.0010000000474974513 is 0.001 there.
    """
    if not math.isfinite(value) or abs(value) > 1e38:
        return value
    exact = struct.pack("f", value)
    if struct.unpack("f", exact)[0] != value:
        return value
    return next((r for d in range(1, 10) if struct.pack("f", r := float(f"{value:.{d}g}")) == exact), value)


def _bounded(node: Value) -> Any:  # noqa: ANN401  a scalar
    if isinstance(node.value, int) and abs(node.value) > LARGEST:
        digits = str(node.value)
        shown = digits if len(digits) <= 20 else f"a number of {len(digits.lstrip('-'))} digits"
        refuse("too-large", f"{shown} is larger than any size, count or seed of a model", node.span)
    return node.value


def _short_name(node: Value, kind: str, setting: Setting) -> str:
    name = str(node.value)
    if setting.catalog.find(kind, name) is None:
        no_counterpart(f"`{name}` is no {kind} of Keras", node.span)
    return name


def _argument(node: Node, declared: ArgumentFacts, facts: EntryFacts, setting: Setting) -> Any:  # noqa: ANN401
    if declared.name == "dtype":
        return _policy(node)
    if declared.component is None:
        if isinstance(node, Mapping | Sequence) and declared.name not in _LISTS and _count(node) > NUMBERS:
            message = f"`{declared.name}` of `{facts.name}` holds more than {NUMBERS:,} values"
            refuse("too-large", message, node.span, "a spec is no place for data")
        value = plain(node)
        if facts.kind in _SINGLE_PRECISION and isinstance(value, float):
            return shortest(value)
        if (facts.name, declared.name) in _BOTH_WAYS and isinstance(value, list):
            return _one_way(value)
        return even(facts.name, declared.name, value)
    if isinstance(node, Sequence):
        return [component(item, declared.component, setting) for item in node.items]
    if facts.name == "Bidirectional":
        node = _without(node, "zero_output_for_mask")  # which the wrapper sets at the layers that it wraps
    value = component(node, declared.component, setting)
    if declared.component == "layer":
        _note_inner(node, setting)
    return shortest(value) if isinstance(value, float) else value


def _note_inner(node: Node, setting: Setting) -> None:
    """A layer inside a wrapper has no name in a spec."""
    class_name, config = (node.get("class_name"), node.get("config")) if isinstance(node, Mapping) else (None, None)
    if isinstance(class_name, Value) and isinstance(config, Mapping):
        _note_name(config, str(class_name.value), "layer inside a wrapper", setting)


def _note_name(config: Mapping, type_name: str, what: str, setting: Setting) -> None:
    """Warn of a name that is not what Keras calls things of the type, and that a spec does not keep."""
    name = config.get("name")
    if setting.notes is None or not isinstance(name, Value) or not isinstance(name.value, str):
        return
    plain_name = re.sub(r"^(forward|backward)_|_loss$|_\d+$|_", "", name.value.lower())
    if plain_name == type_name.lower():
        return
    finding = warning("not-kept", f"the name `{name.value}` of a {what} is not kept", name.span)
    if finding not in setting.notes:
        setting.notes.append(finding)


def _count(node: Node) -> int:
    """How many scalars a value holds; no more are counted than matter."""
    count = 0
    waiting = [node]
    while waiting and count <= NUMBERS:
        node = waiting.pop()
        if isinstance(node, Value):
            count += 1
        else:
            waiting += node.items if isinstance(node, Sequence) else [entry.value for entry in node]
    return count


def _without(node: Node, key: str) -> Node:
    """A serialized object without an entry of its config."""
    config = node.get("config") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(config, Mapping):
        return node
    shorter = Mapping(config.span, tuple(entry for entry in config if entry.key != key))
    entries = (entry._replace(value=shorter) if entry.key == "config" else entry for entry in node)
    return Mapping(node.span, tuple(entries))


def _policy(node: Node) -> Any:  # noqa: ANN401  a name or null
    """The name of a dtype or of a dtype policy."""
    if isinstance(node, Value):
        return node.value
    type_name, config = class_of(node, "dtype policy")
    name = config.get("name")
    if type_name != "DTypePolicy" or not isinstance(name, Value):
        no_counterpart(f"specs have no dtype policy `{type_name}`", node.span)
    return name.value


def _one_way(value: list[Any]) -> Any:  # noqa: ANN401  numbers
    """A range that reaches as far down as up, by the number that says so."""
    numbers = len(value) == 2 and all(isinstance(item, int | float) for item in value)
    return value[1] if numbers and value[0] == -value[1] and value[1] > 0 else value


def _is_default(value: Any, declared: ArgumentFacts, facts: EntryFacts, setting: Setting) -> bool:  # noqa: ANN401
    """Whether a document is the default, which it may say in other words."""
    if declared.required:
        return False
    if declared.name == "dtype":
        usual = setting.precision if facts.kind == "layer" else "float32"
        return value in (None, "int64" if facts.name in _WHOLE else usual)
    if declared.name == "name" and declared.default is None:
        return bool(re.fullmatch(rf"{default_name(facts.name)}(_\d+)?", str(value)))  # Keras numbers its own names
    default = declared.default
    if facts.family == "augmentation" and isinstance(default, int | float) and isinstance(value, list):
        return bool(value == [0, default])  # a number stands for the range from 0
    if declared.component:
        kind, catalog = declared.component, setting.catalog
        return bool(_canonical(value, kind, catalog) == _canonical(default, kind, catalog))
    return same(value, default) or (value == [] and default is None)


def _canonical(value: Any, kind: str, catalog: Catalog) -> Any:  # noqa: ANN401
    """A component in one spelling, whichever of its names and forms was used."""
    if kind == "activation" and value == "linear":
        return None
    if isinstance(value, str):
        facts = catalog.find(kind, value)
        return (facts.name if facts else value, {})
    if isinstance(value, dict) and len(value) == 1:
        name, given = next(iter(value.items()))
        return (name, given)
    return value
