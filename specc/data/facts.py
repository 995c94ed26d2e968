"""What is known of the data without loading it: columns, targets and the shapes that the model's inputs will have.

Made by `specc.data.describe`; shape inference, implied values and loading read it. None is what cannot be known yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

NUMBER, CATEGORY, BOOLEAN, TEXT, DATETIME = "number", "category", "boolean", "text", "datetime"
IMAGE, VECTOR, SEQUENCE = "image", "vector", "sequence"
CLASSES = "classes"  # the kind of a target that is a category; the other kind of a target is NUMBER
DTYPES: Mapping[str, str] = {NUMBER: "float32", CATEGORY: "string", IMAGE: "float32"}


class ColumnFacts(NamedTuple):
    """One column as it comes from its source, before any preparation.

    `kind` is one of the types of columns. `shape` excludes the batch axis and is () for what is one value; a size that
    is not known is None. `dtype` is `float32`, `int32`, `uint8` or `string`. `options` are all arguments of its type,
    defaults filled in.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...] = ()
    dtype: str = "float32"
    options: Mapping[str, Any] = MappingProxyType({})

    @property
    def scaled(self) -> bool:
        """Whether a number is brought to another scale."""
        return bool(self.options.get("scale", "none") != "none")


class TargetFacts(NamedTuple):
    """A target column. Prepared, it is (n, *shape): class indices as int32, or numbers as float32.

    `shape` is (1,) for one value per sample. `kind` is `classes` or `number`. `names` are the classes in the order of
    their indices, `classes` is how many there are. `options` are a number's, of which `scale` says on what scale it is
    learnt.
    """

    name: str
    kind: str
    classes: int | None = None
    names: tuple[str, ...] | None = None
    shape: tuple[int, ...] = (1,)
    options: Mapping[str, Any] = MappingProxyType({})

    @property
    def has_places(self) -> bool:
        """Whether each sample has many predictions (pixels, characters), for which a table is not the form."""
        return len(self.shape) > 1 or (self.kind == CLASSES and self.shape != (1,))


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
    `given_test` is how many of the last rows are the source's own test part, and `given_validation` how many before
    them its validation part. `complete` says whether all rows were seen.
    """

    source: str
    samples: int | None
    columns: Mapping[str, ColumnFacts]
    targets: tuple[TargetFacts, ...]
    inputs: Mapping[str, InputFacts] = field(default_factory=dict)
    given_test: int = 0
    given_validation: int = 0
    complete: bool = True

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that feed the model, each once, in the order in which the inputs take them."""
        return tuple(dict.fromkeys(name for facts in self.inputs.values() for name in facts.columns))
