"""Every rule: a known input, a partly unknown one, each constraint broken. No Keras; the catalog gives the defaults."""

from pathlib import Path
from typing import Any

import pytest

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import InferredNode, infer
from specc.graph.shapes import all_rules

RULES = all_rules()
NOWHERE = Span("spec.yaml", 1, 1, 1, 2)
Shape = tuple[int | None, ...] | None
N = None


def layer(name: str, /, **arguments: Any) -> Component:
    return Component("op" if name.startswith("ops.") else "layer", name, arguments, NOWHERE)


def apply(component: Component, shapes: list[Shape], dtype: str, *, listed: bool) -> tuple[InferredNode, list[str]]:
    inputs = tuple(GraphInput(f"x{i}", shape, dtype, NOWHERE) for i, shape in enumerate(shapes))
    refs = tuple(Ref(x.name, 0, NOWHERE) for x in inputs)
    node = Node("node", component, (refs,) if listed else refs, {}, "node", NOWHERE)
    inferred, findings = infer(Graph("g", inputs, (node,), {}), load())
    return inferred.nodes["node"], [finding.code for finding in findings]


def check(
    component: Component, shapes: Shape | list[Shape], expected: Shape | str, counts: tuple[int | None, ...] = ()
) -> None:
    """Shapes without the batch. `expected` is the first output, or the code of the one finding; `counts` are the
    trainable and other parameters and the multiply-adds, as far as given."""
    listed = isinstance(shapes, list)
    node, codes = apply(component, shapes if isinstance(shapes, list) else [shapes], "float32", listed=listed)
    if isinstance(expected, str):
        assert codes == [expected]
        assert node.outputs[0].shape is None
        return
    assert codes == []
    shape = node.outputs[0].shape
    assert (None if shape is None else shape[1:]) == expected
    found = (node.trainable, node.non_trainable, node.multiply_adds)
    assert found[: len(counts)] == counts


LSTM = layer("LSTM", units=3)
CASES = [
    # core
    (layer("Dense", units=3), (4,), (3,), (15, 0, 12)),
    (layer("Dense", units=3, use_bias=False), (N, 4), (N, 3), (12, 0, N)),
    (layer("Dense", units=3, trainable=False), (4,), (3,), (0, 15)),
    (layer("Dense", units=3, lora_rank=2), (4,), (3,), (17, 12)),
    (layer("Dense", units=3), N, N, (N, N, N)),
    (layer("Dense", units=3), (N,), "channels-unknown"),
    (layer("Dense", units=3), (), "rank-mismatch"),
    (layer("Dense", units=0), (4,), "invalid-argument"),
    (layer("EinsumDense", equation="abc,cd->abd", output_shape=[N, 8], bias_axes="d"), (5, 4), (N, 8), (40, 0, 160)),
    (layer("EinsumDense", equation="abc,cd->abd", output_shape=[6, 8]), (5, 4), "shape-mismatch"),
    (layer("EinsumDense", equation="abc,cd", output_shape=8), (5, 4), "invalid-argument"),
    (layer("EinsumDense", equation="abc,cd->abd", output_shape=[N, 8]), (4,), "rank-mismatch"),
    (layer("Embedding", input_dim=10, output_dim=4), (7,), (7, 4), (40, 0, 0)),
    (layer("Embedding", input_dim=10, output_dim=4), (N,), (N, 4), (40,)),
    (layer("Identity"), (2, N), (2, N), (0, 0, 0)),
    # activation
    (layer("PReLU"), (2, 3), (2, 3), (6,)),
    (layer("PReLU", shared_axes=[1]), (N, 3), (N, 3), (3,)),
    (layer("PReLU"), (N, 3), "channels-unknown"),
    (layer("PReLU", shared_axes=[3]), (2, 3), "axis-out-of-range"),
    (layer("LeakyReLU", negative_slope=-1.0), (2,), "invalid-argument"),
    # regularization
    (layer("Dropout", rate=0.5), (N, 3), (N, 3), (0, 0, 0)),
    (layer("Dropout", rate=-0.1), (3,), "invalid-argument"),
    (layer("SpatialDropout2D", rate=0.1), (4, 4), "rank-mismatch"),
    # convolution
    (layer("Conv2D", filters=8, kernel_size=3), (8, 8, 2), (6, 6, 8), (152, 0, 5184)),
    (layer("Conv2D", filters=8, kernel_size=3, padding="same", strides=2), (N, 7, 2), (N, 4, 8), (152, 0, N)),
    (layer("Conv2D", filters=8, kernel_size=3, groups=2), (8, 8, 4), (6, 6, 8), (152,)),
    (layer("Conv2D", filters=8, kernel_size=3, groups=3), (8, 8, 3), "groups-do-not-divide"),
    (layer("Conv2D", filters=8, kernel_size=3, groups=2), (8, 8, 3), "groups-do-not-divide"),
    (layer("Conv2D", filters=8, kernel_size=9), (8, 8, 3), "kernel-too-large"),
    (layer("Conv2D", filters=8, kernel_size=5, dilation_rate=2), (8, 8, 3), "kernel-too-large"),
    (layer("Conv2D", filters=8, kernel_size=3, strides=2, dilation_rate=2), (8, 8, 3), "strides-and-dilation"),
    (layer("Conv2D", filters=8, kernel_size=3), (8, 8), "rank-mismatch"),
    (layer("Conv2D", filters=8, kernel_size=3), (8, 8, N), "channels-unknown"),
    (layer("Conv2D", filters=8, kernel_size=[3, 3, 3]), (8, 8, 1), "invalid-argument"),
    (layer("Conv2D", filters=8, kernel_size=3, data_format="channels_first"), (2, 8, 8), (8, 6, 6), (152,)),
    (layer("Conv1D", filters=4, kernel_size=3, padding="causal"), (9, 2), (9, 4), (28, 0, 216)),
    (layer("Conv2DTranspose", filters=4, kernel_size=3, strides=2), (5, 5, 2), (11, 11, 4), (76, 0, 1800)),
    (layer("Conv2DTranspose", filters=4, kernel_size=3, output_padding=1), (5, 5, 2), "output-padding-too-large"),
    (layer("DepthwiseConv2D", kernel_size=3, depth_multiplier=2), (5, 5, 3), (3, 3, 6), (60, 0, 486)),
    (layer("SeparableConv2D", filters=4, kernel_size=3), (5, 5, 3), (3, 3, 4), (43, 0, 351)),
    # pooling
    (layer("MaxPooling2D"), (8, N, 3), (4, N, 3), (0, 0, 0)),
    (layer("MaxPooling2D"), (1, 1, 3), "kernel-too-large"),
    (layer("MaxPool2D"), (8, 8, 3), (4, 4, 3)),
    (layer("AveragePooling1D", pool_size=2, padding="same"), (5, 3), (3, 3)),
    (layer("GlobalAveragePooling2D"), (N, N, 3), (3,)),
    (layer("GlobalAveragePooling2D"), (3,), "rank-mismatch"),
    (layer("AdaptiveMaxPooling1D", output_size=2), (N, 3), (2, 3)),
    # reshaping
    (layer("Flatten"), (2, 3), (6,)),
    (layer("Flatten"), (N, 3), (N,)),
    (layer("Reshape", target_shape=[-1, 2]), (6,), (3, 2)),
    (layer("Reshape", target_shape=[-1, 2]), (N,), (N, 2)),
    (layer("Reshape", target_shape=[4]), (6,), "shape-mismatch"),
    (layer("Reshape", target_shape=[-1, -1]), (6,), "invalid-argument"),
    (layer("Permute", dims=[2, 1]), (6, N), (N, 6)),
    (layer("Permute", dims=[2, 1]), (6,), "rank-mismatch"),
    (layer("RepeatVector", n=3), (6,), (3, 6)),
    (layer("ZeroPadding2D", padding=1), (4, N, 3), (6, N, 3)),
    (layer("Cropping1D", cropping=2), (4, 3), "cropping-too-large"),
    (layer("UpSampling2D"), (4, N, 3), (8, N, 3)),
    # merging
    (layer("Add"), [(4, 3), (4, 3)], (4, 3)),
    (layer("Add"), [(4, 1), (N, 3)], (N, 3)),
    (layer("Add"), [(4,), N], N),
    (layer("Add"), [(4,), (3,)], "shape-mismatch"),
    (layer("Add"), (4,), "wrong-input-count"),
    (layer("Subtract"), [(4,), (4,), (4,)], "wrong-input-count"),
    (layer("Concatenate"), [(4, 2), (4, 3)], (4, 5)),
    (layer("Concatenate"), [(4, N), (4, 3)], (4, N)),
    (layer("Concatenate"), [(4, 2), (5, 3)], "shape-mismatch"),
    (layer("Concatenate"), [(4, 2), (3,)], "rank-mismatch"),
    (layer("Concatenate", axis=4), [(4, 2), (4, 2)], "axis-out-of-range"),
    (layer("Dot", axes=1), [(4, 2), (4, 3)], (2, 3), (0, 0, 24)),
    (layer("Dot", axes=1), [(4,), (3,)], "shape-mismatch"),
    (layer("Dot", axes=1), [(4,), ()], "rank-mismatch"),
    # normalization
    (layer("BatchNormalization"), (N, 3), (N, 3), (6, 6)),
    (layer("BatchNormalization", axis=4), (N, 3), "axis-out-of-range"),
    (layer("LayerNormalization", axis=[1, 2]), (4, 3), (4, 3), (24, 0)),
    (layer("LayerNormalization"), (N,), "channels-unknown"),
    (layer("LayerNormalization", center=False, scale=False), (N,), (N,), (0, 0)),
    (layer("GroupNormalization", groups=2), (4,), (4,), (8,)),
    (layer("GroupNormalization", groups=3), (4,), "groups-do-not-divide"),
    (layer("RMSNormalization"), (4,), (4,), (4,)),
    (layer("UnitNormalization", axis=3), (4,), "axis-out-of-range"),
    # recurrent
    (LSTM, (5, 2), (3,), (72, 0, 300)),
    (LSTM, (N, 2), (3,), (72, 0, N)),
    (LSTM, (2,), "rank-mismatch"),
    (layer("GRU", units=3, return_sequences=True), (5, 2), (5, 3), (63, 0, 225)),
    (layer("SimpleRNN", units=3, stateful=True), (5, 2), "batch-size-unknown"),
    (layer("RNN", cell=[layer("LSTMCell", units=3), layer("GRUCell", units=2)]), (5, 2), (2,), (114,)),
    (layer("RNN", cell=layer("Dense", units=3)), (5, 2), "not-a-cell"),
    (layer("ConvLSTM2D", filters=2, kernel_size=3), (4, 8, 8, 1), (6, 6, 2), (224,)),
    (layer("ConvLSTM2D", filters=2, kernel_size=3), (4, N, 8, 1), "channels-unknown"),
    # wrappers
    (layer("Bidirectional", layer=LSTM), (5, 2), (6,), (144, 0, 600)),
    (layer("Bidirectional", layer=layer("Dense", units=3)), (5, 2), "wrong-layer"),
    (layer("Bidirectional", layer=LSTM, backward_layer=LSTM), (5, 2), "layers-disagree"),
    (layer("TimeDistributed", layer=layer("Dense", units=3)), (5, 2), (5, 3), (9, 0, 30)),
    (layer("TimeDistributed", layer=layer("Dense", units=3)), (2,), "rank-mismatch"),
    (layer("SpectralNormalization", layer=layer("Dense", units=3)), (2,), (3,), (9, 3)),
    (layer("SpectralNormalization", layer=layer("Flatten")), (2,), "wrong-layer"),
    # attention
    (layer("Attention"), [(5, 2), (4, 2)], (5, 2)),
    (layer("Attention"), [(5, 2)], "wrong-input-count"),
    (layer("GroupQueryAttention", head_dim=2, num_query_heads=4, num_key_value_heads=3), (5, 2), "heads-do-not-divide"),
    # preprocessing
    (layer("Normalization"), (3,), (3,), (0, 7)),
    (layer("Normalization", mean=[1.0, 2.0], variance=[1.0, 1.0]), (3,), "shape-mismatch"),
    (layer("CategoryEncoding", num_tokens=5), (3,), (5,)),
    (layer("Discretization", bin_boundaries=[0.0, 1.0], output_mode="one_hot"), (3,), (3, 3)),
    (layer("Resizing", height=4, width=5), (9, N, 3), (4, 5, 3)),
    (layer("RandomFlip"), (9, 9), "rank-mismatch"),
    # ops
    (layer("ops.mean", axis=1), (4, 3), (3,)),
    (layer("ops.mean", axis=3), (4, 3), "axis-out-of-range"),
    (layer("ops.concatenate", axis=1), [(4, 3), (2, 3)], (6, 3)),
    (layer("ops.reshape", newshape=[-1, 12]), (4, 3), (12,)),
    (layer("ops.transpose", axes=[0, 0, 1]), (4, 3), "invalid-argument"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].type}{dict(case[0].arguments)}-{case[1]}"[:70])
def test_rule(case: tuple[Any, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(
    ("component", "shapes", "expected"),
    [
        (layer("MultiHeadAttention", num_heads=2, key_dim=3), [(5, 4), (7, 4)], (5, 4)),
        (layer("MultiHeadAttention", num_heads=2, key_dim=3), [(5, 4), (4,)], "rank-mismatch"),
        (layer("MultiHeadAttention", num_heads=2, key_dim=3), [(5, 4), (7, 4), (8, 4)], "shape-mismatch"),
        (layer("ops.matmul"), [(4, 3), (3, 2)], (4, 2)),
        (layer("ops.matmul"), [(4, 3), (2, 2)], "shape-mismatch"),
        (layer("ops.add"), [(4, 3), (2,)], "shape-mismatch"),
        (layer("ops.add", x2=1.0), [(4, 3)], (4, 3)),
    ],
)
def test_rule_on_several_arguments(component: Component, shapes: list[Shape], expected: Shape | str) -> None:
    node, codes = apply(component, shapes, "float32", listed=False)
    shape = node.outputs[0].shape
    assert codes == ([expected] if isinstance(expected, str) else [])
    assert isinstance(expected, str) or shape == (None, *(expected or ()))


@pytest.mark.parametrize(
    ("component", "dtype", "expected"),
    [
        (layer("Dense", units=3), "int32", "float32"),
        (layer("Dense", units=3, dtype="mixed_float16"), "float32", "float16"),
        (layer("Flatten"), "int32", "int32"),
        (layer("Flatten"), "float64", "float32"),
        (layer("StringLookup"), "string", "int64"),
        (layer("Hashing", num_bins=3), "string", "int64"),
        (layer("ops.greater", x2=0.5), "float32", "bool"),
        (layer("ops.cast", dtype="int32"), "float32", "int32"),
    ],
)
def test_dtype(component: Component, dtype: str, expected: str) -> None:
    node, codes = apply(component, [(4,)], dtype, listed=False)
    assert (node.outputs[0].dtype, codes) == (expected, [])


@pytest.mark.parametrize("name", ["Dense", "Add", "BatchNormalization", "Embedding", "ops.exp"])
def test_text_is_refused_where_numbers_are_needed(name: str) -> None:
    arguments = {"Dense": {"units": 3}, "Embedding": {"input_dim": 2, "output_dim": 2}}.get(name, {})
    _, codes = apply(layer(name, **arguments), [(4,)], "string", listed=name == "Add")
    assert codes == ["wrong-dtype"]


@pytest.mark.parametrize(
    ("component", "dtype", "refused"),
    [
        (layer("StringLookup"), "float32", True),
        (layer("StringLookup"), "int64", True),
        (layer("StringLookup", invert=True), "int64", False),
        (layer("StringLookup", invert=True), "string", True),
        (layer("IntegerLookup"), "float32", False),
        (layer("IntegerLookup"), "string", True),
        (layer("TextVectorization"), "int64", True),
        (layer("Hashing", num_bins=3), "float32", False),
    ],
)
def test_text_and_numbers_are_looked_up_each_by_their_layer(component: Component, dtype: str, refused: bool) -> None:
    _, codes = apply(component, [(1,)], dtype, listed=False)
    assert codes == ["wrong-dtype"] * refused


@pytest.mark.parametrize(("dtype", "refused"), [("string", False), ("int32", False), ("float32", True), ("bool", True)])
def test_integers_and_text_are_crossed(dtype: str, refused: bool) -> None:
    _, codes = apply(layer("HashedCrossing", num_bins=3), [(1,), (1,)], dtype, listed=True)
    assert codes == ["wrong-dtype"] * refused


def test_every_type_of_the_catalog_has_a_rule() -> None:
    names = [name for kind in ("layer", "op", "application") for name in load().names(kind)]
    assert [name for name in names if name not in RULES] == ["Output"]  # sized by the target before shapes are inferred


def test_a_cell_takes_a_step_and_its_states() -> None:
    inputs = tuple(
        GraphInput(name, shape, "float32", NOWHERE) for name, shape in (("x", (4,)), ("h", (3,)), ("c", (3,)))
    )
    x, h, c = (Ref(name, 0, NOWHERE) for name in "xhc")

    def apply_cell(*states: Ref) -> tuple[InferredNode, list[str]]:
        node = Node("node", layer("LSTMCell", units=3), (x,), {"states": states}, "node", NOWHERE)
        inferred, findings = infer(Graph("g", inputs, (node,), {}), load())
        return inferred.nodes["node"], [finding.code for finding in findings]

    node, codes = apply_cell(h, c)
    assert ([out.shape for out in node.outputs], node.parameters, codes) == ([(None, 3)] * 3, 96, [])
    assert apply_cell(h)[1] == ["wrong-input-count"]
    assert apply_cell(h, x)[1] == ["shape-mismatch"]


def test_the_width_of_a_vocabulary_in_a_file_is_read(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("a\nb\nc\n", encoding="utf-8")
    found = []
    for path in (str(words), "words.txt", str(tmp_path / "missing.txt")):
        node, codes = apply(
            layer("StringLookup", vocabulary=path, output_mode="one_hot"), [(5,)], "string", listed=False
        )
        found.append((node.outputs[0].shape, codes))
    assert found == [((None, 5, 4), []), (None, []), (None, [])]


def test_every_rule_is_of_a_type_in_the_catalog() -> None:
    known = {name for kind in ("layer", "op", "application") for name in load().names(kind)}
    assert [name for name in RULES if name not in known] == []
