"""The harness itself, on small pages: it finds what a page shows, accepts what is right and names what is wrong."""

import re
from pathlib import Path

import click
import pytest

from tests.docs.cli_page import cli_page
from tests.docs.execute import check_specs, corrected, run_commands
from tests.docs.pages import Fence, Step, fences, needs_tensorflow, steps

PAGE = """\
# A page

```yaml title=first.yaml
# a comment before it
spec: 1
data: {dataset: iris}
model: [{Dropout: 0.1}, Output]
```

A fragment is not a spec:

```yaml
epochs: 3
```

- In a list, and wrong on purpose:

  ```yaml error=unknown-key
  spec: 1
  data: {dataset: iris}
  model: [Output]
  trainig: {epochs: 1}
  ```

```console
$ cat first.yaml
# a comment ...
model: [{Dropout: 0.1}, Output]
$ echo one \\
>   two
one two
```
"""


def test_fences() -> None:
    first, fragment, wrong, console = fences(PAGE)
    assert (first.line, first.language, first.options, first.is_spec) == (3, "yaml", {"title": "first.yaml"}, True)
    assert (fragment.is_spec, fragment.text) == (False, "epochs: 3\n")
    assert (wrong.is_spec, wrong.codes, wrong.text) == (
        True,
        ["unknown-key"],
        "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\ntrainig: {epochs: 1}\n",
    )
    assert console.language == "console"


def test_steps() -> None:
    *_, console = fences(PAGE)
    lines = PAGE.splitlines()
    first, second = steps(console)
    shown = "# a comment ...\nmodel: [{Dropout: 0.1}, Output]\n"
    assert first == Step("cat first.yaml", shown, 0, first.first, first.end)
    assert lines[first.first - 1 : first.end - 1] == ["# a comment ...", "model: [{Dropout: 0.1}, Output]"]
    assert (second.command, second.expected) == ("echo one \\\n  two", "one two\n")


def test_the_exit_code_is_the_last_commands() -> None:
    assert [step.exit_code for step in steps(Fence(1, "console", {"exit": "1"}, "$ cat a\n$ cat b\n"))] == [0, 1]


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("```yaml titel=x.yaml\n```\n", "unknown words after a fence: ['titel']"),
        ("```console\nspecc --version\n```\n", "line 1: a console block begins with `$ ` and a command"),
    ],
)
def test_a_page_that_cannot_be_read(page: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        [steps(fence) for fence in fences(page)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [("specc train a.yaml", True), ("specc doctor", True), ("specc validate a.yaml", False), ("cat train", False)],
)
def test_what_needs_tensorflow(command: str, expected: bool) -> None:
    assert needs_tensorflow(f"```console\n$ {command}\n```\n") is expected


def test_a_right_page(tmp_path: Path) -> None:
    assert check_specs(PAGE, tmp_path / "specs") == []
    assert run_commands(PAGE, tmp_path / "commands") == []


@pytest.mark.parametrize(
    ("replaced", "by", "message"),
    [
        ("error=unknown-key", "", "expected [], got ['unknown-key']"),
        ("error=unknown-key", "error=duplicate-key", "expected ['duplicate-key'], got ['unknown-key']"),
        ("{Dropout: 0.1}", "{Droput: 0.1}", "expected [], got ["),
    ],
)
def test_a_page_with_a_wrong_spec(replaced: str, by: str, message: str, tmp_path: Path) -> None:
    (difference,) = check_specs(PAGE.replace(replaced, by, 1), tmp_path)
    assert message in difference.message


@pytest.mark.parametrize(
    ("replaced", "by", "message"),
    [
        ("\none two\n", "\none three\n", "-one three\n+one two"),
        ("$ cat first.yaml", "$ cat missing.yaml", "+cat: missing.yaml:"),
        ("$ echo one", "$ rm one", "`rm` is not run by the tests"),
        ("```console", "```console exit=1", "exit code 0, not 1"),
    ],
)
def test_a_page_with_a_wrong_command(replaced: str, by: str, message: str, tmp_path: Path) -> None:
    (difference,) = run_commands(PAGE.replace(replaced, by, 1), tmp_path)
    assert message in difference.message


def test_setting_up_is_shown_and_not_run(tmp_path: Path) -> None:
    assert run_commands("```console\n$ make no-such-target\n$ pip install specc\n```\n", tmp_path) == []


def test_outputs_are_corrected(tmp_path: Path) -> None:
    wrong = PAGE.replace("\none two\n", "\nthree\nlines\nhere\n")
    exact = PAGE.replace("# a comment ...\n", "# a comment before it\nspec: 1\ndata: {dataset: iris}\n")
    assert corrected(wrong, run_commands(wrong, tmp_path)) == PAGE
    assert run_commands(exact, tmp_path) == []


def test_the_page_of_commands() -> None:
    @click.group()
    def tool() -> None:
        """Do things."""

    @tool.command()
    def one() -> None:
        """Do one thing."""

    page = cli_page(tool, "tool")
    assert "## tool\n\n```text\nUsage: tool [OPTIONS] COMMAND [ARGS]..." in page
    assert "## tool one\n\n```text\nUsage: tool one [OPTIONS]\n\n  Do one thing." in page
