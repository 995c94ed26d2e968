"""`specc schema`: the published JSON Schemas."""

import json
from pathlib import Path
from typing import Any

import click

from specc.cli.options import end, print_findings


@click.command()
@click.argument(
    "name",
    type=click.Choice(["spec", "lock", "metrics", "run", "folds", "report", "diff", "progress"]),
    default="spec",
)
@click.option("--blocks", "spec", type=click.Path(path_type=Path), help="A spec whose blocks are to be known too.")
def schema(name: str, spec: Path | None) -> None:
    """Print a published JSON Schema: of specs, of a file that a run leaves, or of what a command prints.

    `diff` is what `specc diff --format json` prints, `progress` a line of `specc train --progress json`.

    \b
    Examples:
      specc schema > spec-v1.schema.json
      specc schema metrics
      specc schema --blocks spec.yaml > .vscode/spec.schema.json
    For completion and hover in an editor, put this on the first line of a spec:
      # yaml-language-server: $schema=spec-v1.schema.json
    """  # noqa: D301
    if spec is not None:
        if name != "spec":
            raise click.UsageError("--blocks goes with the schema of specs")
        click.echo(json.dumps(_with_blocks(spec), indent=2, ensure_ascii=False))
        return
    from specc.catalog import load_schema

    click.echo(json.dumps(load_schema(f"{name}-v1"), indent=2, ensure_ascii=False))


def _with_blocks(spec: Path) -> dict[str, Any]:
    """The schema that knows the blocks of `spec`, and of the files it extends and includes."""
    from specc.check import check
    from specc.composition.editors import schema_with

    checked = check(spec)
    if checked.parts is None:
        print_findings(checked.findings, checked.sources)
        end(checked.findings)
    return schema_with(checked.parts.blocks)
