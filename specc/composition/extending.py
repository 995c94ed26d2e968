"""A spec and the specs that it extends -> one tree, and the files whose blocks it includes."""

from pathlib import Path
from typing import NamedTuple

from specc.composition.library import Library, names
from specc.composition.merging import merge, nothing_to_delete, reached, without_deletions
from specc.diagnostics import Use
from specc.language.tree import Deletion, Mapping, Node, Sequence, Value


class Extended(NamedTuple):
    """The merged tree, without `extends` and `include`, and all names of included files."""

    tree: Mapping
    includes: tuple[Value, ...]


def extend(tree: Mapping, path: Path, library: Library) -> Extended:
    """`tree`, which stands in the file `path`, laid over the specs that it extends.

    Findings go to the library: cyclic-files, expansion-limit, nothing-to-delete, wrong-type, those about paths, and
    the readers'.
    """
    extended = _extend(tree, path, library)
    if _deletes(extended.tree):
        library.findings += nothing_to_delete(extended.tree)
        return extended._replace(tree=_mapping(without_deletions(extended.tree)))
    return extended


def _extend(tree: Mapping, path: Path, library: Library) -> Extended:
    includes = tuple(names(tree.get("include"), "include", library.findings))
    own: Node = Mapping(tree.span, tuple(entry for entry in tree if entry.key not in ("extends", "include")))
    merged: Node | None = None
    for name in names(tree.get("extends"), "extends", library.findings):
        library.enter(path, name.span)
        opened = library.open(name, "a spec to extend")
        if opened:
            base = _extend(opened.tree, opened.path, library)
            reach = reached(base.tree, Use("in a file that is extended", name.span))
            merged = reach if merged is None else merge(merged, reach)
            includes = (*base.includes, *includes)
        library.leave()
    return Extended(_mapping(own if merged is None else merge(merged, own)), includes)


def _mapping(node: Node) -> Mapping:
    assert isinstance(node, Mapping)  # noqa: S101  mappings merge to mappings
    return node


def _deletes(node: Node) -> bool:
    match node:
        case Mapping(entries=entries):
            return any(_deletes(entry.value) for entry in entries)
        case Sequence(items=items):
            return any(map(_deletes, items))
        case Value(value=value):
            return isinstance(value, Deletion)
