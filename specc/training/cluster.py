"""The environment of this process -> the workers that it trains together with, and which of them it is.

Comes in: `TF_CONFIG`, as the training operators of Kubernetes and `specc launch` set it, else the variables of a Slurm
step. Goes out: a `Cluster`, None for a process that trains alone, and findings for a cluster that it cannot join.
Nothing here imports TensorFlow or opens a connection.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specc.diagnostics import Finding, Span, error
from specc.language import tree
from specc.language.json_text import read_json
from specc.language.source import Source
from specc.language.suggest import did_you_mean
from specc.training import slurm

TF_CONFIG = "TF_CONFIG"
_PLACE = f"${TF_CONFIG}"  # what findings call the text, as they call that of `--set`
_WORKING, _OTHER = ("chief", "worker"), ("ps", "evaluator")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of one training. `index` is this process's among them, from 0; the chief has 0.

    `addresses` are the workers' `host:port` in the order of their numbers; `from_what` is `TF_CONFIG` or `Slurm`.
    """

    index: int
    addresses: tuple[str, ...]
    from_what: str

    @property
    def workers(self) -> int:
        """How many workers there are, this one included."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this is the worker that writes for all."""
        return self.index == 0

    def tf_config(self) -> str:
        """The `TF_CONFIG` that says the same to TensorFlow: each worker is a `worker` by its number."""
        return json.dumps({"cluster": {"worker": self.addresses}, "task": {"type": "worker", "index": self.index}})


def this_cluster(environment: Mapping[str, str] = os.environ) -> tuple[Cluster | None, list[Finding]]:
    """The cluster of this process; None where it trains alone, or with findings, where it cannot train at all.

    Findings: invalid-cluster, unsupported-task. `sources` gives the texts that they point into.
    """
    text = environment.get(TF_CONFIG, "").strip()
    if text and text != "{}":  # TensorFlow too takes an empty one for none
        return _from_tf_config(environment[TF_CONFIG])
    step, findings = slurm.this_step(environment)
    if step is None or findings:
        return None, findings
    return Cluster(step.rank, step.addresses, "Slurm"), []


def sources(environment: Mapping[str, str] = os.environ) -> tuple[Source, ...]:
    """The texts that findings about the cluster point into."""
    names = (name for name in (TF_CONFIG, *slurm.VARIABLES) if environment.get(name))
    return tuple(Source(f"${name}", environment[name]) for name in names)


def _from_tf_config(text: str) -> tuple[Cluster | None, list[Finding]]:
    root, faults = read_json(text, _PLACE)
    if faults or root is None:
        fault = faults[0]
        caption = fault.message.replace("the spec", "the text")
        return None, [error("invalid-cluster", f"`{TF_CONFIG}` is no JSON", fault.span, caption=caption)]
    try:
        return _cluster(root), []
    except _RefusalError as refusal:
        return None, [refusal.finding]


class _RefusalError(Exception):
    """Ends the reading of a cluster with a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _refuse(message: str, span: Span, help_: str = "") -> _RefusalError:
    return _RefusalError(error("invalid-cluster", message, span, help=help_))


def _cluster(root: tree.Node) -> Cluster:
    cluster, task = _mapping(root, "cluster"), _mapping(root, "task")
    kind, index = _kind(task), _index(task)
    parameter_servers = cluster.entry("ps")
    if kind.value in _OTHER or (parameter_servers and _addresses(parameter_servers)):
        role = str(kind.value) if kind.value in _OTHER else "ps"
        raise _RefusalError(_unsupported(role, kind.span))
    chiefs, workers = (_addresses(entry) if (entry := cluster.entry(job)) else () for job in _WORKING)
    if len(chiefs) > 1:
        raise _refuse(f"there is one chief in a cluster, got {len(chiefs)}", cluster.entry("chief").key_span)  # type: ignore[union-attr]
    there = chiefs if kind.value == "chief" else workers
    if not 0 <= index < len(there):
        raise _refuse(_outside(str(kind.value), index, len(there)), _span(task, "index"))
    every = chiefs + workers
    _check_once(every)
    return Cluster(
        index + (len(chiefs) if kind.value == "worker" else 0), tuple(address for address, _ in every), TF_CONFIG
    )


def _mapping(root: tree.Node, key: str) -> tree.Mapping:
    if not isinstance(root, tree.Mapping):
        raise _refuse(f"`{TF_CONFIG}` is an object with `cluster` and `task`, got a {_what(root)}", root.span)
    found = root.get(key)
    if found is None:
        known = [entry.key for entry in root]
        raise _refuse(f"`{TF_CONFIG}` has no `{key}`", root.span, did_you_mean(key, known) or _EXAMPLE[key])
    if not isinstance(found, tree.Mapping):
        raise _refuse(f"`{key}` is an object, got a {_what(found)}", found.span, _EXAMPLE[key])
    return found


_EXAMPLE = {
    "cluster": 'it needs `"cluster": {"worker": ["host:port", …]}`',
    "task": 'it needs `"task": {"type": "worker", "index": 0}`',
}


def _kind(task: tree.Mapping) -> tree.Value:
    kind = task.get("type")
    if kind is None:
        raise _refuse("the task has no `type`", task.span, _EXAMPLE["task"])
    known = (*_WORKING, *_OTHER)
    if not isinstance(kind, tree.Value) or kind.value not in known:
        got = f"`{kind.value}`" if isinstance(kind, tree.Value) else f"a {_what(kind)}"
        message = f"the type of a task is `chief` or `worker`, got {got}"
        raise _refuse(message, kind.span, did_you_mean(str(tree.plain(kind)), known))
    return kind


def _index(task: tree.Mapping) -> int:
    index = task.get("index")
    if index is None:
        raise _refuse("the task has no `index`", task.span, _EXAMPLE["task"])
    match index:
        case tree.Value(value=bool()):
            pass
        case tree.Value(value=int() as number):
            return number
        case tree.Value(value=str() as word) if word.isascii() and word.isdigit() and len(word) < 10:
            return int(word)  # some operators write it as text
    raise _refuse(f"the index of a task is a whole number, got `{tree.plain(index)}`", index.span)


def _addresses(entry: tree.Entry) -> tuple[tuple[str, Span], ...]:
    if not isinstance(entry.value, tree.Sequence):
        raise _refuse(f"`{entry.key}` is a list of addresses, got a {_what(entry.value)}", entry.value.span)
    return tuple(_each_address(entry.value))


def _each_address(found: tree.Sequence) -> Iterator[tuple[str, Span]]:
    for item in found.items:
        address = item.value if isinstance(item, tree.Value) else None
        host, _, port = address.rpartition(":") if isinstance(address, str) else ("", "", "")
        if not host or not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
            raise _refuse(f"an address is `host:port`, got `{tree.plain(item)}`", item.span)
        yield str(address), item.span


def _check_once(every: tuple[tuple[str, Span], ...]) -> None:
    told = set()
    for address, span in every:
        if address in told:
            raise _refuse(f"two workers have the address `{address}`", span)
        told.add(address)


def _outside(kind: str, index: int, count: int) -> str:
    if not count:
        return f"the task is {kind} {index}, and the cluster has no `{kind}`"
    return f"the task is {kind} {index}, and the cluster has " + (f"{kind}s 0 to {count - 1}" if count > 1 else "one")


def _unsupported(role: str, span: Span) -> Finding:
    if role == "ps":
        message = "Keras 3 cannot train with parameter servers"
        return error(
            "unsupported-task", message, span, help="make every process a `worker`, or one of them the `chief`"
        )
    message = "a task of type `evaluator` has nothing to do: the workers evaluate together after each epoch"
    return error("unsupported-task", message, span, help="start no evaluator")


def _span(task: tree.Mapping, key: str) -> Span:
    found = task.get(key)
    return task.span if found is None else found.span


def _what(node: tree.Node) -> str:
    match node:
        case tree.Mapping():
            return "object"
        case tree.Sequence():
            return "list"
    return "single value"
