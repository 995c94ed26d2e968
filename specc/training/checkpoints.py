"""Checkpoints: everything that a run needs to go on to the same bits, in one file that is whole or not there.

A file is a zip archive of the variables as `.npy` members and of `state.json`: where training stands, what the
variables are called, the state of callbacks, the history. Each member has the archive's checksum. It is written aside,
synced and renamed; the newest few are kept. Reading trusts nothing: a file that is damaged, or is of another model, is
passed over with a word.
"""

import json
import math
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy

from specc import runs
from specc.archive import members
from specc.diagnostics import Finding, Span, warning
from specc.engine import Position, Session
from specc.engine.state import Array, Named
from specc.spec.sections import Checkpointing
from specc.training.callback_states import CallbackStates

SUFFIX = ".ckpt"
STATE = "state.json"
VERSION = 1
DAMAGE = (zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError, RecursionError, MemoryError)
"""What reading a file raises that is not what was written."""

Extras = Mapping[str, "Extra"]


class Extra(NamedTuple):
    """Something besides that a checkpoint holds, as plain data: how to get it and how to put it back."""

    get: Callable[[], Any]
    put: Callable[[Any], None]


@dataclass
class Checkpoints:
    """Keeps the checkpoints of a run in `folder`. `states` are the callbacks', `extras` what else is kept, by name.

    A checkpoint that cannot be written is told to `told`; those before it stay, and training goes on. `on_written`
    hears of those that are. With several workers each gives its part, and the one for which `writes` is true writes.
    """

    folder: Path
    every: Checkpointing | None
    states: CallbackStates
    extras: Extras
    place: Span
    told: Callable[[Finding], None]
    on_written: Callable[[Position, Path], None]
    writes: bool = True
    written: int = 0
    _failed: set[str] = field(default_factory=set)
    _saved: Position | None = None
    _saved_at: float = field(default_factory=time.monotonic)

    @property
    def periods(self) -> Sequence[int]:
        """After which numbers of steps it wants to be asked."""
        return (self.every.steps,) if self.every and self.every.steps else ()

    def begin(self, session: Session) -> None:
        """Training begins: what callbacks are like now need not be kept."""
        self.states.begin()
        self._saved = session.position

    def tidy(self, session: Session) -> None:
        """Delete what was left half written, and newer checkpoints, which were passed over when the run was resumed."""
        if self.writes:
            here = self._path(session)
            _delete(path for path in checkpoint_files(self.folder) if path.name > here.name)
            _delete(self.folder.glob(f".step-*{SUFFIX}.part"))

    def is_due(self, session: Session, *, epoch_ended: bool) -> bool:
        """Whether so many epochs, steps or minutes have passed."""
        every, (epoch, step) = self.every, session.position
        if every is None or session.position == self._saved:
            return False
        if every.epochs and epoch_ended and epoch % every.epochs == 0:
            return True
        if every.steps and (epoch * session.steps + step) % every.steps == 0:
            return True
        return bool(every.minutes) and time.monotonic() - self._saved_at >= 60 * (every.minutes or 0)

    def save(self, session: Session) -> None:
        """Write the session as it stands, unless that is written already."""
        if self.every is None or session.position == self._saved:
            return
        arrays = session.state.arrays()
        self._saved, self._saved_at = session.position, time.monotonic()
        if not self.writes:
            return
        states, kept = self.states.capture()
        content = {
            "checkpoint": VERSION,
            "epoch": session.position.epoch,
            "step": session.position.step,
            "steps_per_epoch": session.steps,
            "stopped": bool(session.model.stop_training),
            "xla": session.choice.xla if session.choice else False,
            "variables": [each.described for each in session.state.named],
            "callbacks": states,
            "extras": {name: extra.get() for name, extra in self.extras.items()},
        }
        path = self._path(session)
        try:
            self.folder.mkdir(exist_ok=True)
            _write(path, content, [*arrays, *kept])
        except OSError as fault:
            message = f"a checkpoint cannot be written: {fault.strerror or fault}"
            note = "training goes on; the checkpoints before it are kept"
            if message not in self._failed:
                self._failed.add(message)
                self.told(warning("checkpoint-failed", message, self.place, notes=(note,)))
            return
        self.written += 1
        self.on_written(session.position, path)
        _delete(checkpoint_files(self.folder)[self.every.keep :])

    def _path(self, session: Session) -> Path:
        """The file for where the session stands, after so many steps in all."""
        number = session.position.epoch * session.steps + session.position.step
        return self.folder / f"step-{number:09}{SUFFIX}"


@dataclass
class Restored:
    """A checkpoint that was read, to go on from."""

    path: Path
    content: Mapping[str, Any]
    arrays: Sequence[Array]
    checkpoints: Checkpoints | None = None

    @property
    def position(self) -> Position:
        """Between which steps."""
        return Position(self.content["epoch"], self.content["step"])

    @property
    def stopped(self) -> bool:
        """Whether a callback had ended training."""
        return bool(self.content["stopped"])

    @property
    def xla(self) -> bool:
        """How steps were computed, and are on."""
        return bool(self.content["xla"])

    def restore(self, session: Session) -> None:
        """Put back variables, callbacks and all else. Raises MismatchError where the session is of another model."""
        named = session.state.named
        steps = self.content["steps_per_epoch"]
        described = [each.described for each in named]
        if described != self.content["variables"] or steps != session.steps or not self.checkpoints:
            raise MismatchError(f"`{self.path.name}` is of another model than this one")
        if [each["type"] for each in self.content["callbacks"]] != self.checkpoints.states.types:
            raise MismatchError(f"`{self.path.name}` is of a run with other callbacks")
        try:
            session.state.put_arrays([_cast(array, each) for array, each in zip(self.arrays, named, strict=False)])
            self.checkpoints.states.restore(self.content["callbacks"], self.arrays[len(named) :])
            for name, extra in self.checkpoints.extras.items():
                extra.put(self.content["extras"][name])
        except (ValueError, TypeError, LookupError, AttributeError) as fault:
            raise MismatchError(f"`{self.path.name}` holds what specc does not write: {fault}") from fault


class MismatchError(Exception):
    """A checkpoint does not fit what is trained; the message says how."""


def checkpoint_files(folder: Path) -> list[Path]:
    """The checkpoints in a folder, the newest first."""
    return sorted(folder.glob(f"step-*{SUFFIX}"), reverse=True)


def newest_sound(folder: Path, epochs: float = math.inf) -> tuple[Restored | None, list[Finding]]:
    """The newest checkpoint that can be read and is of one of the `epochs`; a warning for each one passed over."""
    findings: list[Finding] = []
    for path in checkpoint_files(folder):
        restored, why = _read(path)
        if restored is not None and restored.position <= (epochs, 0):
            return restored, findings
        why = why or "it says to be of an epoch after the last"
        message = f"`{path.name}` is damaged and passed over: {why}"
        findings.append(warning("damaged-checkpoint", message, Span(str(path), 1, 1, 1, 1)))
    return None, findings


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _write(path: Path, content: Mapping[str, Any], arrays: Sequence[Array]) -> None:
    """The file at `path`, whole or not at all. Raises OSError."""
    with (
        runs.replacing(path, path.with_name(f".{path.name}.part")) as aside,
        zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.writestr(STATE, json.dumps(content))
        for number, array in enumerate(arrays):
            with archive.open(f"{number:06}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, _plain(array), allow_pickle=False)


def _read(path: Path) -> tuple[Restored | None, str]:
    """The checkpoint, or why it cannot be read."""
    found, findings = members(path, Span(str(path), 1, 1, 1, 1))
    if findings:
        return None, findings[0].message
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.packed != member.size or member.size > size for member in found.values()):
                return None, "it is packed"
            state = json.loads(archive.read(STATE))
            arrays = [_array(archive.read(f"{number:06}.npy")) for number in range(len(found) - 1)]
    except DAMAGE as fault:
        return None, str(fault) or type(fault).__name__
    if not _is_state(state, len(arrays)):
        return None, f"`{STATE}` is not what specc writes"
    return Restored(path, state, arrays), ""


def _array(content: bytes) -> Array:
    """The array of an `.npy` file. Raises ValueError for one that says to be larger than it is."""
    file = BytesIO(content)
    if npy.read_magic(file) != (1, 0):
        raise ValueError("an array is of another format")
    shape, fortran, dtype = npy.read_array_header_1_0(file)
    if fortran or dtype.hasobject or math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ValueError("an array is not whole")
    return np.frombuffer(content, dtype, offset=file.tell()).reshape(shape)


def _is_state(state: Any, arrays: int) -> bool:  # noqa: ANN401  what JSON gives
    wanted = {
        "checkpoint": int,
        "epoch": int,
        "step": int,
        "steps_per_epoch": int,
        "stopped": bool,
        "xla": bool,
        "variables": list,
        "callbacks": list,
        "extras": dict,
    }
    return (
        isinstance(state, dict)
        and all(isinstance(state.get(key), kind) for key, kind in wanted.items())
        and state["checkpoint"] == VERSION
        and state["epoch"] >= 0
        and 0 <= state["step"] <= state["steps_per_epoch"]
        and len(state["variables"]) <= arrays
        and all(
            isinstance(each, dict) and isinstance(each.get("state"), dict) and "type" in each
            for each in state["callbacks"]
        )
    )


def _plain(array: Array) -> Array:
    """As `.npy` can say it: types of half precision that NumPy does not know are written as their bits."""
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _cast(array: Array, each: Named) -> Array:
    dtype = each.copies[0].dtype.as_numpy_dtype
    return array.view(dtype) if np.dtype(dtype).kind == "V" else array
