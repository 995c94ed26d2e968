"""The data section of a plan -> the part of a script that loads, splits and prepares the samples.

Numbers are standardised by `Normalization`, fitted on the rows that train. Where values are missing or are categories,
a model of Keras layers prepares the columns, as specc's own does.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specc.data.facts import BOOLEAN, NUMBER, ColumnFacts, InputFacts
from specc.emitting.identifiers import Identifiers, identifier
from specc.emitting.python import INDENT, Expression, call, flat, listed, literal, mapped, one_or_all, quoted, statement
from specc.emitting.sources import Source, missing_texts, source_of
from specc.emitting.splitting import is_split, split_functions, split_lines
from specc.plan import Plan

_TAKE = '''
def take(arrays, rows):
    """Some rows of each array."""
    return {name: array[rows] for name, array in arrays.items()}
'''
_NUMBER = '''
def number(text):
    """The number that a text says; NaN where it says that the value is missing."""
    return np.nan if text.strip() in MISSING else float(text)
'''
_CATEGORY = '''
def category(text):
    """The category that a text names; an empty one where it says that the value is missing."""
    return "" if text.strip() in MISSING else text.strip()
'''
_NUMERIC_CATEGORY = '''
def numeric_category(text):
    """The number that a text says, as a category: `1`, `1.0` and `01` are the same one."""
    if text.strip() in MISSING:
        return ""
    number = int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
    return str(int(number) if number == int(number) else number)
'''
_TYPED_NUMBER = '''
def number(value):
    """The number that a value is; NaN for one that is missing."""
    return np.nan if value is None else float(value)
'''
_TYPED_CATEGORY = '''
def category(value):
    """The category that a value names; an empty one for one that is missing."""
    return "" if value is None else value
'''
_TYPED_NUMERIC_CATEGORY = '''
def numeric_category(value):
    """The number that a value is, as a category: `1` and `1.0` are the same one."""
    if value is None:
        return ""
    return str(int(value) if value == int(value) else value)
'''
_TRUTH = '''
def truth(text):
    """1 for a text that says yes, 0 for one that says no."""
    return float(text.strip().lower() in {"true", "yes"})
'''
_READERS = {"number": _NUMBER, "truth": _TRUTH, "category": _CATEGORY, "numeric_category": _NUMERIC_CATEGORY}
_TYPED_READERS = {
    "number": _TYPED_NUMBER,
    "truth": _TRUTH,
    "category": _TYPED_CATEGORY,
    "numeric_category": _TYPED_NUMERIC_CATEGORY,
}
_TITLES = {"number": "NUMBERS", "truth": "TRUTHS", "category": "CATEGORIES", "numeric_category": "NUMERIC_CATEGORIES"}
_SCALED = '''
def scaled(columns, train, inputs, names, standardised):
    """Numbers as a tensor: a missing one is the median, and says so in a column of its own; some are standardised."""
    values = np.concatenate([columns[name][train] for name in names], axis=1)
    means = np.where(standardised, np.nanmean(values, axis=0, dtype="float64"), 0)
    deviations = np.where(standardised, np.nanstd(values, axis=0, dtype="float64"), 1)
    deviations[deviations == 0] = 1
    numbers = layers.Concatenate()([inputs[name] for name in names]) if len(names) > 1 else inputs[names[0]]
    missing = ops.isnan(numbers)
    numbers = ops.where(missing, np.nanmedian(values, axis=0).astype("float32"), numbers)
    numbers = (numbers - means.astype("float32")) / deviations.astype("float32")
    gaps = np.flatnonzero(np.isnan(values).any(axis=0))
    return [numbers, ops.cast(ops.take(missing, gaps, axis=1), "float32")] if len(gaps) else [numbers]
'''
_ONE_HOT = '''
def one_hot(values, tensor, key=None):
    """Categories as a tensor: a column for each that the training rows have, all zero for any other."""
    lookup = layers.StringLookup(vocabulary=sorted(set(values[:, 0]), key=key), output_mode="one_hot")
    return ops.cast(lookup(tensor)[:, 1:], "float32")
'''
_AS_NUMBER = '''
def as_number(text):
    """By which categories are in order that are numbers; the missing one comes first."""
    return float(text or "-inf"), text
'''


class DataCode(NamedTuple):
    """Parts of a script. `main` sets `x`, `y` and the rows `train`, `validation` and `test`.

    `serving` are the lines that set `inputs`, the raw ones, and `prepared`, what the model takes; none if those are the
    same. `labels` is the class of each row, if the first target has classes.
    """

    constants: list[str]
    functions: list[str]
    main: list[str]
    serving: list[str]
    labels: str
    several_inputs: bool
    several_outputs: bool

    def rows(self, name: str, rows: str) -> str:
        """The inputs `x` or the targets `y` of some rows; without `rows`, of all."""
        if not rows:
            return name
        several = self.several_inputs if name == "x" else self.several_outputs
        return f"take({name}, {rows})" if several else f"{name}[{rows}]"


def data_code(plan: Plan, root: Path, folder: Path) -> DataCode:
    """The data of a plan that was found sound. Arguments as of `specc.data.describe`."""
    source = source_of(plan, root, folder)
    inputs = plan.facts.inputs
    several = len(inputs) > 1, len(plan.targets) > 1
    first = next(name for name, target in plan.targets.items() if target.name == plan.facts.targets[0].name)
    labels = f"y[{quoted(first)}][:, 0]" if several[1] else "y[:, 0]"
    columns = plan.facts.columns
    if any(_needs_model(found, columns, source) for found in inputs.values()):
        return _with_model(plan, source, labels, several)
    xs = {name: _array(found, columns, source) for name, found in inputs.items()}
    load = _load(source, [*statement("x = ", one_or_all(xs))], _targets(plan, source))
    train = "train" if is_split(plan) else ""
    normalised = [name for name, found in inputs.items() if _is_scaled(found, columns)]
    main = [f"{INDENT}x, y = load_data()", *split_lines(plan, labels)]
    serving: list[str] = []
    if normalised:
        dtype: dict[str, Expression] = (
            {} if plan.runtime.assumed_precision == "float32" else {"dtype": quoted("float32")}
        )
        main += _normalise(normalised, several[0], train, dtype)
        serving = _normalised_inputs(plan, normalised, several[0])
    functions = [load, *split_functions(plan), *([_TAKE.strip()] if any(several) and is_split(plan) else [])]
    return DataCode(source.constants, functions, main, serving, labels, *several)


def _needs_model(found: InputFacts, columns: Mapping[str, ColumnFacts], source: Source) -> bool:
    """Whether an input is more than numbers that are all standardised, or that all stand as they are."""
    facts = [columns[name] for name in found.columns]
    if facts[0].shape:
        return False
    mixed = len({fact.scaled for fact in facts}) > 1
    return mixed or any(fact.kind != NUMBER or fact.name in source.gaps for fact in facts)


def _is_scaled(found: InputFacts, columns: Mapping[str, ColumnFacts]) -> bool:
    return not columns[found.columns[0]].shape and columns[found.columns[0]].scaled


def _array(found: InputFacts, columns: Mapping[str, ColumnFacts], source: Source) -> Expression:
    first = columns[found.columns[0]]
    return source.array(first.name) if first.shape else source.vector(found.columns)


def _targets(plan: Plan, source: Source) -> list[str]:
    return statement("y = ", one_or_all({name: source.target(target) for name, target in plan.targets.items()}))


def _load(source: Source, x: list[str], y: list[str], result: str = "x") -> str:
    lines = [*source.lines, *x, *y, f"return {result}, y"]
    what = "The inputs and the targets, a row for each sample."
    return "\n".join(["def load_data():", f'{INDENT}"""{what}"""', *(INDENT + line for line in lines)])


def _normalise(names: list[str], several: bool, train: str, dtype: dict[str, Expression]) -> list[str]:
    rows = f"[{train}]" if train else ""
    layer = flat(call("layers.Normalization", **dtype))
    if not several:
        return [
            f"{INDENT}normalization = {layer}",
            f"{INDENT}normalization.adapt(x{rows})",
            f"{INDENT}x = keras.ops.convert_to_numpy(normalization(x))",
        ]
    return [
        f"{INDENT}normalizations = {{}}",
        *statement("for name in ", listed(map(quoted, names)), 1, ":"),
        f"{INDENT * 2}normalizations[name] = {layer}",
        f"{INDENT * 2}normalizations[name].adapt(x[name]{rows})",
        f"{INDENT * 2}x[name] = keras.ops.convert_to_numpy(normalizations[name](x[name]))",
    ]


def _normalised_inputs(plan: Plan, names: list[str], several: bool) -> list[str]:
    if not several:
        ((name, found),) = plan.facts.inputs.items()
        made = call("keras.Input", literal(tuple(found.shape)), name=quoted(name))
        return [*statement("inputs = ", made, 1), f"{INDENT}prepared = normalization(inputs)"]
    lines = [f"{INDENT}inputs = {{name: keras.Input(array.shape[1:], name=name) for name, array in x.items()}}"]
    if len(names) == len(plan.facts.inputs):
        return [*lines, f"{INDENT}prepared = {{name: normalizations[name](tensor) for name, tensor in inputs.items()}}"]
    return [
        *lines,
        f"{INDENT}prepared = inputs | {{name: layer(inputs[name]) for name, layer in normalizations.items()}}",
    ]


def _with_model(plan: Plan, source: Source, labels: str, several: tuple[bool, bool]) -> DataCode:
    """The script's part where a model of layers prepares the columns."""
    columns = plan.facts.columns
    identifiers = Identifiers(("preprocessing",))
    names = {name: identifiers(name) for name in plan.facts.features}
    numbers = [name for name in names if columns[name].kind in {NUMBER, BOOLEAN} and not columns[name].shape]
    truths = [name for name in numbers if columns[name].kind == BOOLEAN]
    passed = [name for name in names if columns[name].shape]
    categories = [name for name in names if name not in numbers and name not in passed]
    numeric = [name for name in categories if source.numeric(name)]
    constants, lines, functions = list(source.constants), ["columns = {}"], []
    known = len(constants)
    readers = _TYPED_READERS if source.is_typed else _READERS
    if source.is_text and not source.is_typed:
        constants += statement("MISSING = ", listed(map(quoted, missing_texts(plan))))
    words = [name for name in categories if name not in numeric]
    plain = [name for name in numbers if name not in truths]
    by_reader = {"number": plain, "truth": truths, "category": words, "numeric_category": numeric}
    for reader, group in by_reader.items():
        if not group:
            continue
        if not source.is_text:
            lines += [line for name in group for line in _array_column(name, names[name], columns[name], source)]
            continue
        title = _TITLES[reader]
        constants += statement(f"{title} = ", mapped((quoted(names[name]), quoted(name)) for name in group))
        functions.append(readers[reader].strip())
        dtype = ', "float32"' if title in {"NUMBERS", "TRUTHS"} else ""
        lines.append(f"for name, header in {title}.items():")
        lines.append(f"{INDENT}columns[name] = np.array([[{reader}(row[header])] for row in rows]{dtype})")
    for name in passed:
        lines += statement(f"columns[{quoted(names[name])}] = ", source.array(name))
    functions += [_load(source, lines, _targets(plan, source), "columns"), *split_functions(plan)]
    constants += source.constants[known:]  # those that the targets have added
    if numbers:
        functions.append(_SCALED.strip())
    if categories:
        functions += [*([_AS_NUMBER.strip()] if numeric else []), _ONE_HOT.strip()]
    functions.append(_preprocessing(plan, names, numbers, categories, numeric))
    functions += [_TAKE.strip()] if any(several) and is_split(plan) else []
    main = [
        f"{INDENT}columns, y = load_data()",
        *split_lines(plan, labels),
        *([] if is_split(plan) else [f"{INDENT}train = np.arange(len(y))"]),
        f"{INDENT}preprocessing = build_preprocessing(columns, train)",
        f"{INDENT}x = preprocessing({{name: tf.constant(array) for name, array in columns.items()}})",
        f"{INDENT}x = keras.tree.map_structure(keras.ops.convert_to_numpy, x)",
    ]
    serving = [f"{INDENT}inputs, prepared = preprocessing.input, preprocessing.output"]
    return DataCode(constants, functions, main, serving, labels, *several)


def _array_column(name: str, given: str, facts: ColumnFacts, source: Source) -> list[str]:
    value = source.vector([name])
    if facts.kind != NUMBER:
        value = f"{flat(value)}.astype(str)"
    return statement(f"columns[{quoted(given)}] = ", value)


def _preprocessing(
    plan: Plan, names: dict[str, str], numbers: list[str], categories: list[str], numeric: list[str]
) -> str:
    """The function that makes the model from columns to prepared inputs."""
    kind = 'dtype="float32" if array.dtype.kind == "f" else "string"'
    lines = [
        "inputs = {",
        f"{INDENT}name: keras.Input(array.shape[1:], name=name, {kind})",
        f"{INDENT}for name, array in columns.items()",
        "}",
    ]
    prepared: dict[str, Expression] = {}
    unique = Identifiers(("inputs", "columns", "train", "preprocessing", "parts", "prepared"))
    facts = plan.facts.columns
    for name, found in plan.facts.inputs.items():
        if facts[found.columns[0]].shape:
            prepared[name] = f"inputs[{quoted(names[found.columns[0]])}]"
            continue
        own = [column for column in found.columns if column in numbers]
        words = [column for column in found.columns if column in categories]
        variable = "prepared" if len(plan.facts.inputs) == 1 else unique(identifier(name))
        if own:
            given = listed(quoted(names[column]) for column in own)
            standardised = listed(repr(facts[column].scaled) for column in own)
            made = call("scaled", "columns", "train", "inputs", given, standardised)
            lines += statement(f"{variable} = ", made)
        else:
            lines.append(f"{variable} = []")
        for word in words if numeric else ():
            key = quoted(names[word])
            order = {"key": "as_number"} if word in numeric else {}
            added = call("one_hot", f"columns[{key}][train]", f"inputs[{key}]", **order)
            lines += statement("", call(f"{variable}.append", added))
        if words and not numeric:
            given = listed(quoted(names[column]) for column in words)
            lines += statement("for name in ", given, 0, ":")
            lines.append(f"{INDENT}{variable}.append(one_hot(columns[name][train], inputs[name]))")
        lines.append(f"{variable} = {_joined(variable, len(words), has_numbers=bool(own))}")
        prepared[name] = variable
    lines += statement("return ", call("keras.Model", "inputs", one_or_all(prepared), name=quoted("preprocessing")))
    what = "The model from raw columns to what the network takes, fitted on the training rows."
    head = ["def build_preprocessing(columns, train):", f'{INDENT}"""{what}"""']
    return "\n".join([*head, *(INDENT + line if line else line for line in lines)])


def _joined(parts: str, categories: int, *, has_numbers: bool) -> str:
    """The source of all parts as one tensor; numbers may be one part, or two with the indicators of missing ones."""
    together = f"layers.Concatenate()({parts})"
    if has_numbers and not categories:
        return f"{together} if len({parts}) > 1 else {parts}[0]"
    return together if has_numbers or categories > 1 else f"{parts}[0]"
