"""The texts of a run's files, and findings about them. What is missing is no fault here."""

from pathlib import Path

from specc.diagnostics import Finding, Span, error


def text(path: Path, findings: list[Finding]) -> str | None:
    """The file's text; None if it is missing, or cannot be read, which is a finding. Links are not followed."""
    if path.is_symlink():
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as fault:
        findings.append(broken(path, 1, 1, f"cannot be read: {lower(fault.strerror or str(fault))}"))
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        findings.append(broken(path, line, 1, "is not UTF-8"))
    return None


def broken(path: Path, line: int, column: int, message: str) -> Finding:
    """The finding that something in a file is not as it should be."""
    return error("run-file-broken", f"`{path.name}`: {message}", Span(str(path), line, column, line, column + 1))


def start(path: Path) -> Span:
    """The place of what concerns a file as a whole."""
    return Span(str(path), 1, 1, 1, 1)


def lower(text: str) -> str:
    """The words of a library as they stand in the middle of a sentence."""
    return text[:1].lower() + text[1:]
