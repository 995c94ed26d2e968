"""The table of codes is whole: all that specc emits is in it, all in it is emitted and documented, nothing twice."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import specc
from specc.catalog import load_schema
from specc.codes import CODES, GROUPS, KINDS
from specc.language.schema_map import SchemaMap
from tests.conftest import Golden

PACKAGE = Path(specc.__file__).parent
PAGE = PACKAGE.parent / "docs" / "findings.md"
EMITTERS = {"error", "file_fault", "warning", "told", "fail", "fail_character", "Refusal"}
ANY_KIND = "unknown-{kind}"
MARK = "<!-- Generated from specc/codes.py by `make bless`; do not edit what follows. -->\n"


def codes_of(argument: ast.expr) -> tuple[str, ...]:
    """The codes that the first argument of an emitter stands for; none if it is a variable."""
    match argument:
        case ast.Constant(value=str() as code):
            return (code,)
        case ast.JoinedStr() if ast.unparse(argument).strip("f'\"") == ANY_KIND:
            return tuple(f"unknown-{kind}" for kind in KINDS)
        case ast.IfExp(body=body, orelse=orelse):
            return codes_of(body) + codes_of(orelse)
    return ()


def emitted() -> Iterator[tuple[str, str]]:
    """Code and emitter of every call that makes a finding or refuses a shape, anywhere in specc."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in EMITTERS:
                    yield from ((code, name) for code in codes_of(node.args[0]))


def level_by_code() -> dict[str, str]:
    """`error`, `warning` or `error, warning` for every code that is emitted."""
    levels: defaultdict[str, set[str]] = defaultdict(set)
    for code, emitter in emitted():
        levels[code].add("warning" if emitter == "warning" else "error")
    return {code: ", ".join(sorted(found)) for code, found in levels.items()}


LEVELS = level_by_code()


def test_every_code_that_is_emitted_is_in_the_table() -> None:
    assert sorted(LEVELS.keys() - CODES.keys()) == []


def test_every_code_in_the_table_is_emitted() -> None:
    assert sorted(CODES.keys() - LEVELS.keys()) == []


def test_no_code_stands_in_two_groups() -> None:
    counts = Counter(code for group in GROUPS.values() for code in group)
    assert [code for code, count in counts.items() if count > 1] == []


def test_the_kinds_are_those_of_the_published_schema() -> None:
    schema = load_schema("spec-v1")
    known = SchemaMap(schema)
    kinds = {known.kind_of(definition.get("else", {})) for definition in schema["$defs"].values()}
    assert kinds - {None, "column"} == set(KINDS)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_kebab_case_and_explained_in_a_line(code: str) -> None:
    line = CODES[code]
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code)
    assert line
    assert not line.endswith(".")
    assert len(line) <= 100


def tables() -> str:
    """All codes as the page lists them: a table for each group."""
    head = "| code | level | what is wrong |\n|---|---|---|\n"
    rows = {
        heading: [
            f"| `{code}` | {LEVELS.get(code, 'never emitted')} | {line} |\n" for code, line in sorted(group.items())
        ]
        for heading, group in GROUPS.items()
    }
    return "".join(f"\n### {heading}\n\n{head}{''.join(found)}" for heading, found in rows.items())


def test_the_page_lists_every_code_under_its_heading(golden: Golden) -> None:
    written, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark
    golden(PAGE, written + mark + tables())
