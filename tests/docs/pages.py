"""Reads the parts of a Markdown page that tests execute: fenced blocks, and the commands in `console` blocks.

What a fence may say after its language:
    title=NAME      the block is a file; it is written into the page's project folder (any language)
    error=A,B       (yaml, spec) the checker reports exactly these codes, one mention per finding
    exit=N          (console) the last command's exit code; 0 without it
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w-]*)(?P<options>[^`]*)$")
SPEC = re.compile(r"\A(\s*#.*\n|\s*\n|---\n)*spec: 1\b")
RUNS_TENSORFLOW = re.compile(r"\bspecc (train|doctor|launch|lr-find|verify)\b|^python ")
OPTIONS = {"title", "error", "exit"}


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block. `line` is that of the opening fence, from 1; `text` ends in a newline, without its indent."""

    line: int
    language: str
    options: Mapping[str, str]
    text: str
    indent: str = ""

    @property
    def is_spec(self) -> bool:
        """Whether the block is a whole spec; other YAML blocks are fragments, which nothing can check alone."""
        return self.language == "yaml" and SPEC.match(self.text) is not None

    @property
    def codes(self) -> list[str]:
        """The codes that the checker must report, in alphabetic order."""
        return sorted(filter(None, self.options.get("error", "").split(",")))


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a `console` block. The output stands in the page's lines `first` to before `end`, from 1."""

    command: str
    expected: str
    exit_code: int
    first: int
    end: int


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a page in order."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if not opening:
            continue
        start, indent = number, opening["indent"]
        while lines[number] != f"{indent}```":  # a fence that is never closed ends the test, as it breaks the page
            number += 1
        body = [line.removeprefix(indent) + "\n" for line in lines[start:number]]
        yield Fence(start, opening["language"], _options(opening["options"]), "".join(body), indent)
        number += 1


def _options(text: str) -> dict[str, str]:
    options = dict(word.split("=", 1) for word in shlex.split(text))
    unknown = options.keys() - OPTIONS
    if unknown:
        raise ValueError(f"unknown words after a fence: {sorted(unknown)}")
    return options


def steps(fence: Fence) -> list[Step]:
    """The commands of a `console` block: lines with `$ `, continued with `> `, each followed by its output."""
    lines = fence.text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    if not starts or starts[0] != 0:
        raise ValueError(f"line {fence.line}: a console block begins with `$ ` and a command")
    found = []
    for start, end in pairwise([*starts, len(lines)]):
        first = start + 1
        while first < end and lines[first].startswith("> "):
            first += 1
        command = "".join(line[2:] for line in lines[start:first]).strip()
        exit_code = int(fence.options.get("exit", "0")) if end == len(lines) else 0
        offset = fence.line + 1
        found.append(Step(command, "".join(lines[first:end]), exit_code, offset + first, offset + end))
    return found


def needs_tensorflow(text: str) -> bool:
    """Whether a page has a command that trains or starts TensorFlow."""
    blocks = (fence for fence in fences(text) if fence.language == "console")
    return any(RUNS_TENSORFLOW.search(step.command) for fence in blocks for step in steps(fence))
