"""The `data` section as JSON Schema, written by hand: where samples come from, what columns are, how they are divided.

The other sections are in `specc.catalog.sections`. Which keys exclude each other is told by `specc.data.section`.
"""

from specc.catalog.schema_parts import component_type, either, mapping, named, one_of_types, said, untyped
from specc.catalog.types import (
    INFINITE,
    Schema,
    Type,
    array,
    boolean,
    choice,
    file,
    integer,
    nullable,
    number,
    one_or_many,
    string,
)

_COLUMN = string("A column's name.", pattern=".")
_COLUMNS = Type(one_or_many(_COLUMN).schema | {"uniqueItems": True})
_MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "?"]
_SIZE = array(integer(minimum=1, maximum=16_384), least=2, most=2)
_LENGTH = integer(minimum=1, maximum=1_000_000)
_FILES = "a file, a list of files, or a pattern such as `parts/*.csv`"


def data() -> Schema:
    """The `data` section."""
    return mapping(
        "Where samples come from, what is predicted, and how they are divided. Name one source.",
        {
            "dataset": {"$ref": "#/$defs/dataset", "description": "A built-in, downloaded or generated set."},
            **_sources(),
            "table": _table(),
            "windows": _windows(),
            "target": said(_COLUMNS, "Column to predict, or several."),
            "inputs": named(
                "Which columns feed which input; left out, all but the target feed the only one.", _COLUMNS.schema
            ),
            "columns": named(
                "How columns are read, where that is not to be guessed.", {"$ref": "#/$defs/column"}, names="."
            ),
            "drop": said(_COLUMNS, "Columns to leave out."),
            "weight": said(_COLUMN, "Column that says how much each training sample counts; no input."),
            "balance": said(
                choice(["oversample", "undersample"]),
                "Let rare classes train more often, or frequent ones less often.",
            ),
            "on_bad_row": said(choice(["error", "skip"]), "What becomes of rows that cannot be read.", default="error"),
            "split": mapping("How samples are divided; the rest is trained on.", _split()),
        },
    )


def definitions() -> Schema:
    """Definitions of the section's own: the types of columns."""
    kinds = _kinds()
    return {
        **{f"column.{name}": kind for name, kind in kinds.items()},
        "column": {
            "type": ["string", "object"],
            "if": {"type": "string"},
            "then": choice(list(kinds)).schema,
            "else": one_of_types({name: {"$ref": f"#/$defs/column.{name}"} for name in kinds}),
        },
    }


def _sources() -> Schema:
    """What reads files. Each has `path`, and may have a file of its own for validation and test."""
    encoding = said(string(), "Character encoding, by Python's name for it.", default="utf-8")
    return {
        "csv": _file_source(
            "A table in text files, with names in the first line.",
            {
                "separator": said(
                    string(pattern="^(.|tab|\\\\t|\\$.*)$"),
                    "Character between columns, or `tab`; left out, a tab in `.tsv` files and a comma in others.",
                ),
                "quote": said(nullable(string(pattern="^(.|\\$.*)$")), "Character around values.", default='"'),
                "comment": said(string(pattern="."), "Lines that begin with this are left out."),
                "encoding": encoding,
                "missing": said(one_or_many(string()), "Texts that stand for a missing value.", default=_MISSING),
                "names": said(array(_COLUMN, least=1), "Names of the columns, where the file has none."),
            },
        ),
        "jsonl": _file_source("JSON Lines: one JSON object per line, its keys the columns."),
        "parquet": _file_source("Tables in Parquet files."),
        "feather": _file_source("Tables in Feather files, which are Arrow's own."),
        "numpy": _numpy(),
        "hdf5": _file_source(
            "Arrays in an HDF5 file, each a column.",
            {"group": said(string(), "The group whose arrays these are.", default="/")},
        ),
        "tfrecord": _file_source(
            "Examples in TFRecord files.",
            {"features": named("What each feature is, by name.", _feature(), names=".")},
            required=("features",),
        ),
        "images": _file_source(
            "A folder of images with a folder for each class; the columns are `image` and the target `label`.",
            {
                "size": said(
                    _SIZE,
                    "Height and width that every image is brought to; left out, all must have the same.",
                ),
                "channels": said(choice([1, 3, 4]), "1 for grey, 3 for colour, 4 with transparency.", default=3),
                "masks": said(file(), "Folder of one mask per image, of the same name: the target `mask`."),
                "classes": said(integer(minimum=2), "Masks hold class numbers below this; left out, grey values."),
            },
            what="a folder",
        ),
        "texts": _file_source(
            "A folder of text files with a folder for each class; the columns are `text` and the target `label`.",
            {"encoding": encoding},
            what="a folder",
        ),
        "lines": _lines(encoding),
        "text": _file_source(
            "Running text, cut into pieces: the column `text`, and the target `next`, the same one place later.",
            {
                "unit": said(choice(["character", "word"]), "What a place of a piece holds.", default="character"),
                "length": said(_LENGTH, "Places per piece.", default=100),
                "stride": said(integer(minimum=1), "Places from one piece to the next; left out, `length`."),
                "vocabulary": said(integer(minimum=2), "Keep only so many of the most frequent units."),
                "encoding": encoding,
            },
        ),
    }


def _file_source(
    about: str, options: Schema | None = None, *, what: str = _FILES, required: tuple[str, ...] = ()
) -> Schema:
    """A source that is a path, or a path with options."""
    one = one_or_many(file())
    parts = {
        "path": said(one, f"Relative to the spec: {what}."),
        "validation": said(one, "The same for validation, if that has files of its own."),
        "test": said(one, "The same for the test, if that has files of its own."),
    }
    full = mapping("", parts | (options or {}), "path", *required)
    short: Schema = {"type": ["object", *one.schema["type"]], "if": {"type": "object"}, "then": untyped(full)}
    return {"description": about} | (full if required else short | {"else": untyped(one.schema)})


def _numpy() -> Schema:
    by_column = named("", file("An array, relative to the spec.", ending=r"\.npy").schema, names=".")
    place: Schema = {
        "type": ["string", "object"],
        "if": {"type": "object"},
        "then": by_column,
        "else": file("", ending=r"\.npz").schema,
    }
    parts = {
        "path": place | {"description": "An `.npz` file, or `.npy` files by column; first axes are the rows."},
        "validation": place | {"description": "The same for validation."},
        "test": place | {"description": "The same for the test."},
    }
    full = mapping("", parts, "path")
    return either("NumPy's arrays, each a column.", "object", full, "string", file("", ending=r"\.npz").schema)


def _lines(encoding: Schema) -> Schema:
    place: Schema = {
        "type": ["string", "object"],
        "if": {"type": "object"},
        "then": named("", file().schema, names="."),
        "else": file().schema,
    }
    parts = {
        "path": place | {"description": "A file; or a file for each class, by its name."},
        "validation": place | {"description": "The same for validation."},
        "test": place | {"description": "The same for the test."},
        "encoding": encoding,
    }
    about = "Each line of a file is a sample: the column `text` and, with a file for each class, the target `label`."
    return either(about, "object", mapping("", parts, "path"), "string", file().schema)


def _feature() -> Schema:
    dtype = choice(["float32", "int64", "string"])
    full = mapping(
        "",
        {
            "dtype": said(dtype, "Type of the values."),
            "shape": said(array(integer(minimum=1)), "Sizes; left out, a single value.", default=[]),
        },
        "dtype",
    )
    return either("A type, or type and shape.", "object", full, "string", dtype.schema)


def _table() -> Schema:
    cell = INFINITE | {"type": ["number", "string", "boolean", "null"]}  # `specc.data` tells it, with its row
    rows: Schema = {"type": "array", "minItems": 1}
    by_name = rows | {"items": {"type": "object", "additionalProperties": cell, "minProperties": 1}}
    listed = mapping(
        "",
        {
            "columns": said(array(_COLUMN, least=1), "Names of the columns."),
            "rows": rows | {"description": "One list of values per row.", "items": {"type": "array", "items": cell}},
        },
        *("columns", "rows"),
    )
    return either("Rows written in place, as mappings or as lists under `columns`.", "array", by_name, "object", listed)


def _windows() -> Schema:
    full = mapping(
        "Rows are points in time, and a sample is a window over them: `past` rows feed the model, and the target is "
        "that of the row `horizon` after the last of them.",
        {
            "past": said(integer(minimum=1), "Rows that a sample sees."),
            "horizon": said(integer(minimum=1), "Rows ahead that are predicted.", default=1),
            "stride": said(integer(minimum=1), "Rows from one sample to the next.", default=1),
            "by": said(_COLUMN, "Column that tells several series apart; no window crosses from one to another."),
        },
        "past",
    )
    return either(full["description"], "object", full, "integer", integer(minimum=1).schema)


def _split() -> Schema:
    return {
        "validation": _share("validation", 0.15),
        "test": _share("test", 0.15),
        "stratify": said(
            boolean(), "Keep the shares of the classes equal in all parts; by default where there are classes."
        ),
        "group": said(_COLUMN, "Rows with the same value in this column stay together."),
        "time": said(_COLUMN, "The latest rows by this column are the test, those before them the validation."),
        "by": said(_COLUMN, "Column that says `train`, `validation` or `test` for each row."),
        "folds": said(
            integer(minimum=2), "Train so often, each time with another part for validation; report mean and spread."
        ),
        "seed": said(integer(minimum=0), "Another seed divides differently; left out, the one of `runtime`."),
    }


def _share(part: str, default: float) -> Schema:
    fraction = number(minimum=0, below=1).schema
    return {
        "description": f"The {part} part: a fraction below 1, or a number of samples; 0 for none.",
        "default": default,
        "if": {"type": "integer"},
        "then": integer(minimum=0).schema,
        "else": fraction,
    }


def _kinds() -> Schema:
    scale = choice(
        ["standard", "minmax", "robust", "log", "none"],
        "`standard`: mean 0, deviation 1. `minmax`: from 0 to 1. `robust`: median 0, quartiles 1 apart. `log`: the "
        "logarithm of 1 + x, then standard. `none`: as it is.",
    )
    replace = named("Texts that stand for others.", string().schema, names=".")
    filled = {
        "type": ["string", "number"],
        "if": {"type": "string"},
        "then": choice(["mean", "median", "most_frequent", "drop"]).schema,
    }
    indicator = said(boolean(), "Tell the model where a value was missing.", default=True)
    missing_text = string("`most_frequent` and `drop` as of a number; any other text stands in its place.")
    return {
        "number": component_type(
            "A number.",
            {
                "scale": said(scale, default="standard"),
                "missing": filled
                | {
                    "description": "What a missing value becomes: a statistic or a number; `drop` leaves the row out.",
                    "default": "median",
                },
                "indicator": indicator,
            },
            [],
            scale.schema,
        ),
        "category": component_type(
            "A category: few values without an order.",
            {
                "encode": said(
                    choice(["one_hot", "index", "hash"]),
                    "`one_hot`: a place for each value. `index`: its number, for an `Embedding`; 0 is a value that "
                    "training did not have. `hash`: one of `bins` places for any value.",
                    default="one_hot",
                ),
                "bins": said(integer(minimum=2), "Places of `hash`.", default=32),
                "most": said(integer(minimum=1), "Know only so many of the most frequent values."),
                "missing": said(missing_text, "What a missing value becomes; left out, a category of its own."),
                "replace": replace,
            },
            [],
            choice(["one_hot", "index", "hash"]).schema,
        ),
        "boolean": component_type(
            "True or false.",
            {
                "missing": {"type": ["boolean", "string"], "if": {"type": "string"}, "then": {"enum": ["drop"]}}
                | {"description": "What a missing value becomes.", "default": False},
                "indicator": indicator,
            },
            [],
            None,
        ),
        "text": component_type(
            "Words; the arguments are those of Keras' `TextVectorization`.", _text(), [], integer(minimum=2).schema
        ),
        "datetime": component_type(
            "A day or a time.",
            {
                "format": said(string(), "As of Python's `strptime`; left out, ISO 8601."),
                "parts": said(
                    array(
                        choice(["year", "month", "day", "weekday", "yearday", "hour", "minute", "second", "time"]),
                        least=1,
                    ),
                    "What the model sees, each standardised; `time` is seconds since 1970.",
                    default=["year", "month", "day", "weekday"],
                ),
                "cyclic": said(boolean(), "Parts that come round again as sine and cosine.", default=False),
                "missing": said(
                    choice(["mean", "median", "most_frequent", "drop"]),
                    "What a missing value becomes; `drop` leaves the row out.",
                    default="median",
                ),
                "indicator": indicator,
            },
            [],
            string().schema,
        ),
        "image": component_type(
            "The path of an image file.",
            {
                "folder": said(file(), "Folder that the paths begin in; left out, the table's own."),
                "size": said(_SIZE, "Height and width to bring it to."),
                "channels": said(choice([1, 3, 4]), "1 for grey, 3 for colour, 4 with transparency.", default=3),
                "scale": said(
                    choice(["minmax", "none"]), "`minmax`: from 0 to 1. `none`: from 0 to 255.", default="none"
                ),
            },
            [],
            None,
        ),
        "vector": component_type(
            "Numbers, always as many.",
            {
                "length": said(_LENGTH, "How many; left out, as many as the first row has."),
                "separator": said(string(pattern="."), "What stands between them, in a table of text.", default=" "),
                "scale": said(scale, "As of a number, for each place by itself.", default="none"),
            },
            [],
            integer(minimum=1).schema,
        ),
        "sequence": component_type(
            "Numbers, not always as many.",
            {
                "length": said(_LENGTH, "Longer ones are cut, shorter ones padded with 0 at the end."),
                "separator": said(string(pattern="."), "What stands between them, in a table of text.", default=" "),
                "dtype": said(choice(["float32", "int32"]), "Type of the values.", default="float32"),
            },
            ["length"],
            integer(minimum=1).schema,
        ),
    }


def _text() -> Schema:
    standard = ["lower_and_strip_punctuation", "lower", "strip_punctuation", "none"]
    return {
        "max_tokens": said(integer(minimum=2), "Words known at most.", default=10000),
        "output_mode": said(
            choice(["int", "multi_hot", "count", "tf_idf"]),
            "`int`: the numbers of the words in order, an input of its own. The others: a place for each known word, "
            "with whether it is there, how often, or how often against in how many texts. Left out, `int` if the text "
            "is the only column of its input, else `multi_hot`.",
        ),
        "output_sequence_length": said(integer(minimum=1), "Words per text with `int`.", default=200),
        "ngrams": said(integer(minimum=1), "Also take up to so many words together as one.", default=1),
        "split": said(choice(["whitespace", "character"]), "What words are divided by.", default="whitespace"),
        "standardize": said(choice(standard), "What is done to texts first.", default=standard[0]),
    }
