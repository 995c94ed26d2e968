"""Expressions: their values, their faults with places, and that none raises or takes long."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.language.expressions import ExpressionError, evaluate, height, parse, weight

VARIABLES: dict[str, Any] = {"w": 32, "r": 0.5, "s": "abc", "l": [1, 2, 3], "t": True, "n": None, "m": {"a": 1}}

VALUES: list[tuple[str, Any]] = [
    ("$w", 32),
    ("$s", "abc"),
    ("$l", [1, 2, 3]),
    ("$m", {"a": 1}),
    ("$n", None),
    ("net-$w", "net-32"),
    ("$w$s-$t-$n-$r", "32abc-true-null-0.5"),
    ("$$", "$"),
    ("a$$w$$", "a$w$"),
    ("$w.5", "32.5"),
    ("$(w)", 32),
    ("$( w * 2 )", 64),
    ("$(w + 1)x$(w - 1)", "33x31"),
    ("$(w / 2)", 16.0),
    ("$(w // 3 % 4)", 2),
    ("$(2 ** 10)", 1024),
    ("$(2 ** -1)", 0.5),
    ("$((-1) ** 99999999)", -1),
    ("$(-w + +1)", -31),
    ("$(w > 3 and s or 0)", "abc"),
    ("$(not t)", False),
    ("$(0 or n)", None),
    ("$(1 < w <= 32 != 5)", True),
    ("$(s == 'abc')", True),
    ("$('a' if w >= 32 else 'b')", "a"),
    ("$(min(w, 5) + max(l) + round(2.6) + len(s) + len(l))", 5 + 3 + 3 + 3 + 3),
    ("$(round(3.14159, 2))", 3.14),
    ("$(l[0] + l[-1])", 4),
    ("$([w, 'x', [true, null]])", [32, "x", [True, None]]),
    ("$([w] * 2 + l)", [32, 32, 1, 2, 3]),
    ("$('a)' + \"(b\")", "a)(b"),
    ("$('-' * 3)", "---"),
    ("$(True)", True),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_values(text: str, expected: Any) -> None:
    assert repr(evaluate(parse(text), VARIABLES)) == repr(expected)


FAULTS: list[tuple[str, str, str]] = [
    ("$", "$", "`$` begins a variable or an expression; a dollar is `$$`"),
    ("US$ 5", "$", "`$` begins a variable or an expression; a dollar is `$$`"),
    ("$1", "$", "`$` begins a variable or an expression; a dollar is `$$`"),
    ("${w}", "$", "`$` begins a variable or an expression; a dollar is `$$`"),
    ("a$(w", "$(", "`$(` is never closed"),
    ("$('w)", "$(", "`$(` is never closed"),
    ("$()", "$()", "the expression is empty"),
    ("x $(w + * 2)", "*", "this is no expression"),
    ("$(" + "w+" * 300 + "1)", "$(" + "w+" * 300 + "1)", "an expression has at most 500 characters, this has 601"),
    ("$x", "$x", "there is no variable `x`"),
    ("$(w + xy)", "xy", "there is no variable `xy`"),
    ("$(w.real)", "w.real", "this is not part of the expression language"),
    ("$(lambda: 1)", "lambda: 1", "this is not part of the expression language"),
    ("$([x for x in l])", "[x for x in l]", "this is not part of the expression language"),
    ("$(w := 1)", "w := 1", "this is not part of the expression language"),
    ("$(f'{w}')", "f'{w}'", "this is not part of the expression language"),
    ("$(l[0:1])", "0:1", "this is not part of the expression language"),
    ("$(w is 1)", "w is 1", "this comparison is not part of the expression language"),
    ("$(1 in l)", "1 in l", "this comparison is not part of the expression language"),
    ("$({1: 2})", "{1: 2}", "this is not part of the expression language"),
    ("$(1j)", "1j", "this is not part of the expression language"),
    ("$(open('x'))", "open", "`open` is no function; there are `min`, `max`, `round` and `len`"),
    ("$(len(x=1))", "len(x=1)", "this is not part of the expression language"),
    ("$(min(*l))", "*l", "this is not part of the expression language"),
    ("$(1 / 0)", "1 / 0", "division by zero"),
    ("$(w + s)", "w + s", "arithmetic needs numbers, got a string"),
    ("$(t + 1)", "t + 1", "arithmetic needs numbers, got `true`"),
    ("$('%d' % 5)", "'%d' % 5", "arithmetic needs numbers, got a string"),
    ("$(m + 1)", "m + 1", "arithmetic needs numbers, got a mapping"),
    ("$(s < 1)", "s < 1", "a string and a number have no order"),
    ("$(l[3])", "l[3]", "there is no item 3 in a list of 3"),
    ("$(l['a'])", "l['a']", "an index is an integer, got a string"),
    ("$(s[0])", "s[0]", "only lists have items, this is a string"),
    ("$(len(5))", "len(5)", "`len` takes one list or string"),
    ("$(min([]))", "min([])", "`min` takes numbers, or one list of them"),
    ("$(max('a', 'b'))", "max('a', 'b')", "arithmetic needs numbers, got a string"),
    ("$(round(5, -1))", "round(5, -1)", "`round` takes a number and at most 20 digits"),
    ("$((-8) ** 0.5)", "(-8) ** 0.5", "a root of a negative number"),
    ("a $l", "$l", "a list cannot be part of a text"),
    ("a $m", "$m", "a mapping cannot be part of a text"),
    ("$(9 ** 9 ** 9)", "9 ** 9 ** 9", "the result is too large"),
    ("$(10 ** 400)", "10 ** 400", "the result is too large"),
    ("$(1e308 * 10)", "1e308 * 10", "the result is too large"),
    ("$(9223372036854775807 * 2)", "9223372036854775807 * 2", "the result is too large"),
    ("$('a' * 10 ** 9)", "'a' * 10 ** 9", "the result is too large"),
    ("$([[0] * 1000] * 1000)", "[[0] * 1000] * 1000", "the result is too large"),
    ("$(" + "-" * 100 + "1)", "-" * 59 + "1", "the expression is nested too deeply"),
    ("$(" + "(" * 240 + "1" + ")" * 240 + ")", "", "this is no expression"),
]


@pytest.mark.parametrize(("text", "marked", "message"), FAULTS)
def test_faults(text: str, marked: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse(text), VARIABLES)
    assert caught.value.message == message
    if marked:
        assert text[caught.value.start : caught.value.end] == marked


def test_the_place_of_a_fault_among_wide_characters_is_the_whole_hole() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse("日 $('日' + 1)"), VARIABLES)
    assert (caught.value.start, caught.value.end) == (2, 12)


def run(text: str) -> None:
    fault: ExpressionError | None = None
    try:
        value = evaluate(parse(text), VARIABLES)
    except ExpressionError as caught:
        fault = caught
    if fault:
        assert fault.message
        assert 0 <= fault.start <= fault.end <= len(text)
    else:
        assert weight(value) < 100_000
        assert height(value) < 100


@given(st.text())
def test_any_text_has_a_value_or_a_fault(text: str) -> None:
    run(text)
    run(f"$({text})")


TOKENS = [
    "w",
    "r",
    "s",
    "l",
    "t",
    "n",
    "m",
    "9",
    "0.5",
    "'a'",
    "[",
    "]",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    ",",
]
WORDS = [
    "<",
    "==",
    "and",
    "or",
    "not",
    "if",
    "else",
    "min(",
    "max(",
    "round(",
    "len(",
    "in",
    "is",
    ":",
    ".",
    "lambda",
    "for",
]


@given(st.lists(st.sampled_from(TOKENS + WORDS), max_size=25))
def test_any_expression_has_a_value_or_a_fault(tokens: list[str]) -> None:
    run(f"$({' '.join(tokens)})")


NUMBERS = st.sampled_from(["9", "w", "1e300", "9223372036854775807", "-1", "'ab'", "l", "(9*9)", "0.1"])
OPERATORS = st.sampled_from(["**", "*", "+", "//", "%", "-", "/"])


@given(st.lists(st.tuples(NUMBERS, OPERATORS), max_size=30), NUMBERS)
def test_any_arithmetic_is_quick(parts: list[tuple[str, str]], last: str) -> None:
    run("$(" + "".join(f"{number} {operator} " for number, operator in parts) + last + ")")
