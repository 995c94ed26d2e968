"""What an entry of a layer list is made of: one type, and beside it node keys and the user's own `x-` notes.

Says how entries are read, as they are written and as they are composed; what a type or a key means is said elsewhere.
"""

from specc.language.tree import Entry, Mapping, Node, Sequence, Value

COMPOSED_KEYS = ("name", "inputs", "outputs", "share")
"""What stands beside the type of a layer in a composed spec: `repeat` has become a list of copies."""
NODE_KEYS = (*COMPOSED_KEYS, "repeat")
"""What stands beside the type of a layer as it is written."""
GROUP_TYPES = ("parallel", "layers", "model")
"""Types that stand for a group of layers; so do the names of blocks."""


def type_entries(entry: Mapping, node_keys: tuple[str, ...]) -> list[Entry]:
    """The types of a layer's entry, with their arguments: its keys that are no node keys and no notes."""
    return [part for part in entry if part.key not in node_keys and not part.key.startswith("x-")]


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The items of a list."""
    return node.items if isinstance(node, Sequence) else ()


def values_of(node: Node | None) -> tuple[Value, ...]:
    """The scalars of a list, or the one scalar, as node keys take them."""
    return (node,) if isinstance(node, Value) else tuple(item for item in items_of(node) if isinstance(item, Value))
