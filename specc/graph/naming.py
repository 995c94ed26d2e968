"""Drafts in a row -> the name of each in the whole model, and what every word means.

Names that the spec writes stay, with those of the uses around them in front; layers without a name are called after
their types and numbered, as Keras does. Wires are `specc.graph.resolve`'s.
"""

import re
from dataclasses import dataclass, field

from specc.catalog import Catalog
from specc.diagnostics import Finding, Label, Span, error
from specc.graph.drafts import ANY, DEFAULT, WRITTEN, default_names, may_be_default
from specc.graph.graph import NOWHERE, GraphInput, Ref
from specc.graph.scopes import INPUT, Choice, Laid, Looked, Port, Row, Scope, Tap, define
from specc.language import limits
from specc.language.suggest import did_you_mean
from specc.language.tree import Value
from specc.spec.unknown import FAULTY

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(slots=True)
class Names:
    """What each draft is called, by its number, and what words mean.

    `outputs` are the names of each draft's outputs. `hidden` are the words that a fault may define, `anything` says
    that it may define any name, `defaults` any that a layer has by its type. `certain` are the names of layers that the
    spec calls so.
    """

    full: list[str]
    outputs: list[tuple[str, ...]]
    root: Scope
    hidden: frozenset[str]
    anything: bool
    defaults: bool
    certain: frozenset[str]
    catalog: Catalog
    _ends: dict[tuple[int, str], Port | Choice] = field(default_factory=dict)
    _told: int = 0
    _asked: set[int] = field(default_factory=set)
    _by_type: frozenset[str] | None = None

    def ref(self, tap: Tap, span: Span) -> tuple[Ref, list[Finding]]:
        """The wire from `tap`; from `NOWHERE`, mostly with a finding, if that means nothing."""
        way: dict[tuple[int, str], None] = {}  # what is looked up once ends there for all who come by
        while isinstance(tap, Looked):
            word, step = tap.word, (id(tap.scope), str(tap.word.value))
            if step in way:
                message = f"`{word.value}` means what flows out of it, which is what flows into it"
                self._ends |= dict.fromkeys(way, Port(NOWHERE, 0, span))
                return Ref(NOWHERE, 0, span), [error("cycle", message, word.span)]
            way[step] = None
            found = self._ends.get(step) or tap.scope.find(str(word.value))
            if found is None:
                findings = [] if self.may_be(word, tap.scope) else [self._unknown(tap)]
                return Ref(NOWHERE, 0, span), findings
            tap = found
        self._ends |= dict.fromkeys(way, tap)
        if isinstance(tap, Choice):
            return Ref(NOWHERE, 0, span), self._which(tap, span)
        source = self.full[tap.source] if isinstance(tap.source, int) else tap.source
        return Ref(source, tap.port, span), []

    def layer(self, word: Value, scope: Scope) -> int | None:
        """The number of the draft that `word` names."""
        tap = scope.find(str(word.value))
        return tap.source if isinstance(tap, Port) and isinstance(tap.source, int) else None

    def may_be(self, word: Value, scope: Scope) -> bool:
        """Whether a fault elsewhere may be the reason why a word means no layer."""
        name = str(word.value)
        tap = scope.find(name)
        if (isinstance(tap, Port) and tap.source == NOWHERE) or self.anything or name in self.hidden:
            return True
        if self.defaults and self._by_type is None:
            self._by_type = default_names(self.catalog)
        return self._by_type is not None and may_be_default(name, self._by_type)

    def _which(self, choice: Choice, span: Span) -> list[Finding]:
        """What is said, once, of layers that take one of several inputs and do not say which."""
        if id(choice) in self._asked:
            return []
        self._asked.add(id(choice))
        known = ", ".join(f"`{name}`" for name in choice.inputs)
        message, help_ = "this comes first and has several inputs to choose from", f"say which: {known}"
        return [error("missing-inputs", message, span, help=help_)]

    def _unknown(self, tap: Looked) -> Finding:
        """What is said of a word that means nothing in its scope."""
        name = str(tap.word.value)
        self._told += 1
        if self._told > limits.FINDINGS:  # so many are no slips, and each suggestion looks at all names
            return unknown_name(tap.word, [])
        if self.root.find(name) is not None and tap.scope is not self.root:
            message = f"nothing in this block is called `{name}`"
            help_ = "a block sees its own layers and inputs; let it flow in as an input"
            return error("unknown-name", message, tap.word.span, help=help_)
        if name in self.full:
            message = f"`{name}` is inside a block or a copy, and not to be seen here"
            help_ = "use what the block gives, by the name of its use; a block can name several outputs"
            return error("unknown-name", message, tap.word.span, help=help_)
        return unknown_name(tap.word, tap.scope.known())


def name_all(row: Row, root: Scope, inputs: tuple[GraphInput, ...], catalog: Catalog) -> tuple[Names, list[Finding]]:
    """The names of all drafts; each is known in its scope from then on.

    Findings: duplicate-name, invalid-name. The second layer of a name is given another one.
    """
    given = set() if inputs is FAULTY else {graph_input.name for graph_input in inputs}
    book = _Book(row, given, root)
    full: list[str] = []
    outputs: list[tuple[str, ...]] = []
    certain: set[str] = set(given)
    for number, laid in enumerate(row.laid):
        draft, scope = laid.draft, laid.scope
        name = book.name(laid)
        full.append(name)
        is_certain = draft.naming == WRITTEN or (draft.naming == DEFAULT and row.countable)
        if is_certain:
            certain.add(name)
        port = Port(number if is_certain else NOWHERE, 0, draft.span)
        book.findings += define(scope, book.local(laid, name), draft.span, port)
        own: list[str] = []
        for position, output in enumerate(draft.outputs):
            if output.value == draft.name:
                own.append(name)
                continue
            book.findings += define(scope, str(output.value), output.span, Port(number, position, output.span))
            own.append(book.claim(scope.prefix + str(output.value)))
        outputs.append(tuple(own))
    hidden = frozenset(word for laid in row.laid for word in laid.draft.mentions)
    anything = inputs is FAULTY or any(laid.draft.naming == ANY for laid in row.laid)
    names = Names(full, outputs, root, hidden, anything, not row.countable, frozenset(certain), catalog)
    return names, book.findings


class _Book:
    """Who has which name. Names that are written keep, and those of uses without a name give way to them."""

    def __init__(self, row: Row, given: set[str], root: Scope) -> None:
        written = [laid for laid in row.laid if laid.draft.naming == WRITTEN]
        every = {laid.scope.prefix + laid.draft.name for laid in written}
        self.findings: list[Finding] = []
        self._root = root
        self._exact = {laid.scope.prefix + laid.draft.name for laid in written if not laid.scope.numbered}
        self._fresh = FreshNames(given | every | {INPUT})
        self._local = _numberings(row)
        self._claimed: dict[str, Laid | None] = dict.fromkeys(given)
        self._invalid: set[Span] = set()

    def name(self, laid: Laid) -> str:
        """The draft's name in the whole model."""
        draft, scope = laid.draft, laid.scope
        name = scope.prefix + draft.name
        if draft.naming != WRITTEN or (scope.numbered and (name in self._claimed or name in self._exact)):
            name = self._fresh(name)
        elif name in self._claimed:
            self._twice(name, laid)
            name = self._fresh(name)
        elif not _NAME.fullmatch(name) and draft.span not in self._invalid:  # copies have one name for all
            self._invalid.add(draft.span)
            help_ = "a name is letters, digits, `_` and `-`, and does not begin with a digit"
            self.findings.append(error("invalid-name", f"a layer cannot be called `{name}`", draft.span, help=help_))
        self._claimed[name] = laid
        return name

    def local(self, laid: Laid, name: str) -> str:
        """The draft's name in its scope, if it is called `name` in the model."""
        if laid.draft.naming == WRITTEN:
            return laid.draft.name
        return name if laid.scope is self._root else self._local[id(laid.scope)](laid.draft.name)

    def claim(self, name: str) -> str:
        """A name for an output, with a number if that is taken."""
        own = self._fresh(name) if name in self._claimed else name
        self._claimed[own] = None
        return own

    def _twice(self, name: str, laid: Laid) -> None:
        """What is said of two layers in different scopes that come to one name; in one scope, `define` says it."""
        first = self._claimed[name]
        if first is not None and first.scope is not laid.scope:
            label = Label(first.draft.span, "first used here")
            message = f"two layers come to be called `{name}`"
            help_ = "a use puts its own name in front of those inside it"
            self.findings.append(error("duplicate-name", message, laid.draft.span, labels=(label,), help=help_))


def unknown_name(word: Value, known: list[str]) -> Finding:
    """What is said of a name that nothing has."""
    from specc.language.mending import respelt_own_name  # only faults pay for it

    name = str(word.value)
    message = f"nothing in this model is called `{name}`"
    fix = respelt_own_name(word.span, name, known)
    return error("unknown-name", message, word.span, help=did_you_mean(name, known), fix=fix)


def _numberings(row: Row) -> dict[int, "FreshNames"]:
    """By the id of each scope, names that nothing in it has."""
    taken: dict[int, set[str]] = {}
    for draft, scope, *_ in row.laid:
        known = taken.setdefault(id(scope), set(scope.taps))
        if draft.naming == WRITTEN:
            known.add(draft.name)
    return {scope: FreshNames(names) for scope, names in taken.items()}


class FreshNames:
    """Names that nothing else has: `dense`, `dense_1`, `dense_2` and so on."""

    def __init__(self, taken: set[str]) -> None:
        """Besides those that are `taken`."""
        self._taken = set(taken)
        self._counts: dict[str, int] = {}

    def __call__(self, base: str) -> str:
        """`base`, with a number if that is taken."""
        name, count = base, self._counts.get(base, 0)
        while name in self._taken:
            count += 1
            name = f"{base}_{count}"
        self._taken.add(name)
        self._counts[base] = count
        return name
