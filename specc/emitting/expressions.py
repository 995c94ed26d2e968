"""Texts of a spec with `$name` and `$(expression)` in them -> Python source with the same value.

Only what the expression language has is written; everything else is refused, also where evaluating would not reach it.
"""

import ast
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from specc.emitting.python import escaped, literal, quoted
from specc.language.expressions import FUNCTIONS, ExpressionError, Hole, parse

Symbols: TypeAlias = Callable[[str], str]
"""What a variable of the spec is called in the script."""


class UnsupportedError(Exception):
    """Something cannot be written as structured source; the model is then written layer by layer."""


def value_source(text: str, symbols: Symbols) -> str:
    """The source of a string with holes: of the hole's own value if it is all of the string, else an f-string."""
    template = _parsed(text)
    if len(template) == 1 and isinstance(template[0], Hole):
        return expression_source(template[0].expression, symbols)
    return text_source(pieces(text, symbols))


Piece: TypeAlias = "str | Inserted"


class Inserted(NamedTuple):
    """Source whose value is put into a text."""

    source: str


def pieces(text: str, symbols: Symbols) -> list[Piece]:
    """A string with holes as literal stretches and sources."""
    return [
        piece if isinstance(piece, str) else Inserted(expression_source(piece.expression, symbols))
        for piece in _parsed(text)
    ]


def text_source(parts: list[Piece]) -> str:
    """A string literal, or an f-string where something is put in."""
    parts = [part.source if isinstance(part, Inserted) and part.source.isdecimal() else part for part in parts]
    if all(isinstance(part, str) for part in parts):
        return quoted("".join(map(str, parts)))
    inside = ""
    for part in parts:
        if isinstance(part, str):
            inside += escaped(part, '"').replace("{", "{{").replace("}", "}}")
            continue
        if any(mark in part.source for mark in "'\\{"):
            raise UnsupportedError("an f-string cannot hold such a string")
        inside += "{" + part.source.replace('"', "'") + "}"
    return f'f"{inside}"'


def expression_source(node: ast.expr, symbols: Symbols) -> str:
    """The source of one expression."""
    return _source(node, symbols)[0]


def is_condition(text: str, symbols: Symbols) -> str | None:
    """What an expression of the form `1 if … else 0` asks."""
    template = _parsed(text)
    node = template[0].expression if len(template) == 1 and isinstance(template[0], Hole) else None
    match node:
        case ast.IfExp(test=test, body=ast.Constant(value=1), orelse=ast.Constant(value=0)):
            return expression_source(test, symbols)
        case ast.IfExp(test=test, body=ast.Constant(value=0), orelse=ast.Constant(value=1)):
            return expression_source(_negated(test), symbols)
    return None


def _negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return ast.Compare(left, [ast.NotEq()], [right])
        case ast.Compare(left=left, ops=[ast.NotEq()], comparators=[right]):
            return ast.Compare(left, [ast.Eq()], [right])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
    return ast.UnaryOp(ast.Not(), test)


def is_combined(text: str, name: str) -> bool:
    """Whether a variable is part of a sum, a product or a comparison, in which a list and a tuple are not the same."""
    return any(
        isinstance(node, ast.BinOp | ast.Compare)
        and any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))
        for piece in _parsed(text)
        if isinstance(piece, Hole)
        for node in ast.walk(piece.expression)
    )


def _parsed(text: str) -> tuple[str | Hole, ...]:
    try:
        return parse(text)
    except ExpressionError as fault:
        raise UnsupportedError(fault.message) from None


_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(2, 11)
_CONDITIONAL = 1
_BINARY: Mapping[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", _SUM),
    ast.Sub: ("-", _SUM),
    ast.Mult: ("*", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
    ast.FloorDiv: ("//", _PRODUCT),
    ast.Mod: ("%", _PRODUCT),
}
_COMPARED: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}

_NO_NUMBERS = ("true", "false", "null", "True", "False", "None")


def _source(node: ast.expr, symbols: Symbols) -> tuple[str, int]:
    """The source, and how tightly it binds."""
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            written = literal(value)
            if not isinstance(written, str):
                raise UnsupportedError("a number that has no literal")
            return written, _SIGN if written.startswith("-") else _ATOM
        case ast.Name(id=name):
            constant = {"true": "True", "false": "False", "null": "None"}.get(name)
            return constant or symbols(name), _ATOM
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return f"[{', '.join(_source(item, symbols)[0] for item in items)}]", _ATOM
        case ast.Subscript(value=whole, slice=index):
            return f"{_wrapped(whole, _ATOM, symbols)}[{_source(index, symbols)[0]}]", _ATOM
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return f"{name}({', '.join(_source(argument, symbols)[0] for argument in arguments)})", _ATOM
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            parts = _wrapped(body, _OR, symbols), _wrapped(test, _OR, symbols), _source(otherwise, symbols)[0]
            return f"{parts[0]} if {parts[1]} else {parts[2]}", _CONDITIONAL
    return _operation(node, symbols)


def _operation(node: ast.expr, symbols: Symbols) -> tuple[str, int]:
    match node:
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            simple = all(isinstance(operand, ast.Name | ast.Constant) for operand in (left, right))
            sign = "**" if simple else " ** "
            one, other = _wrapped(left, _ATOM, symbols), _wrapped(right, _SIGN, symbols)
            return _computed(one, "**", other) or (f"{one}{sign}{other}", _POWER)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            sign, level = _BINARY[type(op)]
            one, other = _wrapped(left, level, symbols), _wrapped(right, level + 1, symbols)
            return _computed(one, sign, other) or (f"{one} {sign} {other}", level)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not {_wrapped(operand, _NOT, symbols)}", _NOT
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
            return f"{'-' if isinstance(op, ast.USub) else '+'}{_wrapped(operand, _SIGN, symbols)}", _SIGN
        case ast.BoolOp(op=op, values=operands):
            word, level = ("or", _OR) if isinstance(op, ast.Or) else ("and", _AND)
            return f" {word} ".join(_wrapped(operand, level + 1, symbols) for operand in operands), level
        case ast.Compare(left=left, ops=ops, comparators=comparators) if all(type(each) in _COMPARED for each in ops):
            if any(isinstance(each, ast.Name) and each.id in _NO_NUMBERS for each in (left, *comparators)):
                raise UnsupportedError("a comparison with a constant, which Python writes in another way")
            text = _wrapped(left, _SUM, symbols)
            for compared, comparator in zip(ops, comparators, strict=True):
                text += f" {_COMPARED[type(compared)]} {_wrapped(comparator, _SUM, symbols)}"
            return text, _COMPARISON
    raise UnsupportedError("this is not part of the expression language")


def _computed(left: str, sign: str, right: str) -> tuple[str, int] | None:
    """What comes out where both sides are small whole numbers, as the number of a copy makes them."""
    if not (left.isdecimal() and right.isdecimal() and len(left) < 5 and len(right) < 3):
        return None
    one, other = int(left), int(right)
    match sign:
        case "+":
            return str(one + other), _ATOM
        case "*":
            return str(one * other), _ATOM
        case "**" if other < 10:
            return str(one**other), _ATOM
        case "-" if one >= other:
            return str(one - other), _ATOM
        case "//" if other:
            return str(one // other), _ATOM
    return None


def _wrapped(node: ast.expr, level: int, symbols: Symbols) -> str:
    text, own = _source(node, symbols)
    return text if own >= level else f"({text})"
