"""`$name`, `$(expression)` and `$$` in a string: parsing, and evaluation with given variables.

Python's own parser reads the expression and a walker evaluates the few kinds of nodes it knows. There are no attributes
and no calls but `min max round len`, and the size of every intermediate result is bounded before it is computed.
"""

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from specc.language import limits
from specc.language.tree import PlainValue

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONSTANTS: dict[str, PlainValue] = {"true": True, "false": False, "null": None}
FUNCTIONS = ("min", "max", "round", "len")


class Hole(NamedTuple):
    """A `$name` or `$(expression)`: its parsed form, its variables, and where it stands in the string (offsets)."""

    expression: ast.expr
    names: tuple[str, ...]
    start: int
    end: int
    shift: int  # from an offset in the parsed text to one in the string


Template: TypeAlias = tuple[str | Hole, ...]


class ExpressionError(Exception):
    """What is wrong with an expression; `start` and `end` are offsets into the string. `name`: the unknown variable."""

    def __init__(self, message: str, start: int, end: int, name: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.name = message, start, end, name


def parse(text: str) -> Template:
    """The literal stretches and the holes of `text`.

    Raises:
        ExpressionError: a hole that is no expression.

    """
    pieces: list[str | Hole] = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        if dollar > at:
            pieces.append(text[at:dollar])
        after = text[dollar + 1 : dollar + 2]
        name = _NAME.match(text, dollar + 1)
        if after == "$":
            pieces.append("$")
            at = dollar + 2
        elif name:
            at = name.end()
            pieces.append(Hole(ast.Name(name.group(), ast.Load()), (name.group(),), dollar, at, 0))
        elif after == "(":
            at = _closing(text, dollar + 1) + 1
            pieces.append(_hole(text, dollar, at))
        else:
            raise ExpressionError("`$` begins a variable or an expression; a dollar is `$$`", dollar, dollar + 1)
    if at < len(text):
        pieces.append(text[at:])
    return tuple(pieces)


def evaluate(template: Template, variables: Mapping[str, PlainValue]) -> PlainValue:
    """The value of a string with holes: the hole's own value if it is all of the string, else text.

    Raises:
        ExpressionError: an unknown variable, an operation that cannot be done, a result beyond the bounds.

    """
    if len(template) == 1 and isinstance(template[0], Hole):
        return evaluate_hole(template[0], variables)
    parts: list[str] = []
    for piece in template:
        if isinstance(piece, str):
            parts.append(piece)
            continue
        value = evaluate_hole(piece, variables)
        if isinstance(value, list | dict):
            what = "list" if isinstance(value, list) else "mapping"
            raise ExpressionError(f"a {what} cannot be part of a text", piece.start, piece.end)
        parts.append(_text(value))
    return "".join(parts)


def evaluate_hole(hole: Hole, variables: Mapping[str, PlainValue]) -> PlainValue:
    """The value of one hole; see `evaluate`."""
    try:
        value = _Walker(variables, hole).value(hole.expression, 0)
    except _InvalidError as fault:
        node, start, end = fault.node, hole.start, hole.end
        if hole.shift and isinstance(node, ast.expr) and node.lineno == node.end_lineno == 1:
            start, end = hole.shift + node.col_offset, hole.shift + (node.end_col_offset or node.col_offset)
        raise ExpressionError(fault.message, start, end, fault.name) from None
    if height(value) > limits.NESTING:
        raise ExpressionError("the result is nested too deeply", hole.start, hole.end)
    return value


def height(value: PlainValue) -> int:
    """How many lists and mappings are nested in a value; a scalar has none."""
    if isinstance(value, list):
        return 1 + max(map(height, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(height, value.values()), default=0)
    return 0


def weight(value: PlainValue) -> int:
    """How much of the bounds a value uses up: one for each scalar, list and mapping, and one for ten characters."""
    if isinstance(value, str):
        return 1 + len(value) // 10
    if isinstance(value, list):
        return 1 + sum(map(weight, value))
    if isinstance(value, dict):
        return 1 + sum(1 + weight(item) for item in value.values())
    return 1


def _closing(text: str, opening: int) -> int:
    """The offset of the parenthesis that closes the one at `opening`; quotes hide what is in them."""
    depth, quote, at = 0, "", opening
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise ExpressionError("`$(` is never closed", opening - 1, opening + 1)


def _hole(text: str, start: int, end: int) -> Hole:
    inner = text[start + 2 : end - 1]
    if len(inner) > limits.EXPRESSION_LENGTH:
        message = f"an expression has at most {limits.EXPRESSION_LENGTH} characters, this has {len(inner)}"
        raise ExpressionError(message, start, end)
    if not inner.strip():
        raise ExpressionError("the expression is empty", start, end)
    # Python measures columns in bytes: places inside are exact for ASCII, else the whole hole is marked.
    shift = start + 1 if inner.isascii() else 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about `1if x` and `"\d"`, which is the spec author's taste
            # In parentheses, because the expression may begin with spaces or go over lines.
            parsed = ast.parse(f"({inner})", mode="eval").body
    except SyntaxError as problem:
        at = start + (problem.offset or 1)
        inside = bool(shift) and problem.lineno == 1 and start + 1 < at < end
        where = (at, at + 1) if inside else (start, end)
        raise ExpressionError("this is no expression", *where) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("this is no expression", start, end) from None
    known = (*FUNCTIONS, *_CONSTANTS)
    names = {node.id: None for node in ast.walk(parsed) if isinstance(node, ast.Name) and node.id not in known}
    return Hole(parsed, tuple(names), start, end, shift)


def _text(value: PlainValue) -> str:
    """A scalar as it is written in a spec."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


class _InvalidError(Exception):
    def __init__(self, message: str, node: ast.AST, name: str = "") -> None:
        super().__init__(message)
        self.message, self.node, self.name = message, node, name


def _add(left: PlainValue, right: PlainValue) -> PlainValue:
    if isinstance(left, str) and isinstance(right, str):
        _bounded(weight(left) + weight(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        _bounded(weight(left) + weight(right))
        return left + right
    return _number(left) + _number(right)


def _multiply(left: PlainValue, right: PlainValue) -> PlainValue:
    if isinstance(right, str | list) and type(left) is int:
        left, right = right, left
    if isinstance(left, str | list) and type(right) is int:
        _bounded(weight(left) * max(right, 0))
        return left * right
    return _number(left) * _number(right)


def _power(left: PlainValue, right: PlainValue) -> PlainValue:
    base, exponent = _number(left), _number(right)
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > 1100:
        if base in (1, -1):
            return base if exponent % 2 else 1
        raise OverflowError
    if base < 0 and isinstance(exponent, float) and not exponent.is_integer():
        raise ValueError("a root of a negative number")
    result: int | float = base**exponent
    return result


def _arithmetic(compute: Callable[[int | float, int | float], int | float]) -> Callable[..., PlainValue]:
    return lambda left, right: compute(_number(left), _number(right))


_BINARY: dict[type[ast.operator], Callable[[PlainValue, PlainValue], PlainValue]] = {
    ast.Add: _add,
    ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _multiply,
    ast.Div: _arithmetic(operator.truediv),
    ast.FloorDiv: _arithmetic(operator.floordiv),
    ast.Mod: _arithmetic(operator.mod),
    ast.Pow: _power,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def _number(value: PlainValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"arithmetic needs numbers, got {_kind(value)}")
    return value


def _check_magnitude(value: PlainValue) -> None:
    if isinstance(value, int) and abs(value) > limits.INTEGER:
        raise OverflowError
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise OverflowError


def _bounded(size: int) -> None:
    if size > limits.COMPUTED_WEIGHT:
        raise OverflowError


def _kind(value: PlainValue) -> str:
    if value is None or isinstance(value, bool):
        return f"`{_text(value)}`"
    for types, words in ((str, "a string"), (list, "a list"), (dict, "a mapping")):
        if isinstance(value, types):
            return words
    return "a number"


class _Walker(NamedTuple):
    variables: Mapping[str, PlainValue]
    hole: Hole

    def value(self, node: ast.expr, depth: int) -> PlainValue:
        if depth > limits.EXPRESSION_DEPTH:
            raise _InvalidError("the expression is nested too deeply", node)
        try:
            result = self.compute(node, depth + 1)
            if type(node) is not ast.Name:
                _check_magnitude(result)
        except ZeroDivisionError:
            raise _InvalidError("division by zero", node) from None
        except OverflowError:
            raise _InvalidError("the result is too large", node) from None
        except (TypeError, ValueError) as problem:
            raise _InvalidError(str(problem), node) from None
        return result

    def compute(self, node: ast.expr, depth: int) -> PlainValue:
        match node:
            case ast.Constant(value=None | bool() | int() | float() | str() as value):
                return value
            case ast.Name(id=name):
                return self.lookup(name, node)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                values = [self.value(item, depth) for item in items]
                _bounded(sum(map(weight, values)))
                return values
            case ast.Subscript(value=whole, slice=index):
                return self.item(self.value(whole, depth), self.value(index, depth))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
                return _call(name, [self.value(argument, depth) for argument in arguments])
            case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
                raise _InvalidError(f"`{name}` is no function; there are `min`, `max`, `round` and `len`", node.func)
        return self.operation(node, depth)

    def operation(self, node: ast.expr, depth: int) -> PlainValue:
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)](self.value(left, depth), self.value(right, depth))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.value(operand, depth)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                number = _number(self.value(operand, depth))
                return -number if isinstance(op, ast.USub) else number
            case ast.BoolOp(op=op, values=operands):
                return self.logic(operands, isinstance(op, ast.Or), depth)
            case ast.Compare():
                return self.compare(node, depth)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return self.value(body if self.value(test, depth) else otherwise, depth)
        raise _InvalidError("this is not part of the expression language", node)

    def lookup(self, name: str, node: ast.expr) -> PlainValue:
        if name in self.variables:
            return self.variables[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise _InvalidError(f"there is no variable `{name}`", node, name)

    def logic(self, operands: list[ast.expr], stops_at: bool, depth: int) -> PlainValue:
        value: PlainValue = None
        for operand in operands:
            value = self.value(operand, depth)
            if bool(value) is stops_at:
                break
        return value

    def compare(self, node: ast.Compare, depth: int) -> bool:
        left = self.value(node.left, depth)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            compare = _COMPARISONS.get(type(op))
            if compare is None:
                raise _InvalidError("this comparison is not part of the expression language", node)
            right = self.value(comparator, depth)
            try:
                holds = compare(left, right)
            except TypeError:
                message = f"{_kind(left)} and {_kind(right)} have no order"
                raise _InvalidError(message, node) from None
            if not holds:
                return False
            left = right
        return True

    @staticmethod
    def item(whole: PlainValue, index: PlainValue) -> PlainValue:
        if not isinstance(whole, list):
            raise TypeError(f"only lists have items, this is {_kind(whole)}")
        if type(index) is not int:
            raise TypeError(f"an index is an integer, got {_kind(index)}")
        if not -len(whole) <= index < len(whole):
            raise ValueError(f"there is no item {index} in a list of {len(whole)}")
        return whole[index]


def _call(name: str, arguments: list[PlainValue]) -> PlainValue:
    if name == "len":
        if len(arguments) != 1 or not isinstance(arguments[0], str | list):
            raise TypeError("`len` takes one list or string")
        return len(arguments[0])
    if name == "round":
        digits = arguments[1] if len(arguments) == 2 else 0
        if len(arguments) not in (1, 2) or type(digits) is not int or not 0 <= digits <= 20:
            raise TypeError("`round` takes a number and at most 20 digits")
        number = _number(arguments[0])
        return round(number, digits) if digits else round(number)
    only = arguments[0] if len(arguments) == 1 else arguments
    if not isinstance(only, list) or not only:
        raise TypeError(f"`{name}` takes numbers, or one list of them")
    numbers = [_number(argument) for argument in only]
    return min(numbers) if name == "min" else max(numbers)
