"""`specc show`: the model as a table of layers with shapes, counts and memory, as JSON, or as a drawing."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.options import check_output, checked_model, give, override_options, spec_argument

if TYPE_CHECKING:
    from specc.summary import Summary

FORMATS = ("table", "json", "svg", "mermaid")
_UNLIMITED = 100_000  # columns, where the output is no terminal


@click.command()
@spec_argument
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="What to print.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: standard output]")
@override_options
def show(  # noqa: PLR0913, PLR0917  one parameter for each option
    spec: Path,
    form: str,
    as_json: bool,
    output: Path | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Print the model's layers with shapes, parameters, multiply-adds and memory, or draw it.

    \b
    Examples:
      specc show spec.yaml
      specc show spec.yaml --json
      specc show spec.yaml --format svg -o model.svg
    """  # noqa: D301
    check_output(output, spec, "the spec itself")
    _, model = checked_model(spec, sets, variables, root)
    from specc.summary import summarize

    columns = shutil.get_terminal_size((_UNLIMITED, 24)).columns if output is None else None
    text = _shown(summarize(model), "json" if as_json else form, columns)
    give(text, output)


def _shown(summary: "Summary", form: str, columns: int | None) -> str:
    """The summary in one of `FORMATS`, ending in a line break."""
    if form == "json":
        import json

        return json.dumps(summary.as_json(), indent=2) + "\n"
    if form == "table":
        from specc.summary import summary_table

        return summary_table(summary, columns) + "\n"
    from specc.drawing import DRAW_AT_MOST, mermaid, standalone_svg

    if form == "mermaid":
        return mermaid(summary.parts())
    drawing = standalone_svg(summary.parts(), summary.name)
    if not drawing:
        raise click.UsageError(f"a drawing of more than {DRAW_AT_MOST} boxes would explain nothing; try --format table")
    return drawing
