"""The page of what static inference covers says of every type whether it has a rule, and that it agreed with Keras."""

import re
from pathlib import Path

from specc.catalog import load
from specc.graph.shapes import all_rules

RULES = all_rules()
PAGE = Path(__file__).parents[3] / "docs" / "coverage.md"
ROW = re.compile(
    r"^\| `(?P<type>[^`]+)` \| (?P<rule>yes|no) \| (?P<configs>\d+) \| (?P<agreed>\d+) \| (?P<stricter>.*) \|$"
)
ROWS = {match["type"]: match for line in PAGE.read_text(encoding="utf-8").splitlines() if (match := ROW.match(line))}


def test_the_rules_are_those_that_the_page_names() -> None:
    names = [name for kind in ("layer", "op", "application") for name in load().names(kind) if name != "Output"]
    assert {name: match["rule"] == "yes" for name, match in ROWS.items()} == {name: name in RULES for name in names}


def test_every_type_has_a_rule() -> None:
    assert [name for name, match in ROWS.items() if match["rule"] == "no"] == []


def test_what_did_not_agree_has_a_reason() -> None:
    for name, match in ROWS.items():
        stricter = sum(int(n) for n in re.findall(r"(\d+): Keras", match["stricter"]))
        assert int(match["agreed"]) + stricter == int(match["configs"]), name
