"""Options that several commands share, and the way all commands check specs, print findings and end."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

import click

from specc.diagnostics import Finding, has_errors

if TYPE_CHECKING:  # the check is imported by the commands that check
    from specc.check import Checked
    from specc.language.overrides import Overrides
    from specc.language.source import Source
    from specc.plan import Outline, Plan

Command = TypeVar("Command", bound=Callable[..., Any])
Sayer: TypeAlias = "Callable[[Iterable[Finding], Iterable[Source]], None]"
"""How findings reach the user, as `print_findings` does it."""

CLEAN, FINDINGS, USAGE, FAILURE, INTERRUPTED = 0, 1, 2, 3, 130


def spec_argument(command: Command) -> Command:
    """The SPEC argument. That it exists is the reader's to check, so that its absence is a finding like others."""
    return click.argument("spec", type=click.Path(path_type=Path))(command)


def override_options(command: Command) -> Command:
    """`--set`, `--var` and `--root`."""
    for option in (
        click.option(
            "--root",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            help="Folder that the spec's files must lie in.  [default: the project's folder]",
        ),
        click.option(
            "--var", "variables", multiple=True, metavar="NAME=VALUE", help="Give a variable of `vars:` another value."
        ),
        click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Set one key, as in training.epochs=5."),
    ):
        command = option(command)
    return command


def overrides(sets: Iterable[str], variables: Iterable[str]) -> "Overrides":
    """The overrides that `--set` and `--var` write; raises click.UsageError for one without `=`."""
    from specc.language.overrides import Overrides

    return Overrides(tuple(_pair(text, "--set") for text in sets), tuple(_pair(text, "--var") for text in variables))


def _pair(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"{option} takes KEY=VALUE, got `{text}`")
    return key, value


def print_findings(findings: Iterable[Finding], sources: Iterable["Source"] = (), form: str = "text") -> None:
    """Findings go to standard error as text for people, or to standard output in a form for programs."""
    findings = tuple(findings)
    if form == "text" and not findings:
        return
    from specc.rendering import Format, render

    if form == "text":
        click.echo(render(findings, sources, colour=_has_colour()), err=True, nl=False)
    else:
        click.echo(render(findings, sources, Format(form)), nl=False)


def _has_colour() -> bool:
    """Colour for people at a terminal who have not asked for none (https://no-color.org)."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def end(findings: Iterable[Finding]) -> NoReturn:
    """Leave with the exit code that the findings call for."""
    raise SystemExit(FINDINGS if has_errors(findings) else CLEAN)


@contextmanager
def without_garbage() -> Iterator[None]:
    """While specs are checked, Python hardly searches for reference cycles.

    Imports and checks make many objects and next to no cycles, and a short command would spend a fifth of its time on
    the search. What there is at the end is left out of later searches, the one before the process ends included.
    """
    usual = gc.get_threshold()
    gc.set_threshold(100_000)  # not never: a thousand faulty specs do leave cycles
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*usual)


def checked_spec(
    spec: Path,
    sets: Iterable[str],
    variables: Iterable[str],
    root: Path | None,
    say: Sayer = print_findings,
) -> tuple["Checked", "Plan"]:
    """The checked spec, its warnings said; ends the command with the findings if it cannot be trained."""
    checked = _checked(spec, sets, variables, root)
    findings = checked.for_training
    say(findings, checked.sources)
    if checked.plan is None:
        end(findings)
    return checked, checked.plan


def sound_spec(
    spec: Path, sets: Iterable[str], variables: Iterable[str], root: Path | None
) -> tuple["Checked", "Plan"]:
    """As `checked_spec`, and silent about a spec that can be trained: who trains it will tell its warnings."""
    checked = _checked(spec, sets, variables, root)
    if checked.plan is None:
        findings = checked.for_training
        print_findings(findings, checked.sources)
        end(findings)
    return checked, checked.plan


def checked_model(
    spec: Path, sets: Iterable[str], variables: Iterable[str], root: Path | None
) -> tuple["Checked", "Plan | Outline"]:
    """As `checked_spec`, for commands that need no data: of a spec that has none, the outline of its model."""
    checked = _checked(spec, sets, variables, root)
    model = checked.plan or checked.outline
    findings = checked.findings if model else checked.for_training
    print_findings(findings, checked.sources)
    if model is None:
        end(findings)
    return checked, model


def _checked(spec: Path, sets: Iterable[str], variables: Iterable[str], root: Path | None) -> "Checked":
    with without_garbage():
        from specc.check import check
        from specc.data.whole import describe_whole

        return check(spec, overrides(sets, variables), root, look=describe_whole)


def check_output(output: Path | None, read: Path, what: str) -> None:
    """Refuse an output file that is the file `read`, which is `what`, or whose folder is not there, before any work."""
    if output and output.exists() and read.exists() and output.samefile(read):
        raise click.UsageError(f"`{output}` is {what}")
    check_folder(output)


def check_folder(output: Path | None) -> None:
    """Refuse an output file whose folder is not there, before any work is done for it."""
    if output and not output.parent.is_dir():
        raise click.UsageError(f"there is no folder `{output.parent}`")


def give(text: str, output: Path | None, more: str = "") -> None:
    """Print `text`, or write it to the file `output` and say so, with `more` behind it."""
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as problem:
        click.echo(f"cannot write `{output}`: {problem.strerror}", err=True)
        raise SystemExit(USAGE) from None
    click.echo(f"wrote {output}{more}")
