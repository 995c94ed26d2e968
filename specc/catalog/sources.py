"""The keys of `data` that say what kind of source it has; there is one of them."""

FILES = ("csv", "jsonl", "parquet", "feather", "numpy", "hdf5", "tfrecord", "images", "texts", "lines", "text")
"""The sources that read files; each has `path`, and may have `validation` and `test`."""

SOURCES = ("dataset", *FILES, "table")
