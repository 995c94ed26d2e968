"""Definitions of blocks -> `Block`; the arguments of one use -> the values of its parameters.

Layers inside a block are left as they are written: `specc.composition.instantiating` fills them in.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import NamedTuple

from specc.composition.entries import GROUP_TYPES, NODE_KEYS
from specc.diagnostics import Finding, Label, Span, error, warning
from specc.language.tree import Entry, Mapping, Node, Scalar, Sequence, Value, plain
from specc.language.variables import Unresolved, Variables, has_hole, has_unresolved, invalid_name, is_variable_name

_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
_IN_A_LIST = "layers stand in a list, each behind a `-`"
_BODY_KEYS = ("description", "params", "inputs", "layers", "outputs")
_PARAM_KEYS = ("type", "default", "minimum", "maximum", "enum", "description")
INDEX = "index"


class Param(NamedTuple):
    """One parameter of a block. Without a default it must be given; `type` "any" takes every value."""

    name: str
    span: Span
    type: str = "any"
    default: Node | None = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Scalar, ...] = ()


@dataclass(slots=True)
class Block:
    """A user's layer. Its body sees its parameters, and the variables and blocks of the file that defines it.

    `inputs` are the names of its inputs, none for the only one; `layers` and `outputs` stand as they are written. Of a
    `faulty` one nothing is known but its name.
    """

    name: str
    span: Span
    params: tuple[Param, ...]
    inputs: Node | None
    layers: Sequence
    outputs: Node | None
    home: Variables
    blocks: AbstractMapping[str, "Block"]
    faulty: bool = False


def read_blocks(section: Node | None, home: Variables, blocks: dict[str, Block], findings: list[Finding]) -> None:
    """Adds the blocks that a `blocks:` section defines to `blocks`, those that its file knows.

    Findings: duplicate-block, invalid-name, missing-key, unknown-key, wrong-type.
    """
    if section is None or (isinstance(section, Value) and section.value is None):
        return
    if not isinstance(section, Mapping):
        findings.append(error("wrong-type", "`blocks` must be a mapping of names to blocks", section.span))
        return
    for entry in section:
        taken = entry.key in (*NODE_KEYS, *GROUP_TYPES)
        if taken or not _NAME.fullmatch(entry.key):
            rule = "a block's name is letters, digits and `_`, and begins with a small letter"
            help_ = f"`{entry.key}` says something else among layers: take another name" if taken else rule
            findings.append(error("invalid-name", f"`{entry.key}` cannot name a block", entry.key_span, help=help_))
            if not taken:
                blocks[entry.key] = _unknown(entry, home, blocks)
            continue
        block = _block(entry, home, blocks, findings) or _unknown(entry, home, blocks)
        known = blocks.get(entry.key)
        if known:
            label = Label(known.span, "also defined here")
            message = f"the block `{entry.key}` is defined twice"
            findings.append(error("duplicate-block", message, entry.key_span, labels=(label,)))
        blocks[entry.key] = block


def bind(block: Block, given: Node | None, use: Span, caller: Variables) -> dict[str, Node]:
    """The values of the block's parameters at a use, whose arguments stand at `given`, all variables filled in.

    Findings: missing-argument, out-of-range, unknown-argument, unknown-choice, wrong-type. A parameter that has one
    is unknown.
    """
    findings = caller.tally.findings
    arguments = _arguments(block, given, findings)
    values: dict[str, Node] = {}
    for param in block.params:
        entry = arguments.get(param.name)
        if entry is None:
            if param.default is None:
                if not (given is not None and has_unresolved(given)):
                    label = Label(param.span, "has no default")
                    message = f"`{block.name}` needs `{param.name}`"
                    findings.append(error("missing-argument", message, use, labels=(label,)))
                values[param.name] = Value(use, Unresolved(param.name))
                continue
            values[param.name] = _default(param, block, values)
            continue
        fault = None if has_unresolved(entry) else _misfit(param, entry)
        if fault:
            findings.append(fault)
        values[param.name] = Value(entry.span, Unresolved(param.name)) if fault else entry
    return values


def is_component(given: Mapping, block: Block) -> bool:
    """Whether what a use gives is one component, which is then the block's first argument, and no arguments by name."""
    keys = [entry.key for entry in given]
    return len(keys) == 1 and keys[0] not in {param.name for param in block.params} and keys[0][:1].isupper()


def unused_parameters(block: Block) -> list[Finding]:
    """A warning for each parameter that no expression in a block names."""
    idle = {param.name: param for param in block.params}
    parts = [block.inputs, block.layers, block.outputs, *(param.default for param in block.params)]
    waiting = [part for part in parts if part is not None]
    while waiting and idle:
        match waiting.pop():
            case Mapping(entries=entries):
                waiting += [entry.value for entry in entries]
            case Sequence(items=items):
                waiting += items
            case Value(value=str() as text) if "$" in text:
                idle = {name: param for name, param in idle.items() if not re.search(rf"\b{name}\b", text)}
    return [
        warning(
            "unused-parameter",
            f"nothing in the block `{block.name}` uses its parameter `{name}`",
            param.span,
            help=f"write `${name}` where it is meant, or leave it out",
        )
        for name, param in idle.items()
    ]


def unbound(block: Block) -> dict[str, Node]:
    """The values of the parameters where nothing uses the block: their defaults, the others unknown."""
    values: dict[str, Node] = {}
    for param in block.params:
        unknown = Value(param.span, Unresolved(param.name))
        values[param.name] = unknown if param.default is None else _default(param, block, values)
    return values


def _default(param: Param, block: Block, values: AbstractMapping[str, Node]) -> Node:
    """A parameter's default with its holes filled by the `values` before it; unknown if that does not fit it."""
    assert param.default is not None  # noqa: S101  who calls has looked
    scope = block.home.within(values)
    filled = scope.substitute(param.default, 2)
    fault = None if filled is param.default or has_unresolved(filled) else _misfit(param, filled)
    if fault:
        scope.tally.findings.append(fault)
    return Value(filled.span, Unresolved(param.name)) if fault else filled


def _unknown(entry: Entry, home: Variables, blocks: AbstractMapping[str, Block]) -> Block:
    """A block whose definition is at fault: its uses stand for an unknown layer, and nothing more is said of them."""
    return Block(entry.key, entry.key_span, (), None, Sequence(entry.value.span, ()), None, home, blocks, faulty=True)


def _block(entry: Entry, home: Variables, blocks: AbstractMapping[str, Block], findings: list[Finding]) -> Block | None:
    """One definition: a list of layers, or a mapping with parameters, inputs, layers and outputs."""
    body = entry.value
    if isinstance(body, Sequence):
        return Block(entry.key, entry.key_span, (), None, body, None, home, blocks)
    if not isinstance(body, Mapping) or _is_layer(body):
        message = f"the block `{entry.key}` must be a list of layers, or a mapping with `layers`"
        findings.append(error("wrong-type", message, body.span, help=_IN_A_LIST))
        return None
    strange = _unknown_keys(body, _BODY_KEYS, f"the block `{entry.key}`")
    findings += strange
    layers = body.get("layers")
    if layers is None:
        if not any("`layers`" in finding.help for finding in strange):  # else it is there, misspelt
            findings.append(error("missing-key", "the block has no `layers`", entry.key_span))
        return None
    if not isinstance(layers, Sequence):
        findings.append(error("wrong-type", "`layers` must be a list of layers", layers.span, help=_IN_A_LIST))
        return None
    params = _params(body.get("params"), findings)
    inputs, outputs = (_words(body.get(key), key, findings) for key in ("inputs", "outputs"))
    return Block(entry.key, entry.key_span, params, inputs, layers, outputs, home, blocks)


def _is_layer(body: Mapping) -> bool:
    """Whether what stands for the body of a block is one layer, outside a list."""
    return bool(body.entries) and body.entries[0].key[:1].isupper()


def _words(node: Node | None, key: str, findings: list[Finding]) -> Node | None:
    """A name or a list of names; None, with a finding, if it is neither."""
    items = node.items if isinstance(node, Sequence) else (node,)
    if node is None or (items and all(isinstance(item, Value) and isinstance(item.value, str) for item in items)):
        return node
    findings.append(error("wrong-type", f"`{key}` of a block must be a name or a list of names", node.span))
    return None


def _unknown_keys(node: Mapping, known: tuple[str, ...], what: str) -> list[Finding]:
    strange = [entry for entry in node if entry.key not in known and not entry.key.startswith("x-")]
    if not strange:
        return []
    from specc.language.suggest import did_you_mean

    return [
        error("unknown-key", f"{what} has no key `{entry.key}`", entry.key_span, help=did_you_mean(entry.key, known))
        for entry in strange
    ]


def _params(section: Node | None, findings: list[Finding]) -> tuple[Param, ...]:
    """`{name: default}`, `{name: {type: …}}` or `[name]`."""
    found: list[Param] = []
    entries: list[tuple[str, Span, Node | None]] = []
    match section:
        case Mapping():
            entries = [(entry.key, entry.key_span, entry.value) for entry in section]
        case Sequence():
            entries = [(str(item.value) if isinstance(item, Value) else "", item.span, None) for item in section.items]
        case Value(value=None) | None:
            pass
        case _:
            findings.append(error("wrong-type", "`params` must be a mapping of names to defaults", section.span))
    for name, span, value in entries:
        if not is_variable_name(name) or name == INDEX:
            findings.append(invalid_name(name, span))
            continue
        found.append(_param(name, span, value, findings))
    return tuple(found)


def _param(name: str, span: Span, value: Node | None, findings: list[Finding]) -> Param:
    if isinstance(value, Mapping) and _declares(value):
        return _declared(name, span, value, findings)
    if value is None or (isinstance(value, Value) and value.value is None):
        return Param(name, span)
    # A default of `true` or `false` says enough; a number may give way to a list, a word to a component.
    is_switch = isinstance(value, Value) and isinstance(value.value, bool)
    return Param(name, span, "boolean" if is_switch else "any", value)


def _declares(value: Mapping) -> bool:
    """Whether a mapping says what a parameter takes, and is not its default: an argument or a component."""
    keys = [entry.key for entry in value]
    if not keys or any(isinstance(value.get(key), Mapping) for key in ("type", "minimum", "maximum", "enum")):
        return False
    known = [key for key in keys if key in _PARAM_KEYS]
    if "type" in known or len(known) == len(keys):
        return True
    if any(key[:1].isupper() for key in keys):
        return False
    from specc.language.suggest import best_match

    return all(best_match(key, _PARAM_KEYS) for key in keys)


def _declared(name: str, span: Span, value: Mapping, findings: list[Finding]) -> Param:
    before = len(findings)
    findings += _unknown_keys(value, _PARAM_KEYS, f"the parameter `{name}`")
    said = value.get("type")
    type_name = "any" if said is None else str(said.value) if isinstance(said, Value) else ""
    if type_name not in _FITS:
        from specc.language.suggest import did_you_mean

        known = ", ".join(f"`{known}`" for known in _FITS)
        help_ = did_you_mean(type_name, _FITS) or f"the types are {known}"
        place = said.span if said else span
        findings.append(error("unknown-choice", f"`{type_name}` is no type of a parameter", place, help=help_))
    minimum, maximum = (_bound(value, key, findings) for key in ("minimum", "maximum"))
    if minimum is not None and maximum is not None and minimum > maximum:
        message = f"no number is at least {minimum:g} and at most {maximum:g}"
        findings.append(error("out-of-range", message, value.span))
    choices = _choices(value.get("enum"), findings)
    param = Param(name, span, type_name, value.get("default"), minimum, maximum, choices)
    if len(findings) > before:  # what it takes is not known, and neither is its default
        unknown = None if param.default is None else Value(param.default.span, Unresolved(name))
        return Param(name, span, default=unknown)
    if param.default is not None and not has_hole(param.default):
        fault = _misfit(param, param.default)
        if fault:
            findings.append(fault)
            return Param(name, span, default=Value(param.default.span, Unresolved(name)))
    return param


def _choices(enum: Node | None, findings: list[Finding]) -> tuple[Scalar, ...]:
    if enum is None:
        return ()
    items = enum.items if isinstance(enum, Sequence) else ()
    choices = tuple(item.value for item in items if isinstance(item, Value))
    if not choices or len(choices) < len(items):
        findings.append(error("wrong-type", "`enum` must be a list of numbers or words", enum.span))
    return choices


def _bound(value: Mapping, key: str, findings: list[Finding]) -> float | None:
    node = value.get(key)
    if node is None:
        return None
    if isinstance(node, Value) and _is_number(node.value):
        return float(node.value)  # type: ignore[arg-type]
    findings.append(error("wrong-type", f"`{key}` must be a number, got {shown(node)}", node.span))
    return None


def _arguments(block: Block, given: Node | None, findings: list[Finding]) -> dict[str, Node]:
    """The arguments by name; a scalar, a list or a component is the first."""
    names = [param.name for param in block.params]
    if given is None or (isinstance(given, Value) and given.value is None):
        return {}
    if isinstance(given, Mapping) and not is_component(given, block):
        for entry in given:
            if entry.key not in names and not entry.key.startswith("x-"):
                from specc.language.suggest import did_you_mean

                message = f"the block `{block.name}` has no parameter `{entry.key}`"
                known = ", ".join(f"`{name}`" for name in names) or "none"
                help_ = did_you_mean(entry.key, names) or f"its parameters: {known}"
                findings.append(error("unknown-argument", message, entry.key_span, help=help_))
        return {entry.key: entry.value for entry in given if entry.key in names}
    if not names:
        label = Label(block.span, "it has no `params`")
        findings.append(error("unknown-argument", f"`{block.name}` takes no arguments", given.span, labels=(label,)))
        return {}
    return {names[0]: given}


def _misfit(param: Param, node: Node) -> Finding | None:
    """What is wrong with a value for a parameter."""
    label = (Label(param.span, "declared here"),)
    value = plain(node)
    if (
        isinstance(value, dict)
        and param.type == "any"
        and isinstance(param.default, Value)
        and _is_number(param.default.value)
    ):
        return error("wrong-type", f"`{param.name}` is a number by default, got a mapping", node.span, labels=label)
    if not _FITS[param.type](value):
        message = f"`{param.name}` takes {_WORDS[param.type]}, got {shown(node)}"
        return error("wrong-type", message, node.span, labels=label)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if param.minimum is not None and value < param.minimum:
            message = f"`{param.name}` is at least {param.minimum:g}, got {value}"
            return error("out-of-range", message, node.span, labels=label)
        if param.maximum is not None and value > param.maximum:
            message = f"`{param.name}` is at most {param.maximum:g}, got {value}"
            return error("out-of-range", message, node.span, labels=label)
    if param.enum and value not in param.enum:
        from specc.language.suggest import did_you_mean

        known = ", ".join(f"`{choice}`" for choice in param.enum)
        help_ = did_you_mean(str(value), [str(choice) for choice in param.enum])
        message = f"`{param.name}` is one of {known}, got {shown(node)}"
        return error("unknown-choice", message, node.span, labels=label, help=help_)
    return None


def shown(node: Node) -> str:
    """A value as messages name it."""
    match node:
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"
        case Value(value=None):
            return "nothing"
        case Value(value=bool() as value):
            return f"`{str(value).lower()}`"
    return f"`{node.value}`"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: dict[str, Callable[[object], bool]] = {
    "any": lambda _: True,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "component": lambda value: isinstance(value, str) or value is None or (isinstance(value, dict) and len(value) == 1),
}
_WORDS = {
    "any": "any value",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "boolean": "`true` or `false`",
    "list": "a list",
    "component": "a component",
}
