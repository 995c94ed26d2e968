"""Shapes of the recurrent layers, of their cells, and of `RNN` around cells."""

from typing import NamedTuple

from specc.component import Argument, Component
from specc.graph.graph import TensorType
from specc.graph.shapes.convolution import joined, not_both, plain_window, spatial, window_output
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Rule,
    Shape,
    Size,
    Weight,
    channels_last,
    integer,
    known_channels,
    plus,
    product,
    rank_at_least,
    rank_is,
    tensor,
    times,
    unknown,
)

GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}


class Cell(NamedTuple):
    """One step of a recurrent layer: its weights, the sizes of its states, its output, its work per step."""

    weights: tuple[Weight, ...]
    states: tuple[int, ...]
    output: int
    multiply_adds: int


def _cell(kind: str, call: Call, features: int) -> Cell:
    """The cell `kind` (SimpleRNN, GRU or LSTM) on inputs of `features` numbers."""
    units, gates = integer(call, "units"), GATES[kind]
    kernel = Weight("kernel", (features, gates * units))
    recurrent = Weight("recurrent_kernel", (units, gates * units))
    weights = [kernel, recurrent]
    if call.flag("use_bias", True):
        twice = kind == "GRU" and call.flag("reset_after", True)
        weights.append(Weight("bias", (2, gates * units) if twice else (gates * units,)))
    states = (units, units) if kind == "LSTM" else (units,)
    return Cell(tuple(weights), states, units, gates * units * (features + units))


def layer(kind: str) -> Rule:
    """The rule of `SimpleRNN`, `GRU` or `LSTM`: (batch, time, features) -> (batch, units)."""

    def rule(call: Call) -> Outcome:
        units = integer(call, "units")
        shape = rank_is(call, tensor(call, "sequences"), 3)
        states = (units, units) if kind == "LSTM" else (units,)
        if shape is None:
            return unknown(1 + len(states) if call.flag("return_state") else 1)
        _static_batch(call, shape)
        return _unrolled(call, shape, _cell(kind, call, known_channels(call, shape)))

    return rule


def _static_batch(call: Call, shape: Shape) -> None:
    if call.flag("stateful") and shape[0] is None:
        message = f"`stateful` needs a fixed batch size, got {shape}"
        raise Refusal("batch-size-unknown", message, at="stateful", other=0)


def _unrolled(call: Call, shape: Shape, cell: Cell) -> Outcome:
    batch, time = shape[0], shape[1]
    output = (batch, time, cell.output) if call.flag("return_sequences") else (batch, cell.output)
    shapes: list[Shape] = [output]
    if call.flag("return_state"):
        shapes += [(batch, size) for size in cell.states]
    outputs = tuple(TensorType(each, call.compute_dtype) for each in shapes)
    return Outcome(outputs, cell.weights, times(time, cell.multiply_adds))


def _cells(call: Call, given: Argument, features: int) -> Cell:
    """The cell that an argument holds: one, a list that is stacked, or `StackedRNNCells`."""
    if isinstance(given, Component) and given.type == "StackedRNNCells":
        return _cells(call, given.arguments.get("cells"), features)
    if isinstance(given, list):
        return _stacked(call, given, features)
    if not isinstance(given, Component):
        raise Refusal("invalid-argument", f"`{call.type}` needs a cell", at="cell")
    kind = given.type.removesuffix("Cell")
    if kind not in GATES or kind == given.type:
        message = f"`{given.type}` is not a cell, `RNN` takes SimpleRNNCell, GRUCell, LSTMCell or a list of them"
        raise Refusal("not-a-cell", message, at="cell")
    frozen = given.arguments.get("trainable") is False
    made = _cell(kind, Call(given.type, given.arguments, ()), features)
    if not frozen:
        return made
    weights = tuple(Weight(w.name, w.shape, trainable=False) for w in made.weights)
    return Cell(weights, made.states, made.output, made.multiply_adds)


def _stacked(call: Call, cells: list[Argument], features: int) -> Cell:
    if not cells:
        raise Refusal("invalid-argument", f"`{call.type}` needs at least one cell", at="cell")
    made: list[Cell] = []
    for item in cells:
        made.append(_cells(call, item, features))
        features = made[-1].output
    return Cell(
        tuple(weight for cell in made for weight in cell.weights),
        tuple(size for cell in made for size in cell.states),
        made[-1].output,
        sum(cell.multiply_adds for cell in made),
    )


def rnn(call: Call) -> Outcome:
    """`RNN` around a cell: (batch, time, …, features) -> (batch, output of the cell)."""
    shape = rank_at_least(call, tensor(call, "sequences"), 3)
    if shape is None:
        states = len(_cells(call, call.get("cell"), 1).states)
        return unknown(1 + states if call.flag("return_state") else 1)
    _static_batch(call, shape)
    return _unrolled(call, shape, _cells(call, call.get("cell"), known_channels(call, shape)))


def cell(kind: str) -> Rule:
    """The rule of a cell used as a layer of its own: one step and its states -> the output and the next states."""

    def rule(call: Call) -> Outcome:
        shape = rank_at_least(call, tensor(call), 2)
        if shape is None:
            return unknown(3 if kind == "LSTM" else 2)
        return _stepped(call, shape, _cell(kind, call, known_channels(call, shape)))

    return rule


def _stepped(call: Call, shape: Shape, made: Cell) -> Outcome:
    """A step of `made` on an input of `shape`; the states that the call is given must be those of the cell."""
    given = call.positional[1] if len(call.positional) > 1 else call.keywords.get("states")
    states = given if isinstance(given, tuple) else () if given is None else (given,)
    if len(states) != len(made.states):
        message = f"`{call.type}` takes a step and {len(made.states)} states, got {len(states)} states"
        help_ = f"write `inputs: {{inputs: …, states: […]}}`, or run a whole sequence by `RNN: {{cell: {call.type}}}`"
        raise Refusal("wrong-input-count", message, at="states" if states else None, help=help_)
    for i, (state, size) in enumerate(zip(states, made.states, strict=True), start=1):
        if state.shape is not None and (len(state.shape) != len(shape) or state.shape[-1] not in (size, None)):
            message = f"`{call.type}` needs a state of {size} numbers for each step, got {state.shape}"
            raise Refusal("shape-mismatch", message, at=i)
    outputs = [(*shape[:-1], made.output), *((*shape[:-1], size) for size in made.states)]
    return Outcome(tuple(TensorType(s, call.compute_dtype) for s in outputs), made.weights, made.multiply_adds)


def conv_lstm(rank: int) -> Rule:
    """The rule of `ConvLSTM1D` to `ConvLSTM3D`: (batch, time, *space, channels) -> (batch, *space, filters)."""

    def rule(call: Call) -> Outcome:
        filters = integer(call, "filters")
        window = plain_window(call, rank)
        not_both(window)
        shape = rank_is(call, tensor(call, "sequences"), rank + 3)
        if shape is None:
            return unknown(3 if call.flag("return_state") else 1)
        _static_batch(call, shape)
        last = channels_last(call)
        step: Shape = (shape[0], *shape[2:])
        if None in spatial(step, last):
            message = f"`{call.type}` needs known sizes in space, got {shape}"
            raise Refusal("channels-unknown", message, at=0)
        channels = known_channels(call, step, -1 if last else 1)
        space = window_output(call, step, window)
        kernel = Weight("kernel", (*window.sizes, channels, 4 * filters))
        recurrent = Weight("recurrent_kernel", (*window.sizes, filters, 4 * filters))
        bias = (Weight("bias", (4 * filters,)),) if call.flag("use_bias", True) else ()
        state = joined(shape[0], space, filters, last)
        first: tuple[Size, ...] = (state[0], shape[1], *state[1:]) if call.flag("return_sequences") else state
        shapes = [first, state, state] if call.flag("return_state") else [first]
        work = times(shape[1], product(space), plus(kernel.size, recurrent.size))
        outputs = tuple(TensorType(each, call.compute_dtype) for each in shapes)
        return Outcome(outputs, (kernel, recurrent, *bias), work)

    return rule


def stacked_cells(call: Call) -> Outcome:
    """`StackedRNNCells` as a layer of its own: a step and one state for each cell -> the output and the next states."""
    given = call.get("cells")
    cells = given if isinstance(given, list) else []
    for item in cells:
        if isinstance(item, Component) and item.type in {"LSTMCell", "StackedRNNCells"}:
            message = f"`{item.type}` has several states, which wires to `StackedRNNCells` cannot group"
            raise Refusal("wrong-layer", message, at="cells", help="run it by `RNN`")
    shape = rank_at_least(call, tensor(call), 2)
    if shape is None:
        return unknown(1 + len(cells))
    return _stepped(call, shape, _cells(call, given, known_channels(call, shape)))
