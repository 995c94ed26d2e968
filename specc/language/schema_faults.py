"""jsonschema's errors -> findings in the words of the language, each at the smallest place that is wrong.

Comes in: errors, the tree they are about, and the map of the schema. One fault gives one finding: what follows from a
fault already told (an argument is missing because it is misspelt) is left out. Loaded only when there is a fault.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from jsonschema.exceptions import ValidationError

from specc.diagnostics import Finding, Label
from specc.language.mending import as_word, with_first_key, without_fraction, without_quotes
from specc.language.newcomers import MISSING, Hint, arguments_hint, list_hint, none_hint, number_hint, section_hint
from specc.language.schema_fault import Fault
from specc.language.schema_map import Place, SchemaMap
from specc.language.schema_unknown import one_of_words, takes, unknown_choice, unknown_key, unknown_type
from specc.language.schema_words import alternatives, described, kind_words, listed, number, type_words
from specc.language.suggest import best_match
from specc.language.tree import Node, Path, descend
from specc.language.tuples import Tuple, tuple_at, tuple_finding, tuple_in


def explain(faults: Iterable[ValidationError], tree: Node, schema: SchemaMap) -> list[Finding]:
    """The findings for the errors that jsonschema found in `tree`."""
    findings: list[Finding] = []
    mistyped: set[Path] = set()
    tuples: set[Path] = set()
    for fault in faults:
        path = tuple(fault.absolute_path)
        written = _tuple(Fault(fault, path, tree, schema))
        if written:
            if written.path not in tuples:
                place = written.path if isinstance(written.path[-1], str) else written.path[:-1]
                subject = Fault(fault, place, tree, schema).subject
                findings.append(tuple_finding(written, subject))
            tuples.add(written.path)
            continue
        if path in mistyped:
            continue  # of a value of the wrong type, or that is no number, nothing else is told
        if fault.validator in ("type", "not"):
            mistyped.add(path)
        findings.extend(_explain(Fault(fault, path, tree, schema)))
    return findings


def _tuple(fault: Fault) -> Tuple | None:
    """The Python tuple that a fault is about: a piece of it does not fit, or there are too many pieces."""
    if fault.keyword == "additionalProperties":
        return tuple_at(fault.tree, (*fault.path, fault.error.message))
    if fault.is_about_key:
        return tuple_at(fault.tree, (*fault.path, fault.value))
    written = tuple_at(fault.tree, fault.path)
    return tuple_in(fault.tree, fault.path) if written is None and fault.keyword in _COUNTS else written


def _explain(fault: Fault) -> list[Finding]:
    misspelt = _misspelt_type_above(fault)
    if misspelt:
        return misspelt
    teller = _TELLERS.get(fault.keyword)
    if teller:
        return teller(fault)
    message = f"{fault.subject} does not fit the schema: `{fault.keyword}` does not hold"
    return fault.told("invalid-value", message)


def _misspelt_type_above(fault: Fault) -> list[Finding]:
    """A loss or metric whose misspelt type was taken for the name of an output, so that its arguments make no sense."""
    path = fault.path
    if len(path) < 2 or path[-2] not in ("loss", "metrics") or not isinstance(path[-1], str):
        return []
    place = fault.place
    part = place.definition.get("else", {}) if place else {}
    types = fault.map.types(part)
    if path[-1] in types or not best_match(path[-1], types):
        return []
    kind = fault.map.kind_of(part) or "component"
    above = replace(fault, path=path[:-1])
    return unknown_type(above, kind, path[-1], types, above.key_span(path[-1]))


def _missing(fault: Fault) -> list[Finding]:
    name = fault.error.message
    known = fault.schema.get("properties", {})
    strange = [key for key in fault.value if key not in known]
    if any(best_match(key, known) == name for key in strange) or takes(fault, known.get(name, {}), strange):
        return []  # it is there, misspelt or as the bare component, which is a finding of its own
    if fault.path == ("model",) and any("layer" in fault.map.kinds_with(key) for key in strange):
        return []  # layers stand among the keys
    place = fault.place
    if place and place.is_type:
        return fault.told("missing-argument", f"`{fault.key}` needs `{name}`", at=fault.own_key_span())
    where = f"`{fault.key}`" if fault.path else "the spec"
    only = f"{name}: {known[name]['const']}" if "const" in known.get(name, {}) else ""
    hint = f"add `{only}`" if only else MISSING.get(name, "")
    span = fault.own_key_span() if fault.path else fault.node.span._replace(end_line=1, end_column=1, line=1, column=1)
    fix = with_first_key(fault.tree, only) if only and not fault.path else None
    return fault.told("missing-key", f"{where} needs the key `{name}`", at=span, help=hint, fix=fix)


def _type(fault: Fault) -> list[Finding]:
    place = fault.place
    if place and place.is_type and place.branch == "else":
        return _first_argument(fault, place)
    kind = fault.map.kind_of(place.definition.get("else", {})) if place else None
    if kind:
        words = kind_words(kind, article=True)
        message = f"{words} is written `Type` or `Type: arguments`, got {described(fault.value)}"
        return fault.told("not-a-component", message)
    return _wrong_type(fault, type_words(fault.schema))


def _wrong_type(fault: Fault, wanted: str) -> list[Finding]:
    value, hint, fix, span = fault.value, "", None, fault.node.span
    if isinstance(value, float) and value.is_integer() and "an integer" in wanted:
        hint, fix = f"write `{int(value)}`", without_fraction(span, value)
    elif isinstance(value, str) and wanted == "true or false" and value.lower() in _YAML_1_1_BOOLEANS:
        word = _YAML_1_1_BOOLEANS[value.lower()]
        hint, fix = f"write `{word}`", as_word(span, value, word)
    elif wanted == "true or false" and value in ("true", "false"):
        hint, fix = f"write `{value}` without quotes", without_quotes(span, value)
    elif isinstance(value, str) and ("integer" in wanted or "number" in wanted) and _NUMBER.fullmatch(value):
        fits = "number" in wanted or value.lstrip("+-").isdigit()
        hint, fix = f"write `{value}` without quotes", without_quotes(span, value) if fits else None
    elif isinstance(value, str) and wanted == "a number" and fault.map.kinds_with(value):
        hint = f"write `{value}: …` with its arguments"
    elif isinstance(value, str) and not fault.path and ":" in value:
        hint = "put a space after each `:`"
    elif told := _elsewhere(fault, wanted):
        hint, fix = told.help, as_word(span, str(value), told.instead) if told.instead else None
    message = f"{fault.subject} must be {wanted}, got {described(value)}"
    return fault.told("wrong-type", message, help=hint, fix=fix)


def _elsewhere(fault: Fault, wanted: str) -> Hint | None:
    """What is meant by a word where no word may stand."""
    value = fault.value
    if value in ("None", "none") and "null" in wanted:
        return none_hint()
    if wanted == "a list":
        return list_hint(fault.key, value, {kind: fault.map.types_of(kind) for kind in ("callback", "layer")})
    if wanted == "a string" and re.search(fault.schema.get("pattern", ""), str(value)):
        return Hint(f'write it in quotes: `"{value}"`') if type(value) is int else None
    place = fault.place
    if isinstance(value, list) and place and place.is_type:
        return arguments_hint(fault.key, value, place.definition.get("then", {}).get("required", ()))
    if isinstance(value, str) and "number" in wanted:
        limit = fault.schema.get("exclusiveMaximum", fault.schema.get("maximum"))
        return number_hint(value, fraction=limit is not None and limit <= 1) or _rate_hint(fault)
    kind = {"data": "dataset", "model": "layer-entry"}.get(fault.key, "") if len(fault.path) == 1 else ""
    if isinstance(value, str | float) and (kind or fault.path == ("data", "split")):
        return section_hint(fault.key, value, fault.map.words_of(kind))
    return None


def _rate_hint(fault: Fault) -> Hint | None:
    return (
        Hint("write a number, or a schedule such as `CosineDecay: …`") if "`learning_rate`" in fault.subject else None
    )


def _first_argument(fault: Fault, place: Place) -> list[Finding]:
    """A component whose value is no mapping and does not fit its first argument."""
    required = place.definition.get("then", {}).get("required", ())
    if fault.value is None and required:
        if set(required) <= set(fault.map_above()):
            return []  # it is there, indented too little, which is a finding of its own
        message = f"`{fault.key}` needs {listed(required)}"
        return fault.told("missing-argument", message, at=fault.own_key_span())
    if fault.limit in ("null", ["null"]):
        known = list(place.definition.get("then", {}).get("properties", {}))
        notes = (f"arguments of `{fault.key}`: {listed(known)}",) if known else ()
        what = "a mapping of arguments" if known else "no arguments"
        message = f"`{fault.key}` takes {what}, got {described(fault.value)}"
        return fault.told("wrong-type", message, notes=notes)
    return _wrong_type(fault, type_words(fault.schema, without="null"))


def _any_of(fault: Fault) -> list[Finding]:
    place = fault.place
    if place and place.branch == "then" and fault.map.kind_of(place.definition.get("else", {})):
        return _bare_type(fault, place)
    values = [value for branch in fault.limit for value in branch.get("enum", ())]
    context = fault.error.context or []
    others = alternatives([*dict.fromkeys(words for branch in fault.limit if (words := type_words(branch)))])
    if values and not isinstance(fault.value, dict | list):
        return unknown_choice(fault, values, others)
    fitting = {_branch(sub) for sub in context} - {_branch(sub) for sub in context if _is_about_type(sub)}
    if not fitting:
        return _wrong_type(fault, one_of_words(values, others) if values else others)
    deepest = max((sub for sub in context if _branch(sub) in fitting), key=lambda sub: len(sub.absolute_path))
    same = [sub for sub in context if _branch(sub) == _branch(deepest)]
    return explain(same, fault.tree, fault.map)


def _branch(sub: ValidationError) -> object:
    return sub.schema_path[0] if sub.schema_path else None


def _is_about_type(sub: ValidationError) -> bool:
    """Whether an alternative is out of the question: it wants another type, or is an expression or a list of words."""
    return not sub.path and sub.validator in ("type", "pattern", "enum", "const")


def _bare_type(fault: Fault, place: Place) -> list[Finding]:
    """A string where a component stands, which is no type that can do without arguments."""
    part = place.definition["else"]
    kind = fault.map.kind_of(part) or "component"
    types = fault.map.types(part)
    if fault.value in types:
        definition = fault.map.definition(part["properties"][fault.value]["$ref"])
        required = definition.get("then", {}).get("required", ())
        needs = listed(required) if required else "arguments"
        hint = f"write `{fault.value}: {{{required[0]}: …}}`" if required else ""
        return fault.told("missing-argument", f"`{fault.value}` needs {needs}", help=hint)
    short = [value for branch in fault.limit for value in branch.get("enum", ())]
    return unknown_type(fault, kind, fault.value, (*short, *types), fault.node.span)


def _enum(fault: Fault) -> list[Finding]:
    return unknown_choice(fault, list(fault.limit))


def _const(fault: Fault) -> list[Finding]:
    return unknown_choice(fault, [fault.limit])


def _range(fault: Fault) -> list[Finding]:
    relation = _RELATIONS[fault.keyword]
    message = f"{fault.subject} must be {relation} {fault.limit}, got {number(fault.value)}"
    return fault.told("out-of-range", message)


def _count(fault: Fault) -> list[Finding]:
    """Too few or too many entries in a component mapping, a list, a mapping or a text."""
    kind = fault.map.kind_of(fault.schema)
    if kind and isinstance(fault.value, dict):
        return _too_many_types(fault, kind)
    unit = {"Items": "item", "Properties": "key", "Length": "character"}[fault.keyword[3:]]
    count = fault.limit
    relation = "at least" if fault.keyword.startswith("min") else "at most"
    if fault.schema.get("min" + fault.keyword[3:]) == fault.schema.get("max" + fault.keyword[3:]):
        relation = "exactly"
    plural = unit if count == 1 else unit + "s"
    message = f"{fault.subject} must have {relation} {count} {plural}, got {len(fault.value)}"
    return fault.told("out-of-range", message)


def _too_many_types(fault: Fault, kind: str) -> list[Finding]:
    words = kind_words(kind, article=True)
    given = list(fault.value)
    if not given:
        return fault.told("not-a-component", f"{words} is written `Type` or `Type: arguments`, got an empty mapping")
    types = fault.map.types(fault.schema)
    first = next((name for name in given if name in types), given[0])
    stray = next(name for name in given if name != first)
    hint = ""
    if stray in fault.map.arguments(f"{kind}.{first}"):
        hint = f"indent `{stray}` under `{first}:`, or write `{first}: {{{stray}: …}}`"
    message = f"{words} has one type, got {listed(given)}"
    return fault.told("not-a-component", message, at=fault.key_span(stray), help=hint)


def _pattern(fault: Fault) -> list[Finding]:
    pattern = str(fault.limit)
    if pattern == "^\\$":
        place = fault.place
        if place and place.is_type and place.branch == "else":
            return _first_argument(fault, place)
        return _wrong_type(fault, type_words(fault.schema))
    shown = described(fault.value)
    if pattern == ".":
        return fault.told("invalid-value", f"{fault.subject} must not be empty")
    if pattern.startswith(("^[A-Za-z_]", "^[A-Za-z0-9_]")):
        letters = "letters, digits, `_` and `-`" if "-]*$" in pattern else "letters, digits and `_`"
        hint = f"a name is {letters}, and does not begin with a digit"
        return fault.told("invalid-name", f"{fault.subject} must be a name, got {shown}", help=hint)
    if pattern.startswith("^(?![/~]"):
        hint = "write it relative to the spec's folder, with forward slashes"
        message = f"{fault.subject} must be a relative path inside the project, got {shown}"
        return fault.told("path-outside-project", message, help=hint)
    if pattern.startswith("^(.|tab"):
        return fault.told("invalid-value", f"{fault.subject} must be one character or `tab`, got {shown}")
    endings = re.fullmatch(r"\(((?:\\\.[\w.\\]+\|?)+)\)\$", pattern.removesuffix("|^\\$"))
    if endings:
        wanted = alternatives([f"`{ending.replace(chr(92), '')}`" for ending in endings[1].split("|")])
        return fault.told("invalid-value", f"{fault.subject} must end in {wanted}, got {shown}")
    ending = pattern.removesuffix("|^\\$")  # where it only holds for what is no expression
    message = f"{fault.subject} must match `{ending}`, got {shown}"
    return fault.told("invalid-value", message)


def _not(fault: Fault) -> list[Finding]:
    if set(fault.limit) == {"const"}:
        return fault.told("out-of-range", f"{fault.subject} must not be {number(fault.limit['const'])}")
    return fault.told("invalid-value", f"{fault.subject} must not be {described(fault.value)}")


def _unique(fault: Fault) -> list[Finding]:
    items = fault.value
    repeated = next((i for i, item in enumerate(items) if item in items[:i]), len(items) - 1)
    first = items.index(items[repeated])
    message = f"{fault.subject} names {described(items[repeated])} twice"
    at = descend(fault.tree, (*fault.path, repeated)).span
    labels = (Label(descend(fault.tree, (*fault.path, first)).span, "first given here"),)
    return fault.told("duplicate-item", message, at=at, labels=labels)


def _one_of(fault: Fault) -> list[Finding]:
    """Exactly one of several forms. Where the forms are required keys, the finding names the keys."""
    keys = [key for branch in fault.limit for key in branch.get("required", ())]
    if not keys or not isinstance(fault.value, dict):
        return _any_of(fault)
    given = [key for key in fault.value if key in keys]
    if len(given) > 1:
        first, second, *_ = given
        labels = (Label(fault.key_span(first), "given here"),)
        message = f"{fault.subject} takes only one of {listed(given)}"
        return fault.told("conflicting-keys", message, at=fault.key_span(second), labels=labels)
    if any(best_match(key, keys) for key in fault.value if key not in fault.schema.get("properties", {})):
        return []  # the key is there, misspelt
    message = f"{fault.subject} needs one of the keys {listed(keys)}"
    return fault.told("missing-key", message, at=fault.own_key_span())


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_YAML_1_1_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}

_RELATIONS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}

_COUNTS = frozenset(("anyOf", "oneOf", "type", "minItems", "maxItems", "maxProperties"))

_TELLERS: dict[str, Callable[[Fault], list[Finding]]] = {
    "additionalProperties": unknown_key,
    "required": _missing,
    "type": _type,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "not": _not,
    "uniqueItems": _unique,
    **dict.fromkeys(_RELATIONS, _range),
    **dict.fromkeys(("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength"), _count),
}
