"""What specs may say: every type with its arguments, generated from Keras and described by hand.

`catalog` answers the checker, from `catalog.json`. `overlay` holds the hand-written half, `merge` joins the halves,
`document` and `spec_schema` write them down, and `generate` is the command that does it all.
"""

from specc.catalog.catalog import ArgumentFacts, Catalog, EntryFacts, load, load_schema, schema_path

__all__ = ["ArgumentFacts", "Catalog", "EntryFacts", "load", "load_schema", "schema_path"]
