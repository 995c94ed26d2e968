"""The data of the engine's benchmarks, written once as files that specc and the scripts written by hand both read.

    python benchmarks/engine/make_data.py FOLDER [--adult adult-train.csv]

Every set is a pair of files, `NAME-train` and `NAME-validation`: the digits that come with scikit-learn, larger images
made of them, waves, and `adult`, for which a table of the same shape stands in where its file is not given.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Arrays: TypeAlias = Mapping[str, Array]

VALIDATION = 0.2
"""The share of the table's rows that validates."""


def main() -> None:
    """Write all files that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--adult", type=Path)
    options = parser.parse_args()
    for name, (make, rows, validation) in SETS.items():
        arrays = make(rows + validation)
        _save(options.folder / f"{name}-train.npz", {key: array[:rows] for key, array in arrays.items()})
        _save(options.folder / f"{name}-validation.npz", {key: array[rows:] for key, array in arrays.items()})
    lines = options.adult.read_text(encoding="utf-8").splitlines() if options.adult else stand_in(32_561)
    lines = [line for line in lines if line.strip()]
    end = round(len(lines) * (1 - VALIDATION))
    for part, table in {"train": lines[:end], "validation": lines[end:]}.items():
        (options.folder / f"adult-{part}.csv").write_text("\n".join(table) + "\n", encoding="utf-8")


def digits(rows: int) -> Arrays:
    """The first of the 1,797 digits as plain rows: `pixels` (rows, 64) float32 from 0 to 1, `digit` (rows,)."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return {"pixels": (found.data[:rows] / 16).astype("float32"), "digit": found.target[:rows]}


def images(rows: int) -> Arrays:
    """Digits of another size, moved about and with noise: `image` (rows, 28, 28, 1) of bytes, `digit` (rows,)."""
    from sklearn.datasets import load_digits

    found, random = load_digits(), np.random.default_rng(0)
    chosen = random.integers(0, len(found.images), rows)
    images = np.zeros((rows, 28, 28))
    for image, small, (down, right) in zip(images, found.images[chosen], random.integers(0, 5, (rows, 2)), strict=True):
        image[down : down + 24, right : right + 24] = np.kron(small, np.ones((3, 3)))
    noisy = np.clip(images * 15 + random.normal(0, 20, images.shape), 0, 255)
    return {"image": noisy.astype("uint8")[..., None], "digit": found.target[chosen]}


def flat_images(rows: int) -> Arrays:
    """The same as plain rows: `pixels` (rows, 784) float32 from 0 to 1, `digit` (rows,)."""
    found = images(rows)
    return {"pixels": (found["image"].reshape(rows, 784) / 255).astype("float32"), "digit": found["digit"]}


def waves(rows: int) -> Arrays:
    """Noisy sines of any phase in three bands of frequencies: `wave` (rows, 32, 1) float32, `band` (rows,)."""
    random = np.random.default_rng(1)
    band = random.integers(0, 3, rows)
    wave = np.sin(_angles(random, band, rows)) + random.normal(0, 0.3, (rows, 32))
    return {"wave": wave.astype("float32")[..., None], "band": band}


def sensors(rows: int) -> Arrays:
    """Four such sines side by side, of which one has another band: `steps` (rows, 32, 4) float32, `odd` (rows,)."""
    random = np.random.default_rng(2)
    odd, common = random.integers(0, 4, rows), random.integers(0, 3, rows)
    bands = np.where(np.arange(4) == odd[:, None], (common[:, None] + 1) % 3, common[:, None])  # (rows, 4)
    sines = [np.sin(_angles(random, band, rows)) for band in bands.T]
    steps = np.stack(sines, axis=-1) + random.normal(0, 0.3, (rows, 32, 4))
    return {"steps": steps.astype("float32"), "odd": odd}


def _angles(random: np.random.Generator, band: Array, rows: int) -> Array:
    """The angles at 32 steps, (rows, 32)."""
    speed = 0.2 * 1.6**band * random.uniform(0.9, 1.1, rows)
    return speed[:, None] * np.arange(32) + random.uniform(0, 2 * np.pi, rows)[:, None]


Maker: TypeAlias = Callable[[int], Arrays]

SETS: Mapping[str, tuple[Maker, int, int]] = {
    "digits": (digits, 1_597, 200),
    "flat-images": (flat_images, 8_000, 1_000),
    "images": (images, 4_000, 500),
    "few-images": (images, 2_000, 250),
    "waves": (waves, 2_000, 250),
    "sensors": (sensors, 2_000, 250),
}
"""How each set is made, and how many rows train and validate."""


def stand_in(rows: int) -> Sequence[str]:
    """Lines like those of `adult`: the same columns, as many categories, an income that follows from some."""
    random = np.random.default_rng(3)
    sizes = {"workclass": 8, "education": 16, "marital": 7, "occupation": 14, "kin": 6, "race": 5, "sex": 2, "land": 41}
    words = {name: random.integers(0, size, rows) for name, size in sizes.items()}
    age, years = random.integers(17, 91, rows), 1 + words["education"]
    gain = np.where(random.random(rows) < 0.08, random.integers(100, 15_000, rows), 0)
    loss = np.where(random.random(rows) < 0.05, random.integers(1_000, 2_500, rows), 0)
    hours = np.clip(random.normal(40, 12, rows), 1, 99).astype(int)
    rich = 0.3 * (years - 10) + 0.03 * (age - 38) + 0.04 * (hours - 40) + gain / 4_000 + random.normal(0, 1, rows) > 1
    missing = {name: random.random(rows) < 0.05 for name in ("workclass", "occupation", "land")}

    def word(name: str, row: int) -> str:
        return "?" if name in missing and missing[name][row] else f"{name}-{words[name][row]}"

    return [
        ", ".join(
            [
                *(str(age[row]), word("workclass", row), str(random.integers(10_000, 900_000))),
                *(word("education", row), str(years[row]), word("marital", row), word("occupation", row)),
                *(word("kin", row), word("race", row), word("sex", row), str(gain[row]), str(loss[row])),
                *(str(hours[row]), word("land", row), ">50K" if rich[row] else "<=50K"),
            ]
        )
        for row in range(rows)
    ]


def _save(path: Path, arrays: Arrays) -> None:
    if not path.exists():
        np.savez(path, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
