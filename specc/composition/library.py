"""The files that a spec brings in: what it extends, what it includes, and models in files of their own.

Each is read once, lies inside the project, and is found relative to the file in which its name is written. Knows
nothing of what the files mean.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from specc.diagnostics import Finding, Label, Span, Use, error
from specc.files import locate
from specc.language import limits
from specc.language.read import read
from specc.language.source import Source
from specc.language.tree import Mapping, Node, Sequence, Value


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was brought in: which it is, by its resolved path too, and its tree."""

    path: Path
    real: Path
    tree: Mapping


class Way(NamedTuple):
    """What a file is brought in as: needed as what, and how a finding in it says that."""

    needed: str
    words: str


EXTENDED = Way("a spec to extend", "in a file that is extended")
INCLUDED = Way("a file of blocks", "in a file that is included")
MODEL_FILE = Way("a spec with a model", "in a model that is used as a layer")


@dataclass(slots=True)
class Library:
    """The files that one spec brings in. `folder` is where names on the command line begin."""

    root: Path
    folder: Path
    findings: list[Finding]
    sources: list[Source] = field(default_factory=list)
    _trees: dict[Path, Node | None] = field(default_factory=dict)
    _open: list[tuple[Path, Span | None]] = field(default_factory=list)

    @contextmanager
    def inside(self, path: Path, place: Span | None = None) -> Iterator[None]:
        """Note that what follows is brought in by the file `path`, at `place`."""
        self._open.append((path.resolve(), place))
        yield
        self._open.pop()

    @contextmanager
    def bringing(self, path: Path, item: Value, way: Way) -> Iterator[Opened | None]:
        """The file that `item` names, which stands in the file `path`, while what it holds is read.

        None, with a finding, if it cannot be had or is being brought in already. What is found in it meanwhile gets the
        way to it.
        """
        before = len(self.findings)
        with self.inside(path, item.span):
            yield self._opened(item, way.needed)
        use = Use(way.words, item.span.place)
        for number, finding in enumerate(self.findings[before:], before):
            span = finding.span
            if span.via or span.path != item.span.path:
                reached = span._replace(via=(*span.via, use, *item.span.via))
                self.findings[number] = finding._replace(span=reached)

    def _opened(self, item: Value, needed: str) -> Opened | None:
        folder = self.folder if item.span.path.startswith("--") else Path(item.span.path).parent
        path, faults = locate(str(item.value), item.span, self.root, folder, needed)
        self.findings += faults
        if path is None:
            return None
        real = path.resolve()
        if any(real == other for other, _ in self._open):
            self.findings.append(self._cycle(real, item))
            return None
        if real not in self._trees:
            self._trees[real] = self._read(path, item)
        tree = self._trees[real]
        if tree is not None and not isinstance(tree, Mapping):
            self.findings.append(
                error("wrong-type", f"`{item.value}` holds no mapping, and {needed} is needed", item.span)
            )
        return Opened(path, real, tree) if isinstance(tree, Mapping) else None

    def _read(self, path: Path, item: Value) -> Node | None:
        if len(self._trees) >= limits.FILES:
            message = f"a spec brings in at most {limits.FILES} other files"
            self.findings.append(error("expansion-limit", message, item.span))
            return None
        tree, source, faults = read(path)
        self.sources.append(source)
        self.findings += faults
        return tree

    def _cycle(self, real: Path, item: Value) -> Finding:
        places = [place for path, place in self._open[[path for path, _ in self._open].index(real) :] if place]
        labels = tuple(Label(place, "by way of this") for place in places if place != item.span)[:9]
        message = f"`{item.value}` is brought in by itself"
        return error("cyclic-files", message, item.span, labels=labels)


def names(node: Node | None, key: str, findings: list[Finding]) -> Iterator[Value]:
    """The file names under `extends` or `include`: one, or a list of them."""
    for item in node.items if isinstance(node, Sequence) else () if node is None else (node,):
        if isinstance(item, Value) and isinstance(item.value, str):
            yield item
        else:
            findings.append(
                error("wrong-type", f"`{key}` takes the name of a file, or a list of such names", item.span)
            )
