"""`specc report`: the report of a finished run, made again from its directory."""

from pathlib import Path

import click

from specc.cli.options import end, print_findings
from specc.diagnostics import has_errors


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format", "formats", type=click.Choice(["html", "json", "md"]), multiple=True, help="Write only this; repeatable."
)
def report(run: Path, formats: tuple[str, ...]) -> None:
    """Write the report of RUN, a run directory, anew. TensorFlow is not needed.

    \b
    Examples:
      specc report runs/digits-cnn/20260102-030405-1a2b3c4d
      specc report runs/digits-cnn/20260102-030405-1a2b3c4d --format md
    """  # noqa: D301
    from specc.reporting import write_report

    paths, findings = write_report(run, formats or ("html", "json", "md"))
    print_findings(findings)
    if has_errors(findings):
        end(findings)
    for path in paths:
        click.echo(path)
