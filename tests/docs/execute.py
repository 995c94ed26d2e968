"""Executes a page: writes its files, checks its specs, runs its commands; gives what differs from the page."""

import difflib
import doctest
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specc.check import check
from tests.docs.pages import Fence, Step, fences, steps

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {"specc", "env", "python", "cat", "head", "tail", "ls", "echo", "grep"}
SHOWN = {"make", "pip", "git"}  # set up the very environment that runs the tests; shown to readers, not run here
SAME = doctest.ELLIPSIS | doctest.DONT_ACCEPT_BLANKLINE  # `...` stands for anything, lines included
TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where a page is wrong. `actual` is the output that a step really gives, None for other faults."""

    line: int
    message: str
    step: Step | None = None
    actual: str | None = None


def check_specs(text: str, folder: Path) -> list[Difference]:
    """Check every spec of a page: cleanly, or with exactly the codes its fence names. `folder` becomes the project."""
    _prepare(folder)
    differences = []
    for fence in fences(text):
        path = _write(fence, folder)
        if fence.is_spec:
            path = path or folder / f"line-{fence.line}.yaml"
            path.write_text(fence.text, encoding="utf-8")
            findings = check(path).findings
            codes = sorted(finding.code for finding in findings)
            if codes != fence.codes:
                said = "; ".join(f"{f.code} at {f.span.line}:{f.span.column}: {f.message}" for f in findings)
                differences.append(Difference(fence.line, f"expected {fence.codes}, got {codes} ({said})"))
    return differences


def run_commands(text: str, folder: Path, programs: Path | None = None) -> list[Difference]:
    """Run the commands of a page's console blocks one after the other in `folder` and compare what they print.

    `programs` is where `specc` and `python` are found; None is the environment that runs the tests.
    """
    programs = programs or Path(sys.executable).parent
    _prepare(folder)
    differences = []
    for fence in fences(text):
        _write(fence, folder)
        if fence.language == "console":
            differences += [difference for step in steps(fence) if (difference := _run(step, folder, programs))]
    return differences


def corrected(text: str, differences: Sequence[Difference]) -> str:
    """The page with the outputs that its commands really give, for `--bless`."""
    lines = text.splitlines(keepends=True)
    for difference in sorted(differences, key=lambda each: each.line, reverse=True):
        step = difference.step
        if step is not None and difference.actual is not None:
            command = lines[step.first - 2]
            indent = command[: len(command) - len(command.lstrip(" "))]
            actual = difference.actual.splitlines(keepends=True)
            lines[step.first - 1 : step.end - 1] = [indent + line if line.strip() else line for line in actual]
    return "".join(lines)


def _prepare(folder: Path) -> None:
    """A project with the gallery in it, as a reader has who cloned the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "specc.toml").touch()
    if (ROOT / "specs").is_dir():
        shutil.copytree(ROOT / "specs", folder / "specs", ignore=shutil.ignore_patterns("runs"), dirs_exist_ok=True)


def _write(fence: Fence, folder: Path) -> Path | None:
    """Write the block where its title says, if it has one."""
    title = fence.options.get("title")
    if title is None:
        return None
    path = folder / title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(fence.text, encoding="utf-8")
    return path


def _run(step: Step, folder: Path, programs: Path) -> Difference | None:
    word = step.command.split()[0]
    if word in SHOWN:
        return None
    if word not in COMMANDS:
        return Difference(step.first - 1, f"`{word}` is not run by the tests; give such a block the language `sh`")
    quiet = {"NO_COLOR": "1", "COLUMNS": "100", "TERM": "dumb", "TF_CPP_MIN_LOG_LEVEL": "3", "CI": "true"}
    environment = os.environ | quiet | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        # What TensorFlow says on being loaded belongs on no page; what a failing program says belongs to its failure.
        stderr=subprocess.PIPE if word == "python" else subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    output = done.stdout + (done.stderr or "" if done.returncode else "")
    actual, expected = _tidy(output), _tidy(step.expected)
    if not doctest.OutputChecker().check_output(expected, actual, SAME):
        changes = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "page", "command", lineterm="", n=1)
        return Difference(step.first - 1, "\n".join([f"$ {step.command}", *changes]), step, actual)
    if done.returncode != step.exit_code:
        return Difference(step.first - 1, f"$ {step.command}: exit code {done.returncode}, not {step.exit_code}")
    return None


def _tidy(output: str) -> str:
    """Without blanks at the ends of lines and blank lines around: Markdown editors drop them."""
    text = "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")
    return text + "\n" if text else ""
