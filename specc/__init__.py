"""specc, a compiler for neural networks: a YAML spec in, a checked and trained Keras 3 model with a report out.

The functions here do what the commands of the same name do. They import what they need when they are called: checking
never loads Keras, TensorFlow or NumPy.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from specc.diagnostics import Finding, Level, Span

if TYPE_CHECKING:
    from specc.check import Checked, Look
    from specc.comparing import Comparison
    from specc.diagnosis import Diagnosis
    from specc.pipeline.searching import RateFound
    from specc.pipeline.verifying import Verification
    from specc.plan import Outline, Plan
    from specc.predicting import Evaluated, Predicted
    from specc.summary import Summary
    from specc.training.train import Outcome

__version__ = "0.1.0"

__all__ = [
    "Finding",
    "Level",
    "Span",
    "SpecError",
    "diff",
    "doctor",
    "emit",
    "evaluate",
    "expand",
    "explain",
    "format_spec",
    "import_model",
    "init",
    "lr_find",
    "predict",
    "report",
    "resume",
    "schema",
    "show",
    "train",
    "validate",
    "verify",
]


class SpecError(ValueError):
    """A spec, its data or the machine forbid what was asked. `findings` say why and where."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(
            "\n".join(f"{f.span.path}:{f.span.line}:{f.span.column}: {f.code}: {f.message}" for f in findings)
        )
        self.findings = findings


def validate(
    spec: str | Path,
    *,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> tuple[Finding, ...]:
    """Every finding about the spec in the file `spec`, in the order of its text; none if it is sound.

    `sets` gives keys other values, by dotted path, and `variables` does so for `vars:`; values are YAML. Files that
    the spec names must lie in `root` (default: the project around the spec).
    """
    from specc.data import describe

    return _checked(spec, sets, variables, root, describe).findings


def show(
    spec: str | Path,
    *,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> "Summary":
    """The model's layers with shapes and parameters.

    Arguments as of `validate`. Raises SpecError for a spec with errors.
    """
    from specc.summary import summarize

    return summarize(_model(spec, sets, variables, root)[1])


def expand(
    spec: str | Path,
    *,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> str:
    """The spec as YAML with everything implied written out. Arguments and errors as of `show`."""
    from specc.plan.expand import expand as expand_plan

    return expand_plan(_model(spec, sets, variables, root)[1])


def diff(before: str | Path, after: str | Path, *, root: Path | None = None) -> "Comparison":
    """What the specs in two files mean differently, and whether old weights fit.

    `root` as of `validate`. Raises SpecError for a spec with errors.
    """
    from specc.comparing import compare

    return compare(*(_model(spec, None, None, root)[1] for spec in (before, after)))


def import_model(model: str | Path, *, name: str | None = None, flat: bool = False) -> str:
    """The spec of a Keras model: of a `.keras` file, a config as JSON, or `keras.applications:NAME`, as YAML text.

    `name` is the spec's, by default the model's; `flat` writes each layer once, without blocks and repeats. Nothing of
    a file is run. Raises SpecError for what is no model, or has no counterpart in a spec.
    """
    from specc.importing import ImportOptions
    from specc.importing import import_model as read_model

    imported = read_model(str(model), ImportOptions(name=name, flat=flat))
    if imported.document is None:
        raise SpecError(imported.findings)
    return imported.text


def format_spec(text: str, name: str = "spec.yaml") -> str:
    """The text of a spec in the form of `specc fmt`; JSON if `name` ends in `.json`.

    Comments and meaning stay. Raises SpecError for a text that cannot be read.
    """
    from specc.formatting import format_spec as formatted

    result = formatted(text.encode(), name)
    if result.findings:
        raise SpecError(result.findings)
    return result.text


def emit(
    spec: str | Path,
    *,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> str:
    """A Keras script that trains the spec's model without specc; of a spec without data, one that makes the model.

    Arguments and errors as of `show`.
    """
    from specc.emitting import emit as emit_script

    checked, model = _model(spec, sets, variables, root)
    return emit_script(model, checked.parts, checked.root, Path(spec).parent)


def train(
    spec: str | Path,
    *,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
    progress: TextIO | None = None,
) -> "Outcome":
    """Train the spec's model and write a run directory.

    `progress` displays how it goes; other arguments as of `validate`. Raises SpecError for a spec with errors, and for
    data or a machine that do not allow the run. Needs the extra `train`.
    """
    from specc.data.whole import describe_whole

    checked = _checked(spec, sets, variables, root, describe_whole)
    if checked.plan is None:
        raise SpecError(checked.for_training)
    from specc.pipeline import train_and_report

    outcome = train_and_report(checked, checked.plan, show=progress)
    _raise_errors(outcome.findings)
    return outcome


def resume(run: str | Path, *, root: Path | None = None, progress: TextIO | None = None) -> "Outcome":
    """Go on with the run in a directory, from its last sound checkpoint, to the bits of an uninterrupted one.

    Arguments as of `train`. Raises SpecError for what is no run, one that is completed, data that have changed, and
    where `train` does.
    """
    from specc.diagnostics import error
    from specc.pipeline import train_and_report
    from specc.pipeline.resuming import reopen_to_resume

    reopened, findings, _ = reopen_to_resume(Path(run), root)
    if reopened is None:
        raise SpecError(tuple(findings))
    if reopened.run.status == "completed":
        place = Span(str(run), 1, 1, 1, 1)
        raise SpecError((error("cannot-resume", f"`{run}` is completed, there is nothing left to train", place),))
    outcome = train_and_report(reopened.checked, reopened.plan, show=progress, reopened=reopened)
    _raise_errors(outcome.findings)
    return outcome


def lr_find(  # noqa: PLR0913  as the command
    spec: str | Path,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    output: Path | None = None,
    sets: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
    root: Path | None = None,
    progress: TextIO | None = None,
) -> "RateFound":
    """Search a learning rate for the spec by a short training, in which it rises from `lowest` to `highest`.

    Writes a page and a table into the folder `output` (default: a new one among the runs). Other arguments and errors
    as of `train`. Raises ValueError for rates that do not rise, or fewer than 20 steps. Needs the extra `train`.
    """
    if not (0 < lowest < highest < float("inf") and steps >= 20):
        raise ValueError(f"the rates must rise from above 0 in 20 steps or more, got {lowest}, {highest}, {steps}")
    from specc.data.whole import describe_whole

    checked = _checked(spec, sets, variables, root, describe_whole)
    if checked.plan is None:
        raise SpecError(checked.for_training)
    from specc.pipeline.searching import find_rate

    found = find_rate(checked, checked.plan, (lowest, highest, steps), output, progress)
    _raise_errors(found.findings)
    return found


def verify(run: str | Path, *, root: Path | None = None, progress: TextIO | None = None) -> "Verification":
    """Train the run in a directory again, from its lock file, and compare bit by bit; `equal` says how it went.

    The result is noted in the run's `run.json`. `root` and `progress` as of `train`. Raises SpecError for what cannot
    be verified. Needs the extra `train`.
    """
    from specc.pipeline.verifying import verify_run

    verified = verify_run(Path(run), root, progress)
    if not verified.files:
        _raise_errors(verified.findings)
    return verified


def predict(run: str | Path, file: str | Path, *, keep: bool = False) -> "Predicted":
    """What the model of a run directory predicts for the rows of a file: a `header`, and `pieces` of rows.

    `keep` copies the file's columns too. Raises SpecError for what is no run, and for a file that does not fit it; so
    does asking for a piece in which something is damaged. Needs the extra `train`.
    """
    from dataclasses import replace

    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.predicting import predict as ask

    predicted, findings = ask(Path(run), Path(file), keep=keep)
    if predicted is None:
        raise SpecError(tuple(findings))
    return replace(predicted, pieces=_raising(predicted.pieces))


def evaluate(run: str | Path, file: str | Path) -> "Evaluated":
    """Loss and metrics of the model of a run directory on the rows of a file that has the targets.

    Errors as of `predict`.
    """
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.predicting import evaluate as judge

    evaluated, findings = judge(Path(run), Path(file))
    if evaluated is None:
        raise SpecError(tuple(findings))
    return evaluated


def report(run: str | Path, formats: tuple[str, ...] = ("html", "json", "md")) -> tuple[Path, ...]:
    """Write the report of a run directory anew, and return its files. Needs the extra `train`, not TensorFlow.

    Raises SpecError if `run` is no run directory.
    """
    from specc.reporting import write_report

    paths, findings = write_report(Path(run), formats)
    if not paths:
        raise SpecError(findings)
    return paths


def init(source: str, target: str | None = None, folder: Path = Path()) -> str:
    """The text of a commented spec for a CSV file or a built-in set, to be written into `folder`.

    `target` is the column to predict (default: guessed). Raises SpecError if there is no such source or column.
    """
    from specc.starter import starter_spec

    text, findings = starter_spec(source, target, folder)
    if not text:
        raise SpecError(findings)
    return text


def schema(name: str = "spec") -> dict[str, Any]:
    """A published JSON Schema: of `spec`, of what a run leaves, or of what `specc diff` prints.

    What a run leaves is `lock`, `metrics`, `run` and `report`; the last is `diff`.

    Raises FileNotFoundError for another name.
    """
    from specc.catalog import load_schema

    return load_schema(f"{name}-v1")


def explain(code: str) -> str:
    """The page of a finding's code, as Markdown; raises FileNotFoundError for a code that is none."""
    from specc.explanation import page

    return page(code)


def doctor() -> "Diagnosis":
    """What is installed, what is missing for training, and which devices there are."""
    from specc.diagnosis import examine

    return examine()


def _raise_errors(findings: Iterable[Finding]) -> None:
    errors = tuple(finding for finding in findings if finding.level is Level.ERROR)
    if errors:
        raise SpecError(errors)


def _raising(pieces: Iterator[list[list[object]]]) -> Iterator[list[list[object]]]:
    from specc.data.reading import ReadingError

    try:
        yield from pieces
    except ReadingError as fault:
        raise SpecError(tuple(fault.findings)) from fault


def _checked(
    spec: str | Path,
    sets: Mapping[str, str] | None,
    variables: Mapping[str, str] | None,
    root: Path | None,
    look: "Look",
) -> "Checked":
    from specc.check import check
    from specc.language.overrides import Overrides

    overrides = Overrides(tuple((sets or {}).items()), tuple((variables or {}).items()))
    return check(Path(spec), overrides, root, look)


def _model(
    spec: str | Path, sets: Mapping[str, str] | None, variables: Mapping[str, str] | None, root: Path | None
) -> "tuple[Checked, Plan | Outline]":
    """The check of a spec, and its plan or the outline of a model without data."""
    from specc.data.whole import describe_whole

    checked = _checked(spec, sets, variables, root, describe_whole)
    model = checked.plan or checked.outline
    if model is None:
        raise SpecError(checked.for_training)
    return checked, model
