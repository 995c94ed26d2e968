"""What a run says of itself, from its first moment to its last: its directory, `lock.yaml` and `run.json`."""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from specc import runs
from specc.check import Checked
from specc.data.facts import BOOLEAN, NUMBER
from specc.diagnostics import Finding, in_words
from specc.engine import Budget
from specc.keras_target.preprocessing import input_names
from specc.plan import Plan
from specc.plan.document import as_document
from specc.runs import RunFolder
from specc.training.devices import determinism
from specc.training.preparation import Prepared
from specc.training.readying import Ready
from specc.training.record import device_records, environment, model_record, versions

MOST_LEFT_OUT = 10_000
"""So many of the rows that are left out are listed."""
LONGEST_NAME = 100
"""Characters of a spec's name that become a folder's; file systems bound them."""


def run_folder(checked: Checked, plan: Plan) -> RunFolder:
    """Make a new directory below `runs:`, which is relative to the current folder: runs are kept where one trains."""
    digest = hashlib.sha256(checked.text.encode("utf-8", errors="surrogatepass")).hexdigest()
    return runs.create(Path(plan.runtime.runs), plan.name[:LONGEST_NAME], digest, datetime.now(UTC))


def lock_content(plan: Plan, ready: Ready) -> dict[str, Any]:
    """What the run is made from, for `lock.yaml`."""
    devices, prepared = ready.devices, ready.prepared
    weights = [{"path": each.path, "sha256": each.sha256} for each in ready.loaded]
    return {
        "lock": 1,
        "spec": as_document(plan),
        "seed": plan.runtime.seed,
        "versions": versions(),
        "devices": device_records(devices),
        "strategy": {"name": devices.name, "replicas": devices.replicas},
        "data": {
            "fingerprint": prepared.fingerprint,
            "samples": _samples(prepared),
            "split": _split_sizes(prepared),
        },
        **({"weights": weights} if weights else {}),
    }


def first_record(
    checked: Checked,
    plan: Plan,
    command: Sequence[str],
    ready: Ready,
    findings: Sequence[Finding],
) -> dict[str, Any]:
    """What `run.json` says before training."""
    prepared = ready.prepared
    level = determinism(plan.runtime)
    return {
        "name": plan.name,
        "description": plan.description,
        "command": list(command),
        "spec_path": str(checked.path),
        "environment": environment(ready.devices),
        "determinism": {"level": level.level, "why": level.why},
        "model": model_record(plan.graph, ready.built),
        **({"weights": [each.as_record() for each in ready.loaded]} if ready.loaded else {}),
        "targets": {
            name: {
                "kind": target.kind,
                "classes": list(target.names) if target.names else None,
                "column": target.name,
            }
            | ({"scale": prepared.scalings[name]._asdict()} if name in prepared.scalings else {})
            for name, target in plan.targets.items()
        },
        "training": {
            "epochs_run": 0,
            "epochs_asked": plan.epochs,
            "batch_size": plan.batch_size,
            "steps_per_epoch": Budget(plan.batch_size, plan.epochs, 0).steps(len(prepared.train)),
            "stopped": "interrupted",
        },
        "data": {
            "source": prepared.facts.source,
            "samples": _samples(prepared),
            "split": _split_sizes(prepared),
            "storage": prepared.storage,
            "inputs": {
                name: {"columns": list(found.columns), "shape": list(found.shape), "dtype": found.dtype}
                for name, found in prepared.facts.inputs.items()
            },
            "columns": _raw_columns(prepared),
            "left_out": [
                {"file": _from(checked.path.parent, row.path), "line": row.line, "reason": row.reason}
                for row in prepared.left_out[:MOST_LEFT_OUT]
            ],
        },
        "warnings": [in_words(finding) for finding in (*checked.findings, *findings)],
    }


def _from(folder: Path, path: str) -> str:
    """A file's path from the spec's folder, as specs write it."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _raw_columns(prepared: Prepared) -> dict[str, Any]:
    """The raw columns as whoever uses the saved model must give them, and what it calls each."""
    facts = prepared.facts.columns
    order = [
        name
        for given in prepared.facts.inputs.values()
        for name in sorted(given.columns, key=lambda column: facts[column].kind not in {NUMBER, BOOLEAN})
    ]
    names = {given.columns[0]: name for name, given in prepared.facts.inputs.items()}
    if prepared.preprocessing is not None:
        names = input_names(dict.fromkeys(order))
    return {
        column: {
            "kind": facts[column].kind,
            "shape": list(facts[column].shape),
            "dtype": facts[column].dtype,
            "input": name,
        }
        for column, name in names.items()
    }


def _samples(prepared: Prepared) -> int:
    return sum(_split_sizes(prepared).values())


def _split_sizes(prepared: Prepared) -> dict[str, int]:
    rows = prepared.rows
    return {"train": len(rows.train), "validation": len(rows.validation), "test": len(rows.test)}


@dataclass
class Record:
    """`run.json` while the run goes on. `started` is when it first began, `before` the seconds up to this session."""

    folder: RunFolder
    content: dict[str, Any]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    before: Mapping[str, float] = field(default_factory=dict)
    status: str = "running"

    def write(self, finished: datetime | None = None, seconds: Mapping[str, float] | None = None) -> None:
        """Write what there is. `seconds` are those of this session."""
        now = seconds or {}
        runs.write_json(
            self.folder.run,
            {
                "run": 1,
                "name": self.content["name"],
                "description": self.content["description"],
                "id": self.folder.id,
                "status": self.status,
                "started": self.started.isoformat(),
                "finished": finished.isoformat() if finished else None,
                "seconds": {
                    stage: round(self.before.get(stage, 0.0) + now.get(stage, 0.0), 6)
                    for stage in dict.fromkeys([*self.before, *now])
                },
                **{key: value for key, value in self.content.items() if key not in {"name", "description"}},
            },
        )

    def fail(self, finding: Finding) -> None:
        """Keep what ended training; `until_the_end` writes it."""
        self.content["training"]["stopped"] = "failed"
        self.content["warnings"].append(in_words(finding))

    def leave(self) -> None:
        """Write nothing more: the file stays as it was."""
        self.status = "left"

    def finish(self, status: str, seconds: Mapping[str, float]) -> None:
        """Write the final status."""
        self.status = status
        self.write(datetime.now(UTC), seconds)

    @contextmanager
    def until_the_end(self) -> Iterator[None]:
        """Within, an exception of any kind leaves `failed` or `interrupted` behind, never `running`."""
        try:
            yield
        finally:
            if self.status == "running":
                status = "interrupted" if isinstance(sys.exception(), KeyboardInterrupt) else "failed"
                with suppress(OSError):  # on a full disk the first error is the one to tell
                    self.finish(status, {})
