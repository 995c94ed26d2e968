"""Colours of the text format, as ANSI escapes; none where the output is no terminal."""

from dataclasses import dataclass

from specc.diagnostics import Level

_LEVELS = {Level.ERROR: "1;31", Level.WARNING: "1;33"}


@dataclass(frozen=True, slots=True)
class Paint:
    """Wraps words in escapes if `colour` is wanted."""

    colour: bool

    def level(self, level: Level, text: str) -> str:
        """In the colour of the level: the code, the marks under the wrong words."""
        return self._wrap(_LEVELS[level], text)

    def strong(self, text: str) -> str:
        """The message."""
        return self._wrap("1", text)

    def frame(self, text: str) -> str:
        """Line numbers, bars and the marks under other places."""
        return self._wrap("1;34", text)

    def added(self, text: str) -> str:
        """What one of two specs has and the other has not."""
        return self._wrap("32", text)

    def removed(self, text: str) -> str:
        """What is gone."""
        return self._wrap("31", text)

    def changed(self, text: str) -> str:
        """What is there, but not as it was."""
        return self._wrap("33", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text
