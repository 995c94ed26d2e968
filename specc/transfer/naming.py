"""The names of layers, where a file of weights does not tell them but the configuration beside it does.

Keras calls groups after classes, `conv2d_1`, and newer versions write layers' names into them; the `config.json` of a
`.keras` file lists the layers in the order in which they were counted. Read as data: no class is looked up.
"""

from collections import Counter

from specc.graph.drafts import default_name
from specc.language import limits
from specc.language.read import read_bytes
from specc.language.tree import Mapping, Node, Sequence, Value
from specc.transfer.stored import Stored

CONFIG_BYTES = limits.FILE_BYTES


def with_names(root: Stored, config: bytes) -> Stored:
    """`root` with the names of the configuration in the places of those that it lacks; as it is if there are none."""
    tree, _, _ = read_bytes(config, "config.json")
    return root if tree is None else _named(root, tree)


def _named(model: Stored, content: Node) -> Stored:
    entries = _entries(content)
    layers = tuple(
        _named(layer._replace(name=layer.name or _name(entries[layer.key])), entries[layer.key])
        if layer.key in entries
        else layer
        for layer in model.layers
    )
    return model._replace(layers=layers)


def _entries(content: Node) -> dict[str, Mapping]:
    """The configurations of a model's layers by the keys under which their weights are saved."""
    listed = _inside(_inside(content, "config"), "layers")
    counts: Counter[str] = Counter()
    found = {}
    for entry in listed.items if isinstance(listed, Sequence) else ():
        if not isinstance(entry, Mapping) or ".ops." in f"{_text(entry, 'module')}.":
            continue  # a function: it has no weights and is not counted
        kind = default_name(_text(entry, "class_name"))
        found[f"{kind}_{counts[kind]}" if counts[kind] else kind] = entry
        counts[kind] += 1
    return found


def _name(entry: Mapping) -> str:
    return _text(_inside(entry, "config"), "name")


def _inside(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def _text(node: Node | None, key: str) -> str:
    """The text under a key; empty if there is none."""
    value = _inside(node, key)
    return value.value if isinstance(value, Value) and isinstance(value.value, str) else ""
