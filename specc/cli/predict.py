"""`specc predict`: what the model of a run says of the rows of a file."""

import sys
from pathlib import Path

import click

from specc.cli.options import USAGE, check_output, end, print_findings


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="CSV or Parquet file to write.  [default: standard output]"
)
@click.option("--keep", is_flag=True, help="Copy the columns of FILE too.")
def predict(run: Path, file: Path, output: Path | None, keep: bool) -> None:
    """Print what the model of RUN, a run directory, predicts for each row of FILE, as CSV.

    FILE is read as the data of the run's spec were, and holds the columns that feed its model; others are ignored, the
    target may be missing. The run directory may have been moved.

    \b
    Examples:
      specc predict runs/houses/20260102-030405-1a2b3c4d new.csv
      specc predict runs/houses/20260102-030405-1a2b3c4d new.csv -o prices.parquet --keep
    """  # noqa: D301
    if output and output.suffix.lower() not in {".csv", ".parquet"}:
        raise click.UsageError(f"`{output.name}` ends neither in `.csv` nor in `.parquet`")
    check_output(output, file, "the file that is read")
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.data.reading import ReadingError
    from specc.predicting import predict as ask
    from specc.predicting.writing import print_table, write_table

    predicted, findings = ask(run, file, keep=keep)
    print_findings(findings)
    if predicted is None:
        end(findings)
    try:
        if output is None:
            print_table(predicted, sys.stdout)
            return
        write_table(predicted, output)
    except ReadingError as fault:
        print_findings(fault.findings)
        end(fault.findings)
    except OSError as problem:
        if output is None:
            raise
        click.echo(f"cannot write `{output}`: {problem.strerror}", err=True)
        raise SystemExit(USAGE) from None
    click.echo(f"wrote {output}, {predicted.samples:,} rows")
