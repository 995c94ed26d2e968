"""Random configurations of every layer that has a shape rule, valid and not, for `differential.py`.

Out: for a source of chance and a type a `Config`. Nothing is inferred or built here.
"""

import inspect
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import keras
from random_ops import OPERATIONS
from random_values import (
    Config,
    Sizes,
    axis,
    data_format,
    layer,
    maybe,
    positive,
    rate,
    shape,
    simple,
    size,
    some,
    spread,
    tensor,
    yes,
)

from specc.component import Component
from specc.graph.graph import TensorType
from specc.graph.shapes import all_rules

RULES = all_rules()
IMAGES = [
    n for n in RULES if n.startswith(("Random", "Equal", "Solar", "Auto", "Contrast", "AugMix", "CutMix", "MixUp"))
]
IMAGES += ["RandAugment", "CenterCrop", "Resizing"]


def window(r: Random, rank: int, *, causal: bool = False) -> dict[str, Any]:
    return some(
        r,
        strides=lambda: spread(r, rank, 3),
        padding=lambda: r.choice(("valid", "same", "causal") if causal or r.random() < 0.05 else ("valid", "same")),
        data_format=lambda: data_format(r),
        use_bias=lambda: yes(r),
    ) | ({"dilation_rate": spread(r, rank, 2)} if r.random() < 0.3 else {})


def convolution(r: Random, name: str) -> Config:
    rank = int(name[name.index("D") - 1] if not name.startswith("Depthwise") else name[-2])
    arguments = {"kernel_size": spread(r, rank, 4)} | window(r, rank, causal=name == "Conv1D")
    if not name.startswith("Depthwise"):
        arguments["filters"] = positive(r, 6)
    if name in {"Conv1D", "Conv2D", "Conv3D"} and r.random() < 0.3:
        arguments["groups"] = r.choice((1, 2, 3))
    if name.startswith(("Depthwise", "Separable")):
        arguments |= some(r, depth_multiplier=lambda: positive(r, 3))
    if name.endswith("Transpose"):
        arguments |= some(r, output_padding=lambda: r.choice((0, 1, [1] * rank)))
    return Config(name, arguments, (tensor(r, shape(r, rank + 1)),))


def conv_lstm(r: Random, name: str) -> Config:
    rank = int(name[-2])
    flags = some(r, return_sequences=lambda: yes(r), return_state=lambda: yes(r))
    arguments = {"filters": positive(r, 3), "kernel_size": spread(r, rank, 3)} | window(r, rank) | flags
    return Config(name, arguments, (tensor(r, shape(r, rank + 2, 6)),))


def pooling(r: Random, name: str) -> Config:
    rank = int(name[-2])
    arguments = some(r, data_format=lambda: data_format(r))
    if name.startswith("Global"):
        arguments |= some(r, keepdims=lambda: yes(r))
    elif name.startswith("Adaptive"):
        arguments["output_size"] = spread(r, rank, 4)
    else:
        arguments["pool_size"] = spread(r, rank, 3)
        arguments |= some(r, strides=lambda: spread(r, rank, 3), padding=lambda: r.choice(("valid", "same")))
    return Config(name, arguments, (tensor(r, shape(r, rank + 1)),))


def pairs(r: Random, rank: int) -> Any:  # noqa: ANN401  an integer, a pair or pairs
    if r.random() < 0.4:
        return r.randint(0, 3)
    listed = [[r.randint(0, 3), r.randint(0, 3)] for _ in range(rank)]
    return listed[0] if rank == 1 else listed


def bordering(r: Random, name: str) -> Config:
    rank = int(name[-2])
    key = "cropping" if name.startswith("Cropping") else "padding"
    arguments = some(r, **{key: lambda: pairs(r, rank)})
    if name != "Cropping1D":
        arguments |= some(r, data_format=lambda: data_format(r))
    return Config(name, arguments, (tensor(r, shape(r, rank + 1)),))


def upsampling(r: Random, name: str) -> Config:
    rank = int(name[-2])
    arguments = some(r, size=lambda: positive(r, 3) if rank == 1 else spread(r, rank, 3))
    return Config(name, arguments, (tensor(r, shape(r, rank + 1)),))


def merging(r: Random, name: str) -> Config:
    sizes = [r.choice((1, 2, 3, None)) for _ in range(r.randint(1, 3))]
    count_ = 2 if name in {"Subtract", "Dot"} and r.random() < 0.9 else r.randint(1, 3)
    shapes = []
    for _ in range(count_):
        mine = [r.choice((1, s, s, s)) if name != "Concatenate" else s for s in sizes]
        if r.random() < 0.15:
            mine[r.randrange(len(mine))] = r.choice((2, 3, None))
        shapes.append(tuple(mine[1:] if r.random() < 0.1 else mine))
    arguments: dict[str, Any] = {}
    if name == "Concatenate":
        arguments = some(r, axis=lambda: axis(r, len(sizes) + 1))
    if name == "Dot":
        arguments = {"axes": r.choice((1, -1, 2, [1, 1], [2, 1], [1, 2], 4))}
    return Config(name, arguments, tuple(tensor(r, s) for s in shapes), listed=True)


def normalizing(r: Random, name: str) -> Config:
    rank = r.randint(2, 4)
    arguments = some(r, axis=lambda: axis(r, rank))
    if name in {"LayerNormalization", "RMSNormalization", "UnitNormalization"} and r.random() < 0.3:
        arguments["axis"] = r.sample(range(1, rank), r.randint(1, rank - 1))
    if name in {"BatchNormalization", "LayerNormalization", "GroupNormalization"}:
        arguments |= some(r, center=lambda: yes(r), scale=lambda: yes(r))
    if name == "GroupNormalization":
        arguments["groups"] = r.choice((1, 2, 3, -1, 0))
    if name == "BatchNormalization":
        arguments |= some(r, renorm=lambda: yes(r))
    return Config(name, arguments, (tensor(r, shape(r, rank - 1, 4, 0)),))


def recurrent(r: Random, name: str) -> Config:
    flags = some(r, use_bias=lambda: yes(r), return_sequences=lambda: yes(r), return_state=lambda: yes(r))
    arguments = {"units": positive(r, 5)} | flags | ({"stateful": True} if r.random() < 0.05 else {})
    if name == "GRU":
        arguments |= some(r, reset_after=lambda: yes(r))
    return Config(name, arguments, (tensor(r, shape(r, 2, 5)),))


def cell(r: Random) -> Component:
    kind = r.choice(("SimpleRNNCell", "GRUCell", "LSTMCell"))
    return layer(kind, units=r.randint(1, 4), **some(r, use_bias=lambda: yes(r)))


def rnn(r: Random, name: str) -> Config:
    stacked = layer("StackedRNNCells", cells=[cell(r), cell(r)])
    choices = (cell(r), [cell(r), cell(r)], [cell(r)], [cell(r), stacked], stacked)
    flags = some(r, return_sequences=lambda: yes(r), return_state=lambda: yes(r))
    given = layer("Dense", units=2) if r.random() < 0.05 else r.choice(choices)
    return Config(name, {"cell": given} | flags, (tensor(r, shape(r, 2, 5)),))


def bidirectional(r: Random, name: str) -> Config:
    inner = r.choice(("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D"))
    config = {"RNN": rnn, "ConvLSTM1D": conv_lstm}.get(inner, recurrent)(r, inner)
    arguments: dict[str, Any] = {"layer": layer(inner, **config.arguments)}
    arguments |= some(r, merge_mode=lambda: r.choice(("sum", "mul", "ave", "concat", None)))
    if r.random() < 0.2:
        arguments["backward_layer"] = layer(inner, **(dict(config.arguments) | {"go_backwards": r.random() < 0.8}))
    return Config(name, arguments, config.inputs)


def time_distributed(r: Random, name: str) -> Config:
    inner = r.choice(("Dense", "Conv2D", "Flatten", "Dropout", "LSTM", "BatchNormalization", "Conv1D"))
    config = GENERATORS[inner](r, inner)
    inputs = tuple(TensorType((size(r, 4), *(x.shape or ())), x.dtype) for x in config.inputs)
    return Config(name, {"layer": layer(inner, **config.arguments)}, inputs)


def spectral(r: Random, name: str) -> Config:
    inner = r.choice(("Dense", "Conv2D", "Dropout", "Embedding"))
    config = GENERATORS[inner](r, inner)
    return Config(name, {"layer": layer(inner, **config.arguments)}, config.inputs)


def attention(r: Random, name: str) -> Config:
    features, length = r.randint(1, 5), size(r, 5)
    query: Sizes = (size(r, 5), features)
    value: Sizes = (length, features if r.random() < 0.8 else r.randint(1, 5))
    key: Sizes = (length if r.random() < 0.9 else 7, features if name != "MultiHeadAttention" else r.randint(1, 5))
    shapes = [query, value, key][: r.choice((2, 3))]
    if name in {"Attention", "AdditiveAttention"}:
        shapes = shapes[:1] if r.random() < 0.05 else [*shapes[:1], (shapes[1][0], features), *shapes[2:]]
        arguments = some(r, use_scale=lambda: yes(r), return_attention_scores=lambda: yes(r))
        if name == "Attention":
            arguments |= some(
                r, score_mode=lambda: r.choice(("dot", "concat", "sum") if r.random() < 0.1 else ("dot", "concat"))
            )
        return Config(name, arguments, tuple(tensor(r, s, "float32") for s in shapes), listed=True)
    arguments = some(r, use_bias=lambda: yes(r), use_gate=lambda: yes(r), return_attention_scores=lambda: yes(r))
    if name == "MultiHeadAttention":
        arguments |= {"num_heads": positive(r, 3), "key_dim": positive(r, 4)}
        arguments |= some(r, value_dim=lambda: positive(r, 4), output_shape=lambda: r.choice((3, [2, 3], [4])))
    else:
        arguments |= {
            "head_dim": positive(r, 4),
            "num_query_heads": r.choice((2, 4, 6)),
            "num_key_value_heads": r.randint(1, 3),
        }
    inputs = tuple(tensor(r, s, "float32") for s in shapes)
    return Config(name, arguments, inputs, keywords=("query", "value", "key")[: len(shapes)])


def einsum(r: Random, name: str) -> Config:
    equation, output, sizes = r.choice(
        (
            ("abc,cd->abd", [None, 4], 2),
            ("ab,bc->ac", [3], 1),
            ("...x,xy->...y", [5], r.randint(1, 3)),
            ("abc,cde->abde", [None, 2, 3], 2),
            ("ab...,bc->ac...", [4], r.randint(1, 3)),
            ("abc,bd->adc", [2, None], 2),
            ("abc->ab", [2], 2),
        )
    )
    bias = [c for c in equation.split("->")[-1].replace(".", "") if c != "a"] or ["a"]
    arguments = {"equation": equation, "output_shape": output} | some(
        r, bias_axes=lambda: r.choice((bias[-1], "".join(bias)))
    )
    return Config(name, arguments, (tensor(r, shape(r, sizes, 5)),))


def embedding(r: Random, name: str) -> Config:
    arguments = {"input_dim": positive(r), "output_dim": positive(r)}
    if name == "ReversibleEmbedding":
        arguments |= some(r, tie_weights=lambda: yes(r))
    return Config(name, arguments, (tensor(r, shape(r, 1), "int32", "float32"),))


def image(r: Random, name: str) -> Config:
    arguments: dict[str, Any] = {}
    if name in {"Resizing", "CenterCrop", "RandomCrop"}:
        arguments = {"height": r.randint(1, 9), "width": r.randint(1, 9)} | some(r, data_format=lambda: data_format(r))
    needed = {"factor": 2 if name == "RandomPosterization" else 0.1, "height_factor": 0.1, "width_factor": 0.1}
    parameters = inspect.signature(getattr(keras.layers, name)).parameters.values()
    arguments |= {p.name: needed[p.name] for p in parameters if p.name in needed and p.default is p.empty}
    return Config(name, arguments, (tensor(r, (size(r), size(r), 3)[: 2 if r.random() < 0.05 else 3]),))


def written(name: str) -> str:
    """The path of a vocabulary. TensorFlow keeps one table for a file, so words and numbers have one each."""
    path = Path(tempfile.mkdtemp()) / name
    path.write_text("3\n5\n7\n11\n", encoding="utf-8")
    return str(path)


WORDS, NUMBERS = written("words.txt"), written("numbers.txt")


def lookup(r: Random, name: str) -> Config:
    words = ["a", "b", "c"] if name != "IntegerLookup" else [3, 5, 7]
    modes = ("int", "multi_hot", "count") if name == "TextVectorization" else ("int", "one_hot", "multi_hot", "count")
    arguments = some(
        r,
        vocabulary=lambda: (NUMBERS if name == "IntegerLookup" else WORDS) if yes(r) else words,
        output_mode=lambda: r.choice(modes),
    )
    if r.random() < 0.3:
        arguments |= {"max_tokens": r.choice((9, 9, 9, 1)), "pad_to_max_tokens": True}
    if name == "TextVectorization" and r.random() < 0.2:
        arguments["output_sequence_length"] = 4
    dtype = "int64" if name == "IntegerLookup" else "string"
    return Config(
        name, arguments, (tensor(r, r.choice(((1,), (), (4,))) if name == "TextVectorization" else shape(r, 1), dtype),)
    )


def crossing(r: Random, name: str) -> Config:
    count_ = 2 if r.random() < 0.9 else 3
    arguments = {"num_bins": 5} | some(r, output_mode=lambda: r.choice(("int", "one_hot")))
    return Config(
        name, arguments, tuple(tensor(r, (r.choice((1, 1, 2)),), "int64") for _ in range(count_)), listed=True
    )


def step(r: Random, name: str) -> Config:
    """A cell on one step, with states that are mostly its own."""
    units = r.randint(1, 4)
    arguments: dict[str, Any] = {"units": units} | some(r, use_bias=lambda: yes(r))
    states = [units, units] if name == "LSTMCell" else [units]
    if name == "GRUCell":
        arguments |= some(r, reset_after=lambda: yes(r))
    if name == "StackedRNNCells":
        kinds = ("SimpleRNNCell", "GRUCell", "LSTMCell") if r.random() < 0.1 else ("SimpleRNNCell", "GRUCell")
        cells = [layer(r.choice(kinds), units=r.randint(1, 4)) for _ in range(r.randint(1, 3))]
        arguments, states = {"cells": cells}, [int(str(inner.arguments["units"])) for inner in cells]
    if r.random() < 0.1:
        states[-1] += 1
    if r.random() < 0.1:
        states.append(2)
    inputs = (tensor(r, (size(r, 5),) if r.random() < 0.95 else ()), *(tensor(r, (n,), "float32") for n in states))
    return Config(name, arguments, inputs, states=True)


MODES = ("int", "one_hot", "multi_hot", "count")
ANY = simple((0, 4))
GENERATORS: dict[str, Callable[[Random, str], Config]] = {
    **OPERATIONS,
    **dict.fromkeys((n for n in RULES if "Conv" in n and "LSTM" not in n), convolution),
    **dict.fromkeys((n for n in RULES if "ConvLSTM" in n), conv_lstm),
    **dict.fromkeys((n for n in RULES if "Pool" in n), pooling),
    **dict.fromkeys((n for n in RULES if n.startswith(("ZeroPadding", "Cropping"))), bordering),
    **dict.fromkeys((n for n in RULES if n.startswith("UpSampling")), upsampling),
    **dict.fromkeys(("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"), merging),
    **dict.fromkeys((n for n in RULES if n.endswith("Normalization")), normalizing),
    **dict.fromkeys(("SimpleRNN", "GRU", "LSTM"), recurrent),
    **dict.fromkeys(("SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells"), step),
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"), attention),
    **dict.fromkeys(("Embedding", "ReversibleEmbedding"), embedding),
    **dict.fromkeys(IMAGES, image),
    **dict.fromkeys(("StringLookup", "IntegerLookup", "TextVectorization"), lookup),
    **dict.fromkeys(("Identity", "Masking", "ELU", "Softmax", "ActivityRegularization"), ANY),
    "Activation": simple((0, 3), activation=lambda _: "relu"),
    "AlphaDropout": simple((0, 3), rate=rate),
    "Bidirectional": bidirectional,
    "CategoryEncoding": simple(
        (1, 2), "int32", num_tokens=positive, output_mode=maybe(lambda r: r.choice(("one_hot", "multi_hot", "count")))
    ),
    "Dense": simple((1, 3), units=positive, use_bias=maybe(yes), lora_rank=lambda r: 2 if r.random() < 0.1 else None),
    "Discretization": simple(
        (1, 2), bin_boundaries=lambda _: [0.0, 1.0], output_mode=lambda r: r.choice(MODES)
    ),
    "Dropout": simple((0, 3), rate=rate),
    "EinsumDense": einsum,
    "Flatten": simple((0, 3), data_format=maybe(data_format)),
    "GaussianDropout": simple((0, 3), rate=rate),
    "GaussianNoise": simple((0, 3), stddev=rate),
    "HashedCrossing": crossing,
    "Hashing": simple(
        (1, 2), "int64", "string", num_bins=positive, output_mode=maybe(lambda r: r.choice(("int", "one_hot", "count")))
    ),
    "LeakyReLU": simple((0, 3), negative_slope=maybe(lambda r: r.choice((0.1, -0.1)))),
    "MelSpectrogram": lambda r, name: Config(
        name, {"fft_length": 8, "sequence_stride": 3}, (TensorType((size(r, 99),)),)
    ),
    "Normalization": simple((1, 3), axis=maybe(lambda r: r.choice((-1, 1, 2)))),
    "PReLU": simple((1, 3), shared_axes=maybe(lambda r: r.sample((1, 2, 3), r.randint(1, 2)))),
    "Permute": simple((1, 3), dims=lambda r: r.choice(([1], [2, 1], [3, 1, 2], [2, 3], [1, 2, 3]))),
    "Pipeline": lambda r, name: Config(
        name,
        {"layers": [layer("RandomFlip"), layer("Resizing", height=4, width=5)]},
        (tensor(r, (8, size(r), 3), "float32"),),
    ),
    "RNN": rnn,
    "ReLU": simple((0, 3), max_value=maybe(lambda r: r.choice((6.0, -1.0))), threshold=maybe(lambda _: 0.1)),
    "RepeatVector": simple((1, 1), n=positive),
    "Rescaling": simple((0, 3), scale=lambda _: 0.5),
    "Reshape": simple((0, 3), target_shape=lambda r: r.choice(([-1], [4, -1], [2, 3], [-1, -1], [-2], [6], [1]))),
    "STFTSpectrogram": simple(
        (2, 2), "float32", frame_length=lambda r: r.randint(2, 8), expand_dims=maybe(yes),
        mode=maybe(lambda r: r.choice(("log", "stft", "real", "imag"))),
    ),
    "SpatialDropout1D": simple((2, 2), rate=rate),
    "SpatialDropout2D": simple((3, 3), rate=rate),
    "SpatialDropout3D": simple((4, 4), rate=rate),
    "SpectralNormalization": spectral,
    "TimeDistributed": time_distributed,
}  # fmt: skip
