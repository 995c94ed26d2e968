"""A run becomes a report: `build_report(run) -> Report`.

Decides what is worth saying: which numbers open the report, which warnings it carries, how to repeat the run. What the
curves and the predictions mean is worked out in `learning` and `results`.
"""

import math
import shlex
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from specc.diagnostics import Finding, in_words
from specc.reporting.gradients import gradient_course
from specc.reporting.learning import course
from specc.reporting.report import ClassResult, GradientCourse, Headline, Learning, NumberResult, Report
from specc.reporting.results import judge
from specc.reporting.text import label, moment
from specc.runs import Run, Target
from specc.runs.folder import SPLITS

HEADLINES = 4
"""How many numbers a report opens with at most."""

DEEPEST = 5
"""How deeply nested a fact of the environment or of an input may be."""

NAMED = 5
"""How many weights a warning names at most."""

NAMED_CLASSES = 10
"""How many classes of a target are named at most."""

FEW_SAMPLES = 30
"""Below this many test samples, metrics depend on chance so much that the report says so."""

_SUMMARIES = {
    "completed": "Training ran to its end.",
    "running": "The run has not ended yet, or was killed: this is what it has written so far.",
    "interrupted": "The run was interrupted: this is what it had learned by then.",
    "failed": "The run failed: this is what it had written by then.",
}
_PACKAGES = ("keras", "tensorflow", "numpy", "scikit-learn")


def build_report(run: Run, findings: Iterable[Finding] = ()) -> Report:
    """All that is worth knowing of `run`; `findings` are those of reading it, and become warnings."""
    learning = course(run.history, run.training)
    gradients = gradient_course(run.gradients)
    results = judge(run.targets, run.predictions)
    headlines = _headlines(run.metrics)
    return Report(
        name=run.name,
        description=run.description,
        id=run.id,
        status=run.status,
        summary=_SUMMARIES.get(run.status, ""),
        started=run.started,
        seconds=run.seconds,
        headlines=headlines,
        statement=_statement(run, headlines),
        warnings=(
            *run.warnings,
            *map(in_words, findings),
            *_warnings(run, learning, gradients, results),
        ),
        metrics={split: run.metrics[split] for split in SPLITS if run.metrics.get(split)},
        learning=learning,
        gradients=gradients,
        results=results,
        layers=run.model.layers,
        inputs=run.model.inputs,
        outputs=run.model.outputs,
        parameters=run.model.parameters,
        weights=run.weights,
        data=_data(run),
        split={split: run.data.split[split] for split in SPLITS if split in run.data.split},
        engine=run.engine,
        computed=_computed(run),
        environment=_environment(run),
        determinism=run.determinism.level,
        determinism_why=run.determinism.why,
        verified=run.verified,
        reproduce=_reproduce(run),
        spec=run.spec_text,
    )


def _headlines(metrics: Mapping[str, Mapping[str, float]]) -> tuple[Headline, ...]:
    """The metrics of the split that says most: test before validation before training; what is no loss comes first."""
    for split in reversed(SPLITS):
        if values := metrics.get(split):
            names = sorted(values, key=lambda name: "loss" in name)
            return tuple(Headline(name, split, values[name]) for name in names[:HEADLINES])
    return ()


def _statement(run: Run, headlines: tuple[Headline, ...]) -> str:
    """Which samples the opening numbers rest on."""
    split = headlines[0].split if headlines else None
    samples = f"{run.data.split.get(split, 0):,} samples" if split else ""
    if split == "test":
        steered = "; the validation split steered it" if run.data.split.get("validation") else ""
        return f"Measured on the test split ({samples}), which was used once, after training had ended{steered}."
    if split == "validation":
        return (
            f"Measured on the validation split ({samples}), which also steered training. The test split was not used."
        )
    if split == "train":
        return f"Measured on the training split ({samples}) itself: this says nothing about new data."
    return "The run ended before anything was measured."


def _warnings(
    run: Run, learning: Learning, gradients: GradientCourse, results: tuple[ClassResult | NumberResult, ...]
) -> list[str]:
    found = []
    for curve in learning.curves:
        # Validation values may be missing on purpose, training values may not.
        epoch = next(
            (e for e, value in zip(learning.epochs, curve.train, strict=True) if not math.isfinite(value)), None
        )
        if epoch is not None:
            found.append(f"The training {label(curve.metric)} was not finite in epoch {epoch}: training diverged.")
    if run.data.samples and not run.data.split.get("validation"):
        found.append("There is no validation split: nothing shows during training whether the model overfits.")
    idle = [f"{each.layer}/{each.weight}" for each in gradients.weights if not any(each.gradient_norms)]
    if idle:
        more = f" and {len(idle) - NAMED} more" if len(idle) > NAMED else ""
        found.append(f"No gradient ever reached {', '.join(idle[:NAMED])}{more}: nothing of it was learned.")
    for result in results:
        if result.samples < FEW_SAMPLES:
            found.append(
                f"The test split has only {result.samples} values of {result.name}: its metrics depend on chance."
            )
        if isinstance(result, ClassResult) and result.accuracy <= result.baseline:
            found.append(f"{result.name}: no better than always predicting {result.baseline_class}.")
        if isinstance(result, NumberResult) and result.r2 <= 0:
            found.append(f"{result.name}: no better than always predicting the mean.")
            if abs(result.bias) > result.baseline:
                found.append(
                    f"{result.name}: all predictions lie far off on one side. A network begins near 0: give the column "
                    "a scale, such as `standard`."
                )
    return found


def _data(run: Run) -> dict[str, str]:
    facts = {"Source": run.data.source, "Samples": f"{run.data.samples:,}" if run.data.samples else ""}
    if run.data.storage == "streamed":
        facts["Storage"] = "streamed from files, as the prepared samples are too many for memory"
    facts |= {f"Input {name}": _described(value) for name, value in run.data.inputs.items()}
    facts |= {f"Target {name}": _target(target) for name, target in run.targets.items()}
    facts["Fingerprint"] = run.lock.fingerprint
    return {name: text for name, text in facts.items() if text}


def _computed(run: Run) -> dict[str, str]:
    """How the run was computed, as far as it says so."""
    engine = run.engine
    xla = {None: "", True: "yes", False: "no"}[engine.xla]
    places = [
        f"in epoch {each.epoch} after step {each.step:,}" + (f" ({moment(each.time)})" if each.time else "")
        for each in engine.resumed
    ]
    facts = {
        "Compiled by XLA": f"{xla}: {engine.why}" if xla and engine.why else xla,
        "Steps at a time": f"{engine.segment:,}, then the host sees progress" if engine.segment else "",
        "Samples": {
            "resident": "on the device, all of them",
            "streamed": "brought to the device batch by batch",
        }.get(engine.storage, engine.storage),
        "Precision": engine.precision,
        "Checkpoints written": f"{engine.checkpoints:,}" if engine.checkpoints else "",
        "Resumed": f"{'once' if len(places) == 1 else f'{len(places)} times'}: {'; '.join(places)}" if places else "",
    }
    known = {name: text for name, text in facts.items() if text}
    devices = ", ".join(str(device.get("name", "")) for device in run.lock.devices)
    if not known or not devices:
        return known
    strategy = "" if run.lock.strategy in {"", "none"} else f" ({run.lock.strategy})"
    return {"Devices": devices + strategy, **known}


def _target(target: Target) -> str:
    column = f"{target.column}, " if target.column else ""
    if target.kind != "classes":
        return f"{column}a number"
    names = ", ".join(target.classes[:NAMED_CLASSES])
    more = ", …" if len(target.classes) > NAMED_CLASSES else ""
    return f"{column}one of {len(target.classes)} classes: {names}{more}"


def _environment(run: Run) -> dict[str, str]:
    facts = {str(name): _described(value) for name, value in {**run.lock.versions, **run.environment}.items()}
    if run.lock.strategy:
        replicas = f", {run.lock.replicas} replicas" if run.lock.replicas > 1 else ""
        facts["strategy"] = run.lock.strategy + replicas
    if run.lock.seed is not None:
        facts["seed"] = str(run.lock.seed)
    return {name: text for name, text in facts.items() if text}


def _described(value: object, depth: int = 0) -> str:
    """A plain value in few words: names and values of a mapping, items of a list; too deep ones are left out."""
    match value:
        case None:
            return ""
        case dict() | list() if depth == DEEPEST:
            return "…"
        case dict():
            return ", ".join(f"{key} {_described(item, depth + 1)}" for key, item in value.items())
        case list() if all(isinstance(item, int) for item in value):
            return f"({', '.join(map(str, value))}{',' if len(value) == 1 else ''})"
        case list():
            return "; ".join(_described(item, depth + 1) for item in value)
        case _:
            return str(value)


def _reproduce(run: Run) -> tuple[str, ...]:
    """Commands that repeat the run, in a shell. specc itself is named in words: the package index has another one."""
    versions = {**run.lock.versions, **run.environment}
    pins = [f"{name}=={versions[name]}" for name in _PACKAGES if versions.get(name)]
    words = (PurePath(run.command[0]).name, *run.command[1:]) if run.command else ("specc", "train", run.spec_path)
    install = [shlex.join(["pip", "install", *pins])] if pins else []
    version = " ".join(str(versions.get("specc") or "").split())  # a line break would end the comment
    own = [f"# with specc {version} from its repository"] if version else []
    return (*own, *install, shlex.join(words))
