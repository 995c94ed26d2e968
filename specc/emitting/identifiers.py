"""Names from a spec -> names of Python variables, each unlike all others in its scope."""

import keyword
import re
from collections.abc import Iterable

RESERVED = frozenset(
    (
        *(*keyword.kwlist, *keyword.softkwlist),
        *("dict", "enumerate", "float", "int", "isinstance", "len", "list", "max", "min", "open", "print", "range"),
        *("round", "set", "sorted", "str", "zip"),
        *("keras", "layers", "ops", "np", "datasets", "csv", "tf", "Path"),
        *("x", "index", "main", "fresh", "build_model", "build_preprocessing", "load_data", "take"),
        *(
            "split_rows",
            "shuffled",
            "quotas",
            "whole",
            "number",
            "category",
            "numeric_category",
            "scaled",
            "one_hot",
            "as_number",
        ),
        *("MISSING", "NUMBERS", "CATEGORIES", "NUMERIC_CATEGORIES", "COLUMNS", "ROWS", "FEATURES", "TARGET"),
    )
)
"""Names that a variable of a spec's may not have in a script."""


def identifier(name: str) -> str:
    """The name as Python takes it: letters, digits and `_`, not beginning with a digit."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "value"
    plain = f"n{plain}" if plain[0].isdigit() else plain
    return f"_{plain}" if name.startswith("_") else plain


class Identifiers:
    """Identifiers that are given once each."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*RESERVED, *taken}

    def __call__(self, name: str) -> str:
        """An identifier like `name` that nothing else has."""
        base = identifier(name)
        found, count = base, 1
        while found in self._taken:
            count += 1
            found = f"{base}_{count}"
        self._taken.add(found)
        return found
