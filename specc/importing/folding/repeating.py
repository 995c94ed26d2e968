"""Entries in a row that differ only by a count -> one entry with `repeat`.

Names may count on (`conv2_block$(index + 2)`, or letters from a list), and so may whole numbers among the arguments;
rates may grow by equal steps. Everything else has to be equal.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from specc.importing.folding.items import GROUP, Item, Items, Model, bodies, has_hole, referred, replaced
from specc.importing.folding.name_parts import TOKEN
from specc.importing.folding.params import IDENTIFIER, key


def with_repeats(model: Model) -> Model:
    """The model with every run as one entry."""
    named = referred(model)
    cuts = {id(items): runs(items, named) for items, _ in bodies(model)}
    several = [block.items for block in model.blocks.values() if len(block.inputs) > 1]
    for items in [*several, *([model.items] if len(model.inputs) > 1 else [])]:
        cuts[id(items)] = [cut for cut in cuts[id(items)] if cut[0]]  # the first entry has to say which it takes
    return replaced(model, {where: found for where, found in cuts.items() if found})


def runs(items: Items, named: set[int]) -> list[tuple[int, int, Item]]:
    """From where to where one entry says it all. `named` are the numbers of entries that some wire names."""
    found: list[tuple[int, int, Item]] = []
    start = 0
    while start < len(items):
        end = start + 1
        run: Item | None = None
        if _repeatable(items[start], named):
            while end < len(items) and items[end].wires is None and _repeatable(items[end], named):
                longer = _run(items[start : end + 1])
                if longer is None:
                    break
                run, end = longer, end + 1
        if run is not None and (end - start > 2 or "[index]" not in str(run.name)):
            found.append((start, end, run))
        start = end
    return found


def _repeatable(item: Item, named: set[int]) -> bool:
    """Whether the entry may be a copy: nothing but the next entry refers to it."""
    plain = item.branches is None and item.repeat is None and not item.pinned and item.type != GROUP
    return plain and item.uid not in named


def _run(items: Sequence[Item]) -> Item | None:
    """One entry for all of them."""
    first = items[0]
    if any(item.type != first.type for item in items):
        return None
    arguments = _count(tuple(item.arguments for item in items), "")
    if arguments is _NO_COUNT:
        return None
    name = None
    if any(item.name is not None for item in items):
        if any(item.name is None for item in items):
            return None
        name = _counted_name([str(item.name) for item in items])
        if name is None:
            return None
    return replace(items[-1], wires=first.wires, arguments=arguments, name=name, repeat=len(items))


_NO_COUNT = object()


def _count(values: tuple[Any, ...], argument: str) -> Any:  # noqa: ANN401  plain data
    """One value for all copies, with `$index` in it where they differ.

    Of two copies chance could say the same, unless it is about names.
    """
    first = values[0]
    if all(key(value) == key(first) for value in values):
        return first
    if all(isinstance(value, dict) and value.keys() == first.keys() for value in values):
        made = {name: _count(tuple(value[name] for value in values), name) for name in first}
        return _NO_COUNT if any(value is _NO_COUNT for value in made.values()) else made
    if any(has_hole(value) for value in values):
        return _NO_COUNT
    if all(type(value) is int for value in values):
        text = _line(values) if len(values) > 2 or IDENTIFIER.fullmatch(argument) else None
        return _NO_COUNT if text is None else f"$({text})" if text != "index" else "$index"
    if all(type(value) is float for value in values):
        text = _rate(values)
        return _NO_COUNT if text is None else f"$({text})"
    if all(isinstance(value, str) for value in values) and IDENTIFIER.fullmatch(argument):
        name = _counted(list(values))
        return _NO_COUNT if name is None else name
    return _NO_COUNT


def _line(values: Sequence[int]) -> str | None:
    """`index + 2`, `32 * index + 64`."""
    start, step = values[0], values[1] - values[0]
    if step <= 0 or any(value != start + step * index for index, value in enumerate(values)):
        return None
    text = "index" if step == 1 else f"{step} * index"
    return text if start == 0 else f"{text} + {start}" if start > 0 else f"{text} - {-start}"


def _rate(values: Sequence[float]) -> str | None:
    """`0.2 * (index + 3) / 16`: how the rates of stochastic depth grow, if it gives just these numbers."""
    for percent in (20, 10, 15, 25, 30, 35, 40, 50, 5, 45):
        whole = percent / 100
        for count in range(len(values), 129):
            start = round(values[0] * count / whole)
            if start + len(values) <= count + 1 and all(
                whole * (index + start) / count == value for index, value in enumerate(values)
            ):
                return f"{whole} * (index + {start}) / {count}" if start else f"{whole} * index / {count}"
    return None


def _counted_name(names: Sequence[str]) -> str | None:
    """The name for all copies: `fc` for `fc_0`, `fc_1`, …; else with the count in it."""
    common = names[0][:-2]
    if common and not has_hole(names[0]) and all(name == f"{common}_{index}" for index, name in enumerate(names)):
        return common
    return _counted(names)


def _counted(names: Sequence[str]) -> str | None:
    """The text with the count in it: `block$(index + 1)_conv`."""
    tokens = [TOKEN.findall(name) for name in names]
    if len({len(own) for own in tokens}) != 1:
        return None
    differing = [at for at in range(len(tokens[0])) if len({own[at] for own in tokens}) > 1]
    if len(differing) != 1:
        return None
    at = differing[0]
    counts = [own[at] for own in tokens]
    start, end = "".join(tokens[0][:at]), "".join(tokens[0][at + 1 :])
    if all(count.isdigit() and str(int(count)) == count for count in counts):
        numbers = [int(count) for count in counts]
        text = _line(numbers)
        if text is None:
            return None
        return f"{start}$({text}){end}" if end or text != "index" else f"{start}$index"
    letters = "abcdefghijklmnopqrstuvwxyz"
    if all(len(count) == 1 for count in counts) and "".join(counts) in letters:
        listed = ", ".join(f"'{count}'" for count in counts)
        return f"{start}$([{listed}][index]){end}"
    return None
