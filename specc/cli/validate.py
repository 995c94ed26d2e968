"""`specc validate`: every fault of the given specs, with its place."""

from pathlib import Path

import click

from specc.cli.options import end, override_options, overrides, print_findings
from specc.diagnostics import Finding, has_errors


@click.command()
@click.argument("specs", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True)
@override_options
def validate(
    specs: tuple[Path, ...], form: str, sets: tuple[str, ...], variables: tuple[str, ...], root: Path | None
) -> None:
    """Check specs completely, without TensorFlow.

    A directory stands for all .yaml, .yml and .json files in it. Errors give exit code 1, warnings alone do not.

    \b
    Examples:
      specc validate spec.yaml
      specc validate specs/ --format concise
      specc validate spec.yaml --var width=64
    """  # noqa: D301
    from specc.check import check
    from specc.language.source import Source

    findings: list[Finding] = []
    sources: list[Source] = []
    paths = [path for spec in specs for path in _specs_in(spec)]
    for path in paths:
        checked = check(path, overrides(sets, variables), root)
        findings += checked.findings
        sources += checked.sources
    print_findings(findings, sources, form)
    if form == "text" and not has_errors(findings):
        click.echo(f"{len(paths)} {'spec' if len(paths) == 1 else 'specs'} checked, no errors")
    end(findings)


def _specs_in(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in {".yaml", ".yml", ".json"} and file.is_file())
    return found or [path]  # an empty directory is reported as not being a spec
