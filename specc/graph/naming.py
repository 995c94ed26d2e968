"""Drafts in a row -> the name of each in the whole model, and what every word means.

Names that the spec writes stay, with those of the uses around them in front; layers without a name are called after
their types and numbered, as Keras does. Wires are `specc.graph.resolve`'s.
"""

import re
from typing import NamedTuple

from specc.catalog import Catalog
from specc.diagnostics import Finding, Span, error
from specc.graph.drafts import ANY, DEFAULT, WRITTEN, Draft, may_be_default
from specc.graph.graph import NOWHERE, GraphInput, Ref
from specc.graph.scopes import INPUT, Choice, Looked, Port, Row, Scope, Tap, define
from specc.language import limits
from specc.language.suggest import did_you_mean
from specc.language.tree import Value
from specc.spec.unknown import FAULTY

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Names(NamedTuple):
    """What each draft is called, by its number, and what words mean.

    `outputs` are the names of each draft's outputs. `owners` is filled in by who wires; `told` are the words that meant
    nothing, `asked` the choices that nobody made. `hidden` are the words that a fault may
    define, `anything` says that it may define any name, `defaults` any that a layer has by its type. `certain` are the
    names of layers that the spec calls so.
    """

    full: list[str]
    owners: dict[int, str]
    root: Scope
    hidden: frozenset[str]
    anything: bool
    defaults: bool
    certain: frozenset[str]
    catalog: Catalog
    outputs: list[tuple[str, ...]]
    told: list[str]
    asked: set[int]

    def ref(self, tap: Tap, span: Span) -> tuple[Ref, list[Finding]]:
        """The wire from `tap`; from `NOWHERE`, mostly with a finding, if that means nothing."""
        seen: list[Tap] = []
        while isinstance(tap, Looked):
            if tap in seen:
                message = f"`{tap.word.value}` means what flows out of it, which is what flows into it"
                return Ref(NOWHERE, 0, span), [error("cycle", message, tap.word.span)]
            seen.append(tap)
            found = tap.scope.find(str(tap.word.value))
            if found is None:
                findings = [] if self.may_be(tap.word, tap.scope) else [self.unknown(tap)]
                return Ref(NOWHERE, 0, span), findings
            tap = found
        if isinstance(tap, Choice):
            return Ref(NOWHERE, 0, span), self.which(tap, span)
        source = self.full[tap.source] if isinstance(tap.source, int) else tap.source
        return Ref(source, tap.port, span), []

    def which(self, choice: Choice, span: Span) -> list[Finding]:
        """What is said, once, of layers that take one of several inputs and do not say which."""
        if id(choice) in self.asked:
            return []
        self.asked.add(id(choice))
        known = ", ".join(f"`{name}`" for name in choice.inputs)
        message, help_ = "this comes first and has several inputs to choose from", f"say which: {known}"
        return [error("missing-inputs", message, span, help=help_)]

    def layer(self, word: Value, scope: Scope) -> int | None:
        """The number of the draft that `word` names."""
        tap = scope.find(str(word.value))
        return tap.source if isinstance(tap, Port) and isinstance(tap.source, int) else None

    def may_be(self, word: Value, scope: Scope) -> bool:
        """Whether a fault elsewhere may be the reason why a word means no layer."""
        name = str(word.value)
        tap = scope.find(name)
        if isinstance(tap, Port) and tap.source == NOWHERE:
            return True
        return self.anything or name in self.hidden or (self.defaults and may_be_default(name, self.catalog))

    def unknown(self, tap: Looked) -> Finding:
        """What is said of a word that means nothing in its scope."""
        self.told.append(str(tap.word.value))
        # So many words that mean nothing are no slips, and each suggestion looks at all names.
        known = tap.scope.known() if len(self.told) <= limits.FINDINGS else []
        if self.root.find(str(tap.word.value)) is not None and tap.scope is not self.root:
            message = f"nothing in this block is called `{tap.word.value}`"
            help_ = "a block sees its own layers and inputs; let it flow in as an input"
            return error("unknown-name", message, tap.word.span, help=help_)
        if known and tap.word.value in self.full:
            message = f"`{tap.word.value}` is inside a block or a copy, and not to be seen here"
            help_ = "use what the block gives, by the name of its use; a block can name several outputs"
            return error("unknown-name", message, tap.word.span, help=help_)
        return unknown_name(tap.word, known)


def name_all(row: Row, root: Scope, inputs: tuple[GraphInput, ...], catalog: Catalog) -> tuple[Names, list[Finding]]:
    """The names of all drafts; each is known in its scope from then on.

    Findings: duplicate-name, invalid-name. The second layer of a name is given another one.
    """
    given = set() if inputs is FAULTY else {graph_input.name for graph_input in inputs}
    written = {laid.scope.prefix + laid.draft.name for laid in row.laid if laid.draft.naming == WRITTEN}
    fresh = FreshNames(given | written | {INPUT})
    local = _numberings(row)
    claimed = set(given)
    full: list[str] = []
    outputs: list[tuple[str, ...]] = []
    findings: list[Finding] = []
    certain: set[str] = set(given)
    for number, (draft, scope, *_) in enumerate(row.laid):
        name = scope.prefix + draft.name
        if draft.naming != WRITTEN or name in claimed:
            name = fresh(name)
        elif not _NAME.fullmatch(name):
            findings.append(_invalid(name, draft))
        claimed.add(name)
        full.append(name)
        is_certain = draft.naming == WRITTEN or (draft.naming == DEFAULT and row.countable)
        if is_certain:
            certain.add(name)
        own = draft.name if draft.naming == WRITTEN else name
        if draft.naming != WRITTEN and scope is not root:
            own = local[id(scope)](draft.name)
        port = Port(number if is_certain else NOWHERE, 0, draft.span)
        findings += define(scope, own, draft.span, port)
        own_outputs: list[str] = []
        for position, output in enumerate(draft.outputs):
            if output.value == draft.name:
                own_outputs.append(name)
                continue
            findings += define(scope, str(output.value), output.span, Port(number, position, output.span))
            called = scope.prefix + str(output.value)
            own_outputs.append(fresh(called) if called in claimed else called)
            claimed.add(own_outputs[-1])
        outputs.append(tuple(own_outputs))
    drafts = [laid.draft for laid in row.laid]
    hidden = frozenset(word for draft in drafts for word in draft.mentions)
    anything = inputs is FAULTY or any(draft.naming == ANY for draft in drafts)
    defaults = not row.countable
    return Names(full, {}, root, hidden, anything, defaults, frozenset(certain), catalog, outputs, [], set()), findings


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


def _invalid(name: str, draft: Draft) -> Finding:
    help_ = "a name is letters, digits, `_` and `-`, and does not begin with a digit"
    return error("invalid-name", f"a layer cannot be called `{name}`", draft.span, help=help_)


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
