"""`specc emit`: the spec as a Keras script."""

from pathlib import Path

import click

from specc.cli.options import check_output, checked_model, give, override_options, print_findings, spec_argument


@click.command()
@spec_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: standard output]")
@override_options
def emit(spec: Path, output: Path | None, sets: tuple[str, ...], variables: tuple[str, ...], root: Path | None) -> None:
    """Print a Keras script that makes and trains the same model. It needs no specc.

    Blocks become functions, repeats become loops. The script finds data files relative to itself, as the spec does. Of
    a spec without data only the model is written.

    \b
    Examples:
      specc emit spec.yaml
      specc emit spec.yaml -o train.py
    """  # noqa: D301
    check_output(output, spec, "the spec itself")
    checked, model = checked_model(spec, sets, variables, root)
    from specc.emitting import emit as emit_script
    from specc.emitting import gap
    from specc.plan import Plan

    missing = gap(model, checked.root, spec.parent) if isinstance(model, Plan) else None
    if missing is not None:
        print_findings([missing], checked.sources)
    give(emit_script(model, checked.parts, checked.root, spec.parent), output)
