"""A CSV file or a built-in set -> the text of a commented spec that trains as it is, for `specc init`.

Guesses the target, leaves out columns that cannot help or that give the answer away, and picks a plain network that
suits the data; every guess is told in a comment. Reads with `specc.data`, writes nothing, knows no command line.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from specc.component import Component
from specc.data.describe import READ_WHEN_CHECKING, describe
from specc.data.facts import CATEGORY, CLASSES, IMAGE, SEQUENCE, ColumnFacts, TargetFacts
from specc.data.kinds import as_categories, kind_of, target_kind_of
from specc.data.section import DataSpec
from specc.data.sets import SETS, BuiltInSet, find_set
from specc.data.sources.csv_file import read
from specc.data.survey import Cells
from specc.data.text_table import TextTable
from specc.diagnostics import Finding, Span, error, has_errors
from specc.language.suggest import did_you_mean
from specc.language.yaml_dump import dump_flow
from specc.project import project_root

LIKELY_TARGETS = (
    *("target", "label", "labels", "y", "outcome", "survived"),
    *("species", "diagnosis", "quality", "price", "churn", "class"),
)
"""Names that targets often have, the surest first. Without one of them, the last column that could be one is taken."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
SMALL_SET = 2000  # rows; below, an epoch takes a moment and many of them are needed

Lines = list[str]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the rows of a CSV file show: the target, the reason for each dropped column, a remark on each other one."""

    target: str
    target_kind: str
    dropped: Mapping[str, str]
    kept: Mapping[str, str]
    class_rows: Mapping[str, int]


def starter_spec(source: str, target: str | None = None, folder: Path = Path()) -> tuple[str, tuple[Finding, ...]]:
    """A spec for `source`, which is a built-in set's name or a CSV file's path; `folder` is where the spec will lie.

    Without `target` the target is guessed. Where a finding is an error, the text is empty.
    """
    place = Span(source, 1, 1, 1, 1)
    if source in SETS or not _looks_like_a_path(source):
        built_in, findings = find_set(Component("dataset", source, {}, place))
        faults = _unknown_target(target, built_in.targets, place) if built_in else []
        text = _for_set(built_in, target) if built_in and not faults else ""
        return text, (*findings, *faults)
    path = Path(os.path.relpath(source, folder)).as_posix()
    data = DataSpec(Component("csv", "csv", {"path": path}, place), place)
    root = project_root(folder / "spec.yaml")
    table, findings = read(data, root, folder, READ_WHEN_CHECKING)
    if table is None:
        return "", tuple(findings)
    findings += _unknown_target(target, table.columns, place)
    if has_errors(findings):
        return "", tuple(findings)
    survey = _survey(table, target or _likely_target(table))
    _, findings = describe(replace(data, target=(survey.target,), drop=tuple(survey.dropped)), root, folder)
    text = "" if has_errors(findings) else _for_csv(path, table, survey, "" if target else "; guessed, so check it")
    return text, tuple(findings)


def _looks_like_a_path(source: str) -> bool:
    return Path(source).exists() or bool(Path(source).suffix) or "/" in source or os.sep in source


def _unknown_target(target: str | None, columns: Mapping[str, object], place: Span) -> list[Finding]:
    if target is None or target in columns:
        return []
    notes = (f"the columns are {', '.join(f'`{name}`' for name in columns)}",)
    message = f"there is no column `{target}` to be the target"
    return [error("missing-column", message, place, notes=notes, help=did_you_mean(target, columns))]


# A built-in set


def _for_set(built_in: BuiltInSet, target: str | None) -> str:
    wanted = built_in.targets[target] if target else next(iter(built_in.targets.values()))
    features = [column for name, column in built_in.columns.items() if name not in built_in.targets]
    downloaded = ", downloaded on first use" if built_in.origin == "keras" else ""
    others = "".join(
        f"; the set also has the target {quoted(name)}" for name in built_in.targets if name != wanted.name
    )
    data = [
        "data:",
        f"  dataset: {built_in.name}   # {built_in.samples:,} samples{downloaded}",
        f"  target: {quoted(wanted.name)}   # {_about_target(wanted)}{others}",
        *_split(built_in.given_test),
    ]
    first = features[0]
    recipes: Mapping[str, Callable[[BuiltInSet, ColumnFacts], Lines]] = {IMAGE: _convolutional, SEQUENCE: _sequential}
    model = recipes[first.kind](built_in, first) if first.kind in recipes else _dense(built_in.samples)
    description = f"Predict {wanted.name} on the built-in set {built_in.name}."
    training = _training(built_in.samples, wanted.kind, heavy=first.kind in recipes)
    return _page(built_in.name, description, [data, model, training])


def _about_target(target: TargetFacts) -> str:
    return f"{target.classes} classes" if target.kind == CLASSES else "a number"


def _convolutional(built_in: BuiltInSet, image: ColumnFacts) -> Lines:
    scale = "0.0625" if built_in.name == "digits" else "$(1 / 255)"
    widths = (32, 64) if (image.shape[0] or 0) < 16 else (32, 64, 128)
    lines = ["model:", f"  - Rescaling: {{scale: {scale}}}   # pixels from 0 to 1"]
    for number, width in enumerate(widths):
        lines += ["  - MaxPooling2D"] if number else []
        lines.append(f"  - Conv2D: {{filters: {width}, kernel_size: 3, padding: same, activation: relu}}")
    return [*lines, "  - GlobalAveragePooling2D", "  - Dropout: 0.3", *_output()]


def _sequential(built_in: BuiltInSet, sequence: ColumnFacts) -> Lines:
    if sequence.dtype != "int32":
        return ["model:", "  - LSTM: 32", *_output()]
    words = built_in.settings["num_words"]
    return [
        "model:",
        f"  - Embedding: {{input_dim: {words}, output_dim: 32, mask_zero: true}}   # a vector per word; 0 is no word",
        "  - GlobalAveragePooling1D",
        "  - Dropout: 0.3",
        *_output(),
    ]


# A CSV file


def _for_csv(path: str, table: TextTable, survey: Survey, guessed: str) -> str:
    numbers = (name for name in survey.kept if kind_of(table.columns[name]) != CATEGORY)
    rows = f"{table.rows:,} rows" if table.complete else f"the first {table.rows:,} rows"
    data = [
        "data:",
        f"  csv: {quoted(path)}",
        f"  target: {quoted(survey.target)}   # {_about_classes(survey)}{guessed}",
        f"  # The columns that feed the network, as {rows} show them:",
        *_aligned(survey.kept),
        "  # A kind that is guessed wrong is written like this:",
        f"  # columns: {{{quoted(next(numbers, 'name'))}: category}}",
    ]
    if survey.dropped:
        data += ["  drop:", *(f"    - {quoted(name)}   # {reason}" for name, reason in survey.dropped.items())]
    data += _split(given_test=0)
    training = _training(table.rows, survey.target_kind, heavy=False)
    if survey.class_rows and max(survey.class_rows.values()) > 3 * min(survey.class_rows.values()):
        training.append(
            "  # class_weight: balanced   # for uneven classes: rare ones then weigh as much as frequent ones"
        )
    name = re.sub(r"[^A-Za-z0-9_-]", "-", Path(path).stem)
    name = name if NAME.fullmatch(name) else f"spec-{name}"
    description = f"Predict {survey.target} from the other columns of {Path(path).name}."
    return _page(name, description, [data, _dense(table.rows), training])


def _likely_target(table: TextTable) -> str:
    by_name = {name.lower(): name for name in table.columns}
    by_place = [name for name, cells in table.columns.items() if None not in cells and not _says_nothing(cells)]
    return next((by_name[name] for name in LIKELY_TARGETS if name in by_name), [*table.columns, *by_place][-1])


def _survey(table: TextTable, target: str) -> Survey:
    answers = table.columns[target]
    kind = target_kind_of(answers)
    dropped: dict[str, str] = {}
    kept: dict[str, str] = {}
    for name, cells in table.columns.items():
        if name == target:
            continue
        reason = _reason_to_drop(cells, answers)
        if reason:
            dropped[name] = reason
        else:
            kept[name] = _remark(cells)
    classes = [value for value in as_categories(answers) if value is not None] if kind == CLASSES else []
    return Survey(target, kind, dropped, kept, {value: classes.count(value) for value in dict.fromkeys(classes)})


def _reason_to_drop(cells: Cells, answers: Cells) -> str:
    """Why a column should not feed the network; empty if it may."""
    if _repeats(cells, answers):
        return "repeats the target under other names: it gives the answer away"
    return _says_nothing(cells)


def _says_nothing(cells: Cells) -> str:
    """Why a column tells nothing about rows that are still to come; empty if it may."""
    present = [cell for cell in cells if cell is not None]
    distinct = set(present)
    if not present:
        return "has no value at all"
    if len(distinct) == 1 and len(present) == len(cells):
        return "has the same value in every row"
    if kind_of(cells) == CATEGORY and len(distinct) > max(20, len(present) // 2):
        return "has a different value in most rows"
    return "only numbers the rows" if _numbers_the_rows(cells) else ""


def _repeats(cells: Cells, answers: Cells) -> bool:
    """Whether values and answers go one to one, and not only because nearly every row has values of its own."""
    if list(cells) == list(answers):
        return True
    pairs = {
        (cell, answer) for cell, answer in zip(cells, answers, strict=True) if cell is not None and answer is not None
    }
    values, given = {value for value, _ in pairs}, {answer for _, answer in pairs}
    known = sum(cell is not None for cell in cells)
    return len(pairs) == len(values) == len(given) and 1 < len(pairs) <= known // 2 and known > len(cells) // 2


def _numbers_the_rows(cells: Cells) -> bool:
    if len(cells) < 3 or not all(cell is not None and cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells if cell is not None]
    return all(later == earlier + 1 for earlier, later in pairwise(numbers))


def _remark(cells: Cells) -> str:
    distinct, missing = len({cell for cell in cells if cell is not None}), sum(cell is None for cell in cells)
    kind = kind_of(cells)
    values = f", {distinct} values" if kind == CATEGORY else ""
    return f"{kind}{values}{f', {missing} missing' if missing else ''}"


def _about_classes(survey: Survey) -> str:
    if survey.target_kind != CLASSES:
        return "a number"
    names = [quoted(name[:40]) for name in survey.class_rows]
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"{len(names)} classes: {shown}"


def _aligned(kept: Mapping[str, str]) -> Lines:
    width = max((len(quoted(name)) for name in kept), default=0)
    return [f"  #   {quoted(name):<{width}}  {remark}" for name, remark in kept.items()] or ["  #   (none is left)"]


# What all specs share


def _page(name: str, description: str, sections: Sequence[Lines]) -> str:
    head = [
        "# Made by `specc init`. `specc expand` shows every value that is left out here, and where it comes from.",
        "spec: 1",
        f"name: {name}",
        f"description: {quoted(description)}",
    ]
    return "\n\n".join("\n".join(lines) for lines in [head, *sections, ["runtime: {seed: 1}"]]) + "\n"


def _split(given_test: int) -> Lines:
    if given_test:
        return [
            f"  split: {{validation: 0.1}}   # of the rows for training; the test split is the set's own {given_test:,}"
        ]
    return ["  split: {validation: 0.15, test: 0.15}   # the test split is used once, at the end"]


def _dense(samples: int) -> Lines:
    wide, narrow = (64, 32) if samples >= 200 else (32, 16)
    return [
        "model:",
        f"  - Dense: {{units: {wide}, activation: relu}}",
        f"  - Dense: {{units: {narrow}, activation: relu}}",
        "  - Dropout: 0.1",
        *_output(),
    ]


def _output() -> Lines:
    return ["  - Output   # a Dense layer with as many units as the target needs"]


def _training(samples: int, target_kind: str, *, heavy: bool) -> Lines:
    """`heavy` networks learn slowly but surely; small dense ones bear larger steps, regression needs them most."""
    small = samples < SMALL_SET
    rate = "1e-3" if heavy or not small else "3e-3" if target_kind == CLASSES else "1e-2"
    epochs = (60 if small else 15) if heavy else (150 if small else 40)
    return [
        "training:",
        "  # The loss and the metrics follow from the target.",
        f"  optimizer: {{Adam: {rate}}}",
        f"  batch_size: {32 if small else 128}",
        f"  epochs: {epochs}",
        "  callbacks:",
        "    - EarlyStopping: {monitor: val_loss, patience: 15, restore_best_weights: true}",
    ]


def quoted(text: str) -> str:
    """`text` as a YAML scalar on one line that reads as this very string, whatever it holds; `$` is doubled."""
    return dump_flow([text.replace("$", "$$")]).removeprefix("[").removesuffix("]")
