"""Shapes of the core layers: dense, einsum-dense, embedding, and the layers that leave shapes alone."""

import re
from typing import NamedTuple

from specc.component import Component
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Size,
    Weight,
    autocast,
    integer,
    known_channels,
    one,
    product,
    rank_at_least,
    tensor,
    times,
    unknown,
)


def adapters(call: Call, kernel: Weight, rows: Shape, columns: int) -> tuple[Weight, ...]:
    """The kernel, and beside it the two low-rank matrices that `lora_rank` asks for, which freeze it."""
    if not call.get("lora_rank"):
        return (kernel,)
    rank = integer(call, "lora_rank")
    down, up = Weight("lora_kernel_a", (*rows, rank)), Weight("lora_kernel_b", (rank, columns))
    return Weight(kernel.name, kernel.shape, trainable=False), down, up


def dense(call: Call) -> Outcome:
    """(batch, …, in) -> (batch, …, units)."""
    units = integer(call, "units")
    x = tensor(call)
    shape = rank_at_least(call, x, 2)
    if shape is None:
        return unknown()
    features = known_channels(call, shape)
    kernel = Weight("kernel", (features, units))
    weights = (kernel, Weight("bias", (units,))) if call.flag("use_bias", True) else (kernel,)
    if call.get("lora_rank"):
        weights = (*adapters(call, kernel, (features,), units), *weights[1:])
    return one((*shape[:-1], units), call.compute_dtype, weights, times(product(shape[1:]), units))


_EINSUM = (
    re.compile(r"(?P<left>)([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)"),
    re.compile(r"(?P<left>\.\.\.)([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)"),
    re.compile(r"(?P<left>)([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\."),
)


class _Einsum(NamedTuple):
    """An equation on a shape: its letters and the size of each letter in the input and in the output."""

    kernel: str
    outs: str
    sizes: dict[str, Size]
    out_sizes: dict[str, Size]
    output: Shape
    trailing: int


def einsum_dense(call: Call) -> Outcome:
    """A dense layer whose axes are given by an equation, as `abc,cd->abd`."""
    equation = call.get("equation")
    match = next((m for p in _EINSUM if (m := p.match(equation if isinstance(equation, str) else ""))), None)
    if match is None:
        form = "needs the form `ab,bc->ac`, `...ab,bc->...ac` or `ab...,bc->ac...`"
        raise Refusal("invalid-argument", f"`equation` {form}, got `{equation}`", at="equation")
    _letters(match.group(2), match.group(3), match.group(4))
    x = tensor(call)
    if x.shape is None:
        return unknown()
    einsum = _einsum(call, match, x.shape)
    kernel = Weight("kernel", tuple({**einsum.sizes, **einsum.out_sizes}[letter] for letter in einsum.kernel))
    if kernel.size is None:
        message = f"`EinsumDense` sizes its kernel by axes of its input that are open in {x.shape}"
        raise Refusal("channels-unknown", message, at=0)
    new = product(einsum.out_sizes[c] for c in einsum.kernel if c in einsum.outs and c not in einsum.sizes)
    work = times(product(x.shape[1:]), new)
    return one(einsum.output, call.compute_dtype, (kernel, *_einsum_bias(call, einsum)), work)


def _letters(ins: str, kernel: str, outs: str) -> None:
    for letter in outs:
        if letter not in ins + kernel:
            raise Refusal("invalid-argument", f"axis `{letter}` of the output is in no operand", at="equation")
    for letter in kernel:
        if letter not in ins + outs:
            raise Refusal("invalid-argument", f"axis `{letter}` of the kernel is nowhere else", at="equation")


def _einsum(call: Call, match: re.Match[str], shape: Shape) -> _Einsum:
    ins, outs, left = match.group(2), match.group(4), bool(match.group("left"))
    given = call.get("output_shape")
    partial = [_output_size(size) for size in (given if isinstance(given, list | tuple) else [given])]
    elided = len(shape) - len(ins)
    if elided < 0:
        raise Refusal("rank-mismatch", f"`{ins}` in the equation needs {len(ins)} axes, got {shape}", at=0)
    # Keras 3.15 puts elided axes on the left in one by one, so they end up reversed.
    output = [shape[0], *(shape[1:elided][::-1] if left else ()), *partial, *(shape[len(ins) :] if not left else ())]
    offset = elided if left else 0
    if len(outs) + offset > len(output):
        message = f"`output_shape` needs a size for each axis of `{outs}` after the batch, got {given}"
        raise Refusal("invalid-argument", message, at="output_shape")
    sizes = {letter: shape[offset + i] for i, letter in enumerate(ins)}
    out_sizes = {letter: output[offset + i] for i, letter in enumerate(outs)}
    for letter in ins:
        if letter in out_sizes and out_sizes[letter] not in (None, sizes[letter]):
            sides = f"{sizes[letter]} in the input {shape} and {out_sizes[letter]} in `output_shape`"
            raise Refusal("shape-mismatch", f"axis `{letter}` is {sides}", at="output_shape", other=0)
    return _Einsum(match.group(3), outs, sizes, out_sizes, tuple(output), 0 if left else elided)


def _einsum_bias(call: Call, einsum: _Einsum) -> tuple[Weight, ...]:
    axes, outs = call.get("bias_axes"), einsum.outs
    if not isinstance(axes, str) or not axes:
        return ()
    if not set(axes) <= set(outs):
        raise Refusal("invalid-argument", f"`bias_axes: {axes}` names axes that `{outs}` lacks", at="bias_axes")
    first = min(outs.find(letter) for letter in axes)
    sizes = tuple(einsum.out_sizes[letter] if letter in axes else 1 for letter in outs[first:])
    if None in sizes:
        raise Refusal("channels-unknown", f"the bias has an open size in {sizes}", at="bias_axes")
    return (Weight("bias", sizes + (1,) * einsum.trailing),)


def _output_size(size: object) -> int | None:
    if size is None or (isinstance(size, int) and not isinstance(size, bool)):
        return size
    raise Refusal("invalid-argument", f"`output_shape` needs integers and nulls, got {size!r}", at="output_shape")


def embedding(call: Call) -> Outcome:
    """Integers (batch, …) -> vectors (batch, …, output_dim)."""
    words, width = integer(call, "input_dim"), integer(call, "output_dim")
    table = Weight("embeddings", (words, width))
    weights = adapters(call, table, (words,), width)
    if call.type == "ReversibleEmbedding" and not call.flag("tie_weights", True):
        weights = (*weights, Weight("reverse_embeddings", (width, words)))
    x = tensor(call)
    if call.flag("reverse") and x.shape is not None:  # back from vectors to scores over the words
        shape = rank_at_least(call, x, 1) or ()
        if shape[-1] not in (width, None):
            message = f"`{call.type}` in reverse needs vectors of {width} numbers, got {shape}"
            raise Refusal("shape-mismatch", message, at=0)
        return one((*shape[:-1], words), call.compute_dtype, weights, times(*shape[1:], words))
    return one(None if x.shape is None else (*x.shape, width), call.compute_dtype, weights)


def unchanged(call: Call) -> Outcome:
    """A layer whose output has its input's shape and the layer's own dtype."""
    return one(tensor(call).shape, call.compute_dtype)


def identity(call: Call) -> Outcome:
    """The input as it is, except that floats are cast to the layer's dtype."""
    x = tensor(call)
    return Outcome((autocast(x, call.compute_dtype),))


def component(call: Call, name: str) -> Component:
    """An argument that holds another layer."""
    value = call.get(name)
    if not isinstance(value, Component):
        raise Refusal("invalid-argument", f"`{name}` of `{call.type}` needs a layer", at=name)
    return value
