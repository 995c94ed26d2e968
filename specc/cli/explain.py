"""`specc explain`: what a code means, why it matters and how to mend it."""

import click

from specc.cli.options import USAGE


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain the CODE of a finding with examples; without CODE, list all of them.

    \b
    Examples:
      specc explain shape-mismatch
      specc explain
    """  # noqa: D301
    from specc.codes import CODES
    from specc.explanation import page

    if code is None:
        widest = max(map(len, CODES))
        click.echo("\n".join(f"{name:{widest}}  {line}" for name, line in CODES.items()))
    elif code in CODES:
        click.echo(page(code), nl=False)
    else:
        from specc.language.suggest import did_you_mean

        hint = did_you_mean(code, CODES) or "`specc explain` lists the codes"
        click.echo(f"there is no code `{code}`; {hint}", err=True)
        raise SystemExit(USAGE)
