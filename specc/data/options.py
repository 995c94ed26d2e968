"""The arguments of a column's type with every default filled in: `complete_options`. Plain values, as in the schema.

What they mean for the prepared columns is told in `specc.data.layout`.
"""

from collections.abc import Mapping
from typing import Any

from specc.component import Component
from specc.data.facts import BOOLEAN, CATEGORY, DATETIME, IMAGE, NUMBER, SEQUENCE, TEXT, VECTOR
from specc.data.kinds import as_category

DROP = "drop"
"""What `missing` says where rows without a value are left out."""
MOST_FREQUENT = "most_frequent"
"""What `missing` says where such a value becomes the most frequent one of the training rows."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    NUMBER: {"scale": "standard", "missing": "median", "indicator": True},
    CATEGORY: {"encode": "one_hot", "bins": 32, "most": None, "missing": None, "replace": {}},
    BOOLEAN: {"missing": False, "indicator": True},
    TEXT: {
        "max_tokens": 10000,
        "output_mode": "int",
        "output_sequence_length": 200,
        "ngrams": 1,
        "split": "whitespace",
        "standardize": "lower_and_strip_punctuation",
    },
    DATETIME: {
        "format": None,
        "parts": ("year", "month", "day", "weekday"),
        "cyclic": False,
        "missing": "median",
        "indicator": True,
    },
    IMAGE: {"folder": None, "size": None, "channels": 3, "scale": "none"},
    VECTOR: {"length": None, "separator": " ", "scale": "none"},
    SEQUENCE: {"length": None, "separator": " ", "dtype": "float32"},
}


def complete_options(
    component: Component | None, kind: str, *, scale: str = "standard", target: bool = False, alone: bool = True
) -> Mapping[str, Any]:
    """All arguments of the column type `kind`, those of `component` before the defaults.

    `component` is what the spec says of the column; None, or one of another type, says nothing. `scale` is the default
    scale of the source's numbers; a number that is a `target` is learnt as it stands unless the spec says otherwise.
    `alone` says whether the column is the only one of its input: a text then becomes a sequence of words by default,
    which cannot stand beside other columns. Lists come as tuples. {} for a kind without arguments.
    """
    given = dict(DEFAULTS.get(kind, {}))
    if kind == NUMBER:
        given["scale"] = "none" if target else scale
    if kind == TEXT and not alone:
        given["output_mode"] = "multi_hot"
    if component is not None and component.type == kind:
        written = {
            name: tuple(value) if isinstance(value, list) else value for name, value in component.arguments.items()
        }
        given |= {name: value for name, value in written.items() if value is not None}
    if kind == CATEGORY:  # as the column's own values are named
        given["replace"] = {as_category(text): as_category(str(other)) for text, other in given["replace"].items()}
        given["missing"] = None if given["missing"] is None else as_category(given["missing"])
    return given
