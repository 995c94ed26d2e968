"""The generated sets' formulas: settings in, columns out, the same on every machine for the same seed.

Row i belongs to class i mod (number of classes). Numbers are drawn from PCG64 of the seed, first those of the shape,
uniform in [0, 1), then the noise, which is normal with the standard deviation `noise` and added to every coordinate.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from specc.data.sets import Settings

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def generate(name: str, settings: Settings) -> dict[str, Array]:
    """The set's columns: numbers (n,), sequences (n, length, 1), classes as their index (n,)."""
    return GENERATORS[name](settings, np.random.Generator(np.random.PCG64(int(settings["seed"]))))


def _rows(settings: Settings, classes: int) -> tuple[Array, Array]:
    """Row numbers and classes, both (n,)."""
    rows = np.arange(int(settings["samples"]))
    return rows, rows % classes


def _with_noise(settings: Settings, generator: np.random.Generator, columns: dict[str, Array]) -> dict[str, Array]:
    """The columns with noise on the first two; the third is the class."""
    (a, x), (b, y), (target, label) = columns.items()
    noise = generator.normal(0.0, 1.0, (len(label), 2)) * settings["noise"]
    return {a: x + noise[:, 0], b: y + noise[:, 1], target: label}


def _xor(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """The corners (0, 0), (1, 0), (0, 1), (1, 1) in turn; the class is 1 where the two coordinates differ."""
    rows, _ = _rows(settings, 4)
    a, b = rows % 2, rows // 2 % 2
    return _with_noise(settings, generator, {"a": a, "b": b, "xor": a ^ b})


def _moons(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Two half circles of radius 1 that interlock: (cos t, sin t) and (1 - cos t, 1/2 - sin t), t in [0, pi)."""
    rows, label = _rows(settings, 2)
    t = np.pi * generator.random(len(rows))
    x = np.where(label == 0, np.cos(t), 1 - np.cos(t))
    y = np.where(label == 0, np.sin(t), 0.5 - np.sin(t))
    return _with_noise(settings, generator, {"x": x, "y": y, "moon": label})


def _circles(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Two circles around the origin, of radius 1 and of radius `factor`."""
    rows, label = _rows(settings, 2)
    t = 2 * np.pi * generator.random(len(rows))
    radius = np.where(label == 0, 1.0, settings["factor"])
    return _with_noise(settings, generator, {"x": radius * np.cos(t), "y": radius * np.sin(t), "circle": label})


def _spirals(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Arms that wind `turns` times from radius 0.1 to 1: at radius r arm k has the angle 2 pi (turns r + k / arms)."""
    arms = int(settings["arms"])
    rows, label = _rows(settings, arms)
    radius = 0.1 + 0.9 * generator.random(len(rows))
    t = 2 * np.pi * (settings["turns"] * radius + label / arms)
    return _with_noise(settings, generator, {"x": radius * np.cos(t), "y": radius * np.sin(t), "arm": label})


def _blobs(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Normal clouds around points spread evenly over a circle of radius 4."""
    return _around_circle(settings, generator, int(settings["classes"]), 4.0, "blob")


def _eight_gaussians(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Eight normal clouds around points spread evenly over a circle of radius 2."""
    return _around_circle(settings, generator, 8, 2.0, "gaussian")


def _around_circle(
    settings: Settings, generator: np.random.Generator, classes: int, radius: float, target: str
) -> dict[str, Array]:
    _, label = _rows(settings, classes)
    t = 2 * np.pi * label / classes
    return _with_noise(settings, generator, {"x": radius * np.cos(t), "y": radius * np.sin(t), target: label})


def _sines(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Sine waves with 1 to 2 (slow) or 3 to 4 (fast) periods in `length` steps and any phase; `next` is the step after.

    The noise is on the wave, not on `next`.
    """
    rows, label = _rows(settings, 2)
    length = int(settings["length"])
    periods = np.where(label == 0, 1.0, 3.0) + generator.random(len(rows))
    phase = 2 * np.pi * generator.random(len(rows))
    steps = np.arange(length + 1)
    wave = np.sin(2 * np.pi * periods[:, None] * steps / length + phase[:, None])  # (n, length + 1)
    noise = generator.normal(0.0, 1.0, (len(rows), length)) * settings["noise"]
    return {"wave": (wave[:, :-1] + noise)[:, :, None], "next": wave[:, -1], "band": label}


GENERATORS: Mapping[str, Callable[[Settings, np.random.Generator], dict[str, Array]]] = {
    "xor": _xor,
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "blobs": _blobs,
    "sines": _sines,
    "eight_gaussians": _eight_gaussians,
}
