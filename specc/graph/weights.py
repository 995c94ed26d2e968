"""`weights:` of a model, as written: which file its layers start from, and what holds where one finds nothing there.

Comes from the checked tree. The file is located by `specc.graph.files`; what it holds is not read here.
"""

from specc.graph.graph import WeightsFile
from specc.language import tree
from specc.language.tree import Mapping, Value
from specc.spec.faults import Faults
from specc.spec.unknown import FAULTY


def resolve_weights(model: tree.Node, faults: Faults) -> WeightsFile | None:
    """What `model`, a graph with keys, says of `weights:`; None if it names no file, or that is at fault."""
    written = faults.part(model, "weights") if isinstance(model, Mapping) else None
    if written is FAULTY or not isinstance(written, Mapping | Value):
        return None
    if isinstance(written, Value):
        return WeightsFile(str(written.value), written.span)
    said = {entry.key: entry.value.value for entry in faults.sound(written) if isinstance(entry.value, Value)}
    if "path" not in said:
        return None
    spans = {entry.key: entry.value.span for entry in written}
    missing, freeze = str(said.get("missing", "warning")), said.get("freeze") is True
    return WeightsFile(str(said["path"]), spans["path"], missing, freeze, spans)
