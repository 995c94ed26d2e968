"""One fault, one report: whatever single word of a sound spec is spoilt, there is at most one finding."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from specc.check import check
from specc.diagnostics import Span
from specc.language.read import read
from specc.language.tree import Mapping, Node, Sequence

GALLERY = Path(__file__).parents[1] / "specs"
SPOILT = ("zzqz", "-7.5", "[]")
NAMED_ELSEWHERE = frozenset(("name", "vars"))
"""Keys of what other places call by name: these are then faults of their own."""


def words(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[Span, bool, tuple[str, ...]]]:
    """The keys and scalars of a tree: place, whether it is a key, the keys around it."""
    match node:
        case Mapping():
            for entry in node:
                yield entry.key_span, True, (*path, entry.key)
                yield from words(entry.value, (*path, entry.key))
        case Sequence():
            for item in node.items:
                yield from words(item, path)
        case _:
            yield node.span, False, path


def spoilt(path: Path) -> Iterator[tuple[str, str]]:
    """What was spoilt, and the text."""
    tree, source, _ = read(path)
    assert tree
    lines = source.lines()
    for span, is_key, keys in words(tree):
        line = lines[span.line - 1]
        old = line[span.column - 1 : span.end_column - 1]
        if span.line != span.end_line or not old or not NAMED_ELSEWHERE.isdisjoint(keys):
            continue
        for new in [f"{old[:-1]}qz"] if is_key else SPOILT:
            changed = line[: span.column - 1] + new + line[span.end_column - 1 :]
            yield f"{span.line}: {old} -> {new}", "\n".join([*lines[: span.line - 1], changed, *lines[span.line :]])


@pytest.mark.parametrize("name", ["digits-cnn", "sines-gru", "two-inputs-two-outputs", "xor-mlp"])
def test_one_fault_gives_one_finding(name: str) -> None:
    path = GALLERY / f"{name}.yaml"
    several = {}
    for what, text in spoilt(path):
        findings = check(path, content=text.encode()).findings
        if len(findings) > 1:
            several[what] = [f"{finding.span.line} {finding.code}" for finding in findings]
    assert several == {}
