"""Expressions are written as ruff wraps them, and texts as Python reads them back."""

import ast
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.emitting.expressions import Inserted, UnsupportedError, text_source, value_source
from specc.emitting.python import Expression, call, flat, listed, literal, mapped, quoted, statement, tupled
from tests.emitting.test_scripts import ruff

NAMES = ("activation", "kernel_regularizer", "name", "use_bias")


def expression(generator: random.Random, depth: int) -> Expression:
    """Any expression as scripts have them."""
    kind = generator.random()
    if depth == 0 or kind < 0.45:
        atoms = ["x", "shortcut", "0.0001", "64", "True", quoted("sa'me"), quoted("a" * generator.randint(1, 40))]
        return generator.choice(atoms)
    inner = [expression(generator, depth - 1) for _ in range(generator.randint(1, 4))]
    if kind < 0.8:
        name = generator.choice(["layers.Conv2D", "keras.regularizers.L2", "keras.optimizers.schedules.CosineDecay"])
        cut = generator.randint(0, len(inner))
        return call(name, *inner[:cut], **dict(zip(NAMES, inner[cut:], strict=False)))
    if kind < 0.9:
        return listed(inner) if kind < 0.87 else tupled(inner)
    return mapped((quoted(f"key {at}"), each) for at, each in enumerate(inner))


@pytest.mark.parametrize("seed", range(3))
def test_lines_are_broken_as_ruff_breaks_them(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311  of nothing secret
    lines = ["def function():"]
    for _ in range(300):
        made = expression(generator, 3)
        if not isinstance(made, str) and not made.is_literal and generator.random() < 0.6:
            given: list[Expression] = ["x", listed(["x", "shortcut"])]
            made = call(made, generator.choice(given))
        lines += statement("x = ", made, 1)
    ruff("format", "--diff", text="\n".join(lines) + "\n")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(PLAIN)
def test_a_literal_is_its_value(value: object) -> None:
    source = flat(literal(value))
    assert source.isprintable()
    assert eval(source, {"__builtins__": {"float": float}}) == value  # noqa: S307  that of our own making


@given(st.lists(st.text() | st.integers()))
def test_a_text_with_values_in_it(parts: list[str | int]) -> None:
    pieces = [Inserted("value") if isinstance(part, int) else part for part in parts]
    source = text_source(pieces)
    expected = "".join("7" if isinstance(part, int) else part for part in parts)
    assert eval(source, {"value": 7}) == expected  # noqa: S307  that of our own making


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a", "a"),
        ("$(a + 1)", "a + 1"),
        ("$((a + 1) * b)", "(a + 1) * b"),
        ("$(a - (b - 1))", "a - (b - 1)"),
        ("$(2 ** a)", "2**a"),
        ("$(a * 2 ** (2 + 1))", "a * 8"),
        ("$(5 - 7)", "5 - 7"),
        ("$(2 ** (a + 1))", "2 ** (a + 1)"),
        ("$((-a) ** 2)", "(-a) ** 2"),
        ("$(1 if a else 2)", "1 if a else 2"),
        ("$((1 if a else 2) + b)", "(1 if a else 2) + b"),
        ("$(not (a and b) or a)", "not (a and b) or a"),
        ("$(0 < a <= b != 3)", "0 < a <= b != 3"),
        ("$([1, a, 'b'][a])", '[1, a, "b"][a]'),
        ("$(max(a, b, 1) // len([a]))", "max(a, b, 1) // len([a])"),
        ("$(true and a or null)", "True and a or None"),
        ("conv_$(a + 1)_$b", 'f"conv_{a + 1}_{b}"'),
        ("50 $$", '"50 $"'),
        ("{$a}", 'f"{{{a}}}"'),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert value_source(text, lambda name: name) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$(__import__('os'))",
        "$(a.b)",
        "$(a if a else open('x'))",
        "$(lambda: a)",
        "$(f'{a}')",
        "$([b for b in a])",
        "$(a := 1)",
        "$(max(*a))",
        "$(a @ b)",
        "$(a is b)",
        "$(a == null)",
        "${a}",
    ],
)
def test_what_is_no_part_of_the_language_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedError):
        value_source(text, lambda name: name)


def test_expressions_mean_what_they_meant() -> None:
    for text in (
        "$(a - (b - 1))",
        "$((a + 1) * b)",
        "$(-a ** 2)",
        "$((a ** b) ** 2)",
        "$(a ** (b ** 2))",
        "$(7 // (2 * a) % 3)",
    ):
        source = value_source(text, lambda name: name)
        inner = text[2:-1]
        assert ast.dump(ast.parse(source)) == ast.dump(ast.parse(inner))
