"""`specc lr-find`: which learning rate suits a spec, by trying many of them."""

import math
import sys
from pathlib import Path

import click

from specc.cli.options import INTERRUPTED, checked_spec, end, override_options, spec_argument
from specc.cli.progress import progress_options, say_on
from specc.diagnostics import has_errors
from specc.training.display import display

FEWEST = 20
"""Fewer steps than these show no course of a loss."""


@click.command()
@spec_argument
@click.option(
    "--from",
    "lowest",
    metavar="RATE",
    type=click.FloatRange(0, min_open=True),
    default=1e-6,
    show_default=True,
    help="The first learning rate.",
)
@click.option(
    "--to",
    "highest",
    metavar="RATE",
    type=click.FloatRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help="The last one.",
)
@click.option(
    "--steps",
    metavar="N",
    type=click.IntRange(FEWEST, 100_000),
    default=100,
    show_default=True,
    help="How many steps are made, each with a higher rate.",
)
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the page and the table into.  [default: a new one among the runs of SPEC]",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object with `suggested` and `why` as the last line."
)
@progress_options
@click.option("--no-cache", is_flag=True, help="Prepare the data anew, and keep nothing of it for the next run.")
@override_options
def lr_find(  # noqa: PLR0913, PLR0917  one parameter per option
    spec: Path,
    lowest: float,
    highest: float,
    steps: int,
    output: Path | None,
    as_json: bool,
    progress: str,
    quiet: bool,
    no_cache: bool,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Search a learning rate for SPEC: train a little with a rate that rises with every step, and watch the loss.

    Begins with the initial weights, takes the training rows in the order of training, and ends early where the loss
    diverges. The rate at which the smoothed loss fell most steeply is suggested, with the line to write into SPEC. The
    course of the loss is drawn in lr-find.html; lr-find.csv has its numbers. No run is made, and SPEC is not changed.

    \b
    Examples:
      specc lr-find spec.yaml
      specc lr-find spec.yaml --from 1e-5 --to 1 --steps 300
      specc lr-find spec.yaml --set 'training.optimizer={SGD: {momentum: 0.9}}' -o searched
    """  # noqa: D301
    if not lowest < highest < math.inf:
        raise click.UsageError(f"`--from` must be below `--to`, and both finite, got {lowest:g} and {highest:g}")
    show = display("none" if quiet else progress, sys.stderr)
    say = say_on(show)
    checked, plan = checked_spec(spec, sets, variables, root, say)
    from specc.pipeline.searching import find_rate

    found = find_rate(checked, plan, (lowest, highest, steps), output, show, cache=not no_cache)
    say(found.findings, checked.sources)
    if found.search is None or has_errors(found.findings):
        end(found.findings)
    if as_json:
        from specc import runs

        click.echo(runs.as_json(found.as_record()))
    else:
        click.echo(found.summary())
    if found.interrupted:
        raise SystemExit(INTERRUPTED)
