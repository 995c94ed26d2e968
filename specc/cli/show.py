"""`specc show`: the model as a table of layers with shapes, parameters and totals."""

from pathlib import Path

import click

from specc.cli.options import checked_spec, override_options, spec_argument


@click.command()
@spec_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@override_options
def show(spec: Path, as_json: bool, sets: tuple[str, ...], variables: tuple[str, ...], root: Path | None) -> None:
    """Print the model's layers with output shapes and parameters, without TensorFlow.

    \b
    Examples:
      specc show spec.yaml
      specc show spec.yaml --json
    """  # noqa: D301
    import json

    from specc.plan.summary import summarize, summary_table

    _, plan = checked_spec(spec, sets, variables, root)
    summary = summarize(plan)
    click.echo(json.dumps(summary.as_json(), indent=2) if as_json else summary_table(summary))
