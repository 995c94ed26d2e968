"""`specc schema`: the published JSON Schemas."""

import json

import click


@click.command()
@click.argument("name", type=click.Choice(["spec", "lock", "metrics", "run", "report", "diff"]), default="spec")
def schema(name: str) -> None:
    """Print a published JSON Schema: of specs, of a file that a run leaves, or of what `specc diff` prints.

    \b
    Examples:
      specc schema > spec-v1.schema.json
      specc schema metrics
    For completion and hover in an editor, put this on the first line of a spec:
      # yaml-language-server: $schema=spec-v1.schema.json
    """  # noqa: D301
    from specc.catalog import load_schema

    click.echo(json.dumps(load_schema(f"{name}-v1"), indent=2, ensure_ascii=False))
