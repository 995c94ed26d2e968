"""The workers' outputs -> whole lines, each with its worker's name before it, in one stream."""

import contextlib
import threading
from io import BufferedReader
from typing import IO

LONGEST = 2**20
"""Bytes of a line. What is longer is cut, or a worker that writes no line ends would fill the memory."""


class Sink:
    """A stream that several threads write to, a line at a time. One that is closed at the other end swallows all."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream: IO[bytes] | None = stream
        self._lock = threading.Lock()

    def write(self, piece: bytes) -> None:
        """Write `piece` at once and whole."""
        with self._lock:
            if self._stream is None:
                return
            try:
                self._stream.write(piece)
                self._stream.flush()
            except (OSError, ValueError):  # as of `| head`: the workers go on all the same
                self._stream = None


def pass_on(source: BufferedReader, sink: Sink, name: str = "") -> None:
    """Copy lines from `source` to `sink` until it ends, each behind `[name] `; without a name byte by byte."""
    prefix = f"[{name}] ".encode() if name else b""
    rest = b""
    with source, contextlib.suppress(ValueError):  # closed from outside while it is read
        while chunk := source.read1(LONGEST):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sink.write(prefix + (_seen(line) if name else line) + b"\n")
            if len(rest) > LONGEST:
                sink.write(prefix + rest + (b"\n" if name else b""))
                rest = b""
    if rest:
        sink.write(prefix + _seen(rest) + b"\n" if name else rest)


def _seen(line: bytes) -> bytes:
    """What of a line a terminal would show in the end: a carriage return goes back to its beginning."""
    return line.rstrip(b"\r").rpartition(b"\r")[2]
