"""`specc completion`: the script that makes a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      specc completion bash >> ~/.bashrc
      specc completion fish > ~/.config/fish/completions/specc.fish
    """  # noqa: D301
    script = get_completion_class(shell)
    assert script is not None  # noqa: S101  the choice above lists click's own shells
    root = context.find_root().command
    click.echo(script(root, {}, "specc", "_SPECC_COMPLETE").source())
