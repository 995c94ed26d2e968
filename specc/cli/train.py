"""`specc train`: from a spec to a trained model in a run directory."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.options import INTERRUPTED, Sayer, checked_spec, end, override_options, print_findings
from specc.cli.progress import progress_options, say_on
from specc.diagnostics import has_errors
from specc.training.display import display

if TYPE_CHECKING:  # the check and what trains are imported when the command runs
    from specc.check import Checked
    from specc.pipeline.resuming import Reopened
    from specc.plan import Plan


@click.command()
@click.argument("spec", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with `run` and `metrics` as the last line.")
@progress_options
@click.option("--no-cache", is_flag=True, help="Prepare the data anew, and keep nothing of it for the next run.")
@click.option(
    "--resume",
    metavar="RUN",
    help="Go on with the run in this directory, without SPEC; `auto` goes on with the newest run of SPEC that is not"
    " completed, or begins one.",
)
@override_options
def train(  # noqa: PLR0913, PLR0917  one parameter per option
    spec: Path | None,
    as_json: bool,
    progress: str,
    quiet: bool,
    no_cache: bool,
    resume: str | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Train the model of SPEC and write everything about the run into a new directory.

    The validation split steers training; the test split is used once, at the end. Ctrl-C ends training after the
    current batch and keeps what there is, with a report; a second Ctrl-C stops at once. With `folds` in the split, each
    fold is a run of its own, and their mean and spread are told.

    A run that was interrupted, or killed, goes on with --resume from its last checkpoint, to the same bits.

    \b
    Examples:
      specc train spec.yaml
      specc train spec.yaml --set training.epochs=5 --var width=64
      specc train spec.yaml --json | tail -n 1
      specc train spec.yaml --progress json 2> progress.jsonl
      specc train --resume runs/digits/20260314-092712-1a2b3c4d
      specc train spec.yaml --resume auto
    """  # noqa: D301
    from specc.runs import as_json as as_text
    from specc.training import cluster, heartbeat

    heartbeat.start()
    own, faults = cluster.this_cluster()
    if faults:
        print_findings(faults, cluster.sources())
        end(faults)
    if own is not None and not own.is_chief:
        quiet = True
    show = display("none" if quiet else progress, sys.stderr)
    say = say_on(show)
    chief = own is None or own.is_chief
    checked, plan, reopened = _what(spec, resume, sets, variables, root, say, chief=chief)
    if reopened is not None and reopened.run.status == "completed":
        done = f"`{reopened.folder.path}` is completed, there is nothing left to train"
        click.echo(as_text({"run": str(reopened.folder.path), "metrics": reopened.run.metrics}) if as_json else done)
        return
    from specc.pipeline import train_and_report

    command = ("specc", *sys.argv[1:])
    outcome = train_and_report(checked, plan, command, show, cache=not no_cache, reopened=reopened)
    say(outcome.findings, checked.sources)
    if outcome.run is None or has_errors(outcome.findings):
        end(outcome.findings)
    click.echo(as_text(outcome.as_record()) if as_json else outcome.summary())
    if outcome.interrupted:
        alone = own is None and not plan.data.split.folds
        kept = alone and any(outcome.run.checkpoints.glob("*.ckpt"))
        line = "interrupted" + (f"; go on with: {_resuming(outcome.run.path, root)}" if kept else "")
        if show:
            show.say(line)
        else:
            click.echo(line, err=True)
        raise SystemExit(INTERRUPTED)


def _resuming(run: Path, root: Path | None) -> str:
    """The command that goes on with a run of one process and one fold."""
    return shlex.join(["specc", "train", "--resume", str(run), *(["--root", str(root)] if root else [])])


def _what(  # noqa: PLR0913, PLR0917  what the command line says
    spec: Path | None,
    resume: str | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
    say: Sayer,
    *,
    chief: bool,
) -> tuple["Checked", "Plan", "Reopened | None"]:
    """What is to be trained: a spec, or a run that goes on. `chief` says whether this worker writes."""
    if resume == "":
        raise click.UsageError("`--resume` names no run; perhaps a variable that is not set was meant")
    if (spec is None) == (resume is None or resume == "auto"):
        raise click.UsageError("give a SPEC, or `--resume RUN`, or a SPEC and `--resume auto`")
    run = None if resume in {None, "auto"} else Path(str(resume))
    if spec is not None:
        checked, plan = checked_spec(spec, sets, variables, root, say)
        if resume is None:
            return checked, plan, None
        from specc.pipeline.resuming import unfinished

        run = unfinished(Path(plan.runtime.runs), plan, also_held=not chief)
        if run is None:
            return checked, plan, None
        root = checked.root
    elif sets or variables:
        raise click.UsageError("a run goes on as it began: `--set` and `--var` are for new ones")
    from specc.pipeline.resuming import reopen_to_resume

    reopened, findings, found = reopen_to_resume(Path(str(run)), root)
    say(findings, [source for each in found for source in each.sources])
    if reopened is None:
        end(findings)
    return reopened.checked, reopened.plan, reopened
