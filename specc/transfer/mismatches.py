"""A match -> what is to be said of the layers that find nothing in the file, or nothing that fits."""

from collections.abc import Sequence

from specc.diagnostics import Finding, Label, Span, error, warning
from specc.graph.graph import Graph, Node, WeightsFile
from specc.transfer.matching import DIFFERS, LOADED, MISSING, Match, Row
from specc.transfer.stored import Stored

NAMED = 6
"""Layers that a finding names, and marks."""


def mismatches(found: Match, file: Stored, weights: WeightsFile, graph: Graph, prefix: str = "") -> list[Finding]:
    """At most one finding, at the file's name in the spec, with marks at the layers of `graph`.

    An error if no layer finds its weights, or where the spec wants that all do (`weights.missing`).
    """
    without = found.having(DIFFERS) + found.having(MISSING)
    labels = _labels(without, graph, prefix)
    if not found.having(LOADED):
        message = f"no layer of the model finds its weights in `{weights.path}`"
        theirs = [layer.name or layer.key for model in file.models() for layer in model.layers if layer.shapes]
        notes = (f"the file has {listed(theirs)}", f"the model has {listed([row.layer for row in found.rows])}")
        help_ = "layers go together by their names: give them those of the file"
        return [error("weights-mismatch", message, weights.span, labels=labels, notes=notes, help=help_)]
    if not without or weights.missing == "allowed":
        return []
    message = f"{len(without)} of {len(found.rows)} layers find no weights that fit in `{weights.path}`: "
    message += listed([row.layer for row in without])
    if weights.missing == "error":
        return [error("weights-mismatch", message, weights.span, labels=labels)]
    help_ = "`missing: allowed` says that this is meant"
    return [warning("weights-mismatch", message, weights.span, labels=labels, help=help_)]


def listed(names: Sequence[str]) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:NAMED]) + more if names else "none"


def not_finite(rows: Sequence[Row], weights: WeightsFile, graph: Graph, prefix: str = "") -> list[Finding]:
    """At most one warning, of layers that have taken numbers from the file which are infinite or none."""
    if not rows:
        return []
    layers = "layer starts" if len(rows) == 1 else "layers start"
    message = f"{len(rows)} {layers} from numbers in `{weights.path}` that are infinite or NaN: "
    message += listed([row.layer for row in rows])
    help_ = "the training that left them has failed; take a file from before that"
    labels = _labels(rows, graph, prefix, "infinite or NaN")
    return [warning("weights-not-finite", message, weights.span, labels=labels, help=help_)]


def _labels(rows: Sequence[Row], graph: Graph, prefix: str, why: str = "not in the file") -> tuple[Label, ...]:
    """Where the layers stand in the spec, with what is wrong with each."""
    labels: dict[Span, Label] = {}
    for row in rows[:NAMED]:
        path = row.layer.removeprefix(prefix)
        node = _node(path, graph)
        if node is not None:
            words = row.why or why
            labels.setdefault(node.span, Label(node.span, f"`{path}`: {words}" if "/" in path else words))
    return tuple(labels.values())


def _node(path: str, graph: Graph) -> Node | None:
    """The layer at a path such as `encoder/dense`, or the innermost model on the way to it."""
    name, _, rest = path.partition("/")
    node = graph.node(name)
    inner = _node(rest, node.model) if rest and node is not None and node.model is not None else None
    return inner or node
