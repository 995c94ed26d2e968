"""`specc weights`: what a file of weights holds, and what of it the model of a spec would take."""

from pathlib import Path

import click

from specc.cli.options import checked_model, end, override_options, print_findings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("spec", type=click.Path(path_type=Path), required=False)
@override_options
def weights(
    file: Path, spec: Path | None, sets: tuple[str, ...], variables: tuple[str, ...], root: Path | None
) -> None:
    """List the layers whose weights FILE holds, a `.keras` or HDF5 file, or how they fit the model of SPEC.

    The file is read as data: nothing in it is run, and no array is read.

    \b
    Examples:
      specc weights model.keras
      specc weights model.keras spec.yaml
    """  # noqa: D301
    model = checked_model(spec, sets, variables, root) if spec else None
    from specc.transfer import content_table, match_table, open_weights

    with open_weights(file) as (content, findings):
        if content is None:
            print_findings(findings)
            end(findings)
        if model is None:
            click.echo(content_table(content))
            return
        from specc.training.quiet import quiet_tensorflow

        quiet_tensorflow()
        from specc.catalog import load
        from specc.graph.files import locate_files
        from specc.keras_target.build import build_model
        from specc.keras_target.weights import fits

        checked, wanted = model
        graph, _ = locate_files(wanted.graph, load(), checked.root, checked.path.parent)
        built, faults = build_model(graph, load())
        print_findings(faults, checked.sources)
        if built is None:
            end(faults)
        click.echo(match_table(str(file), fits(built.model, content), whole=True))
