"""Random YAML texts: every word occurs once, so that a test can say where each comment stands between the others.

Styles, indentation, blank lines, comments and line breaks are drawn at each place where YAML allows them.
"""

from random import Random
from typing import Any

SECTIONS = ("spec", "name", "vars", "data", "model", "training", "runtime", "x-a")


class Writer:
    """Writes one text; `word` and `comment` are numbered."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.number = 0
        self.anchors: list[str] = []

    def new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def chance(self, percent: int) -> bool:
        return self.random.randint(0, 99) < percent

    def any_of(self, *values: Any) -> Any:
        return self.random.choice(values)

    def comment(self) -> str:
        return f"#{self.any_of('', ' ', '  ')}{self.new('c')}{self.any_of('', ' ')}"

    def end(self, percent: int = 20) -> str:
        """What may end a line."""
        return (
            f"{self.any_of(' ', '  ', '     ')}{self.comment()}\n"
            if self.chance(percent)
            else self.any_of("\n", "\n", " \n")
        )

    def gap(self) -> str:
        """Blank lines and comments on lines of their own."""
        lines = ""
        while self.chance(25):
            blank = self.any_of("\n", "  \n", "\n\n\n")
            lines += blank if self.chance(40) else " " * self.random.randint(0, 9) + self.comment() + "\n"
        return lines

    def scalar(self) -> str:
        word = self.new("w")
        return str(
            self.any_of(
                word, word, f"{word} b", f"'{word}'", f'"{word}"', f"'{word}''s # no'", f'"{word} \\" \\x41"', "1e-3",
                "", "!delete", f"!!str {word}", "'1.0'", f"'{word} \"q\"'", "~", "0o17", "on", "-1",
            )
        )  # fmt: skip

    def flow(self, depth: int, *, lines: bool) -> str:
        """A collection in braces or brackets; with `lines`, breaks and comments stand inside."""

        def space() -> str:
            if not lines or self.chance(50):
                return str(self.any_of("", " ", "   "))
            return self.end() + self.gap() + " " * 12

        def value() -> str:
            if depth and self.chance(30):
                return self.flow(depth - 1, lines=lines)
            return self.scalar() or self.new("w")

        count = self.random.randint(0, 4 if depth else 2)
        if self.chance(50):
            items = [value() + space() for _ in range(count)]
            return f"[{space()}{f',{space()}'.join(items)}]"
        items = [f"{self.new('k')}: {space()}{value()}{space()}" for _ in range(count)]
        return f"{{{space()}{f',{space()}'.join(items)}}}"

    def block_text(self, column: int) -> str:
        head = self.any_of("|", ">", "|-", ">-", "|+", ">+")
        inner = " " * (column + self.random.randint(1, 4))
        body = "".join(
            self.any_of(
                f"{inner}{self.new('w')} # no\n", f"{inner}  {self.new('w')}\n", "\n", f"{inner}{self.new('w')}  \n"
            )
            for _ in range(self.random.randint(0, 3))
        )
        return f"{head}{self.end()}{inner}{self.new('w')}\n{body}"

    def several_lines(self, column: int) -> str:
        quote = self.any_of("", "'", '"')
        inner = " " * (column + self.random.randint(1, 6))
        middle = self.any_of("\n", "\n\n", " \n")
        return f"{quote}{self.new('w')}{middle}{inner}{self.new('w')}{quote}{self.end()}"

    def anchor(self) -> str:
        if not self.chance(10):
            return ""
        self.anchors.append(self.new("a"))
        return f"&{self.anchors[-1]} "

    def value(self, column: int, depth: int, *, in_list: bool) -> str:
        """What stands behind a key's colon, or behind a dash, whose collection begins at `column`."""
        choice = self.random.randint(0, 19)
        if choice < 6:
            text = self.scalar()
            return f" {text}{self.end()}" if text else self.end()
        if choice < 7 and self.anchors:
            return f" *{self.any_of(*self.anchors)}{self.end()}"
        if choice < 9:
            return f" {self.anchor()}{self.flow(depth, lines=False)}{self.end()}"
        if choice < 11:
            return f" {self.flow(depth, lines=True)}{self.end()}"
        if choice < 12:
            return f" {self.block_text(column)}"
        if choice < 13:
            return f" {self.several_lines(column)}"
        if choice < 14:
            return f"{self.end()}{self.gap()}{' ' * (column + 3)}{self.scalar() or self.new('w')}{self.end()}"
        if not depth:
            return f" {self.new('w')}{self.end()}"
        return self.inner(column, depth - 1, in_list=in_list)

    def inner(self, column: int, depth: int, *, in_list: bool) -> str:
        is_list = self.chance(50)
        block = self.block_list if is_list else self.block_mapping
        if in_list and self.chance(70):
            blanks = self.random.randint(1, 3)
            return " " * blanks + block(column + 1 + blanks, depth)[column + 1 + blanks :]
        least = 0 if is_list and not in_list else 1
        deeper = column + self.random.randint(least, 4)
        anchor = self.anchor().rstrip()
        before = f" {anchor}" if anchor else ""
        return f"{before}{self.end()}{self.gap()}{block(deeper, depth)}"

    def block_list(self, column: int, depth: int) -> str:
        lines = ""
        for number in range(self.random.randint(1, 3)):
            lines += (self.gap() if number else "") + " " * column + "-" + self.value(column, depth, in_list=True)
        return lines

    def block_mapping(self, column: int, depth: int, keys: tuple[str, ...] = ()) -> str:
        lines = ""
        for number in range(len(keys) or self.random.randint(1, 3)):
            word = keys[number] if keys else self.new("k")
            key = self.any_of(word, word, f"'{word}'", f'"{word}"', f"{word} ")
            mark = ("? " + key + self.end() + " " * column + ":") if self.chance(4) else key + ":"
            lines += (self.gap() if number else "") + " " * column + mark + self.value(column, depth, in_list=False)
        return lines


def text_of(random: Random, *, in_order: bool) -> str:
    """A YAML text that is a mapping of sections, in the order of the reference or not."""
    writer = Writer(random)
    keys = tuple(random.sample(SECTIONS, random.randint(1, 5)))
    if in_order:
        keys = tuple(sorted(keys, key=SECTIONS.index))
    text = writer.gap() + writer.any_of("", "", "", "--- # c0\n", "%YAML 1.2\n---\n")
    text += writer.gap() + writer.block_mapping(0, 3, keys) + writer.gap()
    text = text[:-1] if writer.chance(10) else text
    return str(text.replace("\n", writer.any_of("\n", "\n", "\n", "\r\n")))
