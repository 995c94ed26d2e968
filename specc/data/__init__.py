"""From the `data` section of a spec to tensors: sources -> columns -> split -> preprocessing -> order -> batches.

Light, for checking, without NumPy: `section` (what the spec says), `sources/` (what each kind of source shows, as a
`text_table` of `survey`ed columns), `describe` and `deciding` (what columns are, as `facts`, by `columns`, `kinds`,
`options`, `misfits` and `idle`), `sets` (the built-in sets), `split_rules` and `partition` (which rows train),
`weights`, `layout` (the prepared inputs). `around_faults` says what a fault leaves known, `whole` looks at all rows.
Heavy, for training: `reading/` (the same sources, of any size), `stored` (columns), `loading` and `handing_over`,
`library_sets` and `generated` (arrays), `splitting`, `balance`, `words`, `moments` and `preprocessing` (fitted on the
training rows), `order`.
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
