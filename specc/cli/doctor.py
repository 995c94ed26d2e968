"""`specc doctor`: what is installed, what is missing, which devices there are."""

import click

from specc.cli.options import CLEAN, USAGE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def doctor(as_json: bool) -> None:
    """Show versions, devices and what is missing for training.

    \b
    Examples:
      specc doctor
      specc doctor --json
    """  # noqa: D301
    from specc.diagnosis import as_json as diagnosis_json
    from specc.diagnosis import as_text, examine

    diagnosis = examine()
    click.echo(diagnosis_json(diagnosis) if as_json else as_text(diagnosis))
    raise SystemExit(CLEAN if diagnosis.ready else USAGE)
