"""`specc import`: a saved Keras model as a spec."""

from collections.abc import Iterable
from pathlib import Path

import click

from specc.cli.options import USAGE, check_folder, end, give, print_findings


@click.command(name="import")
@click.argument("model")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.  [default: standard output]")
@click.option("--weights", is_flag=True, help="Keep the weights beside the spec, as NAME.weights.h5.")
@click.option("--flat", is_flag=True, help="Write out each layer, without blocks for what repeats.")
@click.option("--name", help="The spec's name.  [default: the model's]")
@click.option("--force", is_flag=True, help="Overwrite the files if they exist.")
@click.option("--input-shape", metavar="H,W,C", help="For an application: the shape of its images.")
@click.option("--classes", type=click.IntRange(1), help="For an application: how many classes it tells apart.")
@click.option("--no-top", is_flag=True, help="For an application: without the layers that classify.")
def import_(  # noqa: PLR0913, PLR0917  click gives each option as an argument
    model: str,
    output: Path | None,
    weights: bool,
    flat: bool,
    name: str | None,
    force: bool,
    input_shape: str | None,
    classes: int | None,
    no_top: bool,
) -> None:
    """Turn MODEL into a spec: a .keras file, a model's config as .json, or keras.applications:NAME.

    Files are read without running anything in them, and without Keras. What a spec cannot say, such as a `Lambda`, is
    a finding, and then nothing is written.

    \b
    Examples:
      specc import model.keras -o model.yaml --weights
      specc import keras.applications:ResNet50 -o resnet50.yaml
    """  # noqa: D301
    from specc.importing import ImportOptions, application_options, import_model, keep_weights
    from specc.importing.applications import PREFIX

    made = model.startswith(PREFIX)
    if not made and (input_shape or classes or no_top):
        raise click.UsageError(f"--input-shape, --classes and --no-top belong to `{PREFIX}NAME`")
    if weights and output is None:
        raise click.UsageError("--weights needs --output: the weights are kept beside the spec")
    kept = output.with_name(f"{output.stem}.weights.h5") if weights and output else None

    def refuse_existing(paths: Iterable[Path | None]) -> None:
        for path in paths:
            if path and path.exists() and not force:
                raise click.UsageError(f"`{path}` exists; --force overwrites it")

    refuse_existing((output, kept))
    check_folder(output)
    application = application_options(_shape(input_shape), classes, top=not no_top, trained=weights)
    options = ImportOptions(name, flat, kept.name if kept else None, application, output.stem if output else None)
    imported = import_model(model, options)
    findings = imported.findings
    beside = {output.with_name(file): text for file, text in imported.files.items()} if output else {}
    refuse_existing(beside)
    if kept and imported.document is not None:
        findings += tuple(keep_weights(imported, model, kept))
    print_findings(findings, imported.sources)
    if imported.document is None or any(finding.level == "error" for finding in findings):
        end(findings)
    for path, text in beside.items():
        _write(path, text)
    give(imported.text, output, "".join(f" and {path}" for path in (kept, *beside) if path))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        click.echo(f"cannot write `{path}`: {problem.strerror}", err=True)
        raise SystemExit(USAGE) from None


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if len(shape) != 3 or min(shape) < 1:
        raise click.UsageError(f"--input-shape takes three sizes as in 224,224,3, got `{text}`")
    return shape
