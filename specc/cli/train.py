"""`specc train`: from a spec to a trained model in a run directory."""

import sys
from pathlib import Path

import click

from specc.cli.options import INTERRUPTED, checked_spec, end, override_options, print_findings, spec_argument
from specc.diagnostics import has_errors


@click.command()
@spec_argument
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with `run` and `metrics` as the last line.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--no-cache", is_flag=True, help="Prepare the data anew, and keep nothing of it for the next run.")
@override_options
def train(  # noqa: PLR0913, PLR0917  one parameter per option
    spec: Path,
    as_json: bool,
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
    """  # noqa: D301
    from specc.training import cluster, heartbeat

    heartbeat.start()
    _, faults = cluster.this_cluster()
    if faults:
        print_findings(faults, cluster.sources())
        end(faults)
    checked, plan = checked_spec(spec, sets, variables, root)
    from specc.pipeline import train_and_report

    command, show = ("specc", *sys.argv[1:]), None if quiet else sys.stderr
    outcome = train_and_report(checked, plan, command, show, cache=not no_cache)
    print_findings(outcome.findings, checked.sources)
    if outcome.run is None or has_errors(outcome.findings):
        end(outcome.findings)
    if as_json:
        from specc import runs

        click.echo(runs.as_json(outcome.as_record()))
    else:
        click.echo(outcome.summary())
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED)
