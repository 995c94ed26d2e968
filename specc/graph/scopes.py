"""A layer list with blocks, copies and branches in it -> drafts in one row, each with what its words mean.

A scope is where a name means one thing: the model, a use of a block, a copy of a repeated entry. Comes from the
composed tree; wires are made by `specc.graph.resolve` after all names are known, since a name may stand before what it
names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from specc.catalog import Catalog
from specc.composition import BLOCK, COPIES
from specc.composition.entries import COMPOSED_KEYS, items_of, type_entries, values_of
from specc.composition.merging import reached
from specc.diagnostics import Finding, Label, Span, Use, error
from specc.graph.drafts import Draft, Ground, draft_entry
from specc.graph.graph import NOWHERE
from specc.language import tree
from specc.language.tree import Entry, Mapping, Sequence, Value
from specc.spec.faults import Faults

INPUT = "input"
"""The name by which a layer may call the only input of its block or graph, whatever that is called."""


class Port(NamedTuple):
    """Where a wire begins: output number `port` of an input, by its name, or of a draft, by its number."""

    source: str | int
    port: int
    span: Span


class Looked(NamedTuple):
    """Where a wire begins: at what a word means in a scope."""

    word: Value
    scope: "Scope"


class Choice(NamedTuple):
    """Where a wire would begin if there were not several inputs: who comes first has to say which it takes."""

    inputs: tuple[str, ...]


Tap: TypeAlias = Port | Looked | Choice


@dataclass(eq=False, slots=True)
class Scope:
    """The names that mean something in one place, and what stands before those of its layers in full.

    Names that it does not have are looked up in `outer`; a block has none, it sees its own names only. `places` are
    where names are written, `uses` the blocks that a name stands for, to be shared. Names of a scope that is
    `numbered`, such as a use without a name, may come again elsewhere, and then get a number.
    """

    outer: "Scope | None" = None
    prefix: str = ""
    numbered: bool = False
    taps: dict[str, Tap] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    uses: dict[str, "BlockUse"] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)

    def find(self, name: str) -> Tap | None:
        """Where a wire from `name` begins; None if the name means nothing here."""
        found = self.taps.get(name)
        return found if found is not None or self.outer is None else self.outer.find(name)

    def is_group(self, name: str) -> bool:
        """Whether `name` stands for several layers that are no use of a block."""
        return name in self.groups or (name not in self.taps and self.outer is not None and self.outer.is_group(name))

    def find_use(self, name: str) -> "BlockUse | None":
        """The use of a block that `name` stands for."""
        found = self.uses.get(name)
        return found if found is not None or self.outer is None else self.outer.find_use(name)

    def known(self) -> list[str]:
        """All names that mean something here."""
        return [*self.taps, *(self.outer.known() if self.outer else ())]


class BlockUse(NamedTuple):
    """A use of a block: its body, and the numbers of its drafts, first and past the last."""

    body: Mapping
    first: int
    last: int


class Laid(NamedTuple):
    """A draft in its place: the scope of its words, where the chain before it ends, and more that is known of it.

    `branches` are the ends of the branches that it merges, instead of what its `inputs` say. `owner` is the number of
    the draft whose layer it applies again, where a whole block is shared.
    """

    draft: Draft
    scope: Scope
    previous: Tap
    branches: tuple[Tap, ...] | None = None
    owner: int | None = None


class Row(NamedTuple):
    """All drafts in a row, and where the chain ends. `countable` says whether default names are known to the number."""

    laid: list[Laid]
    end: Tap
    countable: bool


def lay_out(
    layers: tuple[tree.Node, ...], root: Scope, start: Tap, catalog: Catalog, faults: Faults
) -> tuple[Row, list[Finding]]:
    """The drafts of a layer list whose chain begins at `start`; `root` knows the model's inputs.

    Findings: duplicate-name, missing-inputs, wrong-input-count, wrong-output-count, unknown-name, and those about
    single entries.
    """
    walk = _Walk(Ground(catalog, faults), root)
    end = walk.chain(layers, root, start)
    return Row(walk.laid, end, walk.countable), walk.findings


@dataclass(slots=True)
class _Walk:
    ground: Ground
    root: Scope
    laid: list[Laid] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    countable: bool = True
    owners: Iterator[int] | None = None

    def chain(self, layers: Iterable[tree.Node], scope: Scope, previous: Tap) -> Tap:
        for layer in layers:
            previous = self.entry(layer, scope, previous)[0]
        return previous

    def entry(self, layer: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """Where wires from the entry begin, one for each of its outputs that is known of."""
        group = self.group(layer)
        if group is None or not isinstance(layer, Mapping):
            return self.single(layer, scope, previous)
        stands = {BLOCK: self.block, COPIES: self.copies, "parallel": self.parallel, "layers": self.inline}[group.key]
        taps = stands(layer, group.value, scope, previous)
        self.name(layer, taps, scope)
        return taps

    def group(self, layer: tree.Node) -> Entry | None:
        """The entry's type, if that stands for several layers and is well-formed so far."""
        if not isinstance(layer, Mapping) or layer.entry("share"):
            return None
        types = type_entries(layer, COMPOSED_KEYS)
        if len(types) != 1 or types[0].key not in (BLOCK, COPIES, "parallel", "layers"):
            return None
        value, faults = types[0].value, self.ground.faults
        if types[0].key != "parallel":
            return types[0] if isinstance(value, Mapping | Sequence) else None
        branches = value.get("branches") if isinstance(value, Mapping) and not faults.own(value) else None
        items = items_of(branches)
        listed = bool(items) and all(isinstance(branch, Sequence) for branch in items)
        return types[0] if listed and isinstance(value, Mapping) and not faults.at(types[0].key_span) else None

    def single(self, layer: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """One layer."""
        shared = layer.get("share") if isinstance(layer, Mapping) and not type_entries(layer, COMPOSED_KEYS) else None
        use = scope.find_use(str(shared.value)) if isinstance(shared, Value) else None
        if use and isinstance(layer, Mapping):
            taps = self.again(layer, use, scope, previous)
            self.name(layer, taps, scope)
            return taps
        draft, countable, findings = draft_entry(layer, self.ground)
        self.findings += findings
        self.countable = self.countable and countable
        return self.place(draft, scope, previous)

    def place(self, draft: Draft, scope: Scope, previous: Tap, branches: tuple[Tap, ...] | None = None) -> tuple[Tap]:
        number = len(self.laid)
        owner = next(self.owners) if self.owners else None
        self.laid.append(Laid(draft, scope, previous, branches, owner))
        return (Port(number, 0, draft.span),)

    def block(self, layer: Mapping, body: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """A use of a block: layers with names of their own."""
        assert isinstance(body, Mapping)  # noqa: S101  as `group` asks
        name = self.own_name(layer)
        prefix = f"{scope.prefix}{name.value}_" if name else scope.prefix
        inner = Scope(None, prefix, scope.numbered or name is None)
        words = values_of(body.get("inputs"))
        taps = self.given(layer, tuple(str(word.value) for word in words) or (INPUT,), scope, previous)
        inner.taps.update(taps)
        if len(taps) == 1:
            inner.taps.setdefault(INPUT, next(iter(taps.values())))
        first = len(self.laid)
        start = next(iter(taps.values())) if len(taps) == 1 else Choice(tuple(taps))
        end = self.chain(items_of(body.get("layers")), inner, start)
        if name:
            scope.uses[str(name.value)] = BlockUse(body, first, len(self.laid))
        return tuple(Looked(word, inner) for word in values_of(body.get("outputs"))) or (end,)

    def again(self, layer: Mapping, use: BlockUse, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """The layers of a block's use once more, each with the weights that it has there."""
        outer, self.owners = self.owners, iter(range(use.first, use.last))
        body = reached(use.body, Use("applied again", layer.entries[0].value.span))
        assert isinstance(body, Mapping)  # noqa: S101  as it was
        taps = self.block(layer, body, scope, previous)
        self.owners = outer
        return taps

    def given(
        self, layer: Mapping, words: tuple[str, ...], scope: Scope, previous: Tap, this: str = "this block"
    ) -> dict[str, Tap]:
        """What flows into a use of a block, or into another group, with inputs of these names."""
        inputs = layer.get("inputs")
        nowhere: dict[str, Tap] = dict.fromkeys(words, Port(NOWHERE, 0, layer.span))
        if inputs is None:
            if len(words) > 1:
                known = ", ".join(f"`{word}`" for word in words)
                message, help_ = f"{this} has several inputs", f"say what flows into each: {known}"
                self.findings.append(error("missing-inputs", message, layer.entries[0].key_span, help=help_))
                return nowhere
            return {words[0]: previous}
        if self.ground.faults.inside(inputs):
            return nowhere
        if isinstance(inputs, Mapping):
            named = {entry.key: Looked(entry.value, scope) for entry in inputs if isinstance(entry.value, Value)}
            strange = [entry for entry in inputs if entry.key not in words]
            known = ", ".join(f"`{word}`" for word in words)
            self.findings += [
                error("unknown-argument", f"{this} has no input `{e.key}`, it has {known}", e.key_span) for e in strange
            ]
            lacking = [word for word in words if word not in named]
            if lacking and not strange:
                message = f"nothing flows into the input `{lacking[0]}` of {this}"
                self.findings.append(error("missing-inputs", message, inputs.span))
            return nowhere | {word: tap for word, tap in named.items() if word in words}
        found = values_of(inputs)
        if len(found) != len(words):
            message = f"{this} has {_count(len(words), 'input')}, got {len(found)}"
            self.findings.append(error("wrong-input-count", message, inputs.span))
            return nowhere
        return {word: Looked(value, scope) for word, value in zip(words, found, strict=True)}

    def copies(self, layer: Mapping, value: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """The copies of a repeated entry, called by their number if the entry has one name for all."""
        items, name = items_of(value), self.own_name(layer)
        taps: tuple[Tap, ...] = (previous,)
        for number, item in enumerate(items):
            own = Value(name.span, str(name.value) if len(items) == 1 else f"{name.value}_{number}") if name else None
            copy = _called(item, own)
            inside = copy.get("layers") if isinstance(copy, Mapping) else None
            if inside is None or not isinstance(copy, Mapping):
                taps = self.entry(copy, scope, taps[0])
                continue
            said = self.own_name(copy)  # several layers: their names come back in each copy
            prefix = f"{scope.prefix}{said.value}_" if said else scope.prefix
            inner = Scope(scope, prefix, scope.numbered or said is None)
            start = self.through(copy, scope, taps[0])
            taps = (self.chain(items_of(inside), inner, start),)
            self.name(copy, taps, scope)
        return taps

    def inline(self, layer: Mapping, value: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """Layers in place, whose names belong to the surroundings."""
        return (self.chain(items_of(value), scope, self.through(layer, scope, previous)),)

    def parallel(self, layer: Mapping, value: tree.Node, scope: Scope, previous: Tap) -> tuple[Tap, ...]:
        """Branches from one input, and the layer that merges them, which has the entry's name and outputs."""
        assert isinstance(value, Mapping)  # noqa: S101  as `group` asks
        start = self.through(layer, scope, previous)
        ends = tuple(self.chain(items_of(branch), scope, start) for branch in items_of(value.get("branches")))
        merge = value.get("merge")
        written = Entry(str(merge.value), merge.span, Value(merge.span, None)) if isinstance(merge, Value) else None
        entries = merge.entries if isinstance(merge, Mapping) else (written,) if written else ()
        keys = tuple(entry for entry in layer if entry.key in ("name", "outputs"))
        draft, countable, findings = draft_entry(Mapping(layer.span, (*entries, *keys)), self.ground)
        self.findings += findings
        self.countable = self.countable and countable
        return self.place(draft, scope, previous, ends)

    def through(self, layer: Mapping, scope: Scope, previous: Tap) -> Tap:
        """The one input of a group."""
        return next(iter(self.given(layer, (INPUT,), scope, previous, "this group").values()))

    def own_name(self, layer: Mapping) -> Value | None:
        name = layer.get("name")
        sound = isinstance(name, Value) and isinstance(name.value, str) and not self.ground.faults.inside(name)
        return name if sound and isinstance(name, Value) else None

    def name(self, layer: Mapping, taps: tuple[Tap, ...], scope: Scope) -> None:
        """Lets the entry's name, and the names of its outputs, mean what it gives."""
        name, outputs = self.own_name(layer), values_of(layer.get("outputs"))
        types = type_entries(layer, COMPOSED_KEYS)
        if types and types[0].key == "parallel":  # the names are the merging layer's own
            return
        if name and not (types and types[0].key == COPIES and len(items_of(types[0].value)) == 1):
            self.define(str(name.value), name.span, taps[0], scope)
            if types and types[0].key in (COPIES, "layers"):
                scope.groups.add(str(name.value))
        for number, word in enumerate(outputs):
            tap = _output(taps, number, word.span)
            if tap is None:
                message = f"this has {_count(len(taps), 'output')}, and `{word.value}` is number {number + 1}"
                self.findings.append(error("wrong-output-count", message, word.span))
            elif not (name and name.value == word.value):
                self.define(str(word.value), word.span, tap, scope)

    def define(self, name: str, span: Span, tap: Tap, scope: Scope) -> None:
        self.findings += define(scope, name, span, tap)


def define(scope: Scope, name: str, span: Span, tap: Tap) -> list[Finding]:
    """Lets `name` mean `tap` in a scope; if it means something already, it means nothing that could be told."""
    first = scope.places.setdefault(name, span)
    if name not in scope.taps:
        scope.taps[name] = tap
        return []
    scope.taps[name] = Port(NOWHERE, 0, first)
    label = Label(first, "first used here")
    return [error("duplicate-name", f"the name `{name}` is used twice", span, labels=(label,))]


def _output(taps: tuple[Tap, ...], number: int, span: Span) -> Tap | None:
    """Where output `number` of an entry begins; how many a single layer has, its shape rule says."""
    if number < len(taps):
        return taps[number]
    first = taps[0]
    return first._replace(port=number, span=span) if len(taps) == 1 and isinstance(first, Port) else None


def _called(item: tree.Node, name: Value | None) -> tree.Node:
    """The entry under that name."""
    if name is None:
        return item
    if isinstance(item, Value):
        item = Mapping(item.span, (Entry(str(item.value), item.span, Value(item.span, None)),))
    assert isinstance(item, Mapping)  # noqa: S101  a list is no entry
    return Mapping(item.span, (*item.entries, Entry("name", name.span, name)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
