"""Generates `docs/cli.md` from the commands themselves: the help text of each, as a terminal shows it."""

from collections.abc import Iterator

import click

HEADER = """\
# Commands

<!-- Generated from the commands' help texts by `make bless`; do not edit. -->
"""
WIDTH = 88


def cli_page(command: click.Command, name: str = "specc") -> str:
    """The page for `command` and all commands below it, in the order in which its help lists them."""
    return "\n".join([HEADER, *_sections(command, _context(command, name, None))])


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    context.terminal_width = WIDTH
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _sections(below, _context(below, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """The context in which the command line shows its help, at our width."""
    settings = dict(command.context_settings) | {"max_content_width": WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)
