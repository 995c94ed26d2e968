"""Numbers to the scales that were fitted on the training rows, and back, of Keras' operations and in float32."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from specc.data.layout import Affine


def to_scales(affines: Sequence[Affine], values: Any) -> Any:  # noqa: ANN401  Keras tensors
    """(n, k) -> (n, k), each column on its scale; with a single scale, values of any shape."""
    logs = [affine.log for affine in affines]
    if any(logs):
        logarithms = ops.multiply(ops.sign(values), ops.log1p(ops.absolute(values)))
        values = logarithms if all(logs) else ops.where(np.array([logs]), logarithms, values)
    if any((affine.shift, affine.scale) != (0.0, 1.0) for affine in affines):
        # Not `Normalization`: it takes variances, which overflow or vanish in float32 where deviations do not.
        values = ops.subtract(values, row([affine.shift for affine in affines]))
        values = ops.divide(values, row([affine.scale for affine in affines]))
    return values


def from_scale(affine: Affine, values: Any) -> Any:  # noqa: ANN401  Keras tensors
    """Values of any shape, from the scale back to where they came from."""
    values = ops.add(ops.multiply(ops.cast(values, "float32"), affine.scale), affine.shift)
    return ops.multiply(ops.sign(values), ops.expm1(ops.absolute(values))) if affine.log else values


def row(values: Sequence[float]) -> np.ndarray[Any, np.dtype[Any]]:
    """(1, k) float32: a value for each column."""
    return np.array([values], "float32")
