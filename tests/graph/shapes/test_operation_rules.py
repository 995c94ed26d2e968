"""Operations of `keras.ops` that multiply, factorize, transform and pick: known, partly unknown, constraints broken."""

from typing import Any

import pytest

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import infer

NOWHERE = Span("spec.yaml", 1, 1, 1, 2)
N = None
Shape = tuple[int | None, ...]


def check(name: str, shapes: list[Shape | None], arguments: dict[str, Any], expected: list[Any] | str) -> None:
    """Shapes of inputs without the batch; `expected` are whole output shapes, or the code of the one finding."""
    inputs = tuple(GraphInput(f"x{i}", shape, "float32", NOWHERE) for i, shape in enumerate(shapes))
    refs = tuple(Ref(x.name, 0, NOWHERE) for x in inputs)
    node = Node("node", Component("op", f"ops.{name}", arguments, NOWHERE), refs, {}, "node", NOWHERE)
    inferred, findings = infer(Graph("g", inputs, (node,), {}), load())
    codes = [finding.code for finding in findings]
    if isinstance(expected, str):
        assert codes == [expected]
    else:
        assert codes == []
        assert [x.shape for x in inferred.nodes["node"].outputs] == expected


@pytest.mark.parametrize(
    "case",
    [
        # products
        ("dot", [(4, 3), (3, 2)], {}, [(N, 4, N, 2)]),
        ("dot", [(4, 3), (2, 2)], {}, "shape-mismatch"),
        ("dot", [(4, 3)], {}, "wrong-input-count"),
        ("inner", [(4, 3), (3,)], {}, [(N, 4, N)]),
        ("inner", [(4, 3), (2,)], {}, "shape-mismatch"),
        ("outer", [(4,), (3,)], {}, [(N, N)]),
        ("kron", [(4,), (3,)], {}, [(N, 12)]),
        ("vdot", [(4,), (4,)], {}, [()]),
        ("tensordot", [(4, 3), (4, 3)], {"axes": [[1, 2], [1, 2]]}, [(N, N)]),
        ("tensordot", [(4, 3), (4, 2)], {"axes": [[1, 2], [1, 2]]}, "shape-mismatch"),
        ("tensordot", [(4, 3), (4, 3)], {"axes": [[5], [1]]}, "axis-out-of-range"),
        ("cross", [(5, 3), (5, 3)], {}, [(N, 5, 3)]),
        ("cross", [(5, 2), (5, 2)], {}, [(N, 5)]),
        ("cross", [(5, 4), (5, 3)], {}, "shape-mismatch"),
        ("cdist", [(5, 2), (4, 2)], {}, [(N, 5, 4)]),
        ("cdist", [(5, 2), (4, 3)], {}, "shape-mismatch"),
        ("cdist", [(), ()], {}, "rank-mismatch"),
        ("dot_product_attention", [(5, 2, 8), (7, 2, 8), (7, 2, 8)], {}, [(N, 5, 2, 8)]),
        ("dot_product_attention", [(5, 2, 8)] * 3, {"attn_logits_soft_cap": 1.0}, "invalid-argument"),
        # matrices
        ("inv", [(3, 3)], {}, [(N, 3, 3)]),
        ("inv", [(3, 2)], {}, "shape-mismatch"),
        ("cholesky", [()], {}, "rank-mismatch"),
        ("det", [(3, 3)], {}, [(N,)]),
        ("logdet", [(3, 3)], {}, [(N,)]),
        ("slogdet", [(3, 3)], {}, [(), (N,)]),
        ("eigh", [(3, 3)], {}, [(N, 3), (N, 3, 3)]),
        ("pinv", [(3, 2)], {}, [(N, 2, 3)]),
        ("qr", [(3, 2)], {}, [(N, 3, 2), (N, 2, 2)]),
        ("qr", [(3, 2)], {"mode": "complete"}, [(N, 3, 3), (N, 3, 2)]),
        ("qr", [(N, 2)], {}, "channels-unknown"),
        ("svd", [(3, 2)], {"full_matrices": False}, [(N, 3, 2), (N, 2), (N, 2, 2)]),
        ("svd", [(3, 2)], {"compute_uv": False}, [(N, 2)]),
        ("solve", [(3, 3), (3, 2)], {}, [(N, 3, 2)]),
        ("solve", [(3, 3), (2, 2)], {}, "shape-mismatch"),
        ("corrcoef", [(3, 2)], {}, [(N, 3, 2)]),
        ("diagonal", [(3, 2)], {"axis1": 1, "axis2": 2, "offset": 1}, [(N, 1)]),
        ("trace", [(3, 2)], {"axis1": 1, "axis2": 2}, [(N,)]),
        ("trace", [(3, 2)], {"axis1": 1, "axis2": 1}, "invalid-argument"),
        # images, sound, complex numbers
        ("max_pool", [(8, N, 3)], {"pool_size": 2}, [(N, 4, N, 3)]),
        ("average_pool", [(8, 3)], {"pool_size": 9}, "kernel-too-large"),
        ("depth_to_space", [(2, N, 8)], {"block_size": 2}, [(N, 4, N, 2)]),
        ("depth_to_space", [(2, 2, 6)], {"block_size": 2}, "sections-do-not-divide"),
        ("space_to_depth", [(4, 4, 2)], {"block_size": 2}, [(N, 2, 2, 8)]),
        ("space_to_depth", [(4, 3, 2)], {"block_size": 2}, "sections-do-not-divide"),
        ("unfold", [(2, 5, 5)], {"kernel_size": 3}, [(N, 18, 9)]),
        ("unfold", [(2, 5, 2)], {"kernel_size": 3}, "kernel-too-large"),
        ("unfold", [(2, N, 5)], {"kernel_size": 3}, "channels-unknown"),
        ("extract_sequences", [(10,)], {"sequence_length": 4, "sequence_stride": 2}, [(N, 4, 4)]),
        ("extract_sequences", [(3,)], {"sequence_length": 4, "sequence_stride": 2}, "kernel-too-large"),
        ("rfft", [(10,)], {}, [(N, 6), (N, 6)]),
        ("stft", [(20,)], {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8}, [(N, 6, 5)] * 2),
        ("stft", [(20,)], {"sequence_length": 9, "sequence_stride": 4, "fft_length": 8}, "invalid-argument"),
        ("view_as_complex", [(4, 2)], {}, [(N, 4)]),
        ("view_as_complex", [(4, 3)], {}, "shape-mismatch"),
        ("view_as_real", [(4,)], {}, [(N, 4, 2)]),
        # picking and summarizing
        ("take", [(4, 3), (2,)], {"axis": 1}, [(N, N, 2, 3)]),
        ("take", [(4, 3), (2,)], {"axis": 3}, "axis-out-of-range"),
        ("take_along_axis", [(4, 3), (2, 3)], {"axis": 1}, [(N, 2, 3)]),
        ("take_along_axis", [(4, 3), (2,)], {"axis": 1}, "rank-mismatch"),
        ("slice", [(4, 3)], {"start_indices": [0, 1, 0], "shape": [-1, 2, -1]}, [(N, 2, 3)]),
        ("slice", [(4, 3)], {"start_indices": [0, 3, 0], "shape": [-1, 2, -1]}, "shape-mismatch"),
        ("slice", [(4, 3)], {"start_indices": [0, 3], "shape": [-1, 2]}, "invalid-argument"),
        ("array_split", [(5,)], {"indices_or_sections": 2, "axis": 1}, [(N, 3), (N, 2)]),
        ("rearrange", [(4, 3)], {"pattern": "b h w -> h w"}, [(4, 3)]),
        ("rearrange", [(4, 3)], {"pattern": "b h w -> b (h w)"}, "channels-unknown"),
        ("rearrange", [(4, 3)], {"pattern": "b (h k) w -> h w"}, "invalid-argument"),
        ("rearrange", [(4, 3)], {"pattern": "b h w"}, "invalid-argument"),
        ("rot90", [(4, 3)], {"axes": [1, 2]}, [(N, 3, 4)]),
        ("rot90", [(4, 3)], {"axes": [1, 1]}, "invalid-argument"),
        ("diff", [(4, 3)], {"n": 2}, [(N, 4, 1)]),
        ("glu", [(4, 6)], {}, [(N, 4, 3)]),
        ("glu", [(4, 5)], {}, "sections-do-not-divide"),
        ("moments", [(4, 3)], {"axes": [1], "keepdims": True}, [(N, 1, 3)] * 2),
        ("multi_hot", [(4,)], {"num_classes": 5}, [(N, 5)]),
        ("percentile", [(4, 3)], {"q": [10, 90], "axis": 1}, [(2, N, 3)]),
        ("quantile", [(4, 3)], {"q": 0.5, "axis": 1}, [(N, 3)]),
        ("segment_sum", [(4,), ()], {"num_segments": 3}, [(3, 4)]),
        ("segment_max", [(4,), (3,)], {}, "rank-mismatch"),
        ("trapezoid", [(4, 3)], {}, [(N, 4)]),
        ("trapezoid", [(4, 3)], {"axis": 4}, "axis-out-of-range"),
        # an input of unknown shape is silent
        ("svd", [N], {}, [None] * 3),
        ("max_pool", [N], {"pool_size": 2}, [None]),
        ("tensordot", [N, (3,)], {}, [None]),
        ("slice", [N], {"start_indices": [0], "shape": [-1]}, [None]),
    ],
    ids=lambda case: f"{case[0]}-{case[1]}-{case[3]}"[:60],
)
def test_operation(case: tuple[Any, ...]) -> None:
    check(*case)


def test_call_arguments_may_be_given_by_name() -> None:
    inputs = (GraphInput("a", (4, 3), "float32", NOWHERE), GraphInput("i", (2,), "int32", NOWHERE))
    wires = {"indices": Ref("i", 0, NOWHERE), "x": Ref("a", 0, NOWHERE)}
    node = Node("node", Component("op", "ops.take", {"axis": 1}, NOWHERE), (), wires, "node", NOWHERE)
    inferred, findings = infer(Graph("g", inputs, (node,), {}), load())
    assert findings == ()
    assert inferred.nodes["node"].outputs[0].shape == (None, None, 2, 3)
