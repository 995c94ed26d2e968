"""`specc init`: a commented spec to start from."""

from pathlib import Path

import click

from specc.cli.options import check_folder, end, give, print_findings
from specc.diagnostics import has_errors


@click.command()
@click.argument("source")
@click.option("--target", metavar="COLUMN", help="Column to predict.  [default: guessed]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: standard output]")
@click.option("--force", is_flag=True, help="Overwrite the output file if it exists.")
def init(source: str, target: str | None, output: Path | None, force: bool) -> None:
    """Write a commented spec for SOURCE: a CSV file, or a built-in data set such as digits or moons.

    \b
    Examples:
      specc init digits -o digits.yaml
      specc init houses.csv --target price -o houses.yaml
    """  # noqa: D301
    from specc.starter import starter_spec

    if output and output.exists() and not force:
        raise click.UsageError(f"`{output}` exists; --force overwrites it")
    check_folder(output)
    text, findings = starter_spec(source, target, output.parent if output else Path())
    print_findings(findings)
    if has_errors(findings):
        end(findings)
    give(text, output, f"; next: specc train {output}")
