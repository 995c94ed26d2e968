"""What a job file says of a spec, in words that are safe wherever they stand."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

LONGEST_NAME = 40
"""Kubernetes makes host names of it, of at most 63 characters, with the worker's number behind."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A spec in its project, on whatever machine that lies.

    `name` is made of a-z, 0-9 and inner `-`; `spec` is the path from the project's folder; `options` are those of
    `specc train`.
    """

    name: str
    spec: str
    options: tuple[str, ...]
    workers: int

    @property
    def command(self) -> tuple[str, ...]:
        """What each worker runs in the project's folder."""
        return ("specc", "train", self.spec, *self.options, "--resume=auto")


def placed(name: str, spec: Path, root: Path, options: tuple[str, ...], workers: int) -> Placed:
    """The spec called `name`, at `spec` in the project `root`, as a job file tells of it."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_NAME].strip("-")
    inside = Path(os.path.relpath(spec.resolve(), root.resolve())).as_posix()
    kept = tuple(option for option in options if not option.startswith(("--resume=", "--root=")))
    moved = ("--root=.",) if any(option.startswith("--root=") for option in options) else ()
    first = words if words[:1].isalpha() else f"spec-{words}".strip("-")  # a host's name begins with a letter
    return Placed(first, f"./{inside}" if inside.startswith("-") else inside, kept + moved, workers)
