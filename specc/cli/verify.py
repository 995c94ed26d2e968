"""`specc verify`: whether a run that is trained again comes out the same."""

import sys
from pathlib import Path

import click

from specc.cli.options import INTERRUPTED, end
from specc.cli.progress import progress_options, say_on
from specc.training.display import display


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with `equal` and `files` as the last line.")
@progress_options
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder that the spec's files must lie in.  [default: the project's folder]",
)
def verify(run: Path, as_json: bool, progress: str, quiet: bool, root: Path | None) -> None:
    """Train RUN, a completed run, again from its lock file, and compare bit by bit what comes out.

    Compared are history, metrics, predictions, and the arrays of the model and of the newest checkpoint. What is
    trained again goes into a folder that is thrown away; nothing that was prepared or measured before is used. The
    result is noted in run.json and in the report. Where something is not the same, the exit code is 1.

    \b
    Examples:
      specc verify runs/digits/20260314-092712-1a2b3c4d
      specc verify runs/digits/20260314-092712-1a2b3c4d --quiet --json
    """  # noqa: D301
    show = display("none" if quiet else progress, sys.stderr)
    from specc.pipeline.verifying import verify_run

    verified = verify_run(run, root, show)
    if verified.files:
        if as_json:
            from specc import runs

            click.echo(runs.as_json(verified.as_record()))
        else:
            click.echo(verified.summary())
        if not verified.noted:
            click.echo(f"`{run}` cannot be written, so the result is not noted there", err=True)
    say_on(show)(verified.findings, [source for each in verified.checked for source in each.sources])
    if verified.interrupted:
        raise SystemExit(INTERRUPTED)
    end(verified.findings)
