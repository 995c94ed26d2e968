"""`specc evaluate`: how well the model of a run does on the rows of a file."""

from pathlib import Path

import click

from specc.cli.options import end, print_findings


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object with `rows` and `metrics`.")
def evaluate(run: Path, file: Path, as_json: bool) -> None:
    """Print loss and metrics of the model of RUN, a run directory, on the rows of FILE, which has the targets.

    FILE is read as by `specc predict`, and the metrics are computed as at the end of training: on the rows of the test
    split they are those of metrics.json. The run directory may have been moved.

    \b
    Examples:
      specc evaluate runs/houses/20260102-030405-1a2b3c4d sold.csv
      specc evaluate runs/houses/20260102-030405-1a2b3c4d sold.csv --json
    """  # noqa: D301
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.predicting import evaluate as judge

    evaluated, findings = judge(run, file)
    print_findings(findings)
    if evaluated is None:
        end(findings)
    if as_json:
        from specc import runs

        click.echo(runs.as_json({"rows": evaluated.samples, "metrics": dict(evaluated.metrics)}))
        return
    click.echo(f"rows  {evaluated.samples:,}")
    for name, value in evaluated.metrics.items():
        click.echo(f"{name}  {value:.6g}")
