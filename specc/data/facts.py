"""What is known of the data without loading it: columns, targets and the shapes that the model's inputs will have.

Made by `specc.data.describe`; shape inference, implied values and loading read it. None is what cannot be known yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

NUMBER, CATEGORY, IMAGE, SEQUENCE = "number", "category", "image", "sequence"
CLASSES = "classes"  # the kind of a target that is a category; the other kind of a target is NUMBER
DTYPES: Mapping[str, str] = {NUMBER: "float32", CATEGORY: "string", IMAGE: "float32"}


class ColumnFacts(NamedTuple):
    """One column as it comes from its source, before any preparation.

    `kind` is `number`, `category`, `image` (h, w, c) or `sequence`. `shape` excludes the batch axis and is () for
    numbers and categories. `dtype` is `float32`, `int32` or `string`. `scaled` says whether a number is standardised.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    scaled: bool = False


class TargetFacts(NamedTuple):
    """A target column. Prepared, it is (n, 1): class indices as int32, or numbers as float32; `shape` is (1,).

    `kind` is `classes` or `number`. `names` are the classes in the order of their indices, `classes` is how many
    there are.
    """

    name: str
    kind: str
    classes: int | None = None
    names: tuple[str, ...] | None = None
    shape: tuple[int, ...] = (1,)


class InputFacts(NamedTuple):
    """A model input and the columns that feed it.

    `shape` and `dtype` are those of the prepared tensor; the shape excludes the batch axis.
    """

    name: str
    columns: tuple[str, ...]
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class DataFacts:
    """All that is known of the data.

    `source` is the set's name or the file's path as written. `columns` are all columns, dropped ones included.
    `given_test` is how many of the last rows are the set's own test part. `complete` says whether all rows were seen.
    """

    source: str
    samples: int | None
    columns: Mapping[str, ColumnFacts]
    targets: tuple[TargetFacts, ...]
    inputs: Mapping[str, InputFacts] = field(default_factory=dict)
    given_test: int = 0
    complete: bool = True

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that feed the model, each once, in the order in which the inputs take them."""
        return tuple(dict.fromkeys(name for facts in self.inputs.values() for name in facts.columns))
