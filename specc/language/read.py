"""A file -> its text and positioned tree.

Whatever is wrong with the file itself (missing, a folder, too large, no text) is one finding, like what is wrong in it.
"""

import os
from pathlib import Path

from specc.diagnostics import Finding, Span, error
from specc.language import limits
from specc.language.source import LINE_BREAK, Source, start_of
from specc.language.tree import Node

_PIPES = "`specc validate --stdin` reads from a pipe"


def read(path: Path, shown_as: str = "") -> tuple[Node | None, Source, tuple[Finding, ...]]:
    """The tree and the text of the spec file at `path`, which findings call `shown_as` (default: as `path` is written).

    A name that ends in `.json` is read as JSON, any other as YAML. Findings: no-such-file, not-a-file, unreadable-file,
    file-too-large, not-utf8, and those of the two readers.
    """
    name = shown_as or str(path)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):  # noqa: PTH110, PTH112, PTH113
        # A pipe would be waited for without end. These three, unlike those of Path, never raise.
        return (
            None,
            Source(name, ""),
            (error("not-a-file", f"`{name}` is no regular file", start_of(name), help=_PIPES),),
        )
    try:
        with path.open("rb") as file:
            data = file.read(limits.FILE_BYTES + 1)
    except (OSError, ValueError) as problem:  # ValueError: a name with a NUL character
        return None, Source(name, ""), (_unreadable(path, name, problem),)
    return read_bytes(data, name)


def read_bytes(data: bytes, name: str) -> tuple[Node | None, Source, tuple[Finding, ...]]:
    """The tree and the text of a file called `name` that holds `data`, of which there may be one byte too many."""
    if len(data) > limits.FILE_BYTES:
        message = f"`{Path(name).name}` is larger than {limits.FILE_BYTES // 2**20} MiB"
        hint = "the data of a spec belongs into files that it names"
        return None, Source(name, ""), (error("file-too-large", message, start_of(name), help=hint),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        text = data.decode("utf-8", errors="replace")
        return None, Source(name, text), (_not_utf8(data, problem, name),)
    tree, findings = read_text(text, name)
    return tree, Source(name, text), findings


def read_text(text: str, path: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """The tree of `text`, which findings call `path`; JSON if that ends in `.json`, else YAML."""
    text = text.removeprefix("\ufeff")
    if path.lower().endswith(".json"):
        from specc.language.json_text import read_json

        return read_json(text, path)
    from specc.language.yaml_text import read_yaml

    return read_yaml(text, path)


def _unreadable(path: Path, name: str, problem: OSError | ValueError) -> Finding:
    here = start_of(name)
    if isinstance(problem, FileNotFoundError) and any(mark in name for mark in "*?["):
        return error("no-such-file", f"no file matches `{name}`", here)
    if isinstance(problem, FileNotFoundError):
        return error("no-such-file", f"there is no file `{name}`", here, help=_similar_file(path))
    if isinstance(problem, IsADirectoryError):
        return error("not-a-file", f"`{name}` is a folder, not a spec", here, help=_what_is_in(path))
    why = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return error("unreadable-file", f"cannot read `{name}`: {why[:1].lower()}{why[1:]}", here)


def _similar_file(path: Path) -> str:
    from specc.language.suggest import did_you_mean

    return did_you_mean(path.name, _specs_in(path.parent))


def _what_is_in(folder: Path) -> str:
    specs = _specs_in(folder)
    return f"name a file in it, such as `{specs[0]}`" if specs else "it holds no `.yaml`, `.yml` or `.json` file"


def _specs_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix in {".yaml", ".yml", ".json"})
    except OSError:
        return []


def _not_utf8(data: bytes, problem: UnicodeDecodeError, name: str) -> Finding:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return error("not-utf8", f"`{name}` is UTF-16", start_of(name), help="save it as UTF-8")
    before = data[: problem.start].decode("utf-8-sig", errors="replace")
    lines = LINE_BREAK.split(before)
    line, column = len(lines), len(lines[-1]) + 1
    message = f"the byte 0x{data[problem.start]:02x} is not UTF-8"
    span = Span(name, line, column, line, column + 1)
    return error("not-utf8", message, span, help="a spec is text, saved as UTF-8")
