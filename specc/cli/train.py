"""`specc train`: from a spec to a trained model in a run directory."""

import sys
from pathlib import Path

import click

from specc.cli.options import INTERRUPTED, Sayer, checked_spec, end, override_options, print_findings, spec_argument
from specc.diagnostics import has_errors
from specc.training.display import FORMS, Display, display


@click.command()
@spec_argument
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with `run` and `metrics` as the last line.")
@click.option(
    "--progress",
    type=click.Choice(FORMS),
    default="auto",
    show_default=True,
    help="How progress is shown on standard error; `auto` is bars in a terminal and lines elsewhere.",
)
@click.option("--quiet", is_flag=True, help="Show no progress, as `--progress none`.")
@click.option("--no-cache", is_flag=True, help="Prepare the data anew, and keep nothing of it for the next run.")
@override_options
def train(  # noqa: PLR0913, PLR0917  one parameter per option
    spec: Path,
    as_json: bool,
    progress: str,
    quiet: bool,
    no_cache: bool,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Train the model of SPEC and write everything about the run into a new directory.

    The validation split steers training; the test split is used once, at the end. Ctrl-C ends training after the
    current batch and keeps what there is, with a report; a second Ctrl-C stops at once. With `folds` in the split, each
    fold is a run of its own, and their mean and spread are told.

    \b
    Examples:
      specc train spec.yaml
      specc train spec.yaml --set training.epochs=5 --var width=64
      specc train spec.yaml --json | tail -n 1
      specc train spec.yaml --progress json 2> progress.jsonl
    """  # noqa: D301
    from specc.training import cluster, heartbeat

    heartbeat.start()
    _, faults = cluster.this_cluster()
    if faults:
        print_findings(faults, cluster.sources())
        end(faults)
    show = display("none" if quiet else progress, sys.stderr)
    say = _as_events(show) if show and show.form == "json" else print_findings
    checked, plan = checked_spec(spec, sets, variables, root, say)
    from specc.pipeline import train_and_report

    outcome = train_and_report(checked, plan, ("specc", *sys.argv[1:]), show, cache=not no_cache)
    say(outcome.findings, checked.sources)
    if outcome.run is None or has_errors(outcome.findings):
        end(outcome.findings)
    if as_json:
        from specc import runs

        click.echo(runs.as_json(outcome.as_record()))
    else:
        click.echo(outcome.summary())
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED)


def _as_events(show: Display) -> Sayer:
    """Says findings as JSON lines among those of progress, so that standard error holds nothing else."""
    return lambda findings, _: show.findings(findings)
