"""Several stretches of entries that are alike -> one block, and how each of them uses it.

Entries that only some of the stretches have become conditional; arguments and parts of names that differ become
parameters. Stretches that cannot be one block give None.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from specc.catalog import Catalog
from specc.graph.drafts import layer_kind
from specc.importing.folding.aligning import Column, KeyOf, aligned
from specc.importing.folding.items import (
    GROUP,
    REQUIRED,
    Block,
    Item,
    Items,
    Wire,
    Wires,
    base_name,
    counts,
    has_hole,
    new_uid,
    sources,
    walk,
)
from specc.importing.folding.name_parts import TOKEN, is_constant, prefixes_of, shortener
from specc.importing.folding.params import ABSENT, IDENTIFIER, NAME, SWITCH, Slot, key, solve

INPUT_NAMES = ("x", "y", "z")
_RESERVED = ("index", "name", "inputs", "outputs", "repeat", "true", "false", "null", "min", "max", "round", "len")


class Stretch(NamedTuple):
    """Some entries in a row, and what the first of them follows."""

    items: Items
    before: Wire


class Unified(NamedTuple):
    """A block, and what stands in each stretch's place, its type still missing."""

    block: Block
    uses: tuple[Item, ...]


class _UnlikeError(Exception):
    """The stretches cannot be one block."""


@dataclass(slots=True)
class _Work:
    catalog: Catalog
    blocks: Mapping[str, Block]
    stretches: Sequence[Stretch]
    numbers: list[dict[int, int]]  # of each stretch: from the number of an entry to that in the block
    inputs: list[int] = field(default_factory=list)
    outside: list[list[Wire | None]] = field(default_factory=list)  # of each input: the wire in each stretch
    slots: list[Slot] = field(default_factory=list)
    names: list[tuple[int, tuple[Any, ...], str]] = field(default_factory=list)


def unify(
    stretches: Sequence[Stretch],
    key_of: KeyOf,
    catalog: Catalog,
    blocks: Mapping[str, Block],
) -> Unified | None:
    """The block of which all stretches are uses; `key_of` says which entries may correspond.

    Of each stretch, nothing but the last entry may be used outside.
    """
    work = _Work(catalog, blocks, stretches, [{} for _ in stretches])
    try:
        items = _columns(aligned([stretch.items for stretch in stretches], key_of), work, key_of, top=True)
        prefixes, names = _names(work)
    except _UnlikeError:
        return None
    if not work.outside or len(work.outside) > len(INPUT_NAMES):
        return None
    if len(work.outside) > 1 and items[0].repeat is not None:
        return None  # it could not be said which input the first entry takes
    if any(wire is None for vector in work.outside for wire in vector):
        return None
    shortened = dict(_shortened(stretches))
    for slot in work.slots:
        slot.owner = shortened.get(slot.owner, slot.owner)
    params, arguments = (
        solve(work.slots, (*INPUT_NAMES, "input", *_RESERVED)) if work.slots else ({}, [{}] * len(stretches))
    )
    block = Block(params, tuple(work.inputs), _filled(items, names))
    if _looks_into_groups(block.items) or _is_a_run(block.items):
        return None
    uses = tuple(
        Item(
            stretch.items[-1].uid,
            "",
            arguments[number] or None,
            prefixes[number] if prefixes else None,
            _use_wires([vector[number] for vector in work.outside], stretch),
        )
        for number, stretch in enumerate(stretches)
    )
    return Unified(block, uses)


def _is_a_run(items: Items) -> bool:
    """Whether the entries are copies of one, which `repeat` says better."""
    return len({item.type for item in items}) == 1 and all(item.branches is None for item in items)


def _shortened(stretches: Sequence[Stretch]) -> Iterator[tuple[str, str]]:
    for stretch in stretches:
        short = shortener(stretch.items)
        yield from ((item.name, short(item.name)) for item in walk(stretch.items) if item.name)


def _looks_into_groups(items: Items) -> bool:
    """Whether a wire from outside a conditional group names an entry inside, which nothing else can see."""
    for group in walk(items):
        if group.type == GROUP and group.branches:
            inside = {item.uid for item in walk(group.branches[0])}
            within = sum(wire.source in inside for item in walk(group.branches[0]) for wire in sources(item.wires))
            if sum(wire.source in inside for item in walk(items) for wire in sources(item.wires)) > within:
                return True
    return False


def _use_wires(wires: list[Wire | None], stretch: Stretch) -> Wires:
    given = tuple(wire for wire in wires if wire is not None)
    if len(given) > 1:
        return given
    return None if given[0] == stretch.before else given[0]


def _columns(columns: list[Column], work: _Work, key_of: KeyOf, *, top: bool = False) -> Items:
    """The entries that stand for the columns; columns that the same stretches lack become one conditional group."""
    if sum(None in column for column in columns) * 2 > len(columns) and top:
        raise _UnlikeError
    made: list[Item] = []
    before: list[Wire | None] = [None] * len(work.stretches)
    if top:
        before = [stretch.before for stretch in work.stretches]
        _enter(work)
    group: list[Item] = []
    pattern: tuple[bool, ...] = ()
    for column in [*columns, None]:
        there = tuple(item is not None for item in column) if column is not None else ()
        if group and there != pattern:
            made.append(_conditional(group, pattern, work))
            group = []
        if column is None:
            break
        item = _column(column, before, work, key_of)
        before = [old if item_ is None else Wire(item_.uid) for old, item_ in zip(before, column, strict=True)]
        if all(there):
            made.append(item)
        else:
            group.append(item)
            pattern = there
    return tuple(made)


def _enter(work: _Work) -> None:
    """The first input is what the first entry of each stretch takes."""
    firsts = [stretch.items[0].wires for stretch in work.stretches]
    entries = [
        stretch.before if first is None else first for first, stretch in zip(firsts, work.stretches, strict=True)
    ]
    if all(isinstance(wire, Wire) for wire in entries):
        work.inputs.append(new_uid())
        work.outside.append([wire if isinstance(wire, Wire) else None for wire in entries])


def _conditional(group: list[Item], pattern: tuple[bool, ...], work: _Work) -> Item:
    owners = {uid: name for uid, names, _ in work.names for name in names if isinstance(name, str)}
    slot = Slot(SWITCH, _switch(group, owners), pattern)
    work.slots.append(slot)
    return Item(new_uid(), GROUP, None, None, None, branches=(tuple(group),), repeat=slot)


def _switch(group: list[Item], owners: Mapping[int, str]) -> str:
    """What a condition is called after the entries that depend on it."""
    types = {item.type for item in group}
    if "Add" in types:
        return "residual"
    if "ZeroPadding2D" in types and len(types) == 1:
        return "pad"
    if any("Pooling" in type_name for type_name in types) and len(types) == 1:
        return "pool"
    return owners.get(group[0].uid) or base_name(group[0].type)


def _column(column: Column, before: list[Wire | None], work: _Work, key_of: KeyOf) -> Item:
    present = [item for item in column if item is not None]
    first = present[0]
    if any(
        item.type != first.type
        or item.pinned
        or item.type == GROUP
        or (item.repeat is None) != (first.repeat is None)
        or (item.branches is None) != (first.branches is None)
        or len(item.branches or ()) != len(first.branches or ())
        for item in present
    ):
        raise _UnlikeError
    uid = new_uid()
    wires = _wires(column, before, work)
    branches = None
    if first.branches is not None:
        empty: Items = ()
        branches = tuple(
            _columns(
                aligned([item.branches[place] if item and item.branches else empty for item in column], key_of),
                work,
                key_of,
            )
            if all(item is not None for item in column)
            else _whole(column, place, work, key_of)
            for place in range(len(first.branches))
        )
    for number, item in enumerate(column):
        if item is not None:
            work.numbers[number][item.uid] = uid
    owner = first.name or base_name(first.type)
    arguments = _arguments(column, owner, work)
    names = tuple(ABSENT if item is None else item.name for item in column)
    work.names.append((uid, names, first.type))
    repeat = _slots([ABSENT if item is None else item.repeat for item in column], "count", owner, work)
    return Item(uid, first.type, arguments, None, wires, branches=branches, repeat=repeat)


def _whole(column: Column, place: int, work: _Work, key_of: KeyOf) -> Items:
    """A branch of an entry that some stretches lack: in those that have it, it has to be the same throughout."""
    lists = [item.branches[place] if item is not None and item.branches else None for item in column]
    lengths = {len(items) for items in lists if items is not None}
    if len(lengths) != 1:
        raise _UnlikeError
    columns: list[Column] = [
        tuple(None if items is None else items[at] for items in lists) for at in range(lengths.pop())
    ]
    before: list[Wire | None] = [None] * len(lists)
    return tuple(_column(inner, before, work, key_of) for inner in columns)


def _wires(column: Column, before: list[Wire | None], work: _Work) -> Wires:
    """What the entry takes, as seen in the block."""
    given = [item.wires for item in column if item is not None]
    if all(wires is None for wires in given):
        return None
    first = next(wires for wires in given if wires is not None)
    shape = _shape(first)
    if any(_shape(wires) != shape for wires in given if wires is not None):
        raise _UnlikeError
    if isinstance(first, Wire):
        if all(
            item is None or item.wires is None or item.wires == old for item, old in zip(column, before, strict=True)
        ):
            return None
        vector = tuple(
            None if item is None else old if item.wires is None else item.wires
            for item, old in zip(column, before, strict=True)
        )
        if all(
            item is None or wire == work.outside[0][n]
            for n, (item, wire) in enumerate(zip(column, vector, strict=True))
        ) and not any(work.numbers):
            return None  # the first entry, which takes the first input
        return _wire(vector, work)
    if any(wires is None for wires in given):
        raise _UnlikeError
    flat = [None if item is None else tuple(sources(item.wires)) for item in column]
    count = len(tuple(sources(first)))
    wires = [_wire(tuple(None if own is None else own[at] for own in flat), work) for at in range(count)]
    return _rebuilt(first, wires)


def _shape(wires: Wires) -> Any:  # noqa: ANN401  plain data
    match wires:
        case Wire() | None:
            return None
        case tuple():
            return len(wires)
    return tuple((name, None if isinstance(value, Wire) else len(value)) for name, value in wires.items())


def _rebuilt(like: Wires, wires: list[Wire]) -> Wires:
    if isinstance(like, tuple):
        return tuple(wires)
    assert isinstance(like, dict)  # noqa: S101  what else has several
    rest = iter(wires)
    return {
        name: next(rest) if isinstance(value, Wire) else tuple(next(rest) for _ in value)
        for name, value in like.items()
    }


def _wire(vector: Sequence[Any], work: _Work) -> Wire:
    """The same wire of all stretches: from an entry in the block, or from outside, which is an input."""
    inner = [None if wire is None else work.numbers[number].get(wire.source, -1) for number, wire in enumerate(vector)]
    known = {number for number in inner if number is not None}
    ports = {wire.port for wire in vector if wire is not None}
    if known == {-1}:
        return Wire(_input(vector, work))
    if len(known) != 1 or len(ports) != 1 or -1 in known:
        raise _UnlikeError
    return Wire(known.pop(), ports.pop())


def _input(vector: Sequence[Wire | None], work: _Work) -> int:
    for uid, outside in zip(work.inputs, work.outside, strict=True):
        if all(new is None or old is None or new == old for new, old in zip(vector, outside, strict=True)):
            outside[:] = [old if new is None else new for new, old in zip(vector, outside, strict=True)]
            return uid
    work.inputs.append(new_uid())
    work.outside.append(list(vector))
    return work.inputs[-1]


def _arguments(column: Column, owner: str, work: _Work) -> Any:  # noqa: ANN401  plain data
    """The arguments of all stretches as one, with a `Slot` wherever they differ."""
    present = [item for item in column if item is not None]
    given = [item.arguments for item in present]
    if all(key(arguments) == key(given[0]) for arguments in given) and not has_hole(given[0]):
        return given[0]
    if not all(arguments is None or isinstance(arguments, dict) for arguments in given):
        raise _UnlikeError
    names = list(dict.fromkeys(name for arguments in given for name in arguments or ()))
    made = {}
    for name in names:
        values = [
            ABSENT
            if item is None
            else item.arguments[name]
            if item.arguments and name in item.arguments
            else _implied(item.type, name, work)
            for item in column
        ]
        made[name] = _slots(values, name, owner, work)
    return made


def _implied(type_name: str, argument: str, work: _Work) -> Any:  # noqa: ANN401  plain data
    """What an argument is when it is left out."""
    block = work.blocks.get(type_name)
    if block is not None:
        value = block.params[argument]
        if value is REQUIRED:
            raise _UnlikeError
        return value
    facts = work.catalog.find(layer_kind(type_name, work.catalog), type_name)
    argument_facts = facts.arguments.get(argument) if facts else None
    if argument_facts is None or not argument_facts.has_default:
        raise _UnlikeError
    default = argument_facts.default
    if isinstance(default, list) and default and all(type(item) is int and item == default[0] for item in default):
        return default[0]  # Keras' `(1, 1)`, where specs write 1
    return default


def _slots(values: list[Any], kind: str, owner: str, work: _Work) -> Any:  # noqa: ANN401  plain data
    present = [value for value in values if value is not ABSENT]
    if all(key(value) == key(present[0]) for value in present) and not has_hole(present[0]):
        return present[0]
    if all(isinstance(value, list) and len(value) == len(present[0]) for value in present):
        differing = [at for at in range(len(present[0])) if len({key(value[at]) for value in present}) > 1]
        if len(differing) == 1 and not any(map(has_hole, present)):
            made = list(present[0])
            at = differing[0]
            inner = [value if value is ABSENT else value[at] for value in values]
            made[at] = _slots(inner, kind, owner, work)
            return made
    if all(isinstance(value, dict) and value.keys() == present[0].keys() for value in present):
        return {
            name: _slots([value if value is ABSENT else value[name] for value in values], name, owner, work)
            for name in present[0]
        }
    if any(map(counts, present)):
        raise _UnlikeError
    if IDENTIFIER.fullmatch(kind) and all(isinstance(value, str) for value in present):
        return _pattern(tuple(values), work)
    slot = Slot(NAME if IDENTIFIER.fullmatch(kind) else kind, owner, tuple(values))
    work.slots.append(slot)
    return slot


def _names(work: _Work) -> tuple[list[str] | None, dict[int, Any]]:
    """The prefixes of the uses, or None; the name of each entry, None, text, or pieces of text and slots."""
    named = [
        (uid, names, type_name)
        for uid, names, type_name in work.names
        if any(name is not None and name is not ABSENT for name in names)
    ]
    if any(name is None for _, names, _ in named for name in names):
        raise _UnlikeError
    if len(named) == len(work.names):
        prefixes = prefixes_of([names for _, names, _ in named])
        if prefixes:
            found = {}
            for uid, names, _ in named:
                found[uid] = next(
                    name[len(prefix) + 1 :] for name, prefix in zip(names, prefixes, strict=True) if name is not ABSENT
                )
            if not {"input", *INPUT_NAMES}.intersection(found.values()):
                return prefixes, found
    patterns = {uid: _pattern(names, work) for uid, names, _ in named}
    return None, patterns


class _Pieces(NamedTuple):
    """A text with something that differs in it."""

    start: str
    slot: Slot
    end: str


def _pattern(names: tuple[Any, ...], work: _Work) -> _Pieces:
    """The name as text around what differs."""
    tokens = [TOKEN.findall(name) for name in names if name is not ABSENT]
    shortest = min(map(len, tokens))
    start = 0
    while start < shortest and is_constant([own[start] for own in tokens]):
        start += 1
    end = 0
    while end < shortest - start and is_constant([own[-1 - end] for own in tokens]):
        end += 1
    rest = iter(["".join(own[start : len(own) - end]) for own in tokens])
    middles = [ABSENT if name is ABSENT else next(rest) for name in names]
    present = [middle for middle in middles if middle is not ABSENT]
    if not any(present):
        raise _UnlikeError
    if all(middle.isdigit() and str(int(middle)) == middle for middle in present):
        middles = [middle if middle is ABSENT else int(middle) for middle in middles]
    slot = Slot(NAME, "id", tuple(middles))
    work.slots.append(slot)
    return _Pieces("".join(tokens[0][:start]), slot, "".join(tokens[0][len(tokens[0]) - end :]))


def _filled(items: Items, names: Mapping[int, Any]) -> Items:
    """The entries with the texts of their slots."""
    return tuple(
        replace(
            item,
            arguments=_value(item.arguments),
            name=_value(names.get(item.uid)) if item.type != GROUP else None,
            branches=None if item.branches is None else tuple(_filled(branch, names) for branch in item.branches),
            repeat=_value(item.repeat),
        )
        for item in items
    )


def _value(value: Any) -> Any:  # noqa: ANN401  plain data
    match value:
        case Slot(text=text):
            return f"${text}" if text.isidentifier() else f"$({text})"
        case _Pieces(start, slot, end):
            hole = f"${slot.text}" if slot.text.isidentifier() and not end else f"$({slot.text})"
            return f"{start}{hole}{end}"
        case dict():
            return {name: _value(inner) for name, inner in value.items()}
        case list():
            return [_value(inner) for inner in value]
    return value
