"""`weights:` of a model, as written: which file its layers start from, and what holds where one finds nothing there.

Comes from the checked tree. The file is located by `specc.graph.files`; what it holds is not read here.
"""

from specc.graph.graph import WeightsFile
from specc.language import tree
from specc.language.tree import Mapping, Value
from specc.spec.faults import Faults
from specc.spec.unknown import FAULTY


def resolve_weights(model: tree.Node, faults: Faults) -> WeightsFile | None:
    """What `model`, a graph with keys, says of `weights:`; None if it says nothing, or if that is at fault."""
    if not isinstance(model, Mapping):
        return None
    written = faults.get(model, "weights")
    if written is FAULTY or written is None:
        return None
    if not isinstance(written, Mapping):
        return WeightsFile(str(written.value), written.span)
    said = {entry.key: entry.value.value for entry in written if isinstance(entry.value, Value)}
    spans = {entry.key: entry.value.span for entry in written}
    missing, freeze = str(said.get("missing", "warning")), said.get("freeze") is True
    return WeightsFile(str(said["path"]), spans["path"], missing, freeze, spans)
