"""How commands that train show it: their options, and the way findings are said beside progress."""

import click

from specc.cli.options import Command, Sayer, print_findings
from specc.training.display import FORMS, Display


def progress_options(command: Command) -> Command:
    """`--progress` and `--quiet`."""
    for option in (
        click.option("--quiet", is_flag=True, help="Show no progress, as `--progress none`."),
        click.option(
            "--progress",
            type=click.Choice(FORMS),
            default="auto",
            show_default=True,
            help="How progress is shown on standard error; `auto` is bars in a terminal and lines elsewhere.",
        ),
    ):
        command = option(command)
    return command


def say_on(show: Display | None) -> Sayer:
    """As `print_findings`; as JSON lines among those of progress, so that standard error holds nothing else."""
    return (lambda findings, _: show.findings(findings)) if show and show.form == "json" else print_findings
