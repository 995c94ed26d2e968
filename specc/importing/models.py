"""Which layers stand in several models of one config: Keras saves each model with layers of its own, and so do specs.

In: the tree of a config. Out: warnings. What is shared inside one model is `specc.importing.converting`'s.
"""

from specc.diagnostics import Finding, Label, warning
from specc.importing.listing import is_model
from specc.language.tree import Mapping, Node, Sequence, Value


def shared_between(root: Node) -> list[Finding]:
    """A warning for each layer with weights that has the name and the settings of one in another model."""
    seen: dict[str, tuple[Node, Mapping]] = {}
    findings: list[Finding] = []
    waiting = [root]
    while waiting:
        model = waiting.pop()
        for layer in _layers(model):
            name = _word(layer.get("name")) or _word(_part(layer, "name")) or ""
            other, first = seen.setdefault(name, (model, layer)) if _has_weights(layer) else (model, layer)
            if other is not model and _alike(first, layer):
                findings.append(_shared(name, layer, first))  # and all that is in it
            elif is_model(layer):
                waiting.append(layer)
    return findings


def _shared(name: str, layer: Mapping, first: Mapping) -> Finding:
    message = f"`{name}` stands in several models, each of which has weights of its own in the spec"
    help_text = "if the program shared it between the models, that is in no saved file either"
    label = Label(_class(first).span, "first here")
    return warning("not-kept", message, _class(layer).span, labels=(label,), help=help_text)


def _layers(model: Node) -> list[Mapping]:
    layers = _part(model, "layers")
    return [layer for layer in layers.items if isinstance(layer, Mapping)] if isinstance(layers, Sequence) else []


def _has_weights(layer: Mapping) -> bool:
    config = layer.get("config")
    named = isinstance(config, Mapping) and any(entry.key.endswith("_initializer") for entry in config)
    return named or is_model(layer)


def _alike(one: Mapping, other: Mapping) -> bool:
    """The same class with the same numbers and words; what lies deeper is not compared."""
    return _plain(one) == _plain(other)


def _plain(layer: Mapping) -> tuple[object, ...]:
    config = layer.get("config")
    entries = config.entries if isinstance(config, Mapping) else ()
    scalars = tuple((entry.key, entry.value.value) for entry in entries if isinstance(entry.value, Value))
    layers = _part(layer, "layers")
    return _word(layer.get("class_name")), scalars, len(layers.items) if isinstance(layers, Sequence) else 0


def _class(layer: Mapping) -> Node:
    return layer.get("class_name") or layer


def _part(node: Node, key: str) -> Node | None:
    config = node.get("config") if isinstance(node, Mapping) else None
    return config.get(key) if isinstance(config, Mapping) else None


def _word(node: Node | None) -> str | None:
    return node.value if isinstance(node, Value) and isinstance(node.value, str) else None
