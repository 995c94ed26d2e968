"""The variables of a Slurm step -> which of its tasks this process is, and where all of them listen.

`srun` starts one process for each task and tells each the same list of nodes. TensorFlow's `SlurmClusterResolver` reads
it too, but it (2.21, slurm_cluster_resolver.py, `cluster_spec`) sorts the nodes by name, so that of `n[9-10]` rank 0
gets the address of n10 while it runs on n9; and it asks nvidia-smi, which a node of processors does not have. So the
list is read here, without TensorFlow and without `scontrol`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specc.diagnostics import Finding, Span, error

RANK, TASKS, NODES, PER_NODE = (
    "SLURM_PROCID",
    "SLURM_STEP_NUM_TASKS",
    "SLURM_STEP_NODELIST",
    "SLURM_STEP_TASKS_PER_NODE",
)
VARIABLES = (RANK, TASKS, NODES, PER_NODE)

FIRST_PORT, PORTS, APART = 20_000, 12_000, 64
"""Ports lie below those that Linux gives to outgoing connections. Neighbouring steps have theirs `APART`."""

MOST_TASKS = 100_000

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
_COUNT = re.compile(r"(\d{1,9})(?:\(x(\d{1,9})\))?")
_NODE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Step:
    """The tasks of a step. `rank` is this process's, from 0; `addresses` are `host:port` by rank."""

    rank: int
    addresses: tuple[str, ...]


def this_step(environment: Mapping[str, str]) -> tuple[Step | None, list[Finding]]:
    """The step that this process is a task of; None outside of `srun` and for a single task.

    A batch script, whose job may have many tasks, is itself one process: only `srun` sets the variables of a step.
    Findings: invalid-cluster.
    """
    if environment.get(TASKS, "1").strip() == "1":
        return None, []
    try:
        return _step(environment), []
    except _RefusalError as refusal:
        return None, [refusal.finding]


class _RefusalError(Exception):
    def __init__(self, message: str, variable: str, text: str, help_: str = "") -> None:
        super().__init__(message)
        self.finding = error("invalid-cluster", message, Span(f"${variable}", 1, 1, 1, len(text) + 1), help=help_)


def _step(environment: Mapping[str, str]) -> Step:
    tasks, rank = _number(environment, TASKS), _number(environment, RANK)
    if not rank < tasks <= MOST_TASKS:
        raise _RefusalError(f"the task {rank} is none of {tasks}", RANK, environment[RANK])
    nodes = _expanded(_text(environment, NODES))
    counts = _counts(_text(environment, PER_NODE))
    if len(counts) != len(nodes) or sum(counts) != tasks:
        message = f"{tasks} tasks on {len(nodes)} nodes, but {sum(counts)} tasks on {len(counts)} nodes by `{PER_NODE}`"
        raise _RefusalError(message, PER_NODE, environment[PER_NODE])
    base = _first_port(environment)
    addresses = [f"{node}:{base + n}" for node, count in zip(nodes, counts, strict=True) for n in range(count)]
    _check_place(environment, nodes, addresses[rank].rpartition(":")[0], rank)
    return Step(rank, tuple(addresses))


def _text(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name, "").strip()
    if not text:
        message = f"a step of Slurm has the variable `{name}`, and it is not set"
        raise _RefusalError(message, TASKS, environment[TASKS], "start the workers with `srun`")
    return text


def _number(environment: Mapping[str, str], name: str) -> int:
    text = _text(environment, name)
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _RefusalError(f"`{name}` is a whole number, got `{text}`", name, environment[name])
    return int(text)


def _expanded(text: str) -> list[str]:
    """`n[1-2],m5` -> n1, n2, m5, in the order of the list, which is that of the ranks."""
    nodes: list[str] = []
    for part in re.split(r",(?![^\[]*\])", text):
        for node in _each(part, text):
            if not _NODE.fullmatch(node) or len(nodes) >= MOST_TASKS:
                raise _unreadable(text)
            nodes.append(node)
    return nodes


def _each(pattern: str, text: str) -> Iterator[str]:
    found = _BRACKETS.search(pattern)
    if found is None:
        yield pattern
        return
    for piece in found[1].split(","):
        bounds = _RANGE.fullmatch(piece)
        if bounds is None:
            raise _unreadable(text)
        first, last = bounds[1], bounds[2] or bounds[1]
        for number in range(int(first), int(last) + 1):
            yield from _each(f"{pattern[: found.start()]}{number:0{len(first)}}{pattern[found.end() :]}", text)


def _unreadable(text: str) -> _RefusalError:
    return _RefusalError(f"`{NODES}` is a list of nodes such as `n[1-2],m5`, got `{text}`", NODES, text)


def _counts(text: str) -> list[int]:
    """`3(x2),1` -> 3, 3, 1."""
    counts: list[int] = []
    for part in text.split(","):
        found = _COUNT.fullmatch(part)
        if found is None or int(found[2] or 1) > MOST_TASKS:
            raise _RefusalError(f"`{PER_NODE}` counts as in `3(x2),1`, got `{text}`", PER_NODE, text)
        counts += [int(found[1])] * int(found[2] or 1)
    return counts


def _first_port(environment: Mapping[str, str]) -> int:
    """The same on all nodes, another one for each job, step and restart: the one before may still hold its ports."""
    names = ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_RESTART_COUNT")
    numbers = [int(text) if (text := environment.get(name, "")).isdigit() else 0 for name in names]
    return FIRST_PORT + sum(numbers) * APART % PORTS


def _check_place(environment: Mapping[str, str], nodes: list[str], node: str, rank: int) -> None:
    """The addresses take it that ranks fill one node after the other. Where they do not, this process knows."""
    text = environment.get("SLURM_NODEID", "")
    if text.isdigit() and int(text) < len(nodes) and nodes[int(text)] != node:
        message = f"task {rank} runs on `{nodes[int(text)]}`, and the list of nodes puts it on `{node}`"
        raise _RefusalError(message, NODES, environment[NODES], "start the workers with `srun --distribution=block`")
