"""Signs of life of a worker, for whoever started it: `specc launch` tells by them a worker that hangs from the others.

The folder that SPECC_HEARTBEAT names gets one line, written anew each second by a thread: how often it was written,
how often the training said that it got on, and the last step. A process that is stopped writes nothing; one that waits
for the others writes that it does not get on. Without that variable nothing is written. Imports no TensorFlow.
"""

import contextlib
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

FOLDER = "SPECC_HEARTBEAT"
EVERY_S = 1.0
GRACE_S = 30.0
"""How long a worker that has lost its launcher may take to end."""

_FILE = "beat"
_RESTING = -1


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker last said. `beats` counts the seconds of its life, `moves` how often it got on.

    `step` is the last one it told, None while it does what has no steps: preparing, saving, reporting.
    """

    beats: int
    moves: int
    step: int | None


class _State:
    """What the thread writes; set by the training, which must not wait for a disk."""

    moves = 0
    step = _RESTING
    started = False


def start() -> None:
    """Begin to give signs of life, if anybody asks for them. Call first thing, before what takes long is imported."""
    folder = os.environ.get(FOLDER)
    if not folder or _State.started:
        return
    _State.started = True
    threading.Thread(target=_write_forever, args=(Path(folder), os.getppid()), name="heartbeat", daemon=True).start()


def beat(step: int) -> None:
    """Say that training got on: `step` is the number of steps done so far. Costs nothing, call it at each segment.

    The same step may be told again, as by an evaluation that gets on.
    """
    _State.step = step
    _State.moves += 1


def rest() -> None:
    """Say that what follows has no steps and takes as long as it takes; the next `beat` ends it. Workers begin so."""
    _State.step = _RESTING
    _State.moves += 1


def read(folder: Path) -> Beat | None:
    """The last sign of life in `folder`; None if there is none yet."""
    try:
        words = (folder / _FILE).read_text(encoding="ascii").split()
        beats, moves, step = (int(word) for word in words)
    except (OSError, ValueError):
        return None
    return Beat(beats, moves, None if step == _RESTING else step)


def _write_forever(folder: Path, parent: int) -> None:
    beats, stop = 0, threading.Event()
    with (folder / _FILE).open("wb", buffering=0) as file:
        while os.getppid() == parent:
            beats += 1
            # In place and always as long: that needs no room, also where the disk has become full since.
            with contextlib.suppress(OSError):
                file.seek(0)
                file.write(f"{beats:20} {_State.moves:20} {_State.step:20}\n".encode("ascii"))
            stop.wait(EVERY_S)
    # The launcher is gone without a word, killed perhaps: nobody would end this process any more.
    os.kill(os.getpid(), signal.SIGTERM)
    stop.wait(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)
