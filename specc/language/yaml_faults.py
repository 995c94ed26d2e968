"""What is wrong with a text that is no YAML, in words a reader of the text understands.

Comes in: the parser's error, whose wording is about its own states. Goes out: one `invalid-syntax` finding at the place
where the text must change, which is often not where the parser stopped. libyaml and PyYAML word one fault differently.
"""

import re
from dataclasses import dataclass

import yaml

from specc.diagnostics import Finding, Fix, Label, Span, error
from specc.language.mending import with_colon, with_space, with_spaces
from specc.language.source import LINE_BREAK

CODE = "invalid-syntax"


@dataclass(frozen=True, slots=True)
class _Fault:
    """Where the parser stopped (`line`, `column`, counted from 0), what it was reading and where that began."""

    path: str
    lines: list[str]
    problem: str
    context: str
    line: int
    column: int
    start: tuple[int, int] | None

    def here(self) -> Span:
        return _word(self.path, self.lines, self.line, self.column)

    def opening(self) -> Span:
        line, column = self.start or (self.line, self.column)
        return Span(self.path, line + 1, column + 1, line + 1, column + 2)

    def rest(self) -> str:
        return self.lines[self.line][self.column :]

    def before(self) -> str:
        return self.lines[self.line][: self.column]


def syntax_finding(problem: yaml.MarkedYAMLError, text: str, path: str) -> Finding:
    """The one finding that says why `text` is no YAML."""
    lines = LINE_BREAK.split(text)
    mark, context_mark = problem.problem_mark, problem.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines):  # libyaml ends a text that lacks its last line break as if it had it
        line, column = len(lines) - 1, len(lines[-1])
    column = min(column, len(lines[line]))
    start = (context_mark.line, context_mark.column) if context_mark else None
    fault = _Fault(path, lines, str(problem.problem), str(problem.context), line, column, start)
    for words, explain in _EXPLANATIONS:
        if re.search(words, fault.problem):
            return explain(fault)
    return error(CODE, f"the text is not valid YAML: {fault.problem}", fault.here())


def _cannot_start(fault: _Fault) -> Finding:
    character = fault.rest()[:1]
    if character == "\t":
        hint = "indent with spaces"
        fix = with_spaces(fault.lines, fault.path)
        return error(CODE, "a tab cannot indent a line", fault.here(), help=hint, fix=fix)
    return error(CODE, f"a value cannot begin with `{character}`", fault.here(), help="put the value in quotes")


def _tab_indents(fault: _Fault) -> Finding:
    fix = with_spaces(fault.lines, fault.path)
    return error(CODE, "a tab cannot indent a line", fault.here(), help="indent with spaces", fix=fix)


def _second_colon(fault: _Fault) -> Finding:
    before = fault.before()
    if re.search(r":\s", before):
        hint = "put the value in quotes, or the inner mapping in braces"
        return error(CODE, "a second `:` in the value of a key", fault.here(), help=hint)
    line, indent = fault.line + 1, len(before) - len(before.lstrip())
    span = Span(fault.path, line, indent + 1, line, fault.column + 1)
    above = _line_above(fault)
    if above is None:
        return error(CODE, "`:` cannot stand here", fault.here())
    if fix := with_space(fault.path, fault.lines, above.line):
        return _no_space(fault, above, fix)
    if indent > above.column - 1:
        return _too_deep(fault, span, above)
    label = Label(above, "after this line")
    return error(CODE, "a key cannot stand here", span, labels=(label,), help="the line above may lack its `:`")


def _line_above(fault: _Fault) -> Span | None:
    """The line before this one that says something."""
    lines = range(fault.line - 1, -1, -1)
    number = next((i for i in lines if fault.lines[i].strip() and not fault.lines[i].lstrip().startswith("#")), None)
    return None if number is None else _line_span(fault.path, fault.lines, number)


def _too_deep(fault: _Fault, span: Span, above: Span) -> Finding:
    """Keys below a type without its `:`."""
    word = re.sub(r"\s+#.*", "", fault.lines[above.line - 1]).strip().removeprefix("- ")
    hint = f"write `- {word}:` for keys beside `{word}`" if re.fullmatch(r"[\w.]+", word) else ""
    message = "this line is indented deeper, but the line above has a value already"
    labels = (Label(above, "after this line"),)
    fix = with_colon(fault.path, fault.lines, above.line)
    return error(CODE, message, span, labels=labels, help=hint, fix=fix)


def _no_colon(fault: _Fault) -> Finding:
    line = fault.start[0] if fault.start else fault.line
    span = _line_span(fault.path, fault.lines, line)
    text = fault.lines[line][span.column - 1 :]
    if re.match(r"-\w", text):
        return error(CODE, f"`{_cut(text)}` has no `:` and is no list item", span, help="put a space after `-`")
    if fix := with_space(fault.path, fault.lines, span.line):
        return _no_space(fault, span, fix)
    return error(CODE, f"`{_cut(text)}` has no `:` and no value", span)


def _no_space(fault: _Fault, line: Span, fix: Fix) -> Finding:
    """A key with its value behind its `:` at once, which is one word to YAML."""
    text = fault.lines[line.line - 1][line.column - 1 : line.end_column - 1]
    return error(CODE, f"`{_cut(text)}` has no space after its `:`", line, help="put a space after `:`", fix=fix)


def _not_closed(fault: _Fault) -> Finding:
    opening = fault.opening()
    mark = fault.lines[opening.line - 1][opening.column - 1 : opening.column]
    if "quoted scalar" in fault.context:
        return error(CODE, f"the quote `{mark}` is never closed", opening)
    closing = "]" if "sequence" in fault.context else "}"
    what = "list" if closing == "]" else "mapping"
    if not fault.rest().strip() and all(not line.strip() for line in fault.lines[fault.line + 1 :]):
        return error(CODE, f"the {what} opened by `{mark}` is never closed", opening, help=f"add `{closing}`")
    label = Label(opening, f"the {what} begins here")
    message = f"expected `,` or `{closing}` in this {what}"
    return error(CODE, message, fault.here(), labels=(label,))


def _no_key(fault: _Fault) -> Finding:
    if re.match(r":(\s|$)", fault.rest()):
        return error(CODE, "a key is missing before this `:`", fault.here())
    label = Label(fault.opening(), "the mapping begins here")
    if fault.before().strip():
        hint = "put the whole value in quotes"
        return error(CODE, "unexpected text after the end of a value", fault.here(), help=hint)
    if re.match(r"-(\s|$)", fault.rest()):
        return error(CODE, "a list item stands among the keys of a mapping", fault.here(), labels=(label,))
    return error(CODE, "the indentation of this line fits no line above it", fault.here(), labels=(label,))


def _no_item(fault: _Fault) -> Finding:
    label = Label(fault.opening(), "the list begins here")
    if fault.before().strip():
        hint = "put the whole value in quotes"
        return error(CODE, "unexpected text after the end of a value", fault.here(), help=hint)
    above = _line_above(fault)
    if above and fault.column > above.column - 1 and with_colon(fault.path, fault.lines, above.line):
        return _too_deep(fault, fault.here(), above)
    return error(CODE, "expected another list item, which begins with `-`", fault.here(), labels=(label,))


def _no_content(fault: _Fault) -> Finding:
    character = fault.rest()[:1]
    if not character:
        return error(CODE, "a value is missing", fault.here())
    return error(CODE, f"a value is missing before `{character}`", fault.here())


def _item_in_line(fault: _Fault) -> Finding:
    hint = "begin the list on a line of its own, or write it in brackets"
    return error(CODE, "a list item cannot stand on the line of its key", fault.here(), help=hint)


def _not_one_document(fault: _Fault) -> Finding:
    hint = "indent it like the first line of the spec"
    return error(CODE, "this line does not belong to what stands above it", fault.here(), help=hint)


def _escape(fault: _Fault) -> Finding:
    column = fault.column if fault.rest()[:1] == "\\" else max(fault.column - 1, 0)
    line = fault.line + 1
    shown = fault.lines[fault.line][column : column + 2]
    span = Span(fault.path, line, column + 1, line, column + 1 + max(len(shown), 1))
    hint = r"write `\\` for a backslash, or use single quotes"
    return error(CODE, f"`{shown}` is no escape in a double-quoted string", span, help=hint)


def _bad_code_point(fault: _Fault) -> Finding:
    return error(CODE, "this escape is no character", fault.here(), help="write the character itself")


def _anchor_name(fault: _Fault) -> Finding:
    mark = "*" if "alias" in fault.context else "&"
    hint = "put the value in quotes if it is text"
    return error(CODE, f"a name is missing after `{mark}`", fault.opening(), help=hint)


def _block_header(fault: _Fault) -> Finding:
    return error(CODE, "a block of text begins on the line after `|` or `>`", fault.here())


def _tag(fault: _Fault) -> Finding:
    return error(CODE, "a value that begins with `!` is a tag", fault.opening(), help="put the value in quotes")


def _directive(fault: _Fault) -> Finding:
    return error(CODE, "a line that begins with `%` is a directive", fault.here(), help="remove the line")


_EXPLANATIONS = (
    ("cannot start any token", _cannot_start),
    ("tab character", _tab_indents),
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _no_colon),
    ("unexpected end of stream|unexpected document (indicator|separator)|expected ',' or '[]}]'", _not_closed),
    ("expected key|but found '-'|expected <block end>, but found '<(scalar|block mapping start)>'", _no_key),
    ("expected '-' indicator|expected <block end>", _no_item),
    ("expected (the )?node content", _no_content),
    ("sequence entries are not allowed", _item_in_line),
    ("YAML document|directive", _directive),
    ("expected '?<document start>", _not_one_document),
    ("unknown escape", _escape),
    ("Unicode character escape|hexdecimal|hexadecimal", _bad_code_point),
    ("alphabetic or numeric", _anchor_name),
    ("comment or line break|chomping|indentation indicator", _block_header),
    ("tag|URI", _tag),
)


def _word(path: str, lines: list[str], line: int, column: int) -> Span:
    match = re.compile(r"[\w.+-]+|.?").match(lines[line], column)
    return Span(path, line + 1, column + 1, line + 1, match.end() + 1 if match else column + 1)


def _line_span(path: str, lines: list[str], line: int) -> Span:
    text = lines[line]
    blank = " \t"  # to YAML; what else Python strips is text
    return Span(path, line + 1, len(text) - len(text.lstrip(blank)) + 1, line + 1, len(text.rstrip(blank)) + 1)


def _cut(text: str) -> str:
    text = text.strip(" \t")
    return text if len(text) <= 40 else text[:40] + "…"
