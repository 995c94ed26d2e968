"""The generated sets' formulas: settings in, columns out, the same on every machine for the same seed.

Row i belongs to class i mod (number of classes). Numbers are drawn from PCG64 of the seed, first those of the shape,
uniform in [0, 1), then the noise, which is normal with the standard deviation `noise` (`spread`, `std`) and added to
every coordinate.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from specc.data.sets import Settings

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def generate(name: str, settings: Settings) -> dict[str, Array]:
    """The set's columns: numbers (n,), sequences (n, length, 1), classes as their index (n,)."""
    return GENERATORS[name](settings, np.random.Generator(np.random.PCG64(settings["seed"])))


def _rows(settings: Settings, classes: int) -> tuple[Array, Array]:
    """Row numbers and classes, both (n,)."""
    rows = np.arange(settings["samples"])
    return rows, rows % classes


def _with_noise(columns: dict[str, Array], width: float, generator: np.random.Generator) -> dict[str, Array]:
    """The columns with noise on all but the last, which is the class."""
    *features, target = columns
    noise = generator.normal(0.0, 1.0, (len(columns[target]), len(features))) * width
    noisy = {name: columns[name] + noise[:, index] for index, name in enumerate(features)}
    return noisy | {target: columns[target]}


def _xor(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """The corners (0, 0), (1, 0), (0, 1), (1, 1) in turn; the class is 1 where the two coordinates differ."""
    rows, _ = _rows(settings, 4)
    a, b = rows % 2, rows // 2 % 2
    return _with_noise({"a": a, "b": b, "xor": a ^ b}, settings["noise"], generator)


def _moons(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Two half circles of radius 1 that interlock: (cos t, sin t) and (1 - cos t, 1/2 - sin t), t in [0, pi)."""
    rows, label = _rows(settings, 2)
    t = np.pi * generator.random(len(rows))
    x = np.where(label == 0, np.cos(t), 1 - np.cos(t))
    y = np.where(label == 0, np.sin(t), 0.5 - np.sin(t))
    return _with_noise({"x": x, "y": y, "moon": label}, settings["noise"], generator)


def _circles(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Two circles around the origin, of radius 1 and of radius `factor`."""
    rows, label = _rows(settings, 2)
    t = 2 * np.pi * generator.random(len(rows))
    radius = np.where(label == 0, 1.0, settings["factor"])
    return _with_noise(
        {"x": radius * np.cos(t), "y": radius * np.sin(t), "circle": label}, settings["noise"], generator
    )


def _spirals(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Arms from radius 0.1 to 1: at radius r arm k has the angle 2 pi (turns r + k / classes)."""
    classes = settings["classes"]
    rows, label = _rows(settings, classes)
    radius = 0.1 + 0.9 * generator.random(len(rows))
    t = 2 * np.pi * (settings["turns"] * radius + label / classes)
    columns = {"x": radius * np.cos(t), "y": radius * np.sin(t), "spiral": label}
    return _with_noise(columns, settings["noise"], generator)


def _blobs(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Normal clouds around points spread evenly over a circle of radius 4 in the first two features, 0 in the others.

    With one feature the points lie 4 apart, around 0.
    """
    classes, features = settings["classes"], settings["features"]
    rows, label = _rows(settings, classes)
    t = 2 * np.pi * label / classes
    centres = [4 * np.cos(t), 4 * np.sin(t)] if features > 1 else [4.0 * label - 2 * (classes - 1)]
    centres += [np.zeros(len(rows))] * (features - len(centres))
    columns = {f"x{index + 1}": centre for index, centre in enumerate(centres)} | {"blob": label}
    return _with_noise(columns, settings["spread"], generator)


def _eight_gaussians(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Eight normal clouds around points spread evenly over a circle of radius `radius`."""
    _, label = _rows(settings, 8)
    radius, t = settings["radius"], 2 * np.pi * label / 8
    columns = {"x": radius * np.cos(t), "y": radius * np.sin(t), "gaussian": label}
    return _with_noise(columns, settings["std"], generator)


def _sines(settings: Settings, generator: np.random.Generator) -> dict[str, Array]:
    """Sine waves with any phase and, for class k, 2k + 1 to 2k + 2 periods in `length` steps; `next` is the step after.

    The noise is on the wave, not on `next`.
    """
    rows, label = _rows(settings, settings["classes"])
    length = settings["length"]
    periods = 2 * label + 1 + generator.random(len(rows))
    phase = 2 * np.pi * generator.random(len(rows))
    steps = np.arange(length + 1)
    wave = np.sin(2 * np.pi * periods[:, None] * steps / length + phase[:, None])  # (n, length + 1)
    noise = generator.normal(0.0, 1.0, (len(rows), length)) * settings["noise"]
    return {"wave": (wave[:, :-1] + noise)[:, :, None], "band": label, "next": wave[:, -1]}


GENERATORS: Mapping[str, Callable[[Settings, np.random.Generator], dict[str, Array]]] = {
    "xor": _xor,
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "blobs": _blobs,
    "sines": _sines,
    "eight_gaussians": _eight_gaussians,
}
