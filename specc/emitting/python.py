"""Python expressions as trees -> source text, wrapped as ruff and Black wrap it.

What comes from a spec becomes source here: text by `quoted`, which leaves nothing that could end its literal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 120
INDENT = "    "
_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Group:
    """Something in brackets behind a head: a call, an index, or a literal if the head is empty.

    `items` are pairs of what stands before an item (`units=`, `"key": `, mostly nothing) and the item.
    """

    head: "Expression"
    bracket: str
    items: tuple[tuple[str, "Expression"], ...]

    @property
    def is_literal(self) -> bool:
        """Whether this is a list, a tuple or a dict, whose items get a line each when they do not fit on one."""
        return self.head == ""


Expression: TypeAlias = str | Group


def call(function: Expression, *arguments: Expression, **named: Expression) -> Group:
    """A call."""
    given = [("", argument) for argument in arguments]
    return Group(function, "(", (*given, *((f"{name}=", argument) for name, argument in named.items())))


def listed(items: Iterable[Expression]) -> Group:
    """A list."""
    return Group("", "[", tuple(("", item) for item in items))


def tupled(items: Iterable[Expression]) -> Group:
    """A tuple."""
    return Group("", "(", tuple(("", item) for item in items))


def as_tuple(value: Expression) -> Expression:
    """A list as a tuple, and so the lists in it."""
    if not isinstance(value, Group) or value.bracket != "[":
        return value
    return tupled(as_tuple(item) for _, item in value.items)


def mapped(items: Iterable[tuple[Expression, Expression]]) -> Group:
    """A dict."""
    return Group("", "{", tuple((f"{flat(key)}: ", item) for key, item in items))


def one_or_all(by_name: Mapping[str, Expression]) -> Expression:
    """The only value itself, several as a dict: so Keras takes inputs, outputs and what goes with them."""
    if len(by_name) == 1:
        return next(iter(by_name.values()))
    return mapped((quoted(name), value) for name, value in by_name.items())


def literal(value: object) -> Expression:
    """A plain value, lists and mappings included."""
    match value:
        case str():
            return quoted(value)
        case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  the test for NaN
            return call("float", quoted(str(value)))
        case list():
            return listed(map(literal, value))
        case tuple():
            return tupled(map(literal, value))
        case dict():
            return mapped((literal(key), literal(item)) for key, item in value.items())
    return repr(value)


def quoted(text: str) -> str:
    """A string literal; in double quotes unless that needs more backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + escaped(text, quote) + quote


def escaped(text: str, quote: str) -> str:
    """The inside of a string literal in these quotes."""
    return "".join("\\" + quote if mark == quote else mark if mark in "'\"" else repr(mark)[1:-1] for mark in text)


def flat(expression: Expression) -> str:
    """The expression on one line."""
    if isinstance(expression, str):
        return expression
    inside = ", ".join(before + flat(item) for before, item in expression.items)
    lonely = "," if expression.is_literal and expression.bracket == "(" and len(expression.items) == 1 else ""
    return f"{flat(expression.head)}{expression.bracket}{inside}{lonely}{_CLOSING[expression.bracket]}"


def statement(before: str, expression: Expression, depth: int = 0, after: str = "") -> list[str]:
    """The lines of `before`, the expression and `after`, such as `x = `, a call and nothing, indented `depth` times."""
    line = INDENT * depth + before
    whole = line + flat(expression) + after
    if len(whole) <= WIDTH or isinstance(expression, str):
        return [whole]
    chain: list[Group] = []
    head: Expression = expression
    while isinstance(head, Group):
        chain.insert(0, head)
        head = head.head
    lines: list[str] = []
    line += head
    for number, group in enumerate(chain):
        inside = flat(group).removeprefix(flat(group.head))
        last = number == len(chain) - 1
        rest = after if last else chain[number + 1].bracket
        if not group.items or len(line) + len(inside) + len(rest) <= WIDTH:
            line += inside
            continue
        lines.append(line + group.bracket)
        lines += _inside(group, depth + 1)
        line = INDENT * depth + _CLOSING[group.bracket]
    return [*lines, line + after]


def _inside(group: Group, depth: int) -> list[str]:
    """The items of a group that does not fit on its line: of a call together on the next one, or a line for each."""
    together = INDENT * depth + ", ".join(before + flat(item) for before, item in group.items)
    if not group.is_literal and len(together) <= WIDTH:
        return [together]
    return [line for before, item in group.items for line in statement(before, item, depth, ",")]
