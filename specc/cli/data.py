"""`specc data`: what the data of a spec holds, and what of it is probably not meant."""

from pathlib import Path

import click

from specc.cli.options import check_output, end, give, override_options, overrides, print_findings, spec_argument


@click.command()
@spec_argument
@click.option("--json", "as_json", is_flag=True, help="Print the profile and the findings as a JSON object.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="HTML file to write, with plots and images.")
@override_options
def data(  # noqa: PLR0913, PLR0917  one parameter per option
    spec: Path,
    as_json: bool,
    output: Path | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Look at all rows of the data of SPEC: what each column holds in each split, and what is probably not meant.

    Warns of columns that are constant, repeat another one, or give the target away, of rows that are in two splits, of
    splits that differ, and of rare classes. The model may be missing. TensorFlow is not needed.

    \b
    Examples:
      specc data spec.yaml
      specc data spec.yaml -o data.html
      specc data spec.yaml --json
    """  # noqa: D301
    check_output(output, spec, "the spec itself")
    from specc.exploring import explore

    explored = explore(spec, overrides(sets, variables), root)
    if explored.profile is None:
        print_findings(explored.findings, explored.sources)
        end(explored.findings)
    if as_json:
        from specc import runs
        from specc.exploring.json_form import as_json as form

        click.echo(runs.as_json(form(explored.profile, explored.findings), indent=2))
    else:
        from specc.exploring.text_form import profile_table

        click.echo(profile_table(explored.profile), nl=False)
        print_findings(explored.findings, explored.sources)
    if output:
        from specc.exploring.html_page import as_html

        give(as_html(explored.profile, explored.findings, explored.images), output)
