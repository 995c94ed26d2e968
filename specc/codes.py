"""Every code of a finding, with what it says in one line. Codes are stable: scripts and `allow:` lists name them.

`tests/language/test_codes.py` proves that the front end emits no code that is missing here.
"""

from typing import Final

# The file and its text
_TEXT = {
    "duplicate-key": "a mapping gives the same key twice",
    "empty-spec": "the file holds no spec",
    "expansion-limit": "aliases or variables stand for more values than a spec may hold",
    "file-too-large": "the file is larger than a spec may be",
    "invalid-character": "the text holds a character that YAML or JSON does not allow",
    "invalid-key": "a key is no name: a list, a mapping, null, a boolean or a fraction",
    "invalid-merge": "`<<` merges something that is no mapping",
    "invalid-syntax": "the text is not valid YAML or JSON",
    "multiple-documents": "the file holds more than one YAML document",
    "nesting-limit": "lists and mappings are nested deeper than a spec may nest them",
    "no-such-file": "there is no file at the path",
    "not-a-file": "the path leads to a folder",
    "not-utf8": "the file is not UTF-8 text",
    "number-too-large": "a number has more digits or a larger exponent than can be kept",
    "recursive-alias": "an alias stands inside the value it repeats",
    "undefined-alias": "an alias repeats an anchor that does not stand before it",
    "unknown-tag": "a value has a YAML tag that is not part of the language",
    "unreadable-file": "the file cannot be read",
}

# Variables, expressions, `--set` and `--var`
_COMPOSITION = {
    "cyclic-variable": "a variable is defined by itself",
    "invalid-expression": "an expression cannot be read or computed",
    "invalid-path": "a `--set` path leads nowhere in the spec",
    "unknown-variable": "an expression or a `--var` names a variable that `vars` does not define",
}

# The schema: sections, components and their arguments
_SCHEMA = {
    "conflicting-keys": "two keys are given of which only one may be",
    "duplicate-item": "a list names the same thing twice",
    "invalid-name": "a name holds characters that names cannot have",
    "invalid-value": "a value does not fit the schema",
    "misplaced-argument": "an argument stands beside its layer instead of under it",
    "missing-argument": "a component lacks an argument it needs",
    "missing-key": "a section lacks a key it needs",
    "not-a-component": "something other than `Type` or `Type: arguments` stands where a component belongs",
    "out-of-range": "a number, or the number of items, is too small or too large",
    "path-outside-project": "a path is absolute, or leads out of the project",
    "unknown-argument": "a component has no argument of that name",
    "unknown-choice": "a value is none of the words that may stand there",
    "unknown-key": "a section has no key of that name",
    "wrong-type": "a value has another type than its place needs",
}

# `unknown-KIND`: there is no component of that name
KINDS: Final = (
    "activation",
    "application",
    "callback",
    "constraint",
    "dataset",
    "initializer",
    "layer",
    "loss",
    "metric",
    "op",
    "optimizer",
    "regularizer",
    "schedule",
    "strategy",
)
_COMPONENTS = {f"unknown-{kind}": f"there is no {kind} of that name" for kind in KINDS}

CODES: Final[dict[str, str]] = dict(sorted((_TEXT | _COMPOSITION | _SCHEMA | _COMPONENTS).items()))
