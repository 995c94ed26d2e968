"""Whatever a text looks like, formatting keeps its meaning and its comments where they were, and is done once."""

import json
import re
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specc.formatting import format_spec
from specc.language.read import read_text
from specc.language.tree import Mapping, Node, Sequence, plain
from tests.formatting.texts import text_of

SEEDS = st.integers(0, 2**64)
WORD = re.compile(r"(?:(?<=#)|(?<=# )|(?<=#  ))c\d+\b|\b[kw]\d+\b")
"""The comments of `text_of`, its keys and its other words."""


def meaning(node: Node | None) -> Any:
    match node:
        case Mapping(entries=entries):
            return [(entry.key, meaning(entry.value)) for entry in entries]
        case Sequence(items=items):
            return [meaning(item) for item in items]
        case None:
            return None
    return type(node.value), str(node.value)


def words_before(text: str) -> dict[str, int]:
    """For each comment, in order, how many other words stand before it."""
    words = WORD.findall(text)
    return {word: sum(other[0] != "c" for other in words[:at]) for at, word in enumerate(words) if word[0] == "c"}


@settings(max_examples=500)
@given(SEEDS)
def test_yaml(seed: int) -> None:
    text = text_of(Random(seed), in_order=False)  # noqa: S311  no secret
    tree, faults = read_text(text, "spec.yaml")
    assume(not faults)
    formatted, findings = format_spec(text.encode(), "spec.yaml")
    again, faults = read_text(formatted, "spec.yaml")
    assert (findings, faults) == ((), ())
    assert sorted(meaning(again), key=str) == sorted(meaning(tree), key=str)
    assert format_spec(formatted.encode(), "spec.yaml") == (formatted, ())
    assert "\r" not in formatted


@settings(max_examples=500)
@given(SEEDS)
def test_comments_stay_with_their_entries(seed: int) -> None:
    text = text_of(Random(seed), in_order=True)  # noqa: S311  no secret
    tree, faults = read_text(text, "spec.yaml")
    assume(not faults)
    assume(max(map(len, text.splitlines())) < 100)  # else a list in brackets may become one of many lines
    formatted, _ = format_spec(text.encode(), "spec.yaml")
    again, _ = read_text(formatted, "spec.yaml")
    assert meaning(again) == meaning(tree)
    before, after = words_before(text), words_before(formatted)
    assert list(before) == list(after)
    # What stood between a key and its value stands above both now.
    assert all(before[comment] - after[comment] in {0, 1} for comment in before)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5), st.sampled_from([None, 0, 1, 3]), st.booleans())
def test_json(content: dict[str, Any], indent: int | None, escapes: bool) -> None:
    text = json.dumps(content, indent=indent, ensure_ascii=escapes)
    tree, faults = read_text(text, "spec.json")
    assume(tree is not None and not faults)
    formatted, findings = format_spec(text.encode(), "spec.json")
    again, _ = read_text(formatted, "spec.json")
    assert findings == ()
    assert tree is not None
    assert again is not None
    assert plain(again) == plain(tree)
    assert formatted == json.dumps(json.loads(formatted), indent=2, ensure_ascii=escapes) + "\n" or "e" in formatted
    assert format_spec(formatted.encode(), "spec.json") == (formatted, ())
