"""The whole back end on one screen: a plan in, a trained model with everything about it in a run directory out.

Findings are what data, machine and Keras say against the spec; the run directory is made once the model is built, and
from then on always ends with a status, whatever happens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from specc import runs
from specc.catalog import load
from specc.check import Checked
from specc.diagnostics import Finding, has_errors, in_words
from specc.engine import Budget, Choice, Judge, Options, Session
from specc.keras_target.serving import serving_model
from specc.plan import Plan
from specc.runs import RunFolder
from specc.runs.folder import REPORT_HTML
from specc.training import choices, heartbeat
from specc.training.callback_states import CallbackStates
from specc.training.callbacks import Interrupt, Recorder, interruptible, save_aside, spec_callback
from specc.training.checkpoints import Checkpoints, Extra
from specc.training.clock import Clock
from specc.training.cluster import Cluster, this_cluster
from specc.training.display import Show
from specc.training.failing import TrainingFailedError, cannot_write, faults_as_findings
from specc.training.phases import engine_phases
from specc.training.predictions import MOST_PREDICTIONS, has_table, prediction_table
from specc.training.progress import progress
from specc.training.readying import Ready, make_ready
from specc.training.recording import Record, first_record, lock_content, run_folder
from specc.training.resuming import Continued, continue_files, other_computation, trained_elsewhere
from specc.training.trackers import GradientLog, Trackers, begin_tracking
from specc.training.watching import Watching


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `train` gives: the run's directory, metrics by split, and findings; no run if the findings forbid it."""

    run: RunFolder | None
    metrics: Mapping[str, Mapping[str, float]]
    findings: tuple[Finding, ...]
    interrupted: bool = False

    def as_record(self) -> dict[str, Any]:
        """Where everything is and how well it went, for programs."""
        return {"run": str(self.run.path) if self.run else None, "metrics": self.metrics}

    def summary(self) -> str:
        """Where everything is and how well it went, for a terminal."""
        lines = [
            f"{split:<10}  " + "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
            for split, metrics in self.metrics.items()
        ]
        if self.run is not None:
            report = self.run.path / REPORT_HTML
            lines += [f"run         {self.run.path}"] + ([f"report      {report}"] if report.is_file() else [])
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class How:
    """How a plan is trained, whatever it says.

    `command` is what the user called, `show` where progress is displayed; None displays nothing. `new_folder` makes the
    run's directory; without it that is made where `runs:` says. `cache` says whether prepared data, and what was
    measured, are kept for the next run and taken from an earlier one. `continued` is the run that goes on. `accept`
    says what forbids training on what was made ready.
    """

    command: Sequence[str] = ()
    show: Show | None = None
    new_folder: Callable[[], RunFolder] | None = None
    cache: bool = True
    continued: Continued | None = None
    accept: Callable[[Ready], Sequence[Finding]] = lambda _: ()


def train(checked: Checked, plan: Plan, how: How = How()) -> Outcome:
    """Train `plan` and leave a run directory."""
    cluster, findings = this_cluster()
    if cluster is not None and cluster.workers == 1:
        cluster = None
    if cluster is None or cluster.is_chief or findings:
        return Outcome(None, {}, tuple(findings)) if findings else _train(checked, plan, how, cluster)
    with TemporaryDirectory() as scratch:  # only the chief writes, all others do the same for nobody
        outcome = _train(checked, plan, replace(how, show=None, new_folder=lambda: RunFolder(Path(scratch))), cluster)
    return replace(outcome, run=None)


def _train(checked: Checked, plan: Plan, how: How, cluster: Cluster | None) -> Outcome:
    clock = Clock()
    ready, findings = make_ready(checked, plan, cluster, clock, how.show, cache=how.cache)
    if ready is not None and how.continued is not None:
        findings += how.continued.differences(ready.prepared.fingerprint, ready.devices.replicas)
    if ready is not None:
        findings += how.accept(ready)
    if ready is None or has_errors(findings):
        return Outcome(None, {}, tuple(findings))
    trackers, faults = begin_tracking(plan, checked.path.parent)
    findings += faults
    if has_errors(findings):
        return Outcome(None, {}, tuple(findings))
    record = _open_record(checked, plan, how, ready, findings)
    folder = record.folder
    chief = cluster is None or cluster.is_chief
    run = _Run(plan, ready, record, clock, how, trackers, chief)
    with runs.held(folder.path) as mine, interruptible() as interrupt, record.until_the_end():
        if not mine:
            record.leave()
            return Outcome(None, {}, (*findings, trained_elsewhere(folder.path)))
        if how.continued is None:
            record.write()
        try:
            metrics = run.fit_and_judge(interrupt)
        except TrainingFailedError as failure:
            if how.continued is not None and not run.has_begun:
                record.leave()  # as it was: another attempt may succeed
            else:
                record.fail(failure.finding)
            return Outcome(folder, {}, (*findings, *run.findings, failure.finding))
        except OSError as fault:
            finding = cannot_write(fault, plan)
            record.fail(finding)
            return Outcome(folder, {}, (*findings, *run.findings, finding))
        interrupted = record.content["training"]["stopped"] == "interrupted"
        record.finish("interrupted" if interrupted else "completed", clock.seconds)
    return Outcome(folder, metrics, (*findings, *run.findings), interrupted)


def _open_record(checked: Checked, plan: Plan, how: How, ready: Ready, findings: Sequence[Finding]) -> Record:
    """The record of the run in its directory, which is new or that of the run that goes on."""
    content = first_record(checked, plan, how.command, ready, findings)
    if how.continued is not None:
        folder = how.new_folder() if how.new_folder else how.continued.folder
        return Record(folder, how.continued.carry_over(content), how.continued.started, how.continued.seconds)
    folder = how.new_folder() if how.new_folder else run_folder(checked, plan)
    runs.write_text(folder.spec, checked.text)
    runs.write_yaml(folder.lock, lock_content(plan, ready))
    return Record(folder, content)


@dataclass
class _Run:
    """The parts of one run, and what is found while it goes on."""

    plan: Plan
    ready: Ready
    record: Record
    clock: Clock
    how: How
    trackers: Trackers
    chief: bool = True
    has_begun: bool = False
    findings: list[Finding] = field(default_factory=list)

    def fit_and_judge(self, interrupt: Interrupt) -> dict[str, dict[str, float]]:
        """Fit, save, and only then look at the test split. Gives the metrics by split."""
        plan, folder = self.plan, self.record.folder
        judge = Judge(self.ready.built.model)
        with self.clock("fit"):
            session, recorder = self._fit(judge, interrupt)
        self.record.content["training"] |= {"epochs_run": len(recorder.records), "stopped": session.ended}
        with self.clock("evaluate"):
            metrics = self._judge(judge, folder)
        if not self.chief:
            return metrics
        served = serving_model(
            self.ready.built.model, self.ready.prepared.preprocessing, plan.losses, load(), self.ready.prepared.scalings
        )
        save_aside(folder.model, served.save)
        return metrics

    def _fit(self, judge: Judge, interrupt: Interrupt) -> tuple[Session, Recorder]:
        plan, prepared, folder, continued = self.plan, self.ready.prepared, self.record.folder, self.how.continued
        budget = Budget(plan.batch_size, plan.epochs, plan.runtime.seed)
        recorder = Recorder(folder)
        own = [spec_callback(component, folder.path, load()) for component in plan.callbacks]
        if continued:
            continue_files(own, continued.position.epoch)
        steps, samples = budget.steps(len(prepared.train)), len(prepared.train)
        watch = progress(plan.epochs, steps, self.how.show, plan.batch_size, samples, str(folder.path))
        callbacks = [*own, recorder, *(self.trackers.begin(folder) if self.chief else ()), watch]
        gradients = GradientLog(folder)
        checkpoints = Checkpoints(
            folder.checkpoints,
            plan.runtime.checkpoint,
            CallbackStates(own),
            {
                "history": Extra(recorder.get, recorder.put),
                "gradients": Extra(lambda: gradients.rows, gradients.put),
            },
            plan.place_of("runtime.checkpoint"),
            partial(self._tell, watch),
            lambda at, path: watch.hear("checkpoint", epoch=at.epoch + 1, step=at.step, path=str(path)),
            self.chief,
        )
        session = Session(
            judge,
            prepared.train,
            prepared.validation,
            budget,
            Options(plan.runtime.xla, plan.runtime.segment, self._known()),
            engine_phases(plan, self.ready.built.model, load()),
            checkpoints,
            lambda: interrupt.asked,
            heartbeat.beat,
            gradients.add if plan.logging.gradients else None,
            partial(self._begin, watch, checkpoints),
        )
        if continued:
            watch.hear("resumed", epoch=continued.position.epoch + 1, step=continued.position.step)
        try:
            with faults_as_findings(plan, prepared.numbers_of_training):
                session.run(callbacks, continued.resume(checkpoints) if continued else None)
        except TrainingFailedError:
            recorder.write()  # what led to it
            raise
        finally:
            watch.close()
            gradients.write()
            self.findings += self.trackers.findings
            self.record.content["training"]["epochs_run"] = len(recorder.records)
            if session.choice is not None:
                self.record.content["engine"] = self._engine_record(session, checkpoints)
        return session, recorder

    def _known(self) -> Choice | None:
        """How steps were computed in this run before, or in the same one by this machine."""
        continued = self.how.continued
        if continued is not None and continued.choice is not None:
            return continued.choice
        return choices.kept(self._choice_key()) if self.how.cache else None

    def _begin(self, watch: Watching, checkpoints: Checkpoints, session: Session) -> None:
        """The run stands where it begins, or goes on: write down how, before anything can stop it."""
        self.has_begun = True
        choice, continued = session.choice, self.how.continued
        if self.how.cache and self.chief and choice is not None and choice.measured:
            choices.keep(self._choice_key(), choice)
        if continued and continued.choice and choice and choice.xla != continued.choice.xla:
            self._tell(watch, other_computation(continued, choice))
        checkpoints.tidy(session)
        self.record.content["engine"] = self._engine_record(session, checkpoints)
        self.record.write()

    def _engine_record(self, session: Session, checkpoints: Checkpoints) -> dict[str, Any]:
        choice = session.choice
        return {
            **(choice.as_record() if choice else {}),
            "segment": session.segment,
            "storage": self.ready.prepared.storage,
            "precision": keras.config.dtype_policy().name,
            "checkpoints": checkpoints.written,
            **({"resumed": self.how.continued.resumed} if self.how.continued else {}),
        }

    def _judge(self, judge: Judge, folder: RunFolder) -> dict[str, dict[str, float]]:
        plan, prepared, batch_size = self.plan, self.ready.prepared, self.plan.batch_size
        done = plan.epochs * Budget(batch_size, plan.epochs, 0).steps(len(prepared.train))
        with faults_as_findings(plan, prepared.numbers_of_training):
            metrics = {
                name: judge.evaluate(samples, batch_size, beat=lambda: heartbeat.beat(done))
                for name, samples in prepared.splits().items()
            }
        runs.write_json(folder.metrics, metrics)
        heartbeat.rest()
        if self.chief and prepared.test and has_table(plan):
            first = prepared.test.head(MOST_PREDICTIONS)
            with faults_as_findings(plan, prepared.numbers_of_training):
                predicted = judge.predict(first, batch_size)
            outputs = dict(zip(plan.targets, predicted, strict=True))
            rows = prepared.in_source(prepared.rows.test[: len(first)])
            table = prediction_table(plan, rows, first.answers(), outputs, load(), prepared.scalings)
            runs.write_csv(folder.predictions, *table)
        return metrics

    def _choice_key(self) -> str:
        return choices.key_of_choice(self.plan, self.ready.built.model, len(self.ready.prepared.train))

    def _tell(self, watch: Watching, finding: Finding) -> None:
        self.findings.append(finding)
        watch.hear("warning", message=finding.message, code=finding.code)
        self.record.content["warnings"].append(in_words(finding))
