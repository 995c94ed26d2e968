"""The `specc` command.

Each subcommand has a file of its own, imported when it is called; what is heavy is imported inside the commands that
need it.
"""

import importlib
import keyword
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from specc import __version__
from specc.cli.options import FAILURE, INTERRUPTED, USAGE

OF_TRAINING = frozenset(
    ("tensorflow", "keras", "numpy", "sklearn", "h5py", "matplotlib", "jinja2", "rich", "pyarrow", "PIL")
)
"""Modules that a light installation lacks; the extra `train` installs them."""


COMMANDS = (
    "completion",
    "data",
    "diff",
    "doctor",
    "emit",
    "evaluate",
    "expand",
    "explain",
    "fmt",
    "import",
    "init",
    "launch",
    "lr-find",
    "predict",
    "report",
    "schema",
    "show",
    "train",
    "validate",
    "verify",
    "weights",
)
"""The subcommands, in the order of the help. Each is the function `NAME` of the module `specc.cli.NAME`, with `_` for
`-`, and behind a word of Python's own."""


class Commands(click.Group):
    """The group of the subcommands, which imports only those that are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of the subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The subcommand called `cmd_name`, or None."""
        if cmd_name not in COMMANDS:
            return None
        own = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"specc.cli.{own}"), own)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="specc")
def specc() -> None:
    """Compile neural networks: a YAML spec in, a checked and trained Keras model with a report out.

    \b
    Exit codes: 0 clean, 1 findings in the input, 2 wrong usage, 3 a failure of specc itself,
    130 a training run that was interrupted.
    """  # noqa: D301  click's own mark for text that keeps its lines


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
    except OSError as problem:
        name = f"`{problem.filename}`: " if problem.filename else ""
        click.echo(f"cannot go on: {name}{problem.strerror or problem}", err=True)
        raise SystemExit(USAGE) from None
    except ImportError as problem:
        if "tensorboard" in str(problem).lower():
            click.echo("the callback `TensorBoard` needs tensorboard: pip install tensorboard", err=True)
            raise SystemExit(USAGE) from None
        if (problem.name or "").partition(".")[0] not in OF_TRAINING:
            _our_fault(problem)
        click.echo(f"this command needs {problem.name}: pip install '.[train]' in a checkout of specc", err=True)
        raise SystemExit(USAGE) from None
    except Exception as problem:  # noqa: BLE001  the last stop: a fault of ours, told as such
        _our_fault(problem)


def _our_fault(problem: Exception) -> NoReturn:
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
