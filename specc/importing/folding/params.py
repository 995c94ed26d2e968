"""What differs between the places where a block is used -> its parameters, and expressions of them.

Each place in the block's text has a value for every use. Equal rows of values share a parameter, multiples of one are
`$(4 * filters)`, and what two values of another decide `$('same' if strides == 1 else 'valid')`.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specc.importing.folding.items import REQUIRED, has_hole


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
"""The value at a place that a use leaves out: any will do."""
SIZES = frozenset({"filters", "units", "groups", "projection_dim", "output_dim", "key_dim", "target_shape", "shape"})
"""Arguments that count features, and are often multiples of each other."""
IDENTIFIER = re.compile(r"id\d*")
"""The parameters that are parts of names."""
NAME, SWITCH = "name", "switch"
"""What is no argument: a part of a name, and whether an entry is there."""


@dataclass(slots=True, eq=False)
class Slot:
    """One place in a block's text. `kind` is the argument's name, `NAME` or `SWITCH`; `owner` says whose it is."""

    kind: str
    owner: str
    values: tuple[Any, ...]
    text: Any = None


@dataclass(slots=True)
class _Param:
    kind: str
    values: list[Any]
    slots: list[Slot] = field(default_factory=list)
    owner: str = ""
    name: str = ""


def key(value: Any) -> str:  # noqa: ANN401  plain data
    """Equal for values that are the same in a spec: `1`, `1.0` and `true` are three."""
    if type(value) is str or type(value) is int:
        return repr(value)
    return json.dumps(value, sort_keys=True, default=repr)


def solve(slots: Sequence[Slot], taken: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Gives every slot its text; returns the parameters with their defaults, and the arguments of each use.

    `taken` are names that parameters cannot have.
    """
    params: list[_Param] = []
    for slot in slots:
        _place(slot, params)
    chosen = _independent(params)
    implied = {id(switch): size for switch in chosen if (size := _implying(switch, chosen, params)) is not None}
    chosen = [param for param in chosen if id(param) not in implied]
    place = {id(slot): at for at, slot in enumerate(slots)}
    latest = sorted(chosen, key=lambda param: place[id(param.slots[-1])])
    _name(chosen, set(taken), {param.kind: param for param in latest})
    for param in params:
        size = implied.get(id(param))
        text = _expression(param, chosen) if size is None else f"1 if {size.name} else 0"
        for slot in param.slots:
            slot.text = text
    count = len(slots[0].values) if slots else 0
    sizes = {id(size) for size in implied.values()}
    defaults = {param.name: 0 if id(param) in sizes else _default(param, count) for param in chosen}
    order = sorted(chosen, key=lambda param: defaults[param.name] is not REQUIRED)
    arguments = [
        {
            param.name: param.values[use]
            for param in order
            if param.values[use] is not ABSENT
            and (defaults[param.name] is REQUIRED or key(param.values[use]) != key(defaults[param.name]))
        }
        for use in range(count)
    ]
    for param in chosen:  # what is needed nowhere in a use still has to be given
        for use in range(count):
            if param.values[use] is ABSENT and defaults[param.name] is REQUIRED:
                arguments[use][param.name] = next(value for value in param.values if value is not ABSENT)
    arguments = [{param.name: given[param.name] for param in order if param.name in given} for given in arguments]
    return {param.name: defaults[param.name] for param in order}, arguments


def _implying(switch: _Param, chosen: Sequence[_Param], params: Sequence[_Param]) -> _Param | None:
    """The size that is needed just where the switch is on: without it there is nothing to switch."""
    rest = [param for param in chosen if param is not switch]
    others = [param for param in params if param not in chosen]
    if switch.kind != SWITCH or not all(any(_derived(param, base) for base in rest) for param in others):
        return None
    for param in rest:
        known = [value for value in param.values if value is not ABSENT]
        counted = param.kind in SIZES and all(type(value) is int and value > 0 for value in known)
        if counted and [value is not ABSENT for value in param.values] == switch.values:
            return param
    return None


def _place(slot: Slot, params: list[_Param]) -> None:
    """Puts a slot with the parameter that has its values, or makes one."""
    for param in params:
        same_kind = param.kind == slot.kind or (param.kind in SIZES and slot.kind in SIZES)
        if same_kind and _agree(param.values, slot.values):
            param.values = [new if old is ABSENT else old for old, new in zip(param.values, slot.values, strict=True)]
            param.slots.append(slot)
            return
    params.append(_Param(slot.kind, list(slot.values), [slot], slot.owner))


def _agree(left: Sequence[Any], right: Sequence[Any]) -> bool:
    shared = False
    for one, other in zip(left, right, strict=True):
        if one is ABSENT or other is ABSENT:
            continue
        if key(one) != key(other):
            return False
        shared = True
    return shared


def _independent(params: list[_Param]) -> list[_Param]:
    """Those that no other one gives: of sizes the one of which most are multiples, and what has an argument's name."""
    chosen: list[_Param] = []
    sizes = [param for param in params if param.kind in SIZES]
    while sizes:
        base = min(sizes, key=lambda base: _reach(base, sizes))
        chosen.append(base)
        sizes = [param for param in sizes if param is not base and not _derived(param, base)]
    for param in sorted((param for param in params if param.kind not in SIZES), key=_weight):
        if not any(_derived(param, other) for other in chosen):
            chosen.append(param)
    return [param for param in params if param in chosen]


def _reach(base: _Param, sizes: Sequence[_Param]) -> tuple[int, int, float]:
    """How many sizes do not follow from `base`, and how many do by a division; then how large it is."""
    texts = [_derived(param, base) for param in sizes if param is not base]
    total = sum(value for value in base.values if isinstance(value, int))
    return sum(text is None for text in texts), sum("//" in text for text in texts if text), total


def _weight(param: _Param) -> int:
    """What may be expressed by what: numbers before switches before words before names."""
    if param.kind == NAME:
        return 3
    if param.kind == SWITCH:
        return 1
    return 0 if all(isinstance(value, int | float) for value in param.values) else 2


def _derived(param: _Param, base: _Param) -> str | None:
    """The expression, without its `$()`, that gives `param` from `base`, which then has its name."""
    pairs = list(zip(param.values, base.values, strict=True))
    known = [(value, of) for value, of in pairs if value is not ABSENT and of is not ABSENT]
    if len(known) < len([value for value in param.values if value is not ABSENT]) or not known:
        return None
    if any(has_hole(value) for pair in known for value in pair):
        return None
    if param.kind in SIZES and base.kind in SIZES:
        return _multiple(known, base.name)
    if param.kind == NAME and base.kind == NAME:
        return _shifted(known, base.name)
    if base.kind in SIZES or base.kind == NAME or param.kind in SIZES or param.kind == NAME:
        return None
    return _decided(known, base.name, switch=param.kind == SWITCH)


def _multiple(known: list[tuple[Any, Any]], name: str) -> str | None:
    """`4 * name`, `name // 4`, by factors that nobody has to look up."""
    if not all(type(value) is int and type(of) is int and value > 0 and of > 0 for value, of in known):
        return None
    value, of = known[0]
    factor = max(value, of) // min(value, of)
    if not 2 <= factor <= 8 or len({key(of) for _, of in known}) < 2:
        return None
    if all(value == factor * of for value, of in known):
        return f"{factor} * {name}"
    return f"{name} // {factor}" if all(value * factor == of for value, of in known) else None


def _shifted(known: list[tuple[Any, Any]], name: str) -> str | None:
    if not all(type(value) is int and type(of) is int for value, of in known):
        return None
    shift = known[0][0] - known[0][1]
    if any(value - of != shift for value, of in known):
        return None
    return f"{name} + {shift}" if shift > 0 else f"{name} - {-shift}"


def _decided(known: list[tuple[Any, Any]], name: str, *, switch: bool) -> str | None:
    """`a if base == x else b`, where base has two values and there is enough to tell that from chance."""
    table = {key(of): (of, value) for value, of in known}
    if len(table) != 2 or len(known) < 3 or any(key(table[key(of)][1]) != key(value) for value, of in known):
        return None
    counts = Counter(key(of) for _, of in known)
    opposite = switch and all(type(of) is bool for _, of in known)
    (rare, then), (_, otherwise) = sorted(table.values(), key=lambda pair: counts[key(pair[0])])
    if min(counts.values()) < 2 and not opposite:
        return None
    if type(then) is bool and switch:
        then, otherwise = int(then), int(otherwise)
    if not all(_is_scalar(value) for value in (rare, then, otherwise)):
        return None
    if type(rare) is bool:
        test = name if rare else f"not {name}"
        return f"{_written(then)} if {test} else {_written(otherwise)}"
    return f"{_written(then)} if {name} == {_written(rare)} else {_written(otherwise)}"


def _is_scalar(value: Any) -> bool:  # noqa: ANN401  plain data
    if isinstance(value, str):
        return re.fullmatch(r"[\w.-]*", value) is not None
    return value is None or isinstance(value, bool | int)


def _written(value: Any) -> str:  # noqa: ANN401  plain data
    """A scalar as an expression writes it."""
    if isinstance(value, str):
        return f"'{value}'"
    return {None: "null", True: "true", False: "false"}[value] if value is None or type(value) is bool else str(value)


def _expression(param: _Param, chosen: list[_Param]) -> str:
    if param in chosen:
        return f"1 if {param.name} else 0" if param.kind == SWITCH else param.name
    return next(text for text in (_derived(param, base) for base in chosen) if text)


def _default(param: _Param, count: int) -> Any:  # noqa: ANN401  plain data
    """The value of most uses, if it is clearly the usual one."""
    if param.kind == SWITCH:
        return sum(map(bool, param.values)) * 5 >= 4 * count
    present = [value for value in param.values if value is not ABSENT]
    if param.kind == NAME or any(has_hole(value) for value in present):
        return REQUIRED
    (usual, times), *_ = Counter(map(key, present)).most_common(1)
    value = next(value for value in present if key(value) == usual)
    if value is None or isinstance(value, dict):
        return REQUIRED
    if len(present) < len(param.values):
        return value  # uses that do not need it should not have to give it
    return value if times > 1 and times * 2 >= count else REQUIRED


def _name(params: list[_Param], taken: set[str], last: Mapping[str, _Param]) -> None:
    """After the argument; of several alike all but the last after the layer too."""
    for param in params:
        owner = re.sub(r"\W|^\d+", "_", param.owner).strip("_").lower()
        short = re.sub(r"_?(conv|conv2d|dense|bn|\d+)$", "", owner)
        if param.kind == NAME:
            names = ["id"]
        elif param.kind == SWITCH:
            names = [short or "shortcut", f"with_{owner or 'layer'}"]
        else:
            names = [param.kind] if last.get(param.kind, param) is param else []
            names += [f"{word}_{param.kind}" for word in (short, owner) if word]
            names += [f"inner_{param.kind}", param.kind]
        names += [f"{names[0]}{number}" for number in range(2, 1000)]
        param.name = next(name for name in names if name not in taken and name.isidentifier())
        taken.add(param.name)
