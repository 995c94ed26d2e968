"""A spec and the specs that it extends -> one tree, and the files whose blocks it includes."""

from pathlib import Path
from typing import NamedTuple

from specc.composition.groups import brought_in_schema
from specc.composition.library import EXTENDED, Library, names
from specc.composition.merging import merge, nothing_to_delete, reached, without_deletions
from specc.diagnostics import Use
from specc.language.schema_check import check_schema
from specc.language.tree import Deletion, Mapping, Node, Sequence, Value


class Extended(NamedTuple):
    """The merged tree, without `extends` and `include`, and all names of included files.

    What a file would have brought in that cannot be had is `lost`.
    """

    tree: Mapping
    includes: tuple[Value, ...]
    lost: bool = False


def extend(tree: Mapping, path: Path, library: Library) -> Extended:
    """`tree`, which stands in the file `path`, laid over the specs that it extends.

    Findings go to the library: cyclic-files, expansion-limit, nothing-to-delete, wrong-type, those about paths, and
    the readers'.
    """
    extended = _extend(tree, path, library, {})
    if _deletes(extended.tree):
        if not extended.lost:
            library.findings += nothing_to_delete(extended.tree)
        return extended._replace(tree=_mapping(without_deletions(extended.tree)))
    return extended


def _extend(tree: Mapping, path: Path, library: Library, done: dict[Path, Extended]) -> Extended:
    """As `extend`, with deletions left; `done` has the files that were extended before."""
    before = len(library.findings)
    includes = list(names(tree.get("include"), "include", library.findings))
    bases = list(names(tree.get("extends"), "extends", library.findings))
    lost = len(library.findings) > before
    own: Node = Mapping(tree.span, tuple(entry for entry in tree if entry.key not in ("extends", "include")))
    merged: Node | None = None
    for name in bases:
        with library.bringing(path, name, EXTENDED) as opened:
            if opened and opened.real not in done:
                done[opened.real] = _extend(opened.tree, opened.path, library, done)
                version = tuple(entry for entry in opened.tree if entry.key == "spec")
                library.findings += check_schema(Mapping(opened.tree.span, version), brought_in_schema())
        if opened is None:
            lost = True
            continue
        base = done[opened.real]
        reach = reached(base.tree, Use(EXTENDED.words, name.span))
        merged = reach if merged is None else merge(merged, reach)
        includes = [*base.includes, *includes]
        lost |= base.lost
    whole = own if merged is None else merge(merged, own)
    return Extended(_mapping(whole), tuple(dict.fromkeys(includes)), lost)


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
