"""A shape that does not fit -> where it comes from, in words: notes for findings, and the mend where it is certain.

Comes in: a finding, the wires it is about, the graph, and what is inferred of it so far. The axes in question are
followed against the wires to the nodes that last changed them. Nothing is judged here, and only faults pay for it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from specc.component import Argument, Component
from specc.diagnostics import Finding, Span
from specc.graph.graph import Graph, Node, Ref, TensorType
from specc.graph.shapes.rule import Shape

TRACED = frozenset(("kernel-too-large", "rank-mismatch", "shape-mismatch"))
"""What inference finds and `explain` has something to say about."""

_STEPS = 4  # changes of a size that are told, the last before the fault
_ALL = 10_000
_WINDOWS = ("kernel_size", "pool_size")
_WIDTHS = ("filters", "units", "output_dim")
_MERGES = frozenset(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"))
_RECURRENT = ("GRU", "LSTM", "SimpleRNN")
_RANKS = {3: 1, 4: 2, 5: 3}  # axes of a tensor, dimensions of its convolution


class _Change(NamedTuple):
    """A node that gave an axis its size; `axis` is None for a node that gave a tensor its number of axes."""

    node: Node
    before: Shape
    after: Shape
    axis: int | None


def explain(
    finding: Finding, node: Node, wires: tuple[Ref, ...], graph: Graph, tensor: Callable[[Ref], TensorType]
) -> Finding:
    """The finding about the input, or two inputs, of `node` with notes on how they got their shapes.

    `tensor` gives what flows through a wire. A help is added if there is none and one change is sure to mend the fault.
    """
    trace = _Trace(graph, tensor)
    shapes = [shape for shape in map(trace.shape, wires) if shape is not None]
    if not wires or len(shapes) < len(wires):
        return finding
    if len(wires) == 2 and finding.code != "kernel-too-large":
        changes = trace.apart(wires, 1)
        help_ = finding.help or _padding(trace.apart(wires, _ALL)) or _shortcut(node, wires, trace)
        return _with_notes(finding, changes)._replace(help=help_)
    if finding.code == "kernel-too-large":
        space = range(2, len(shapes[0])) if _channels_first(node.component) else range(1, len(shapes[0]) - 1)
        smallest = min(space, key=lambda axis: shapes[0][axis] or _ALL, default=0)
        return _with_notes(finding, trace.changes(wires[0], smallest, _STEPS))
    changes = trace.rank_changes(wires[0])
    return _with_notes(finding, changes)._replace(help=finding.help or _sequences(node, changes))


def explain_output(finding: Finding, wire: Ref, graph: Graph, tensor: Callable[[Ref], TensorType]) -> Finding:
    """The finding about an output that does not fit its target, with a note on what sized it."""
    trace = _Trace(graph, tensor)
    shape = trace.shape(wire)
    changes = trace.changes(wire, -1, 1) if shape is not None and len(shape) == 2 else trace.rank_changes(wire)
    return _with_notes(finding, changes)


class _Trace:
    """Ways against the wires of one graph."""

    def __init__(self, graph: Graph, tensor: Callable[[Ref], TensorType]) -> None:
        self._nodes = {node.name: node for node in graph.nodes}
        self._tensor = tensor

    def node(self, ref: Ref) -> Node | None:
        return self._nodes.get(ref.source)

    def shape(self, ref: Ref) -> Shape | None:
        return self._tensor(ref).shape

    def behind(self, ref: Ref) -> set[str]:
        """The names of all that a wire depends on, its source included."""
        found: set[str] = set()
        waiting = [ref.source]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [source.source for source in _sources(self._nodes.get(name))]
        return found

    def apart(self, wires: tuple[Ref, ...], count: int) -> list[_Change]:
        """The last `count` changes by which two wires came to differ. What both have behind them is not the reason."""
        a, b = (self.shape(wire) or () for wire in wires)
        common = self.behind(wires[0]) & self.behind(wires[1])
        if len(a) != len(b):
            found = [change for wire in wires for change in self.rank_changes(wire)]
        else:
            axes = [axis for axis in range(1, len(a)) if a[axis] != b[axis]]
            found = [change for wire in wires for axis in axes for change in self.changes(wire, axis, count)]
        return [change for change in found if change.node.name not in common]

    def changes(self, ref: Ref, axis: int, count: int) -> list[_Change]:
        """The last `count` nodes that gave an axis of a wire its size, in the order of the graph."""
        found: list[_Change] = []
        while len(found) < count:
            node, after = self.node(ref), self.shape(ref)
            source = self._origin(node, after, axis)
            before = self.shape(source) if source else None
            if node is None or after is None or source is None or before is None:
                break
            axis %= len(after)
            if len(before) != len(after):
                found.append(_Change(node, before, after, None))
                break
            sized = axis == _channels(node.component, after) and _width(node.component)
            if before[axis] != after[axis] or sized:
                found.append(_Change(node, before, after, axis))
            ref = source
        return found[::-1]

    def rank_changes(self, ref: Ref) -> list[_Change]:
        """The node that gave a wire its number of axes; none if the model's input has as many."""
        while True:
            node, after = self.node(ref), self.shape(ref)
            source = next(_sources(node), None)
            before = self.shape(source) if source else None
            if node is None or after is None or source is None or before is None:
                return []
            if len(before) != len(after):
                return [_Change(node, before, after, None)]
            ref = source

    def _origin(self, node: Node | None, after: Shape | None, axis: int) -> Ref | None:
        """The input that an axis of a node's output comes from: the first of that size, else the first."""
        sources = list(_sources(node))
        for source in sources:
            shape = self.shape(source)
            if shape and after and len(shape) == len(after) and shape[axis] == after[axis]:
                return source
        return sources[0] if sources else None


def _sources(node: Node | None) -> Iterator[Ref]:
    for wiring in (*node.positional, *node.keywords.values()) if node else ():
        yield from (wiring,) if isinstance(wiring, Ref) else wiring


def _with_notes(finding: Finding, changes: Iterable[_Change]) -> Finding:
    """A note for each change elsewhere; what happens to height and width alike is one."""
    elsewhere = [change for change in changes if change.node.component.span != finding.span]
    return finding._replace(notes=(*finding.notes, *dict.fromkeys(map(_note, elsewhere))))


def _note(change: _Change) -> str:
    component, axis = change.node.component, change.axis
    name = f"`{change.node.name}`"
    if axis is None:
        return f"{name} makes {change.after} of {change.before} at {_place(component.span)}"
    before, after = change.before[axis], change.after[axis]
    width = _width(component) if axis == _channels(component, change.after) else None
    if width:
        return f"{name} has {_by(component, width)}"
    if before is None or after is None:
        return f"{name} takes {before} to {after} at {_place(component.span)}"
    argument = _stepping(component)
    if argument or "Pooling" in component.type:
        by = f" by {_by(component, argument)}" if argument else f" at {_place(component.span)}"
        return f"{name} {_scaled(before, after)}{by}"
    window = _window(component) if after < before else None
    if window:
        return f"{name} cuts {before} to {after} by {_by(component, window)}, without `padding: same`"
    return f"{name} takes {before} to {after} at {_place(component.span)}"


def _scaled(before: int, after: int) -> str:
    if after in (before // 2, -(-before // 2)):
        return f"halves {before} to {after}"
    return f"doubles {before} to {after}" if after == 2 * before else f"takes {before} to {after}"


def _by(component: Component, argument: str) -> str:
    return f"`{argument}: {_shown(component.arguments[argument])}` at {_place(component.span_of(argument))}"


def _shown(value: Argument) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _place(span: Span) -> str:
    return f"{span.path}:{span.line}:{span.column}"


def _width(component: Component) -> str | None:
    """The argument that says how many channels the component gives."""
    return next((argument for argument in _WIDTHS if argument in component.arguments), None)


def _stepping(component: Component) -> str | None:
    """The written argument that scales the axes in space."""
    if component.arguments.get("strides", 1) not in (1, None):
        return "strides"
    if "Pooling" in component.type and "strides" not in component.arguments:
        return "pool_size" if "pool_size" in component.arguments else None
    return "size" if component.type.startswith("UpSampling") and "size" in component.arguments else None


def _window(component: Component) -> str | None:
    """The written argument of a window that slides within its input only."""
    if component.arguments.get("padding") in ("same", "causal"):
        return None
    return next((argument for argument in _WINDOWS if argument in component.arguments), None)


def _channels_first(component: Component) -> bool:
    return component.arguments.get("data_format") == "channels_first"


def _channels(component: Component, shape: Shape) -> int:
    return 1 if _channels_first(component) else len(shape) - 1


def _shortcut(node: Node, wires: tuple[Ref, ...], trace: _Trace) -> str:
    """The 1x1 convolution that brings the shortcut of a residual block to the shape of its other way."""
    if node.component.type not in _MERGES or len(wires) != 2:
        return ""
    for short, long in (wires, wires[::-1]):
        before, wanted = trace.shape(short), trace.shape(long)
        own = trace.node(short)
        pointwise = own is not None and _is_pointwise(own.component)
        if before is None or wanted is None or not (pointwise or short.source in trace.behind(long)):
            continue
        stride = _stride(before, wanted)
        if stride is None or (own and _channels_first(own.component)):
            return ""
        strides = [f"strides: {stride}"] if stride > 1 else []
        filters = [f"filters: {wanted[-1]}"]
        if pointwise:
            written = (filters if before[-1] != wanted[-1] else []) + strides
            return f"give `{short.source}` " + " and ".join(f"`{argument}`" for argument in written)
        layer = f"Conv{_RANKS[len(before)]}D: {{{', '.join([*filters, 'kernel_size: 1', *strides])}}}"
        return f"put a 1x1 convolution behind `{short.source}`: `{layer}`"
    return ""


def _is_pointwise(component: Component) -> bool:
    arguments = component.arguments
    return (
        component.type in ("Conv1D", "Conv2D", "Conv3D")
        and arguments.get("kernel_size") == 1
        and (arguments.get("strides", 1) == 1)
    )


def _stride(before: Shape, wanted: Shape) -> int | None:
    """The one stride by which a 1x1 convolution makes the wanted sizes, or None."""
    if len(before) != len(wanted) or len(before) not in _RANKS or wanted[-1] is None:
        return None
    strides = set()
    for size, goal in zip(before[1:-1], wanted[1:-1], strict=True):
        if size is None or goal is None or not 0 < goal <= size:
            return None
        strides.add(-(-size // goal))
        if -(-size // max(strides)) != goal:
            return None
    return strides.pop() if len(strides) == 1 else None


def _padding(changes: list[_Change]) -> str:
    """Padding for the layers whose windows cut off edges, if nothing else sets two shapes apart."""
    cuts = [c for c in changes if c.axis not in (None, _channels(c.node.component, c.after))]
    if len(cuts) < len(changes) or any(_stepping(c.node.component) or not _window(c.node.component) for c in cuts):
        return ""
    names = dict.fromkeys(f"`{change.node.name}`" for change in cuts)
    return f"give {' and '.join(names)} `padding: same`" if names else ""


def _sequences(node: Node, changes: list[_Change]) -> str:
    """The flag of a recurrent layer that gives its last step where the next layer takes steps."""
    takes_steps = node.component.type in (*_RECURRENT, "Bidirectional") or node.component.type.endswith("1D")
    if len(changes) != 1 or not takes_steps or changes[0].node.component.type not in _RECURRENT:
        return ""
    return f"give `{changes[0].node.name}` `return_sequences: true`"
