"""Where a script's data come from -> the lines that load them, and how its columns are found in what they give.

Built-in sets come from scikit-learn and Keras, or are computed; rows come from a CSV file or stand in the script.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from specc.data.describe import examine
from specc.data.facts import CLASSES, NUMBER, TargetFacts
from specc.data.kinds import kind_of
from specc.data.sets import BuiltInSet
from specc.data.sources.csv_file import MISSING
from specc.data.text_table import TextTable
from specc.emitting.generated_sets import generated_columns
from specc.emitting.python import Expression, Group, call, flat, listed, literal, quoted, statement
from specc.plan import Plan

KERAS_SEED = 113
"""The order in which Keras' texts are shuffled, as `specc.data.library_sets` has it."""


class Source(NamedTuple):
    """The lines of `load_data` that load, and expressions for what is loaded.

    `vector` gives the matrix (n, k) of some columns that are numbers; `array` a column that is an image or a sequence,
    or numbers (n, 1); `target` is a target (n, 1). `gaps` are columns with missing values, `numeric` says of a column
    of categories whether they are numbers. `is_text` says that there are rows to go through, `is_typed` that their
    cells are numbers, texts and None rather than what a file says.
    """

    constants: list[str]
    lines: list[str]
    vector: Callable[[Sequence[str]], Expression]
    array: Callable[[str], Expression]
    target: Callable[[TargetFacts], Expression]
    gaps: frozenset[str] = frozenset()
    numeric: Callable[[str], bool] = lambda _: True
    is_text: bool = False
    is_typed: bool = False


def source_of(plan: Plan, root: Path, folder: Path) -> Source:
    """The source of a plan that was found sound. Arguments as of `specc.data.describe`."""
    described, _ = examine(plan.data, root, folder, plan.runtime.seed, None)
    if described is None:
        raise ValueError("the data have changed since the spec was checked")
    if isinstance(described.source, TextTable):
        return _text(plan, described.source)
    known = described.source
    if not isinstance(known, BuiltInSet):
        raise TypeError("a script has no data but sets and tables of text")  # `data_gap` has told so before
    return {"generated": _generated, "keras": _keras, "scikit-learn": _scikit_learn}[known.origin](known)


def _generated(known: BuiltInSet) -> Source:
    def column(name: str) -> Expression:
        return call(f"columns[{quoted(name)}].astype", quoted("float32"))

    def target(facts: TargetFacts) -> Expression:
        found = f"columns[{quoted(facts.name)}]"
        return _upright(found if facts.kind == CLASSES else flat(call(f"{found}.astype", quoted("float32"))))

    def vector(names: Sequence[str]) -> Expression:
        stacked = call("np.stack", listed(f"columns[{quoted(name)}]" for name in names), axis="1")
        return call(_attribute(stacked, "astype"), quoted("float32"))

    def array(name: str) -> Expression:
        return column(name) if known.columns[name].shape else _upright(flat(column(name)))

    return Source([], generated_columns(known), vector, array, target)


def _scikit_learn(known: BuiltInSet) -> Source:
    (own,) = known.targets
    features = [name for name in known.columns if name != own]
    name = known.name
    if name == "digits":
        pixels = call("digits.images[..., np.newaxis].astype", quoted("float32"))
        source = _matrix(features, "digits.data", "digits.target")
        source = source._replace(array=lambda _: pixels)
    else:
        source = _matrix(features, f"{name}.data", f"{name}.target")
    return source._replace(lines=[f"{name} = datasets.load_{name}()"])


def _keras(known: BuiltInSet) -> Source:
    (own,) = known.targets
    features = [name for name in known.columns if name != own]
    settings = known.settings
    arguments: dict[str, Expression] = {}
    if "maxlen" in settings:
        arguments = {"num_words": literal(settings["num_words"]), "seed": str(KERAS_SEED)}
    if "label_mode" in settings:
        arguments = {"label_mode": literal(settings["label_mode"])}
    load = call(f"keras.datasets.{known.name}.load_data", **arguments)
    lines = statement("(x_train, y_train), (x_test, y_test) = ", load, 0)
    lines += ["samples = np.concatenate([x_train, x_test])", "labels = np.concatenate([y_train, y_test])"]
    source = _matrix(features, "samples", "labels")._replace(lines=lines)
    shape = known.columns[features[0]].shape
    if "maxlen" in settings:
        ends = {"padding": quoted("post"), "truncating": quoted("post")}
        padded = call("keras.utils.pad_sequences", "samples", literal(settings["maxlen"]), **ends)
        return source._replace(array=lambda _: padded)
    if shape:
        image = "samples[..., np.newaxis]" if shape[-1] == 1 else "samples"
        return source._replace(array=lambda _: call(f"{image}.astype", quoted("float32")))
    return source


def _matrix(features: list[str], data: str, labels: str) -> Source:
    """A set whose features are a matrix, and whose target stands beside it."""

    def vector(names: Sequence[str]) -> Expression:
        numbers = [features.index(name) for name in names]
        found = data if numbers == list(range(len(features))) else f"{data}[:, {numbers}]"
        return call(f"{found}.astype", quoted("float32"))

    def target(facts: TargetFacts) -> Expression:
        if facts.name in features:
            return vector([facts.name])
        return _upright(labels if facts.kind == CLASSES else flat(call(f"{labels}.astype", quoted("float32"))))

    return Source([], [], vector, lambda name: vector([name]), target)


def _text(plan: Plan, table: TextTable) -> Source:
    """Rows of text: from a file, or as the spec writes them."""
    is_typed = plan.data.source.kind != "csv"
    if not is_typed:
        constants, lines = _csv(plan)
    else:
        constants, lines = _rows(table), ["rows = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]"]

    def constant(name: str, value: Expression) -> str:
        count = sum(line.startswith(name) for line in constants)
        given = f"{name}_{count + 1}" if count else name
        constants.extend(statement(f"{given} = ", value))
        return given

    def vector(names: Sequence[str]) -> Expression:
        features = constant("FEATURES", listed(map(quoted, names)))
        return call("np.array", f"[[float(row[name]) for name in {features}] for row in rows]", quoted("float32"))

    def target(facts: TargetFacts) -> Expression:
        value = f"row[{constant('TARGET', quoted(facts.name))}]"
        if facts.kind != CLASSES:
            return _upright(flat(call("np.array", f"[float({value}) for row in rows]", quoted("float32"))))
        number = kind_of(table.columns[facts.name]) == NUMBER
        text = f"float({value})" if number else value if is_typed else f"{value}.strip()"
        return _upright(f"np.unique([{text} for row in rows], return_inverse=True)[1]")

    gaps = frozenset(name for name, cells in table.columns.items() if any(text is None for text in cells))
    numeric = {name: kind_of(cells) == NUMBER for name, cells in table.columns.items()}
    return Source(
        constants, lines, vector, lambda name: vector([name]), target, gaps, numeric.__getitem__, True, is_typed
    )


def _csv(plan: Plan) -> tuple[list[str], list[str]]:
    arguments = plan.data.source.arguments
    options: dict[str, Expression] = {}
    header = arguments.get("names")
    if header:
        options["fieldnames"] = literal([str(name) for name in header] if isinstance(header, list) else [str(header)])
    separator = str(arguments.get("separator", "\t" if str(arguments["path"]).endswith(".tsv") else ","))
    separator = "\t" if separator in {"tab", "\\t"} else separator
    if separator != ",":
        options["delimiter"] = quoted(separator)
    path = quoted(plan.data.files()[0].written)
    lines = [f'with open(Path(__file__).parent / {path}, newline="", encoding="utf-8-sig") as file:']
    reader = call("csv.DictReader", "file", skipinitialspace="True", **options)
    lines += statement("rows = ", call("list", reader), 1)
    return [], lines


def missing_texts(plan: Plan) -> list[str]:
    """What stands for a missing value in the plan's file."""
    written = plan.data.source.arguments.get("missing", list(MISSING))
    return sorted({"", *(str(text) for text in (written if isinstance(written, list) else [written]))})


def _rows(table: TextTable) -> list[str]:
    """The rows of a spec: numbers as numbers, what is missing as None, everything else as text."""
    numbers = {name: kind_of(cells) == NUMBER for name, cells in table.columns.items()}

    def cell(name: str, row: int) -> Expression:
        text = table.columns[name][row]
        return literal(_number(text) if numbers[name] and text is not None else text)

    rows = listed(listed(cell(name, row) for name in table.columns) for row in range(table.rows))
    return [*statement("COLUMNS = ", listed(map(quoted, table.columns))), *statement("ROWS = ", rows)]


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").isdigit() and text.isascii() else float(text)


def _upright(column: str) -> Expression:
    """(n,) -> (n, 1)."""
    return call(f"{column}.reshape", "-1", "1")


def _attribute(value: Group, name: str) -> str:
    return f"{flat(value)}.{name}"
