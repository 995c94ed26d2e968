"""The `compile_config` of a saved model -> the `training` section of a spec.

How long and on what the model was trained is in no saved model; the rest of the section is left to the spec's author.
"""

from collections.abc import Mapping as AbstractMapping
from typing import Any

from specc.catalog import Catalog
from specc.diagnostics import Finding, warning
from specc.importing.components import Setting, component, plain
from specc.importing.refusal import RefusalError, refuse
from specc.language.tree import Mapping, Node, Scalar, Sequence, Value

_USUAL: AbstractMapping[str, tuple[Scalar, ...]] = {
    "run_eagerly": (False, None),
    "steps_per_execution": (1, None),
    "jit_compile": (False, None, "auto"),
    "auto_scale_loss": (True, None),
}
"""Settings of `compile` that are none of a spec's, and the values that say nothing."""


def training_section(
    root: Mapping, outputs: AbstractMapping[str, str], catalog: Catalog
) -> tuple[dict[str, Any], list[Finding]]:
    """The section as plain data, empty if the model was not compiled.

    `outputs` are the names of the model's outputs in the spec by those that Keras has for them. What has no
    counterpart, such as a loss of the user's own, is an error like in the model itself; settings of how Keras runs are
    none of a spec's and are left out with a warning.
    """
    compiled = root.get("compile_config")
    section: dict[str, Any] = {}
    findings: list[Finding] = []
    if not isinstance(compiled, Mapping):
        return section, findings
    readers = {"loss": _per_output, "optimizer": _optimizer, "metrics": _per_output, "loss_weights": _weights}
    for key, reader in readers.items():
        node = compiled.get(key)
        if node is None or (isinstance(node, Value) and node.value is None):
            continue
        try:
            value = reader(node, key, outputs, Setting(catalog, notes=findings))
        except RefusalError as refusal:
            findings.append(refusal.finding)
            continue
        if value not in (None, {}, []):
            section[key] = value
    findings += _unsaved(compiled.get("loss"))
    findings += _settings(compiled)
    weighted = compiled.get("weighted_metrics")
    if weighted is not None and says_something(weighted):
        help_text = "a spec's metrics count all samples alike"
        findings.append(warning("not-kept", "`weighted_metrics` are not kept", weighted.span, help=help_text))
    return section, findings


def _settings(compiled: Mapping) -> list[Finding]:
    """Warnings about what says how Keras runs the training, where that is not what it does by itself."""
    findings: list[Finding] = []
    for key, usual in _USUAL.items():
        node = compiled.get(key)
        if isinstance(node, Value) and node.value not in usual:
            help_text = "a spec says what to train; specc decides how Keras runs it"
            findings.append(warning("not-kept", f"`{key}` is not kept", node.span, help=help_text))
    return findings


def _unsaved(node: Node | None) -> list[Finding]:
    """Keras 3.15 saves `Huber` without its `delta`: what a model was compiled with is in no file."""
    if isinstance(node, Sequence):
        return [finding for item in node.items for finding in _unsaved(item)]
    if not isinstance(node, Mapping):
        return []
    class_name, config = node.get("class_name"), node.get("config")
    if not isinstance(class_name, Value):
        return [finding for entry in node for finding in _unsaved(entry.value)]
    if class_name.value != "Huber" or (isinstance(config, Mapping) and config.get("delta") is not None):
        return []
    help_text = "write `Huber: {delta: …}` if it was another one"
    message = "Keras saves `Huber` without its `delta`; the spec has the default, 1.0"
    return [warning("not-kept", message, class_name.span, help=help_text)]


def says_something(node: Node) -> bool:
    """Whether a setting says something: a list or mapping with something in it, or any other value but null."""
    if isinstance(node, Sequence):
        return any(says_something(item) for item in node.items)
    if isinstance(node, Mapping):
        return any(says_something(entry.value) for entry in node)
    return node.value is not None


def _optimizer(node: Node, key: str, outputs: AbstractMapping[str, str], setting: Setting) -> Any:  # noqa: ANN401, ARG001
    return component(node, "optimizer", setting)


def _weights(node: Node, key: str, outputs: AbstractMapping[str, str], setting: Setting) -> dict[str, Any]:  # noqa: ARG001
    """The weights of the losses by the outputs' names. One loss of one output needs none."""
    if isinstance(node, Sequence):
        pairs = zip(outputs.values(), [plain(item) for item in node.items], strict=False)
    elif isinstance(node, Mapping):
        pairs = zip([_output(e.key, outputs, e.value) for e in node], [plain(e.value) for e in node], strict=True)
    else:
        pairs = zip(outputs.values(), [plain(node)], strict=False)
    weights = {name: weight for name, weight in pairs if weight is not None}
    if any(isinstance(weight, bool) or not isinstance(weight, int | float) for weight in weights.values()):
        refuse("not-a-model", "weights of losses are numbers", node.span)
    return weights if any(weight != 1 for weight in weights.values()) else {}


def _per_output(node: Node, key: str, outputs: AbstractMapping[str, str], setting: Setting) -> Any:  # noqa: ANN401
    """Losses or metrics: for the only output, or those of each output by its name."""
    kind = {"loss": "loss", "metrics": "metric"}[key]
    if isinstance(node, Mapping) and node.get("class_name") is None:
        found = {_output(e.key, outputs, e.value): _of_output(e.value, kind, setting) for e in node}
    elif isinstance(node, Sequence) and (kind == "loss" or len(outputs) > 1 or _is_nested(node)):
        names = list(outputs.values())
        if len(node.items) > len(names):
            refuse("not-a-model", f"`{key}` has {len(node.items)} entries for {len(names)} outputs", node.span)
        found = {n: _of_output(item, kind, setting) for n, item in zip(names, node.items, strict=False)}
    elif len(outputs) > 1:
        found = {name: _of_output(node, kind, setting) for name in outputs.values()}
    else:
        found = {"": _of_output(node, kind, setting)}
    found = {name: value for name, value in found.items() if value not in (None, [])}
    return next(iter(found.values()), None) if len(outputs) == 1 else found


def _is_nested(node: Sequence) -> bool:
    return any(isinstance(item, Sequence) for item in node.items)


def _of_output(node: Node, kind: str, setting: Setting) -> Any:  # noqa: ANN401
    if kind == "loss":
        return component(node, kind, setting)
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [component(item, kind, setting) for item in items]
    return [item for item in found if item is not None]


def _output(key: str, outputs: AbstractMapping[str, str], node: Node) -> str:
    if key not in outputs:
        refuse("not-a-model", f"no output of the model is called `{key}`", node.span)
    return outputs[key]
