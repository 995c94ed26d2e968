"""The layers of Keras' applications -> `applications.jsonl`: `python -m specc.graph.applications_generate [--check]`.

Each line is one application: its distinct layers with the arguments that decide shapes, and its rows, each the number
of a layer and how many rows back its inputs lie. The last rows depend on the classifier and on the pooling. Networks
whose width is an argument are no tables: `specc.graph.shapes.mobile` builds them. Needs Keras; `--check` writes nothing
and ends with 1 if the file is out of date.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import keras
from keras.src.applications import imagenet_utils
from keras.src.backend.common import global_state

from specc.graph.shapes import APPLICATIONS
from specc.graph.shapes.application import LISTED, PADDED, TABLE
from specc.graph.shapes.mobile import CLASSES

Kind: TypeAlias = tuple[str, dict[str, Any]]
Row: TypeAlias = int | list[int]

STRANGE = 9973
"""A number of classes that no layer has as its size by chance."""
VARIANTS: dict[str, dict[str, Any]] = {
    "top": {"classes": STRANGE},
    "none": {"include_top": False},
    "avg": {"include_top": False, "pooling": "avg"},
    "max": {"include_top": False, "pooling": "max"},
}
KEPT: dict[str, tuple[str, ...]] = {
    "Activation": (),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "BatchNormalization": ("axis", "center", "scale"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias"),
    "Cropping2D": ("cropping",),
    "Dense": ("units", "use_bias"),
    "DepthwiseConv2D": ("kernel_size", "strides", "padding", "depth_multiplier", "use_bias"),
    "Dropout": ("rate",),
    "GlobalAveragePooling2D": ("keepdims",),
    "LayerNormalization": ("axis", "center", "scale"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "Normalization": ("axis", "mean", "variance"),
    "Reshape": ("target_shape",),
    "SeparableConv2D": ("filters", "kernel_size", "strides", "padding", "depth_multiplier", "use_bias"),
    "ZeroPadding2D": ("padding",),
}
"""The arguments that decide shapes, weights or work; those of layers that are not listed do not."""
PREPROCESSING = ("Rescaling", "Normalization")


def generate() -> str:
    """The table, a line for each application."""
    names = [name for name in APPLICATIONS if not name.startswith("MobileNet")]
    return "".join(json.dumps(described(name), separators=(",", ":")) + "\n" for name in names)


def described(name: str) -> dict[str, Any]:
    """The application's line."""
    kinds: list[Kind] = []
    asked: dict[str, Any] = {}
    rows = {}
    for variant, arguments in VARIANTS.items():
        keras.utils.clear_session()
        with _watched(asked), without_values():
            model = getattr(keras.applications, name)(weights=None, **arguments, **_static(asked, arguments))
        rows[variant] = _rows(name, model, kinds)
    shared = next(
        (i for i, each in enumerate(zip(*rows.values(), strict=False)) if any(r != each[0] for r in each[1:])),
        min(map(len, rows.values())),
    )
    head = next(i for i, row in enumerate(rows["top"]) if kinds[_number(row)][0] not in PREPROCESSING)
    return {
        "name": name,
        "size": asked["default_size"],
        "least": asked["min_size"],
        "head": head,
        "kinds": kinds,
        "body": rows["top"][:shared],
        "tails": {variant: each[shared:] for variant, each in rows.items()},
    }


def _static(asked: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """An input shape for models without a classifier, which otherwise have an open one."""
    if arguments.get("include_top", True):
        return {}
    size = asked["default_size"]
    return {"input_shape": (size, size, 3)}


@contextmanager
def without_values() -> Iterator[None]:
    """Keras builds models whose weights have shapes but no values, which is many times faster."""
    with keras.StatelessScope():
        try:
            yield
        finally:
            global_state.set_global_attribute("uninitialized_variables", [])


@contextmanager
def _watched(asked: dict[str, Any]) -> Iterator[None]:
    """Note with which sizes an application asks for its input's shape."""
    obtain = imagenet_utils.obtain_input_shape

    def noting(input_shape: Any, **options: Any) -> Any:  # noqa: ANN401  Keras' own
        asked.update(options)
        return obtain(input_shape, **options)

    imagenet_utils.obtain_input_shape = noting
    try:
        yield
    finally:
        imagenet_utils.obtain_input_shape = obtain


def _number(row: Row) -> int:
    return row if isinstance(row, int) else row[0]


def _rows(name: str, model: Any, kinds: list[Kind]) -> list[Row]:  # noqa: ANN401  a Keras model
    """A row for each operation of the model, chains inside it opened; new layers are added to `kinds`."""
    place = {id(model.inputs[0]): 0}
    rows: list[Row] = []

    def add(kind: Kind, sources: list[int]) -> None:
        if kind not in kinds:
            kinds.append(kind)
        backs = [len(rows) + 1 - source for source in sources]
        number = kinds.index(kind)
        rows.append(number if backs == [1] else [number, *backs])

    for operation in model.operations:
        if type(operation).__name__ == "InputLayer":
            continue
        (node,) = [node for node in operation._inbound_nodes if id(node.output_tensors[0]) not in place][:1]  # noqa: SLF001
        sources = [place[id(x)] for x in node.arguments.keras_tensors]
        if isinstance(operation, keras.Sequential):
            for layer in operation.layers:
                add(_kind(name, layer, None), sources)
                sources = [len(rows)]
        else:
            add(_kind(name, operation, node.arguments), sources)
        place[id(node.output_tensors[0])] = len(rows)
    return rows


def _kind(name: str, operation: Any, arguments: Any) -> Kind:  # noqa: ANN401  Keras' own
    type_name = type(operation).__name__
    if type(operation).__module__.startswith("keras.src.ops"):
        numbers = [x for x in arguments.args if isinstance(x, int | float)]
        return f"ops.{type_name.lower()}", {"x2": numbers[0]} if numbers else {}
    if type_name == "LayerScale":
        return type_name, {"size": operation.projection_dim}
    if type_name == "CustomScaleLayer":
        return "Add", {}
    config = operation.get_config()
    kept = {key: _plain(config[key]) for key in KEPT.get(type_name, ())}
    if type_name == "ZeroPadding2D" and name.startswith(PADDED):
        # Keras pads by what an even input needs; half the kernel stands below and to the right of any input.
        kept = {"kernel": 2 * kept["padding"][0][1] + 1}
    if type_name not in KEPT and type_name not in {*LISTED, "GlobalMaxPooling2D", "Flatten", "ReLU", "Rescaling"}:
        raise ValueError(f"{name}: no telling which arguments of {type_name} count")
    return type_name, kept


def _plain(value: Any) -> Any:  # noqa: ANN401  JSON
    if value == STRANGE:
        return CLASSES
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def main() -> int:
    """Write the table, or compare it with what Keras gives."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    table, path = generate(), Path(TABLE)
    if not options.check:
        path.write_text(table, encoding="utf-8")
        return 0
    same = path.read_text(encoding="utf-8") == table
    if not same:
        sys.stderr.write(f"{path.name} is out of date: run python -m specc.graph.applications_generate\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
