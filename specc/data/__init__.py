"""From the `data` section of a spec to tensors: sources -> columns -> split -> preprocessing -> order -> batches.

Light, for checking, without NumPy: `section` (what the spec says), `facts` (what is known of the data), `describe` (how
it is found out), `sets` (the built-in sets), `csv_file` and `text_table` (rows of text), `columns` (their roles),
`kinds` (numbers or categories), `partition` (which rows train), `layout` (the prepared inputs' columns).
Heavy, for training: `loading` (columns), `library_sets` and `generated` (arrays), `splitting`, `preprocessing` (fitted
on the training rows), `order`.
"""

from specc.data.describe import READ_WHEN_CHECKING, describe
from specc.data.facts import ColumnFacts, DataFacts, InputFacts, TargetFacts
from specc.data.section import DataSpec, SplitSpec, resolve_data

__all__ = [
    "READ_WHEN_CHECKING",
    "ColumnFacts",
    "DataFacts",
    "DataSpec",
    "InputFacts",
    "SplitSpec",
    "TargetFacts",
    "describe",
    "resolve_data",
]
