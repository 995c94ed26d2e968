"""`specc diff`: what two specs mean differently."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.options import CLEAN, FINDINGS, end, print_findings, without_garbage
from specc.diagnostics import has_errors

if TYPE_CHECKING:  # the check is imported by the command
    from specc.check import Checked
    from specc.diagnostics import Finding

FORMATS = ("text", "json")


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="What to print.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder that the specs' files must lie in.  [default: the project's folder]",
)
def diff(before: Path, after: Path, form: str, root: Path | None) -> None:
    """Compare what the specs BEFORE and AFTER mean, each a file or a run directory.

    Layers, shapes, parameters, data, training and runtime are compared with everything that is implied, and it is told
    which layers the old weights fit. How a spec is written does not count, nor do its name, description, report and
    `allow`. A run directory stands for the spec in its lock.yaml. The JSON form is `specc schema diff`.

    \b
    Exit codes: 0 both mean the same, 1 they differ, or one has errors (then nothing
    is printed on standard output), 2 wrong usage, 3 a failure of specc itself.

    \b
    Examples:
      specc diff old.yaml new.yaml
      specc diff runs/iris/20260102-030405-1a2b3c4d iris.yaml
      specc diff old.yaml new.yaml --format json
    """  # noqa: D301
    with without_garbage():
        one, first = _checked(before, root)
        other, second = _checked(after, root)
    findings = (*first, *second)
    sources = [source for checked in (one, other) if checked for source in checked.sources]
    faults = [finding for finding in dict.fromkeys(findings) if has_errors((finding,))]
    print_findings(faults, sources)
    models = [checked.plan or checked.outline for checked in (one, other) if checked]
    if has_errors(findings) or None in models:
        end(findings)
    from specc.comparing import compare, comparison_text
    from specc.runs import as_json

    comparison = compare(*(model for model in models if model))
    if form == "json":
        content = {"before": str(before), "after": str(after), **comparison.as_json()}
        click.echo(as_json(content, indent=2))
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(comparison_text(comparison, str(before), str(after), colour=colour), nl=False)
    raise SystemExit(CLEAN if comparison.same else FINDINGS)


def _checked(path: Path, root: Path | None) -> tuple["Checked | None", tuple["Finding", ...]]:
    """The check of a spec file, or of what a run directory pins; None if that is no run directory."""
    from specc.check import NO_OVERRIDES, check
    from specc.data.whole import describe_whole

    if not path.is_dir():
        checked = check(path, NO_OVERRIDES, root, look=describe_whole)
        return checked, checked.findings if checked.outline else checked.for_training
    from specc.language.yaml_dump import dump_block
    from specc.pipeline.resuming import spec_of
    from specc.runs import read
    from specc.runs.folder import SPEC

    run, findings = read(path)
    findings = tuple(finding for finding in findings if finding.code == "not-a-run")
    if findings:
        return None, findings
    place, outside = spec_of(run, path, root)
    if outside:
        return None, tuple(outside)
    written = (place or path / SPEC).with_suffix(".yaml")  # its data are found from where it was
    content = dump_block(dict(run.lock.spec)).encode() if run.lock.spec else run.spec_text.encode()
    checked = check(written, NO_OVERRIDES, root, look=describe_whole, content=content)
    return checked, checked.findings if checked.outline else checked.for_training
