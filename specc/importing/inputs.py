"""The inputs that a model's config describes -> their documents: shapes without the batch axis, and dtypes."""

from typing import Any

from specc.diagnostics import Finding, warning
from specc.importing.components import class_of
from specc.importing.refusal import no_counterpart, refuse
from specc.language import limits
from specc.language.tree import Mapping, Node, Sequence, Value

Document = dict[str, Any]


def input_document(node: Mapping) -> tuple[Document, list[Finding]]:
    """The document of an InputLayer: its shape without the batch axis, and its dtype.

    A batch size is not kept, with a warning. Raises RefusalError for inputs that specs do not have.
    """
    _, config = class_of(node, "layer")
    findings = []
    for key in ("sparse", "ragged", "optional"):
        flag = config.get(key)
        if isinstance(flag, Value) and flag.value:
            no_counterpart(f"an input of a spec cannot be `{key}`", flag.span, "")
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    sizes = _sizes(shape)
    if shape is None or sizes is None:
        refuse("not-a-model", "an input has a `batch_shape`, a list of sizes", (shape or config).span)
    if sizes[0] is not None:
        message = f"the batch size {sizes[0]} of this input is not kept"
        findings.append(warning("not-kept", message, shape.span, help="specs take batches of any size"))
    dtype = config.get("dtype")
    named = isinstance(dtype, Value) and isinstance(dtype.value, str)
    return {"shape": sizes[1:], "dtype": dtype.value if named and isinstance(dtype, Value) else "float32"}, findings


def old_input(node: Mapping) -> Document | None:
    """The shape that Keras 2 wrote at the first layer of a Sequential model."""
    config = node.get("config")
    sizes = _sizes(config.get("batch_input_shape")) if isinstance(config, Mapping) else None
    return {"shape": sizes[1:], "dtype": "float32"} if sizes else None


def _sizes(node: Node | None) -> list[int | None] | None:
    if not isinstance(node, Sequence) or not node.items:
        return None
    sizes: list[int | None] = []
    for item in node.items:
        size = item.value if isinstance(item, Value) else -1
        if size is not None and (type(size) is not int or size < 0):
            return None
        if isinstance(size, int) and size > limits.TENSOR:
            refuse("too-large", f"an axis of {size} is longer than machines can hold", item.span)
        sizes.append(size)
    return sizes
