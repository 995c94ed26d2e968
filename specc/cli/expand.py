"""`specc expand`: the spec with everything implied written out."""

from pathlib import Path

import click

from specc.cli.options import checked_model, override_options, spec_argument


@click.command()
@spec_argument
@override_options
def expand(spec: Path, sets: tuple[str, ...], variables: tuple[str, ...], root: Path | None) -> None:
    """Print the spec with variables substituted and every implied value, name and wire filled in.

    Comments say what an implied loss, metric, optimizer, batch size or number of epochs follows from, and from which
    blocks and files layers come. The result is a spec that means the same.

    \b
    Examples:
      specc expand spec.yaml
      specc expand spec.yaml --set training.epochs=5 > five-epochs.yaml
    """  # noqa: D301
    from specc.plan.expand import expand as expand_plan

    _, model = checked_model(spec, sets, variables, root)
    click.echo(expand_plan(model), nl=False)
