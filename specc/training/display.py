"""Where a run shows itself and in which form: bars, lines, or JSON lines for programs.

Goes in: what is worth telling. Goes out: text on a stream, standard error as a rule, so that standard output stays free
for results. Needs the standard library alone; the course of training is drawn by `specc.training.progress`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TextIO, TypeAlias

from specc.diagnostics import Finding
from specc.runs import as_json

FORMS = ("auto", "bar", "lines", "json", "none")
"""What `--progress` takes: `auto` is bars in a terminal and lines elsewhere."""

VERSION = 1
"""The version of the JSON lines, `schemas/progress-v1.schema.json`."""


@dataclass
class Display:
    """A stream and the form of what is shown there: `bar`, `lines` or `json`. `print` can write to it."""

    stream: TextIO
    form: str
    _gone: bool = False
    _begun: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Show a line of text; as JSON it is an event `note`."""
        if self.form == "json":
            self.tell("note", message=text)
        else:
            self._put(text)

    def tell(self, event: str, **facts: object) -> None:
        """Write one event as a line of JSON, whatever the form. Numbers that are not finite become null."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._put(as_json({"progress": VERSION, "event": event, "time": now, **facts}))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Write findings as events `warning` and `error`."""
        for each in findings:
            place = {"path": each.span.path, "line": each.span.line, "column": each.span.column}
            more = {"help": each.help} if each.help else {}
            self.tell(each.level.value, code=each.code, message=each.message, **place, **more)

    def write(self, text: str) -> int:
        """Take what `print` writes; each whole line is said."""
        self._begun.append(text)
        if "\n" in text:
            *lines, rest = "".join(self._begun).split("\n")
            self._begun = [rest]
            for line in lines:
                self.say(line)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back but lines that have not ended."""

    def _put(self, line: str) -> None:
        if self._gone:
            return
        try:
            print(line, file=self.stream, flush=True)
        except OSError:  # whoever watched has gone, as `head` does; that is no reason to stop training
            self._gone = True


Show: TypeAlias = TextIO | Display
"""What functions that show something take: a stream, which is shown to in the form that suits it, or a display."""


def display(form: str, stream: TextIO) -> Display | None:
    """The display of one of `FORMS` on `stream`; None for `none`."""
    if form == "none":
        return None
    suits = "bar" if stream.isatty() else "lines"
    return Display(stream, suits if form == "auto" else form)


def shown(show: Show | None) -> Display | None:
    """A stream as the display that suits it; a display, and None for showing nothing, as they are."""
    return show if show is None or isinstance(show, Display) else display("auto", show)
