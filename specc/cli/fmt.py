"""`specc fmt`: specs in one form, with every comment and every meaning as it was."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.options import FINDINGS, end, print_findings, without_garbage
from specc.cli.rewriting import print_bytes, print_diff, replace_file
from specc.cli.spec_paths import spec_paths

if TYPE_CHECKING:  # reading is imported by the command
    from specc.diagnostics import Finding
    from specc.language.source import Source


@click.command()
@click.argument("specs", nargs=-1)
@click.option("--check", is_flag=True, help="Name the files that would change, and write nothing.")
@click.option("--diff", is_flag=True, help="Print the changes, and write nothing.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Format what standard input holds, and print it.")
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    help="What findings call it; JSON if it ends in .json.  [default: <stdin>]",
)
def fmt(specs: tuple[str, ...], *, check: bool, diff: bool, from_stdin: bool, stdin_filename: Path | None) -> None:
    """Write SPECS in the one form that docs/fmt.md describes.

    Every comment and every meaning stays. Directories and patterns stand for files as in `specc validate`. A file that
    cannot be read is a finding and is left as it is; whether what it says makes sense is not asked.

    \b
    Exit codes: 0 done, 1 a file cannot be read, or would change with --check or --diff,
    2 wrong usage, 3 a failure of specc itself.

    \b
    Examples:
      specc fmt spec.yaml
      specc fmt specs/ --check
      specc fmt specs/ --diff
      specc fmt --stdin < draft.yaml > spec.yaml
    """  # noqa: D301
    if bool(specs) == from_stdin:
        raise click.UsageError("name specs, or give `--stdin`" if not specs else "give specs or `--stdin`, not both")
    if stdin_filename is not None and not from_stdin:
        raise click.UsageError("`--stdin-filename` needs `--stdin`")
    if from_stdin and (check or diff):
        raise click.UsageError("`--stdin` prints the formatted spec: give it without `--check` and `--diff`")
    with without_garbage():
        if from_stdin:
            _format_input(str(stdin_filename or "<stdin>"))
        else:
            _format_files(spec_paths(specs), check=check, diff=diff)


def _format_input(name: str) -> None:
    from specc.formatting import format_spec
    from specc.language.limits import FILE_BYTES
    from specc.language.source import Source

    content = sys.stdin.buffer.read(FILE_BYTES + 1)
    text, findings = format_spec(content, name)
    print_bytes(content if findings else text.encode())
    print_findings(findings, [Source(name, text)])
    end(findings)


def _format_files(paths: list[Path], *, check: bool, diff: bool) -> None:
    findings: list[Finding] = []
    sources: list[Source] = []
    changed = 0
    for path in paths:
        before, after = _formatted(path, findings, sources)
        if after == before:
            continue
        changed += 1
        if diff:
            print_diff(before.decode(), after.decode(), str(path))
        elif not check:
            replace_file(path, after)
        if check or not diff:
            click.echo(f"{'would change' if check else 'formatted'} {path}", err=diff)
    print_findings(findings, sources)
    if not changed and not findings:
        click.echo(f"{len(paths)} {'spec is' if len(paths) == 1 else 'specs are'} formatted already", err=diff)
    if changed and (check or diff):
        raise SystemExit(FINDINGS)
    end(findings)


def _formatted(path: Path, findings: list["Finding"], sources: list["Source"]) -> tuple[bytes, bytes]:
    """What the file holds and what it should; twice the same where a finding says why that cannot be told."""
    from specc.formatting import format_spec
    from specc.language.read import read

    _, source, faults = read(path)
    faults = _outside(path) or faults
    if faults:
        findings += faults
        sources.append(source)
        return b"", b""
    content = path.read_bytes()
    return content, format_spec(content, str(path)).text.encode()


def _outside(path: Path) -> tuple["Finding", ...]:
    """A link is followed inside its own project only."""
    from specc.diagnostics import error
    from specc.language.source import start_of
    from specc.project import root_above

    try:
        target, root = path.resolve(), root_above(path.parent.resolve())
    except (OSError, RuntimeError):  # a loop of links: the reader says so
        return ()
    if not path.is_symlink() or target.is_relative_to(root):
        return ()
    message = f"`{path}` leads to {target}, outside the project"
    return (error("path-outside-project", message, start_of(str(path)), notes=(f"the project is {root}",)),)
