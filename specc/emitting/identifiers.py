"""Names from a spec -> names of Python variables, each unlike all others in its scope."""

import keyword
import re
from collections.abc import Iterable

from specc.graph.naming import FreshNames

RESERVED = frozenset(
    {
        *keyword.kwlist, *keyword.softkwlist,
        "dict", "enumerate", "float", "int", "isinstance", "len", "list", "max", "min", "open", "print", "range",
        "round", "set", "sorted", "str", "zip",
        "keras", "layers", "ops", "np", "datasets", "csv", "tf", "Path",
        "x", "index", "main", "fresh", "build_model", "build_preprocessing", "load_data", "take", "split_rows",
        "shuffled", "quotas", "whole", "number", "category", "numeric_category", "scaled", "one_hot", "as_number",
        "MISSING", "NUMBERS", "CATEGORIES", "NUMERIC_CATEGORIES", "COLUMNS", "ROWS", "FEATURES", "TARGET",
    }
)  # fmt: skip
"""Names that a variable of a spec's may not have in a script."""


def identifier(name: str) -> str:
    """The name as Python takes it: letters, digits and `_`, not beginning with a digit."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "value"
    plain = f"n{plain}" if plain[0].isdigit() else plain
    return f"_{plain}" if name.startswith("_") else plain


class Identifiers:
    """Identifiers that are given once each; a name that means something already gets a `_` behind it."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._reserved = {*RESERVED, *taken}
        self._fresh = FreshNames(self._reserved)

    def __call__(self, name: str) -> str:
        """An identifier like `name` that nothing else has."""
        base = identifier(name)
        return self._fresh(f"{base}_" if base in self._reserved else base)
