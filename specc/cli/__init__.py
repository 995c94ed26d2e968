"""The `specc` command.

Each subcommand has a file of its own; what is heavy is imported inside the commands that need it.
"""

import os
import sys
from pathlib import Path

import click

from specc import __version__
from specc.cli.completion import completion
from specc.cli.doctor import doctor
from specc.cli.expand import expand
from specc.cli.init import init
from specc.cli.options import FAILURE, INTERRUPTED, USAGE
from specc.cli.report import report
from specc.cli.schema import schema
from specc.cli.show import show
from specc.cli.train import train
from specc.cli.validate import validate

EXTRA = dict.fromkeys(("tensorflow", "keras", "numpy", "sklearn", "matplotlib", "jinja2", "rich"), "train")
"""Modules that a light installation lacks, and the extra that installs them."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="specc")
def specc() -> None:
    """Compile neural networks: a YAML spec in, a checked and trained Keras model with a report out.

    \b
    Exit codes: 0 clean, 1 findings in the input, 2 wrong usage, 3 a failure of specc itself,
    130 a training run that was interrupted.
    """  # noqa: D301  click's own mark for text that keeps its lines


for command in (init, validate, show, expand, train, report, schema, doctor, completion):
    specc.add_command(command)


def main() -> None:
    """Run the command line; every way out is one of the documented exit codes."""
    try:
        specc(prog_name="specc", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        raise SystemExit(USAGE) from None
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains again while it ends
        raise SystemExit(FAILURE) from None
    except ImportError as problem:
        extra = EXTRA.get((problem.name or "").partition(".")[0])
        if extra is None:
            _our_fault(problem)
        click.echo(f"this command needs {problem.name}: pip install 'specc[{extra}]'", err=True)
        raise SystemExit(USAGE) from None
    except Exception as problem:  # noqa: BLE001  the last stop: a fault of ours, told as such
        _our_fault(problem)


def _our_fault(problem: Exception) -> None:
    """Say that specc failed, not the user, with what a report of it needs."""
    import traceback

    if os.environ.get("SPECC_TRACEBACK"):
        traceback.print_exception(problem)
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    click.echo(
        f"specc {__version__} failed: {type(problem).__name__}: {problem}\n"
        f"  in {frame.name}, {Path(frame.filename).name}:{frame.lineno}\n"
        "This is a fault of specc. Run again with SPECC_TRACEBACK=1 and report what it prints, with the spec.",
        err=True,
    )
    raise SystemExit(FAILURE) from None
