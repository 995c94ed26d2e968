"""Shapes of the attention layers."""

from specc.component import Argument
from specc.graph.graph import TensorType
from specc.graph.shapes.regularization import fraction
from specc.graph.shapes.rule import (
    Call,
    Outcome,
    Refusal,
    Shape,
    Size,
    Tensors,
    Weight,
    as_integers,
    choice,
    integer,
    known_channels,
    one,
    plus,
    product,
    rank_at_least,
    rank_is,
    tensor,
    tensors,
    times,
    unknown,
)


def _roles(call: Call) -> tuple[TensorType, TensorType, TensorType, tuple[int, int, int]]:
    """Query, value and key of a call, and the number of the input each comes from; the key is the value by default."""
    query, value = tensor(call, "query", 0), tensor(call, "value", 1)
    places = {name: i for i, name in enumerate(call.keywords, start=len(call.positional))}
    at = [places.get(name, i) for i, name in enumerate(("query", "value", "key"))]
    has_key = len(call.positional) > 2 or "key" in call.keywords
    key = tensor(call, "key", 2) if has_key else value
    return query, value, key, (at[0], at[1], at[2] if has_key else at[1])


def _projection(name: str, features: int, heads: int, width: int, *, bias: bool) -> tuple[Weight, ...]:
    kernel = Weight(f"{name}/kernel", (features, heads, width))
    return (kernel, Weight(f"{name}/bias", (heads, width))) if bias else (kernel,)


def _same_length(call: Call, value: Shape, key: Shape, at: tuple[int, int, int]) -> None:
    if value[1:-1] != key[1:-1]:
        message = f"`{call.type}` needs value and key of equal length, got {value} and {key}"
        raise Refusal("shape-mismatch", message, at=at[2], other=at[1])


def multi_head(call: Call) -> Outcome:
    """`MultiHeadAttention`: the query's shape, its last axis kept or set by `output_shape`."""
    heads, width = integer(call, "num_heads"), integer(call, "key_dim")
    value_width = width if call.get("value_dim") is None else integer(call, "value_dim")
    if call.get("sliding_window") is not None:
        integer(call, "sliding_window")
    given: Argument = call.get("output_shape")
    wanted = as_integers("output_shape", given, len(given) if isinstance(given, list | tuple) else 1) if given else ()
    query, value, key, at = _roles(call)
    shapes = [rank_at_least(call, x, 2, at[i]) for i, x in enumerate((query, value, key))]
    q, v, k = shapes
    if q is None or v is None or k is None:
        return unknown(2 if call.flag("return_attention_scores") else 1)
    _same_length(call, v, k, at)
    if len({len(q), len(v), len(k)}) > 1 or len(q) < 3:
        message = f"`{call.type}` needs query and value of equally many axes, at least 3, got {q} and {v}"
        raise Refusal("rank-mismatch", message, at=at[1], other=at[0])
    _attention_axes(call, q)
    q_in, k_in, v_in = (known_channels(call, s, -1, at[i]) for i, s in ((0, q), (2, k), (1, v)))
    bias = call.flag("use_bias", True)
    last = wanted or (q_in,)
    weights = [
        *_projection("query", q_in, heads, width, bias=bias),
        *_projection("key", k_in, heads, width, bias=bias),
        *_projection("value", v_in, heads, value_width, bias=bias),
        *(_projection("gate", q_in, heads, value_width, bias=bias) if call.flag("use_gate") else ()),
        Weight("attention_output/kernel", (heads, value_width, *last)),
        *((Weight("attention_output/bias", last),) if bias else ()),
    ]
    work = _work(weights, q[1:-1], v[1:-1], heads * (width + value_width))
    scores = (q[0], heads, q[1], q[1])  # Keras 3.15 says so even where the value is longer than the query
    return _with_scores(call, one((*q[:-1], *last), call.compute_dtype, tuple(weights), work), scores)


def _with_scores(call: Call, outcome: Outcome, scores: Shape) -> Outcome:
    """The outcome with the attention scores as a second output, if they are asked for."""
    if not call.flag("return_attention_scores"):
        return outcome
    outputs = (*outcome.outputs, TensorType(scores, call.compute_dtype))
    return Outcome(outputs, outcome.weights, outcome.multiply_adds)


def _attention_axes(call: Call, query: Shape) -> None:
    given = call.get("attention_axes")
    if given is None:
        return
    axes = given if isinstance(given, list | tuple) else [given]
    for axis in axes:
        if not isinstance(axis, int) or not -len(query) <= axis < len(query):
            raise Refusal("axis-out-of-range", f"`{call.type}` has no axis {axis} in {query}", at="attention_axes")


def _work(weights: list[Weight], queries: Shape, values: Shape, per_pair: int) -> int | None:
    """Projections of every position, then scores and sums for every pair of positions."""
    total: Size = 0
    for weight in weights:
        if weight.name.endswith("kernel"):
            of_values = weight.name.startswith(("key", "value"))
            total = plus(total, times(weight.size, product(values if of_values else queries)))
    return plus(total, times(per_pair, product(queries), product(values)))


def grouped_query(call: Call) -> Outcome:
    """`GroupQueryAttention`: several query heads share a key and value head."""
    width, heads, shared = (
        integer(call, "head_dim"),
        integer(call, "num_query_heads"),
        integer(call, "num_key_value_heads"),
    )
    if heads % shared:
        message = f"`num_query_heads: {heads}` is not divisible by `num_key_value_heads: {shared}`"
        raise Refusal("heads-do-not-divide", message, at="num_key_value_heads")
    query, value, key, at = _roles(call)
    q, v, k = (rank_is(call, x, 3, at[i]) for i, x in enumerate((query, value, key)))
    if q is None or v is None or k is None:
        return unknown(2 if call.flag("return_attention_scores") else 1)
    _same_length(call, v, k, at)
    if q[-1] != v[-1]:
        message = f"`{call.type}` needs query and value with equally many features, got {q} and {v}"
        raise Refusal("shape-mismatch", message, at=at[1], other=at[0])
    q_in, k_in, v_in = (known_channels(call, s, -1, at[i]) for i, s in ((0, q), (2, k), (1, v)))
    bias = call.flag("use_bias", True)
    weights = [
        *_projection("query", q_in, heads, width, bias=bias),
        *_projection("key", k_in, shared, width, bias=bias),
        *(_projection("gate", q_in, heads, width, bias=bias) if call.flag("use_gate") else ()),
        *_projection("value", v_in, shared, width, bias=bias),
        Weight("attention_output/kernel", (heads, width, q_in)),
        *((Weight("attention_output/bias", (q_in,)),) if bias else ()),
    ]
    work = _work(weights, q[1:-1], v[1:-1], 2 * heads * width)
    return _with_scores(call, one(q, call.compute_dtype, tuple(weights), work), (q[0], heads, q[1], k[1]))


def dot_product(call: Call) -> Outcome:
    """`Attention` on a list of query, value and maybe key: (batch, queries, features of the value)."""
    fraction(call, "dropout")
    mode = choice(call, "score_mode", ("dot", "concat"), "dot")
    scale = (Weight("scale", ()),) if call.flag("use_scale") else ()
    weights = (*scale, Weight("concat_score_weight", ())) if mode == "concat" else scale
    return _weighted(call, tensors(call), weights)


def additive(call: Call) -> Outcome:
    """`AdditiveAttention`, whose scale has a number for each feature of the query."""
    fraction(call, "dropout")
    inputs = tensors(call)
    weights: tuple[Weight, ...] = ()
    if call.flag("use_scale", True) and inputs and inputs[0].shape is not None:
        weights = (Weight("scale", (known_channels(call, inputs[0].shape),)),)
    return _weighted(call, inputs, weights)


def _weighted(call: Call, inputs: tuple[Tensors, ...], weights: tuple[Weight, ...]) -> Outcome:
    if not 2 <= len(inputs) <= 3:
        message = f"`{call.type}` takes query, value and maybe key, got {len(inputs)} inputs"
        raise Refusal("wrong-input-count", message, at=0)
    items = [x for x in inputs if isinstance(x, TensorType)]
    q, v, k = (rank_at_least(call, x, 2, i) for i, x in enumerate((items[0], items[1], items[-1])))
    if q is None or v is None or k is None:
        return unknown(2 if call.flag("return_attention_scores") else 1)
    pairs = times(*q[1:-1], v[-2] if len(v) > 2 else None)
    work = times(pairs, plus(q[-1], v[-1]))
    return _with_scores(call, one((*q[:-1], v[-1]), call.compute_dtype, weights, work), (*q[:-1], k[-2]))
