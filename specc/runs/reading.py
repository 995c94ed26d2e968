"""A run directory back as data: `read(path) -> (Run, findings)`, and `read_folds` for one that holds runs.

Never raises over what it finds: a file that is not there leaves blanks (a finding only where a completed run must have
it), a broken one is a finding at its own line, and the rest is still read. Writes nothing.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from specc.diagnostics import Finding, Span, error, warning
from specc.runs import folder, shapes
from specc.runs.folds import FOLDS, Fold, Folds
from specc.runs.run import (
    Candidate,
    Data,
    Determinism,
    Engine,
    Layer,
    Lock,
    Model,
    Parameters,
    Resumption,
    Run,
    StartingLayer,
    StartingWeights,
    Target,
    Training,
    Verified,
    Weight,
)
from specc.runs.shapes import Anything, Count, Fields, Flag, ListOf, MappingOf, Number, Text
from specc.runs.tables import read_gradients, read_history, read_predictions
from specc.runs.texts import broken, lower, start, text

VERSION = 1
"""The version of run.json and lock.yaml that this module reads."""

_WEIGHT = Fields({"name": Text(), "shape": Text(), "parameters": Count()})
_LAYER = Fields(
    {
        "name": Text(),
        "type": Text(),
        "inputs": ListOf(Text()),
        "output_shape": Text(),
        "parameters": Count(),
        "trainable_parameters": Count(),
        "weights": ListOf(_WEIGHT),
    }
)
_START = Fields(
    {
        **{key: Text() for key in ("path", "sha256", "matched_by", "within")},
        "layers": ListOf(Fields({"name": Text(), "status": Text(), "parameters": Count(), "why": Text()})),
        "unused": ListOf(Text()),
        "frozen": ListOf(Text()),
    }
)
_RUN = Fields(
    {
        "run": Count(VERSION),
        "name": Text(),
        "description": Text(),
        "id": Text(),
        "status": Text("running"),
        "started": Text(),
        "finished": Text(),
        "seconds": MappingOf(Number()),
        "command": ListOf(Text()),
        "spec_path": Text(),
        "environment": MappingOf(Anything()),
        "determinism": Fields({"level": Text(), "why": Text()}),
        "model": Fields(
            {
                "name": Text(),
                "parameters": Fields({"trainable": Count(), "non_trainable": Count(), "total": Count()}),
                "layers": ListOf(_LAYER),
                "inputs": ListOf(Text()),
                "outputs": ListOf(Text()),
            }
        ),
        "weights": ListOf(_START),
        "targets": MappingOf(
            Fields({"kind": Text(), "classes": ListOf(Text()), "column": Text(), "scale": Anything()})
        ),
        "training": Fields(
            {
                "epochs_run": Count(),
                "epochs_asked": Count(),
                "batch_size": Count(),
                "steps_per_epoch": Count(),
                "stopped": Text(),
            }
        ),
        "data": Fields(
            {
                "source": Text(),
                "samples": Count(),
                "split": MappingOf(Count()),
                "storage": Text(),
                "inputs": MappingOf(Anything()),
                "columns": MappingOf(
                    Fields({"kind": Text(), "shape": ListOf(Count(None)), "dtype": Text(), "input": Text()})
                ),
                "left_out": ListOf(Fields({"file": Text(), "line": Count(), "reason": Text()})),
            }
        ),
        "engine": Fields(
            {
                "xla": Flag(),
                "segment": Count(),
                **{key: Text() for key in ("storage", "precision", "why")},
                "candidates": ListOf(Fields({"name": Text(), "step_ms": Number(), "refused": Text()})),
                "resumed": ListOf(Fields({"epoch": Count(), "step": Count(), "time": Text()})),
                "checkpoints": Count(),
            }
        ),
        "warnings": ListOf(Text()),
        "verified": Fields({"time": Text(), "equal": Flag(), "differences": ListOf(Text())}),
    }
)
_LOCK = Fields(
    {
        "lock": Count(VERSION),
        "spec": MappingOf(Anything()),
        "seed": Count(None),
        "versions": MappingOf(Text()),
        "devices": ListOf(MappingOf(Anything())),
        "strategy": Fields({"name": Text(), "replicas": Count()}),
        "data": Fields({"fingerprint": Text(), "samples": Count(), "split": MappingOf(Count())}),
    }
)
_METRICS = MappingOf(MappingOf(Number()))
_FOLDS = Fields(
    {
        "folds": Count(VERSION),
        **{key: Text() for key in ("name", "id", "started", "finished")},
        "status": Text("running"),
        "asked": Count(),
        "runs": ListOf(Fields({"fold": Count(), "run": Text(), "status": Text(), "metrics": _METRICS})),
    }
)
_NEEDED_WHEN_COMPLETED = (folder.SPEC, folder.LOCK, folder.HISTORY, folder.METRICS)


def read(path: Path) -> tuple[Run, tuple[Finding, ...]]:
    """The run in the directory `path`, as far as it can be read, and what is wrong with its files.

    An error among the findings with code `not-a-run` means that there is no run to report on at all: the directory has
    none, or has links, through which files from anywhere would be read and written.
    """
    findings: list[Finding] = []
    is_run = path.is_dir() and os.path.lexists(path / folder.RUN)
    link = folder.link_in(path) if is_run else None
    if link is not None:
        message = f"`{link.relative_to(path).as_posix()}` in `{path}` is a link, and a run directory has none"
        help_ = "if the run is yours, put what it leads to in its place"
        findings.append(error("not-a-run", message, start(link), help=help_))
    elif not is_run or not (path / folder.RUN).is_file():
        missing = f"has no `{folder.RUN}`" if path.is_dir() else "is not a directory"
        message = f"`{path}` {missing}, so it is no run directory"
        findings.append(error("not-a-run", message, start(path), help=_run_near(path)))
    facts = _mapping(path / folder.RUN, _RUN, findings)
    if facts["run"] != VERSION:
        message = f"`{folder.RUN}` has version {facts['run']}, this specc reads version {VERSION}"
        findings.append(warning("run-version", message, start(path / folder.RUN)))
    files = {
        "lock": _lock(_mapping(path / folder.LOCK, _LOCK, findings)),
        "metrics": _mapping(path / folder.METRICS, _METRICS, findings),
        "history": read_history(path / folder.HISTORY, findings),
        "predictions": read_predictions(path / folder.PREDICTIONS, findings),
        "gradients": read_gradients(path / folder.GRADIENTS, findings),
        "spec_text": text(path / folder.SPEC, findings) or "",
    }
    if facts["status"] == "completed":
        findings += [
            warning("run-file-missing", f"`{name}` is missing from a completed run", start(path / name))
            for name in _NEEDED_WHEN_COMPLETED
            if not (path / name).is_file()
        ]
    return _run(path, facts, files), tuple(findings)


def _run_near(path: Path) -> str:
    """A help that names the run which was probably meant: the newest inside `path`, the one around it, or one alike."""
    from specc.language.suggest import best_match  # only faults pay for it

    try:
        inside = [file.parent for level in ("*", "*/*") for file in path.glob(f"{level}/{folder.RUN}")]
        if inside:
            newest = max(inside, key=lambda run: (run / folder.RUN).stat().st_mtime_ns)
            return f"the newest run in it is `{newest}`"
        if (path.parent / folder.RUN).is_file():
            return f"it lies in the run `{path.parent}`"
        beside = [] if path.exists() else [each.name for each in path.parent.iterdir() if each.is_dir()]
    except (OSError, ValueError):
        return ""
    near = best_match(path.name, beside)
    return f"did you mean `{path.with_name(near)}`?" if near else ""


def read_folds(path: Path) -> tuple[Folds | None, tuple[Finding, ...]]:
    """The folds whose runs lie in the directory `path`, and what is wrong with its file; None if it has none.

    A directory with links has none: `read` says so.
    """
    if not (path / FOLDS).is_file() or folder.link_in(path) is not None:
        return None, ()
    findings: list[Finding] = []
    facts = _mapping(path / FOLDS, _FOLDS, findings)
    if facts["folds"] != VERSION:
        message = f"`{FOLDS}` has version {facts['folds']}, this specc reads version {VERSION}"
        findings.append(warning("run-version", message, start(path / FOLDS)))
    found = tuple(Fold(each["fold"], each["run"], each["status"], each["metrics"]) for each in facts["runs"])
    plain = {key: facts[key] for key in ("name", "id", "status", "started", "finished", "asked")}
    return Folds(**plain, folds=found), tuple(findings)


def _run(path: Path, facts: dict[str, Any], files: dict[str, Any]) -> Run:
    model = facts["model"]
    layers = tuple(
        Layer(**{**layer, "weights": tuple(Weight(**weight) for weight in layer["weights"])})
        for layer in model["layers"]
    )
    plain = (
        "description",
        "status",
        "started",
        "finished",
        "seconds",
        "command",
        "spec_path",
        "environment",
        "warnings",
    )
    return Run(
        folder=path,
        name=facts["name"] or path.resolve().parent.name,
        id=facts["id"] or path.resolve().name,
        **{key: facts[key] for key in plain},
        determinism=Determinism(**facts["determinism"]),
        model=Model(**{**model, "parameters": Parameters(**model["parameters"]), "layers": layers}),
        weights=tuple(_started(each) for each in facts["weights"]),
        targets={name: Target(**target) for name, target in facts["targets"].items()},
        training=Training(**facts["training"]),
        data=Data(**facts["data"]),
        engine=_engine(facts["engine"]),
        verified=Verified(**facts["verified"]),
        **files,
    )


def _started(facts: dict[str, Any]) -> StartingWeights:
    return StartingWeights(**{**facts, "layers": tuple(StartingLayer(**layer) for layer in facts["layers"])})


def _engine(facts: dict[str, Any]) -> Engine:
    candidates = tuple(Candidate(**each) for each in facts["candidates"])
    resumed = tuple(Resumption(**each) for each in facts["resumed"])
    return Engine(**{**facts, "candidates": candidates, "resumed": resumed})


def _lock(facts: dict[str, Any]) -> Lock:
    return Lock(
        spec=facts["spec"],
        seed=facts["seed"],
        versions=facts["versions"],
        devices=facts["devices"],
        strategy=facts["strategy"]["name"],
        replicas=facts["strategy"]["replicas"],
        fingerprint=facts["data"]["fingerprint"],
    )


def _mapping(path: Path, shape: Fields | MappingOf, findings: list[Finding]) -> dict[str, Any]:
    """The content of a JSON or YAML file in `shape`; blank if the file is missing or broken."""
    blank: dict[str, Any] = shapes.conform(None, shape)[0]
    content = text(path, findings)
    if content is None:
        return blank
    try:
        value = json.loads(content) if path.suffix == ".json" else yaml.load(content, Loader=yaml.CSafeLoader)
    except json.JSONDecodeError as fault:
        findings.append(broken(path, fault.lineno, fault.colno, f"invalid JSON: {lower(fault.msg)}"))
        return blank
    except yaml.YAMLError as fault:
        line, column, problem = _yaml_fault(fault, content)
        findings.append(broken(path, line, column, f"invalid YAML: {problem}"))
        return blank
    except (RecursionError, ValueError):  # ValueError: a number or a date that Python cannot hold
        findings.append(broken(path, 1, 1, "nested too deeply, or a value out of range"))
        return blank
    clean: dict[str, Any]
    clean, faults = shapes.conform({} if value is None else value, shape)
    for where, message in faults:
        place = _place(path, content, where)
        named = f"`{'.'.join(map(str, where))}`: " if where else ""
        findings.append(error("run-file-broken", f"{named}{message}", place))
    return clean


def _yaml_fault(fault: yaml.YAMLError, content: str) -> tuple[int, int, str]:
    """Line, column and words of what is no YAML."""
    match fault:
        case yaml.MarkedYAMLError(problem_mark=mark, problem=str(problem)) if mark:
            return mark.line + 1, mark.column + 1, problem
        case yaml.reader.ReaderError(position=position, character=character):
            before = content.encode()[:position].decode()  # libyaml counts bytes
            column = len(before) - before.rfind("\n")
            return before.count("\n") + 1, column, f"the character U+{character:04X} is not allowed in it"
    return 1, 1, "it cannot be read"


def locate(path: Path, *where: str | int) -> Span:
    """Where the value at `where` stands in a run's JSON or YAML file; the file's start if it cannot be read."""
    return _place(path, text(path, []) or "", where)


def _place(path: Path, text: str, where: Iterable[str | int]) -> Span:
    """The same in the file's text. JSON is YAML enough for its composer, which gives marks."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError):
        return start(path)
    for step in where:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(step)), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
    if node is None:
        return start(path)
    first, last = node.start_mark, node.end_mark
    return Span(str(path), first.line + 1, first.column + 1, last.line + 1, last.column + 1)
