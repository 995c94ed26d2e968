"""Every operation can be called on symbolic tensors as a graph calls it, with arguments as specs have them."""

from operator import attrgetter
from typing import Any

import pytest

from specc import catalog
from specc.catalog import EntryFacts
from tests.catalog.minimal import every_type

pytestmark = pytest.mark.train

OPERATIONS = every_type(catalog.load(), "op")
CONSTANTS = [facts for facts in OPERATIONS if {"x1", "x2"} <= facts.arguments.keys()]

SHAPES: dict[str, tuple[int, ...]] = {
    "ops.average_pool": (2, 8, 8, 3),
    "ops.cross": (2, 3),
    "ops.depth_to_space": (2, 4, 4, 8),
    "ops.dot_product_attention": (2, 6, 2, 4),
    "ops.max_pool": (2, 8, 8, 3),
    "ops.segment_max": (4,),
    "ops.segment_sum": (4,),
    "ops.space_to_depth": (2, 4, 4, 8),
    "ops.unfold": (2, 3, 8, 8),
    "ops.view_as_complex": (4, 2),
}
REQUIRED: dict[str, Any] = {
    "axes": [1, 2],
    "axis": 1,
    "axis1": 1,
    "axis2": 2,
    "block_size": 2,
    "default_value": 0,
    "destination": [2],
    "dtype": "float32",
    "fft_length": 2,
    "indices_or_sections": [1, 2],
    "k": 2,
    "kernel_size": [2, 2],
    "newshape": [-1, 16],
    "num_classes": 4,
    "pad_width": [[0, 0], [1, 1], [0, 0]],
    "pattern": "b h w -> b (h w)",
    "pool_size": [2, 2],
    "q": 0.5,
    "repeats": 2,
    "sequence_length": 2,
    "sequence_stride": 1,
    "shape": [2, 4, 4],
    "shift": [1],
    "source": [1],
    "start_indices": [0, 0, 0],
    "threshold": 0.5,
    "x_max": 1,
    "x_min": 0,
}
MORE: dict[str, dict[str, Any]] = {
    "ops.array_split": {"indices_or_sections": 3, "axis": 1},
    "ops.multi_hot": {"num_classes": 4},
    "ops.repeat": {"axis": 1},
    "ops.roll": {"axis": [1]},
    "ops.take_along_axis": {"axis": 1},
    "ops.tile": {"repeats": [1, 2, 1]},
}


def tensor(facts: EntryFacts, wire: str) -> Any:
    import keras

    whole = {"indices", "segment_ids"}
    dtype = "bool" if wire == "condition" else "int32" if wire in whole or facts.name.endswith("_hot") else "float32"
    one = keras.KerasTensor(SHAPES.get(facts.name, (2, 4, 4)), dtype=dtype)
    return [one, one] if facts.call[wire] == "tensors" else one


def call(facts: EntryFacts, values: dict[str, Any]) -> Any:
    import keras

    assert facts.path is not None
    return attrgetter(facts.path.removeprefix("keras."))(keras)(**values)


@pytest.mark.parametrize("facts", OPERATIONS, ids=lambda facts: facts.name)
def test_operations_take_wires_and_arguments(facts: EntryFacts) -> None:
    wires = {wire: tensor(facts, wire) for wire in (*facts.needs, *({"x1", "x2"} & facts.arguments.keys()))}
    required = {name: REQUIRED[name] for name, argument in facts.arguments.items() if argument.required}
    call(facts, wires | required | MORE.get(facts.name, {}))


@pytest.mark.parametrize("facts", CONSTANTS, ids=lambda facts: facts.name)
def test_operations_take_constants(facts: EntryFacts) -> None:
    wires = {wire: tensor(facts, wire) for wire in facts.call}
    call(facts, wires | {"x1": 2})
    call(facts, wires | {"x2": 0.5})
