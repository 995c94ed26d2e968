"""Raw columns made in place, for the tests of what is fitted on them: texts or arrays by column, and what they are."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from specc.component import Component
from specc.data.facts import (
    BOOLEAN,
    CATEGORY,
    CLASSES,
    DATETIME,
    NUMBER,
    ColumnFacts,
    DataFacts,
    InputFacts,
    TargetFacts,
)
from specc.data.kinds import as_boolean, as_seconds
from specc.data.options import complete_options
from specc.diagnostics import Span

PLACE = Span("spec.yaml", 1, 1, 1, 1)
TEXTUAL = {CATEGORY, "text"}


class RawTable:
    """What `specc.data.loading.Columns` answers, over lists: texts with None where a value is missing, or arrays."""

    def __init__(self, facts: DataFacts, values: Mapping[str, Any]) -> None:
        self.facts, self.values = facts, values

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))

    def numbers(self, name: str, rows: Any = None) -> Any:
        kind = self.facts.columns[name].kind
        form = self.facts.columns[name].options.get("format")

        def read(text: str) -> float | None:
            return as_boolean(text) if kind == BOOLEAN else as_seconds(text, form) if kind == DATETIME else float(text)

        found = [np.nan if text is None else read(text) for text in self.values[name]]
        return self._at(np.array(found, "float64" if kind == DATETIME else "float32"), rows)

    def texts(self, name: str, rows: Any = None) -> Any:
        return self._at(np.array([text or "" for text in self.values[name]], object), rows)

    def counts(self, name: str, rows: Any = None) -> dict[str, int]:
        return dict(Counter(self.texts(name, rows)))

    def arrays(self, name: str, rows: Any = None) -> Any:
        arrays = [np.asarray(value) for value in self.values[name]]
        if len({array.shape for array in arrays}) == 1:
            return self._at(np.stack(arrays), rows)
        uneven = np.empty(len(arrays), object)
        uneven[:] = arrays
        return self._at(uneven, rows)

    def _at(self, array: Any, rows: Any) -> Any:
        return array if rows is None else array[rows]


def raw_table(
    kinds: Mapping[str, tuple[str, Mapping[str, Any]]],
    values: Mapping[str, Any],
    inputs: Mapping[str, tuple[str, ...]] | None = None,
    shapes: Mapping[str, tuple[tuple[int | None, ...], str]] | None = None,
    target: str | None = None,
) -> RawTable:
    """A table of columns of these kinds with these arguments; `shapes` gives shape and dtype of what is arrays.

    Without `inputs` all columns but `target` feed `input`.
    """
    columns = {}
    for name, (kind, arguments) in kinds.items():
        options = complete_options(Component("column", kind, arguments, PLACE), kind, target=name == target)
        shape, dtype = (shapes or {}).get(name, ((), "string" if kind in TEXTUAL else "float32"))
        columns[name] = ColumnFacts(name, kind, shape, dtype, options)
    feeding = inputs or {"input": tuple(name for name in kinds if name != target)}
    targets: tuple[TargetFacts, ...] = ()
    if target is not None:
        classes = columns[target].kind == CATEGORY
        targets = (TargetFacts(target, CLASSES if classes else NUMBER, options=columns[target].options),)
    found = {name: InputFacts(name, names, (None,), "float32") for name, names in feeding.items()}
    return RawTable(DataFacts("table", None, columns, targets, found), values)
