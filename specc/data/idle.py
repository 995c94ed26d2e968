"""Arguments of sources and columns that would say nothing where they stand: `idle_arguments`.

What is written as it is by default is no fault, since an expanded spec writes everything. Knows facts, no rows.
"""

from collections.abc import Collection, Iterator, Mapping

from specc.component import Component
from specc.data.facts import CATEGORY, NUMBER, TEXT, ColumnFacts
from specc.data.options import DEFAULTS, DROP
from specc.data.section import DataSpec
from specc.diagnostics import Finding, error

_OF_TARGETS: Mapping[str, frozenset[str]] = {NUMBER: frozenset({"scale"}), CATEGORY: frozenset({"replace"})}
_STATISTICS = ("mean", "median")


def idle_arguments(
    data: DataSpec, columns: Mapping[str, ColumnFacts], targets: Collection[str], typed: Collection[str]
) -> list[Finding]:
    """An error for each argument without an effect. `typed` are the columns whose shape the source itself says."""
    findings = []
    source = data.source
    if source.kind == "images" and "classes" in source.arguments and "masks" not in source.arguments:
        message = "`classes` is about masks, and the source has no `masks`"
        help_ = "the classes of images are their folders; leave `classes` out"
        findings.append(error("idle-argument", message, source.span_of("classes"), help=help_))
    for name, said in data.columns.items():
        facts = columns.get(name)
        if facts is None or (facts.kind != said.type and name not in targets):
            continue
        if name in targets and data.windows is None:  # a window sees the past of what it predicts
            findings += _of_target(name, said)
        elif name in typed:
            findings += _of_typed(data, facts, said)
        else:
            findings += _of_feature(facts, said)
    return findings


def _of_target(name: str, said: Component) -> Iterator[Finding]:
    for argument in _written(said):
        if argument == "missing" and said.arguments[argument] == DROP:
            continue
        if argument == "missing":
            message = f"a missing value of the target `{name}` cannot become another"
            help_ = "`missing: drop` leaves such rows out"
            yield error("idle-argument", message, said.span_of(argument), help=help_)
        elif argument not in _OF_TARGETS.get(said.type, ()):
            message = f"`{argument}` says nothing of `{name}`, which is a target"
            yield error("idle-argument", message, said.span_of(argument), help=f"leave `{argument}` out")


def _of_typed(data: DataSpec, facts: ColumnFacts, said: Component) -> Iterator[Finding]:
    """What the source says and the column cannot say otherwise."""
    source_has: dict[str, object] = {}
    match facts.kind:
        case "image":
            source_has = {"channels": facts.shape[-1]}
        case "vector":
            source_has = {"length": facts.shape[0]}
        case "sequence":
            source_has = {"dtype": facts.dtype}
    for argument, value in said.arguments.items():
        if argument in source_has and value is not None and value != source_has[argument]:
            message = (
                f"`{facts.name}` is declared with `{argument}: {value}`, and its source has {source_has[argument]}"
            )
            is_own = data.source.kind == "images" and argument == "channels"
            help_ = f"write `images: {{path: …, channels: {value}}}`" if is_own else f"leave `{argument}` out"
            yield error("idle-argument", message, said.span_of(argument), help=help_)
        elif argument in {"folder", "separator"} and argument in _written(said):
            message = f"`{argument}` is about values in a table of text, and the source has `{facts.name}` as numbers"
            yield error("idle-argument", message, said.span_of(argument), help=f"leave `{argument}` out")


def _of_feature(facts: ColumnFacts, said: Component) -> Iterator[Finding]:
    options, written = facts.options, _written(said)
    hashed = options.get("encode") == "hash"
    if facts.kind == CATEGORY and "bins" in written and not hashed:
        message = f"`bins` is for `encode: hash`, and `{facts.name}` has `encode: {options['encode']}`"
        yield error("idle-argument", message, said.span_of("bins"))
    if facts.kind == CATEGORY and "most" in written and hashed:
        message = f"`most` is not for `encode: hash`, which has a place in `{facts.name}` for any value"
        yield error("idle-argument", message, said.span_of("most"), help="`bins` says how many places there are")
    if facts.kind == CATEGORY and options.get("missing") in _STATISTICS:
        message = f"`{facts.name}` is a category, which has no {options['missing']}"
        help_ = "write `most_frequent`, `drop`, or the text that a missing value becomes"
        yield error("invalid-value", message, said.span_of("missing"), help=help_)
    if facts.kind == TEXT and "output_sequence_length" in written and options["output_mode"] != "int":
        mode = options["output_mode"]
        message = f"`output_sequence_length` is for `output_mode: int`, and `{facts.name}` has `{mode}`"
        yield error("idle-argument", message, said.span_of("output_sequence_length"))


def _written(said: Component) -> list[str]:
    """The arguments that are not as by default."""
    defaults = DEFAULTS.get(said.type, {})
    return [name for name, value in said.arguments.items() if value is not None and value != defaults.get(name)]
