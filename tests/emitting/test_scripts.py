"""The text of emitted scripts: as expected, formatted, and with nothing in it that a spec could have smuggled in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Golden
from tests.emitting.specs import SPECS, script_of, write

EXPECTED = Path(__file__).parent / "expected"
RUFF = Path(sys.executable).parent / "ruff"
RULES = "E,F,W,I,UP,C4,SIM,PIE,RET,PLE"
ATTACK = "\"\"\"'''\\\"); import os; os.system('x') #\n{__import__('os')}"


def ruff(*arguments: str, text: str) -> None:
    """Let ruff judge a text."""
    command = [str(RUFF), *arguments, "--isolated", "--line-length", "120", "--stdin-filename", "script.py", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + text


def is_well_kept(text: str) -> None:
    """Whether a script is formatted, and nothing in it is unused or unknown."""
    ruff("format", "--diff", text=text)
    ruff("check", text=text)
    ruff("check", "--select", RULES, text=text)


@pytest.mark.parametrize("name", SPECS)
def test_scripts(name: str, project: Path, golden: Golden) -> None:
    text = script_of(write(name, project))
    is_well_kept(text)
    golden(EXPECTED / f"{name}.txt", text)


def test_there_is_no_other_text() -> None:
    assert {path.stem for path in EXPECTED.iterdir()} == set(SPECS)


def words_of(text: str) -> set[str]:
    """All names in a script, those of attributes, arguments and functions included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        found |= {str(getattr(node, key, "")) for key in ("id", "attr", "arg", "name", "module")}
    return found


def check_attack(spec: str, project: Path, *, csv: str = "data.csv", header: str = "a") -> str:
    """A script of a hostile spec is well-kept and calls nothing of the attack."""
    quoted = '"' + header.replace('"', '""') + '"'
    rows = "\n".join(f"{row},{row % 2}" for row in range(40))
    (project / csv).write_text(f"{quoted},y\n{rows}\n", encoding="utf-8")
    path = project / "spec.yaml"
    path.write_text(spec, encoding="utf-8")
    text = script_of(path)
    is_well_kept(text)
    assert not words_of(text) & {"os", "system", "__import__", "x')", "eval", "exec"}
    return text


def yaml(text: str) -> str:
    """A YAML scalar with exactly this text."""
    import json

    return json.dumps(text)


CSV = "spec: 1\ndata: {csv: data.csv, target: y}\nmodel: [Output]\n"


def test_a_description_cannot_end_the_docstring(project: Path) -> None:
    text = check_attack(f"{CSV}description: {yaml(ATTACK)}\n", project)
    assert ast.get_docstring(ast.parse(text))


def test_a_column_cannot_end_its_literal(project: Path) -> None:
    column = ATTACK.replace("\n", " ")
    check_attack(CSV, project, header=column)
    check_attack(f"{CSV}training: {{class_weight: balanced}}\n", project, header="*/ \u202e\u0000".replace("\0", "$"))


def test_a_file_cannot_end_its_literal(project: Path) -> None:
    name = "\"'); import os; os.system('x')#.csv"
    check_attack(CSV.replace("data.csv", yaml(name)), project, csv=name)


def test_a_missing_text_cannot_end_its_literal(project: Path) -> None:
    text = CSV.replace("csv: data.csv", f"csv: {{path: data.csv, missing: [{yaml(ATTACK)}, '3']}}")
    check_attack(text, project)


def test_a_variable_cannot_end_its_literal(project: Path) -> None:
    spec = """
spec: 1
vars: {text: %s}
data: {csv: data.csv, target: y}
model:
  - Dense: {units: 2, activation: relu}
    name: $text
  - Output
"""
    check_attack(spec % yaml("relu"), project)


def test_what_an_expression_never_reaches_is_not_written(project: Path) -> None:
    spec = """
spec: 1
blocks:
  hidden:
    params: {units: 4}
    layers:
      - Dense: $(units if units > 0 else __import__('os').system('x'))
data: {csv: data.csv, target: y}
model: [hidden, {hidden: 8}, Output]
"""
    text = check_attack(spec, project)
    assert "def hidden" not in text


@pytest.mark.parametrize("name", ["layers", "keras", "np", "x", "inputs", "print", "match", "main", "build_model"])
def test_a_name_hides_none_of_the_script(name: str, project: Path) -> None:
    spec = f"""
spec: 1
data: {{csv: data.csv, target: y}}
vars: {{{name}: 3}}
blocks:
  {name if name not in ("inputs", "layers") else name + "_"}:
    params: {{{name}: 2}}
    layers:
      - Dense: ${name}
        name: {name}
      - Dense: 2
      - Add:
        inputs: [{name}, dense]
model:
  - Dense: ${name}
    name: {name}
  - Dense: $({name} * 1)
  - Add:
    inputs: [{name}, dense]
  - {name if name not in ("inputs", "layers") else name + "_"}
  - Output
"""
    check_attack(spec, project)
