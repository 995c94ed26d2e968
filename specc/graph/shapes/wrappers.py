"""Shapes of the layers around another layer."""

from specc.component import Component
from specc.graph.graph import TensorType
from specc.graph.shapes.core import component
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Weight,
    rank_at_least,
    tensor,
    times,
    unknown,
)

RECURRENT = ("SimpleRNN", "GRU", "LSTM", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


def _prefixed(prefix: str, weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    return tuple(Weight(f"{prefix}/{w.name}", w.shape, w.trainable) for w in weights)


def _flag(layer: Component, name: str) -> bool:
    return bool(layer.arguments.get(name))


def bidirectional(call: Call) -> Outcome:
    """A recurrent layer forward and another backward, their outputs merged."""
    forward = component(call, "layer")
    if forward.type not in RECURRENT:
        names = ", ".join(RECURRENT)
        raise Refusal("wrong-layer", f"`Bidirectional` needs one of {names}, got `{forward.type}`", at="layer")
    mode = call.get("merge_mode", "concat")
    if mode not in ("sum", "mul", "ave", "concat", None):
        message = f"`merge_mode` needs sum, mul, ave, concat or null, got `{mode}`"
        raise Refusal("invalid-argument", message, at="merge_mode")
    backward = call.get("backward_layer")
    x = tensor(call, "sequences")
    ahead = call.inner(forward, (x,))
    back = ahead
    if isinstance(backward, Component):
        _opposite(forward, backward)
        back = call.inner(backward, (x,))
    weights = _prefixed(f"forward_{forward.type}", ahead.weights) + _prefixed(f"backward_{forward.type}", back.weights)
    work = (
        None if ahead.multiply_adds is None or back.multiply_adds is None else ahead.multiply_adds + back.multiply_adds
    )
    first, states = ahead.outputs[0], ahead.outputs[1:]
    merged: tuple[TensorType, ...] = (first,)
    if mode is None:
        merged = (first, first)
    elif mode == "concat" and first.shape is not None:
        last = first.shape[-1]
        merged = (TensorType((*first.shape[:-1], None if last is None else 2 * last), first.dtype),)
    outputs = tuple(TensorType(t.shape, call.compute_dtype if t.dtype else None) for t in (*merged, *states, *states))
    return Outcome(outputs, weights, work)


def _opposite(forward: Component, backward: Component) -> None:
    if _flag(forward, "go_backwards") == _flag(backward, "go_backwards"):
        message = "`backward_layer` needs another `go_backwards` than `layer`"
        raise Refusal("layers-disagree", message, at="backward_layer", help="give it `go_backwards: true`")
    for name in ("stateful", "return_sequences", "return_state"):
        ahead, back = _flag(forward, name), _flag(backward, name)
        if ahead != back:
            message = f"`layer` and `backward_layer` need equal `{name}`, got {ahead} and {back}".lower()
            raise Refusal("layers-disagree", message, at="backward_layer")


def time_distributed(call: Call) -> Outcome:
    """A layer applied to each step: (batch, time, …) -> (batch, time, *output of the layer)."""
    layer = component(call, "layer")
    x = tensor(call)
    shape = rank_at_least(call, x, 3)
    if shape is None:
        return unknown()
    inside = call.inner(layer, (TensorType((shape[0], *shape[2:]), x.dtype),))
    if len(inside.outputs) > 1:
        message = f"`TimeDistributed` takes a layer with one output, `{layer.type}` has {len(inside.outputs)}"
        raise Refusal("wrong-layer", message, at="layer")
    steps = tuple(
        TensorType(None if t.shape is None else (t.shape[0], shape[1], *t.shape[1:]), t.dtype and call.compute_dtype)
        for t in inside.outputs
    )
    return Outcome(steps, inside.weights, times(shape[1], inside.multiply_adds))


def spectral(call: Call) -> Outcome:
    """A layer whose kernel is kept at spectral norm one."""
    layer = component(call, "layer")
    power = call.get("power_iterations", 1)
    if not isinstance(power, int) or power <= 0:
        raise Refusal(
            "invalid-argument", f"`power_iterations` needs an integer from 1, got {power}", at="power_iterations"
        )
    x = tensor(call)
    shape = rank_at_least(call, x, 1)
    inside = call.inner(layer, (x,))
    if shape is None:
        return inside
    kernel = next((w for w in inside.weights if w.name in ("kernel", "embeddings")), None)
    if kernel is None or kernel.shape is None:
        if inside.multiply_adds is None:
            return inside
        message = f"`SpectralNormalization` needs a layer with a kernel, `{layer.type}` has none"
        raise Refusal("wrong-layer", message, at="layer")
    vector = Weight("vector_u", (1, kernel.shape[-1]), trainable=False)
    outputs = tuple(TensorType(t.shape, call.compute_dtype) for t in inside.outputs)
    return Outcome(outputs, (*inside.weights, vector), inside.multiply_adds)


def pipeline(call: Call) -> Outcome:
    """Layers one after the other."""
    layers = call.get("layers")
    state = Outcome((tensor(call),))
    for layer in layers if isinstance(layers, list) else []:
        if not isinstance(layer, Component):
            raise Refusal("invalid-argument", "`layers` needs layers", at="layers")
        step = call.inner(layer, state.outputs)
        work = None if None in (step.multiply_adds, state.multiply_adds) else (step.multiply_adds or 0)
        total = None if work is None else work + (state.multiply_adds or 0)
        state = Outcome(step.outputs, state.weights + step.weights, total)
    return state
