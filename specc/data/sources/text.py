"""Running text -> `Table`: pieces of `length` places, the column `text`; the same one place later is the target `next`.

A place holds the number of a character or word in the vocabulary, which the training part alone makes; 0 is what that
does not have. The parts of the split follow each other in the text, and no piece reaches from one to the next.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from specc.data.facts import CLASSES, SEQUENCE, ColumnFacts, TargetFacts
from specc.data.section import PARTS, DataSpec
from specc.data.sources.contiguous import Cut, contradictions, parts_of
from specc.data.sources.encoding import decoded, encoding_of
from specc.data.sources.faults import beginning, file_fault, unreadable
from specc.data.sources.locating import located
from specc.data.split_rules import Given
from specc.data.text_table import Table, text_table
from specc.diagnostics import Finding, Span

COLUMN, TARGET = "text", "next"
UNKNOWN = "[UNK]"
LENGTH = 100
READ_MORE = 4
"""A check reads so many times the usual bytes: of running text it needs nothing but which units there are."""


class Running(NamedTuple):
    """The training, validation and test part as units: a string, or a list of words.

    `cut` is how pieces are cut: each takes one unit more than its length. `vocabulary` is what the numbers stand for,
    empty where not all was read; `files` is the first file of each part.
    """

    parts: tuple[Sequence[str], Sequence[str], Sequence[str]]
    files: tuple[Path, Path, Path]
    cut: Cut
    vocabulary: tuple[str, ...]

    @property
    def pieces(self) -> tuple[int, int, int]:
        """How many pieces each part has."""
        train, validation, test = (self.cut.samples(len(part)) for part in self.parts)
        return train, validation, test


def read(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Table | None, list[Finding]]:
    """The number of pieces and the vocabulary; both stay unknown if there are more than a few times `limit` bytes."""
    running, findings = running_text(data, root, folder, None if limit is None else limit * READ_MORE)
    return (table_of(running) if running else None), findings


def running_text(data: DataSpec, root: Path, folder: Path, limit: int | None) -> tuple[Running | None, list[Finding]]:
    """The text of all files in its parts, as far as `limit` bytes go."""
    encoding, findings = encoding_of(data)
    findings += contradictions(data)
    if findings:
        return None, findings
    arguments = data.source.arguments
    length = _number(arguments.get("length")) or LENGTH
    cut = Cut(length + 1, _number(arguments.get("stride")) or length)
    texts: dict[str, str] = {}
    first: dict[str, Path] = {}
    complete = True
    for part in PARTS:
        files, findings = located(data, part, root, folder, "a file of text")
        if findings:
            return None, findings
        read_texts = []
        for path, _ in files:
            first.setdefault(part, path)
            text, whole, fault = _text(path, encoding, limit)
            if fault:
                return None, [fault]
            read_texts.append(text)
            limit = None if limit is None else max(limit - len(text), 0)
            complete = complete and whole
        texts[part] = "".join(read_texts)
    units = {part: text.split() if arguments.get("unit") == "word" else text for part, text in texts.items()}
    whole_text = units["path"]
    if not complete:
        return Running((whole_text, "", ""), (first["path"],) * 3, cut, ()), []
    for part in [part for part in PARTS if part in first]:
        if not cut.samples(len(units[part])):
            what = "words" if arguments.get("unit") == "word" else "characters"
            words = f"has {len(units[part])} {what}, and a piece takes {cut.span}: its length, and one to predict"
            return None, [file_fault("empty-data", first[part], words, help="write a smaller `length`")]
    sizes, findings = parts_of(data, len(whole_text), cut)
    if findings:
        return None, findings
    train = whole_text[: sizes[0]]
    validation = units["validation"] or whole_text[sizes[0] : sizes[0] + sizes[1]]
    test = units["test"] or whole_text[sizes[0] + sizes[1] :]
    vocabulary = (UNKNOWN, *_vocabulary(train, _number(arguments.get("vocabulary"))))
    places = tuple(first.get(part, first["path"]) for part in PARTS)
    return Running((train, validation, test), (places[0], places[1], places[2]), cut, vocabulary), []


def table_of(running: Running) -> Table:
    """The table of the pieces."""
    length = running.cut.span - 1
    names = running.vocabulary or None
    options = {"length": length, "separator": " ", "dtype": "int32"}
    typed = {
        COLUMN: ColumnFacts(COLUMN, SEQUENCE, (length,), "int32", options),
        TARGET: ColumnFacts(TARGET, SEQUENCE, (length,), "int32", options),
    }
    targets = {TARGET: TargetFacts(TARGET, CLASSES, len(names) if names else None, names, (length,))}
    train, validation, test = running.pieces

    def place(row: int, _column: str) -> Span:
        part = 0 if row < train else 1 if row < train + validation else 2
        return beginning(running.files[part])

    rows = train + validation + test
    return text_table({}, rows, place, names is not None, Given(validation, test), typed, targets)


def _text(path: Path, encoding: str, limit: int | None) -> tuple[str, bool, Finding | None]:
    """A file's text with one kind of line ends, and whether that is all of it."""
    try:
        with path.open("rb") as file:
            content = file.read() if limit is None else file.read(limit + 1)
    except OSError as fault:
        return "", False, unreadable(path, fault)
    complete = limit is None or len(content) <= limit
    if not complete:
        content = content[: content.rfind(b"\n") + 1]  # no character is cut in two
    text, finding = decoded(content, path, encoding)
    return text.replace("\r\n", "\n"), complete, finding


def _vocabulary(units: Iterable[str], most: int | None) -> list[str]:
    """The units in the order of their code points; of many the most frequent."""
    if most is None:
        return sorted(set(units))
    counts = Counter(units)
    return sorted(sorted(counts, key=lambda unit: (-counts[unit], unit))[:most])


def _number(written: object) -> int | None:
    return written if isinstance(written, int) else None
