"""Moments in seconds since 1970-01-01T00:00Z -> their parts, in NumPy, to be fitted.

`specc.keras_target.moments` computes the same of whole numbers in the model.
"""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

DAY_S = 86_400


def part_of(name: str, seconds: Array) -> Array:
    """A part of the moments, (n,) float64: `weekday` is 0 on Mondays, `yearday` 1 on the first of January."""
    days = np.floor(seconds / DAY_S).astype("int64")
    second = seconds - days * DAY_S
    date = days.astype("datetime64[D]")
    match name:
        case "year":
            found = date.astype("datetime64[Y]").astype("int64") + 1970
        case "month":
            found = date.astype("datetime64[M]").astype("int64") % 12 + 1
        case "day":
            found = (date - date.astype("datetime64[M]")).astype("int64") + 1
        case "weekday":
            found = (days + 3) % 7
        case "yearday":
            found = (date - date.astype("datetime64[Y]")).astype("int64") + 1
        case "hour":
            found = np.floor(second / 3600)
        case "minute":
            found = np.floor(second / 60) % 60
        case "second":
            found = np.floor(second) % 60
        case _:
            found = seconds
    return np.asarray(found, "float64")
