"""Starts the processes of the workers and ends them.

Each is in a session of its own, so that a Ctrl-C at the terminal reaches it once, by way of the launcher.
"""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TypeAlias

from specc.launching.lines import Sink, pass_on
from specc.training.heartbeat import FOLDER

HOST = "127.0.0.1"
THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
LAST_WORDS_S = 3.0
"""How long the output of a worker that has ended is waited for: a process that it left behind may hold it open."""

_GPU = re.compile(r"nvidia\d+")


@dataclass(frozen=True, slots=True)
class Worker:
    """A running worker. `folder` is where it gives signs of life; `threads` pass on what it says."""

    number: int
    process: subprocess.Popen[bytes]
    folder: Path
    threads: tuple[threading.Thread, ...]

    def send(self, number: int) -> None:
        """Send a signal; one that has ended gets none."""
        self.process.send_signal(number)


@dataclass(frozen=True, slots=True)
class Exited:
    """A worker has ended: its exit code, or the negative number of the signal that ended it."""

    worker: Worker
    code: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """The launcher was sent a signal."""

    number: int


Events: TypeAlias = "SimpleQueue[Exited | Signalled]"


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where what workers print goes, and where what happens to them is told."""

    out: Sink
    err: Sink
    events: Events


def start(
    number: int,
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    outlets: Outlets,
) -> Worker:
    """Start the worker of that number; its end becomes an event. Raises OSError if there is no such program."""
    folder.mkdir()
    process = subprocess.Popen(  # noqa: S603  the command is our own
        command,
        env={**environment, FOLDER: str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    name = f"worker {number}"
    # What the first one prints is the result; it stays as it is, for whoever reads it.
    printed = (outlets.out, "") if number == 0 else (outlets.err, name)
    streams = ((process.stdout, *printed), (process.stderr, outlets.err, name))
    threads = tuple(threading.Thread(target=pass_on, args=each, daemon=True) for each in streams)
    worker = Worker(number, process, folder, threads)
    for thread in (*threads, threading.Thread(target=_wait, args=(worker, outlets.events), daemon=True)):
        thread.start()
    return worker


def _wait(worker: Worker, events: Events) -> None:
    """A thread for each, so that the order in which workers end is known."""
    events.put(Exited(worker, worker.process.wait()))


def end_all(workers: Sequence[Worker], culprit: int | None, grace_s: float) -> None:
    """End the workers that still run: asked first, killed after `grace_s`; the culprit at once, it may not listen."""
    for worker in workers:
        worker.send(signal.SIGKILL if worker.number == culprit else signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for worker in workers:
        try:
            worker.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
    deadline = time.monotonic() + LAST_WORDS_S
    for thread in (thread for worker in workers for thread in worker.threads):
        thread.join(max(0.0, deadline - time.monotonic()))


def environments(count: int, given: Mapping[str, str]) -> list[dict[str, str]]:
    """The variables of each worker: the cluster on free ports of this machine, and its share of the machine."""
    addresses = [f"{HOST}:{port}" for port in _free_ports(count)]
    gpus = _gpus(given)
    share = len(gpus) // count
    found = []
    for number in range(count):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}
        own = {**{name: str(max(1, _processors() // count)) for name in THREADS}, **given}
        own["TF_CONFIG"] = json.dumps(task)
        own["PYTHONUNBUFFERED"] = "1"
        own.setdefault("no_grpc_proxy", HOST)  # or gRPC asks the network's proxy for a process on this machine
        if share:  # TensorFlow takes all GPUs that it sees, and all of their memory
            own["CUDA_VISIBLE_DEVICES"] = ",".join(gpus[number * share : (number + 1) * share])
        found.append(own)
    return found


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # all open at once, so that no two are the same
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _gpus(given: Mapping[str, str]) -> list[str]:
    """What CUDA calls the GPUs that may be used."""
    visible = given.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip() not in {"", "-1"}]
    devices = Path("/dev")
    count = sum(_GPU.fullmatch(path.name) is not None for path in devices.iterdir()) if devices.is_dir() else 0
    return [str(number) for number in range(count)]
