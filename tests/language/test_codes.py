"""Every code that the language emits is explained in the table, and the table says nothing twice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import specc.language
from specc.codes import CODES, KINDS

FOLDER = Path(specc.language.__file__).parent
EMITTERS = {"error", "warning", "told", "fail", "fail_character"}


def emitted() -> Iterator[str]:
    """The first argument of every call that makes a finding."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                code = node.args[0]
                if name in EMITTERS and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def test_every_code_is_in_the_table() -> None:
    codes = set(emitted())
    assert len(codes) > 30
    assert not codes - CODES.keys()


def test_every_kind_has_its_code() -> None:
    assert all(f"unknown-{kind}" in CODES for kind in KINDS)


def test_codes_are_kebab_case_and_explained_in_a_line() -> None:
    for code, line in CODES.items():
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code)
        assert line
        assert not line.endswith(".")
        assert len(line) <= 100
