"""Recurrent and attention layers, and layers that wrap another."""

from specc.catalog.entries import Entry, Extra, Family, entry
from specc.catalog.types import (
    Type,
    boolean,
    choice,
    component,
    components,
    integer,
    one_or_many,
    one_or_many_components,
    sizes,
)

_STATE = {"initial_state": "tensors"}
_CELL_CALL = {"states": "tensors"}


def _convolutional(about: str, rank: int) -> Entry:
    window = {name: sizes(rank) for name in ("kernel_size", "strides", "dilation_rate")}
    return entry(about, call=_STATE, shared=window)


RECURRENT: Family = {
    "LSTM": entry("Long short-term memory: gates decide what to keep, forget and show.", call=_STATE),
    "GRU": entry("Gated recurrent unit: two gates and no separate memory.", call=_STATE),
    "SimpleRNN": entry("Plain recurrent layer: the last output is fed back in.", call=_STATE),
    "RNN": entry(
        "Runs a cell, or a stack of cells, along a sequence.",
        call=_STATE,
        cell=one_or_many_components(
            "layer", "The cell, such as `LSTMCell`, or a list of cells, from the input upwards.", definition="cell"
        ),
        zero_output_for_mask=boolean("Put out zeros, not the last result, at padded steps."),
    ),
    "LSTMCell": entry("One step of an LSTM, for `RNN`.", call=_CELL_CALL),
    "GRUCell": entry("One step of a GRU, for `RNN`.", call=_CELL_CALL),
    "SimpleRNNCell": entry("One step of a plain recurrent layer, for `RNN`.", call=_CELL_CALL),
    "StackedRNNCells": entry(
        "Several cells on top of each other as one cell, for `RNN`.",
        call=_CELL_CALL,
        cells=components("layer", "The cells, from the input upwards.", definition="cell"),
    ),
    "ConvLSTM1D": _convolutional("LSTM over a sequence of one-dimensional signals, with convolutions inside.", 1),
    "ConvLSTM2D": _convolutional("LSTM over a sequence of images, with convolutions inside.", 2),
    "ConvLSTM3D": _convolutional("LSTM over a sequence of volumes, with convolutions inside.", 3),
}

WRAPPERS: Family = {
    "Bidirectional": entry(
        "Reads a sequence in both directions with two copies of a recurrent layer.",
        call=_STATE,
        layer=component("layer", "The recurrent layer for the forward direction."),
        backward_layer=component("layer", "Another recurrent layer for the way back; null copies the first."),
    ),
    "TimeDistributed": entry("Applies the same layer to every step of a sequence."),
    "SpectralNormalization": entry(
        "Scales the wrapped layer's kernel to a spectral norm of one.",
        power_iterations=integer("Iterations per update of the estimate.", minimum=1),
    ),
    "Pipeline": entry(
        "Several layers, one after the other, as one preprocessing layer.",
        layers=components("layer", "The layers in order."),
    ),
}

_WINDOW = integer("Positions that each one can look back and ahead at; null is all.", minimum=1)
_FLASH = boolean("Use the fused attention kernel; null uses it where it applies.")
_GATE = boolean("Multiply the result by a learned gate.")
_FLAGS = {
    "use_causal_mask": Extra(boolean(), False),
    "return_attention_scores": Extra(boolean(), False),
}
_QUERY_VALUE_KEY = {"inputs": "tensors", "mask": "tensors"}


def _positive(about: str) -> Type:
    return integer(about, minimum=1)


ATTENTION: Family = {
    "MultiHeadAttention": entry(
        "Attention with several heads: each position gathers from all others.",
        extra=_FLAGS,
        num_heads=_positive("Number of heads."),
        key_dim=_positive("Length of queries and keys in each head."),
        value_dim=_positive("Length of values in each head; null equals `key_dim`."),
        output_shape=one_or_many(_positive(""), "Features of the result; null equals those of the query."),
        attention_axes=one_or_many(
            integer(), "Axes that attend to each other; null is all but batch, heads and features."
        ),
        sliding_window=_WINDOW,
        flash_attention=_FLASH,
        use_gate=_GATE,
    ),
    "GroupQueryAttention": entry(
        "Attention whose query heads share keys and values in groups.",
        extra=_FLAGS,
        head_dim=_positive("Length of each head."),
        num_query_heads=_positive("Number of query heads, a multiple of the key and value heads."),
        num_key_value_heads=_positive("Number of heads for keys and values."),
        sliding_window=_WINDOW,
        flash_attention=_FLASH,
        use_gate=_GATE,
    ),
    "Attention": entry(
        "Dot-product attention over [query, value] or [query, value, key].",
        call=_QUERY_VALUE_KEY,
        extra=_FLAGS,
        use_scale=boolean("Learn a factor on the scores."),
        score_mode=choice(["dot", "concat"], "Score by the dot product, or by a small network over both."),
    ),
    "AdditiveAttention": entry(
        "Attention whose scores come from the tanh of query plus key.",
        call=_QUERY_VALUE_KEY,
        extra=_FLAGS,
        use_scale=boolean("Learn a factor on the scores."),
    ),
}
