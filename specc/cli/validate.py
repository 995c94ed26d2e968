"""`specc validate`: every fault of the given specs, with its place."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from specc.cli.options import FINDINGS, end, override_options, overrides, print_findings, without_garbage
from specc.cli.spec_paths import spec_paths
from specc.diagnostics import Finding, has_errors

if TYPE_CHECKING:  # the check is imported by the commands that check
    from specc.check import Checked

FORMATS = ("text", "concise", "json", "jsonl", "github", "gitlab", "sarif", "junit", "rdjson")


@click.command()
@click.argument("specs", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--stdin", "from_stdin", is_flag=True, help="Check the spec that standard input holds.")
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    help="What findings call it, and where it would lie.  [default: <stdin>]",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Leave out the findings that this file lists as known.",
)
@click.option("--write-baseline", is_flag=True, help="Write all present findings into that file.")
@click.option("--fix", is_flag=True, help="Mend what can only be mended in one way, and report the rest.")
@click.option("--diff", is_flag=True, help="With --fix: print the changes and write nothing.")
@override_options
def validate(  # noqa: PLR0913  one argument for each option
    specs: tuple[str, ...],
    form: str,
    *,
    from_stdin: bool,
    stdin_filename: Path | None,
    baseline: Path | None,
    write_baseline: bool,
    fix: bool,
    diff: bool,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
    root: Path | None,
) -> None:
    """Check SPECS completely, without TensorFlow.

    A directory stands for the .yaml, .yml and .json files below it, hidden folders and run directories left out;
    patterns such as 'specs/**/*.yaml' work in quotes too. Text goes to standard error, every other format to standard
    output, with nothing else beside it.

    --fix replaces each spec in which something was mended; with --stdin it prints the mended spec. Comments, order and
    line ends stay as they are.

    \b
    Exit codes: 0 no errors (warnings alone are none), 1 errors, after --fix those
    that are left, and with --diff also if there are changes, 2 wrong usage,
    3 a failure of specc itself.

    \b
    Examples:
      specc validate spec.yaml
      specc validate specs/ --format concise
      specc validate spec.yaml --var width=64
      specc validate specs/ --format sarif > specc.sarif
      specc validate --stdin --stdin-filename specs/new.yaml < draft.yaml
      specc validate specs/ --baseline known.json --write-baseline
      specc validate specs/ --baseline known.json
      specc validate specs/ --fix --diff
    """  # noqa: D301
    _check_usage(specs, stdin_filename, baseline, from_stdin=from_stdin, write_baseline=write_baseline)
    changed = False
    if fix or diff:
        _check_fix_usage(
            sets + variables, baseline, form if from_stdin or diff else "text", fix=fix, diff=from_stdin and diff
        )
    with without_garbage():
        from specc.check import check
        from specc.language.limits import FILE_BYTES

        changes = overrides(sets, variables)
        name = stdin_filename or Path("<stdin>")
        content = sys.stdin.buffer.read(FILE_BYTES + 1) if from_stdin else None
        if fix:
            from specc.cli.mending import mend_files, mend_input, show_changes

            if content is not None:
                results = [mend_input(content, name, root)]
            elif diff:
                results, changed = show_changes(spec_paths(specs), root)
            else:
                results = mend_files(spec_paths(specs), root)
        elif content is not None:
            results = [check(name, changes, root, content=content)]
        else:
            results = [check(path, changes, root) for path in spec_paths(specs)]
    findings = _once(finding for result in results for finding in result.findings)
    if baseline is not None:
        findings = _write(findings, baseline) if write_baseline else _new(findings, baseline)
    print_findings(findings, [source for result in results for source in result.sources], form)
    if form == "text" and not changed and not has_errors(findings):
        click.echo(_summary(results), err=fix)
    if form == "text" and not fix:
        _tell_fixable(findings)
    if changed:
        raise SystemExit(FINDINGS)
    end(findings)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """What is found in a file that several specs bring in is told once."""
    told: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        path, *place = finding.span.place
        told.setdefault((os.path.normpath(path), *place, finding.code, finding.message), finding)
    return list(told.values())


def _tell_fixable(findings: Sequence[Finding]) -> None:
    count = sum(finding.fix is not None for finding in findings)
    if count:
        click.echo(f"`--fix` mends {count} of them" if len(findings) > 1 else "`--fix` mends it", err=True)


def _check_fix_usage(changes: Sequence[str], baseline: Path | None, form: str, *, fix: bool, diff: bool) -> None:
    if not fix:
        raise click.UsageError("`--diff` needs `--fix`")
    if diff:
        raise click.UsageError("`--stdin --fix` prints the mended spec: give it without `--diff`")
    if changes:
        raise click.UsageError("`--fix` mends specs as they are written: give no `--set` and no `--var`")
    if baseline is not None:
        raise click.UsageError("`--fix` takes no `--baseline`")
    if form != "text":
        raise click.UsageError("`--diff` and `--stdin --fix` have standard output to themselves: give no `--format`")


def _check_usage(
    specs: Sequence[str], stdin_filename: Path | None, baseline: Path | None, *, from_stdin: bool, write_baseline: bool
) -> None:
    if bool(specs) == from_stdin:
        raise click.UsageError("name specs, or give `--stdin`" if not specs else "give specs or `--stdin`, not both")
    if stdin_filename is not None and not from_stdin:
        raise click.UsageError("`--stdin-filename` needs `--stdin`")
    if write_baseline and baseline is None:
        raise click.UsageError("`--write-baseline` needs `--baseline FILE`")


def _write(findings: Sequence[Finding], baseline: Path) -> list[Finding]:
    """Accept all findings from now on; none is left."""
    from specc.baseline import dump

    try:
        baseline.write_text(dump(findings, baseline.parent), encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"cannot write the baseline `{baseline}`: {problem.strerror}") from None
    count = f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}"
    click.echo(f"{baseline} now accepts {count}", err=True)
    return []


def _new(findings: Sequence[Finding], baseline: Path) -> list[Finding]:
    """The findings that the baseline does not know."""
    from specc.baseline import load, without_known

    try:
        accepted = load(baseline)
    except FileNotFoundError:
        raise click.UsageError(f"there is no baseline `{baseline}`; `--write-baseline` writes it") from None
    except OSError as problem:
        raise click.UsageError(f"cannot read the baseline `{baseline}`: {problem.strerror}") from None
    except ValueError as problem:
        raise click.UsageError(f"`{baseline}` is no baseline: {problem}") from None
    new, mended = without_known(findings, accepted, baseline.parent)
    if mended:
        click.echo(f"{mended.total()} of {baseline} not found any more; `--write-baseline` shortens it", err=True)
    return new


def _summary(results: Sequence["Checked"]) -> str:
    return f"{len(results)} {'spec' if len(results) == 1 else 'specs'} checked, no errors"
