"""Definitions of blocks -> `Block`; the arguments of one use -> the values of its parameters.

Layers inside a block are left as they are written: `specc.composition.instantiating` fills them in.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import NamedTuple

from specc.diagnostics import Finding, Label, Span, error
from specc.language.tree import Entry, Mapping, Node, Scalar, Sequence, Value, plain
from specc.language.variables import Unresolved, Variables, has_hole, has_unresolved, invalid_name, is_variable_name

NODE_KEYS = frozenset(("name", "inputs", "outputs", "share", "repeat"))
"""What stands beside the type of a layer."""
OTHER_TYPES = frozenset(("parallel", "layers", "model"))
"""Types that begin with a small letter and are no blocks."""
_NAME = re.compile(r"[a-z][A-Za-z0-9_]*")
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

    `inputs` are the names of its inputs, none for the only one; `layers` and `outputs` stand as they are written.
    """

    name: str
    span: Span
    params: tuple[Param, ...]
    inputs: Node | None
    layers: Sequence
    outputs: Node | None
    home: Variables
    blocks: AbstractMapping[str, "Block"]


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
        if not _NAME.fullmatch(entry.key) or entry.key in NODE_KEYS | OTHER_TYPES:
            why = "it says something else beside a layer" if entry.key in NODE_KEYS | OTHER_TYPES else ""
            findings.append(
                error(
                    "invalid-name",
                    f"`{entry.key}` cannot name a block",
                    entry.key_span,
                    notes=(why,) if why else (),
                    help="a block's name is letters, digits and `_`, and begins with a small letter",
                )
            )
            continue
        block = _block(entry, home, blocks, findings)
        if block is None:
            continue
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
            values[param.name] = block.home.within(values).substitute(param.default, 2)
            continue
        fault = None if has_unresolved(entry) else _misfit(param, entry)
        if fault:
            findings.append(fault)
        values[param.name] = Value(entry.span, Unresolved(param.name)) if fault else entry
    return values


def unbound(block: Block) -> dict[str, Node]:
    """The values of the parameters where nothing uses the block: their defaults, the others unknown."""
    values: dict[str, Node] = {}
    for param in block.params:
        default = param.default
        values[param.name] = (
            Value(param.span, Unresolved(param.name))
            if default is None
            else block.home.within(values).substitute(default, 2)
        )
    return values


def _block(entry: Entry, home: Variables, blocks: AbstractMapping[str, Block], findings: list[Finding]) -> Block | None:
    """One definition: a list of layers, or a mapping with parameters, inputs, layers and outputs."""
    body = entry.value
    if isinstance(body, Sequence):
        return Block(entry.key, entry.key_span, (), None, body, None, home, blocks)
    if not isinstance(body, Mapping):
        message = f"the block `{entry.key}` must be a list of layers, or a mapping with `layers`"
        findings.append(error("wrong-type", message, body.span))
        return None
    findings += _unknown_keys(body, _BODY_KEYS, f"the block `{entry.key}`")
    layers = body.get("layers")
    if not isinstance(layers, Sequence):
        at = entry.key_span if layers is None else layers.span
        code = "missing-key" if layers is None else "wrong-type"
        message = "the block has no `layers`" if layers is None else "`layers` must be a list of layers"
        findings.append(error(code, message, at))
        return None
    params = _params(body.get("params"), findings)
    inputs, outputs = (_words(body.get(key), key, findings) for key in ("inputs", "outputs"))
    return Block(entry.key, entry.key_span, params, inputs, layers, outputs, home, blocks)


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
    if isinstance(value, Mapping) and value.entry("type") and not isinstance(value.get("type"), Mapping):
        return _declared(name, span, value, findings)
    if value is None or (isinstance(value, Value) and value.value is None):
        return Param(name, span)
    # A default of `true` or `false` says enough; a number may give way to a list, a word to a component.
    is_switch = isinstance(value, Value) and isinstance(value.value, bool)
    return Param(name, span, "boolean" if is_switch else "any", value)


def _declared(name: str, span: Span, value: Mapping, findings: list[Finding]) -> Param:
    findings += _unknown_keys(value, _PARAM_KEYS, f"the parameter `{name}`")
    said = value.get("type")
    type_name = str(said.value) if isinstance(said, Value) else ""
    if type_name not in _FITS:
        from specc.language.suggest import did_you_mean

        known = ", ".join(f"`{known}`" for known in _FITS)
        help_ = did_you_mean(type_name, _FITS) or f"the types are {known}"
        place = said.span if said else span
        findings.append(error("unknown-choice", f"`{type_name}` is no type of a parameter", place, help=help_))
        type_name = "any"
    enum = value.get("enum")
    choices = tuple(item.value for item in enum.items if isinstance(item, Value)) if isinstance(enum, Sequence) else ()
    param = Param(
        name, span, type_name, value.get("default"), _bound(value, "minimum"), _bound(value, "maximum"), choices
    )
    if param.default is not None and not has_hole(param.default):
        fault = _misfit(param, param.default)
        if fault:
            findings.append(fault)
            return param._replace(type="any", minimum=None, maximum=None, enum=())
    return param


def _bound(value: Mapping, key: str) -> float | None:
    node = value.get(key)
    number = node.value if isinstance(node, Value) else None
    return float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None


def _arguments(block: Block, given: Node | None, findings: list[Finding]) -> dict[str, Node]:
    """The arguments by name; a scalar, a list or a component is the first."""
    names = [param.name for param in block.params]
    if given is None or (isinstance(given, Value) and given.value is None):
        return {}
    if isinstance(given, Mapping) and not _is_component(given, names):
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


def _is_component(given: Mapping, names: list[str]) -> bool:
    keys = [entry.key for entry in given]
    return len(keys) == 1 and keys[0] not in names and keys[0][:1].isupper()


def _misfit(param: Param, node: Node) -> Finding | None:
    """What is wrong with a value for a parameter."""
    label = (Label(param.span, "declared here"),)
    value = plain(node)
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
    "component": lambda value: isinstance(value, str | dict) or value is None,
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
