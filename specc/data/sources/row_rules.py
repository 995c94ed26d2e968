"""Which rows of a table of text are left out, and why: what `on_bad_row: skip` and `missing: drop` say.

The readers ask. A check and a training number the rows that are left over alike; `LeftOut.row` is of those in the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from specc.data.misfits import ALWAYS_THERE, PARTICULAR, misfit
from specc.data.section import DataSpec
from specc.diagnostics import Finding, Span, warning

SHOWN = 5


class LeftOut(NamedTuple):
    """A row that is left out: the file and the line on which it begins, and what is wrong with it.

    `row` is its number among the rows of the file, counted from 0, where the reader counts them.
    """

    path: str
    line: int
    reason: str
    row: int | None = None


class RowRules(NamedTuple):
    """What a row must have to be taken: values in the columns `needed`, and in those `declared` ones of their kind.

    `declared` has the kind of a column and the arguments that the spec gives it. `skip` says
    that a row which has not as many values as there are columns is left out as well.
    """

    needed: frozenset[str] = frozenset()
    declared: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType({})
    skip: bool = False

    @property
    def looked_at(self) -> frozenset[str]:
        """The columns whose values matter."""
        return self.needed | set(self.declared)

    def any_for(self, header: Sequence[str]) -> bool:
        """Whether rows with as many values as `header` has names have to be looked at."""
        return bool(self.looked_at & set(header))

    def lacking(self, names: Iterable[str]) -> dict[str, str | None]:
        """What a row without keys of its own has, of a table with the columns `names`: None where a value must be."""
        return dict.fromkeys(name for name in names if name in self.needed)

    def fault(self, row: Mapping[str, str | None]) -> str | None:
        """Why the row is left out, None if it is not."""
        for name in self.needed:
            if name in row and row[name] is None:
                return f"`{name}` is missing"
        for name, (kind, options) in self.declared.items():
            text = row.get(name)
            why = None if text is None else misfit(text, kind, options)
            if text is not None and why is not None:
                return f"`{name}` is `{text[:40]}`, {why}"
        return None


def row_rules(data: DataSpec) -> RowRules:
    """The rules of a `data` section."""
    needed = {name for name, column in data.columns.items() if column.arguments.get("missing") == "drop"}
    if not data.skip_bad_rows:
        return RowRules(frozenset(needed))
    declared = {
        name: (column.type, column.arguments) for name, column in data.columns.items() if column.type in PARTICULAR
    }
    needed |= {name for name, column in data.columns.items() if column.type in ALWAYS_THERE} | set(data.target)
    return RowRules(frozenset(needed), declared, skip=True)


def about_left_out(rows: Sequence[LeftOut], place: Span) -> list[Finding]:
    """A word on the rows that are left out, if there are any."""
    if not rows:
        return []
    shown = tuple(f"{Path(row.path).name}:{row.line}: {row.reason}" for row in rows[:SHOWN])
    more = (f"and {len(rows) - SHOWN} more",) if len(rows) > SHOWN else ()
    count = "a row is" if len(rows) == 1 else f"{len(rows)} rows are"
    return [warning("rows-left-out", f"{count} left out", place, notes=(*shown, *more))]
