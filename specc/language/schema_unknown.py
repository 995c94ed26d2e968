"""Names and words that the schema does not know -> findings: types, arguments, keys of sections, words of a choice.

Comes in: a fault of a name that is unknown where it stands. The help names what was probably meant: a known name that
is like it, the place where it belongs, or what it is called here.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from specc.codes import KINDS
from specc.diagnostics import Finding, Span
from specc.language.mending import as_word, respelt, without_quotes
from specc.language.newcomers import TYPE_KEYS, Hint, argument_hint, key_hint, none_hint, type_hint, word_hint
from specc.language.schema_fault import Fault, Schema
from specc.language.schema_words import alternatives, choices, described, kind_words, listed
from specc.language.suggest import best_match
from specc.language.variables import Unresolved

_Json: TypeAlias = Any  # a value of the spec or of the schema, as json.loads gives it


def unknown_key(fault: Fault) -> list[Finding]:
    """An unknown key: of a section, of a layer's entry, or among arguments; where types stand, an unknown type."""
    key = fault.error.message
    if _is_torn(fault, key):
        return []
    place = fault.place
    if place and place.is_type:
        return _unknown_argument(fault, key)
    types = fault.map.types(fault.schema)
    if not types:
        return _unknown_section_key(fault, key)
    kind = fault.map.kind_of(fault.schema) or "component"
    node_keys = fault.map.keys(fault.schema)
    if not node_keys:
        # Too many types is told by `maxProperties`.
        if len(fault.value) > fault.schema.get("maxProperties", len(fault.value)):
            return []
        return unknown_type(fault, kind, key, types, fault.key_span(key))
    present = [name for name in fault.value if name in types]
    if present:
        return _stray_key(fault, kind, key, present[0], node_keys)
    extras = [name for name in fault.value if name not in node_keys]
    keyed = next((name for name in TYPE_KEYS if isinstance(fault.value.get(name), str)), None)
    if keyed:
        return _type_under_key(fault, keyed, extras) if key == keyed else []
    likely = next((name for name in extras if best_match(name, types)), extras[0])
    near_node_key = best_match(key, node_keys)
    if key != likely or (near_node_key and "share" in fault.value):
        return [] if len(extras) > 1 else _unknown_key_among(fault, key, node_keys, "a layer entry")
    return unknown_type(fault, kind, key, types, fault.key_span(key))


def unknown_type(fault: Fault, kind: str, name: str, types: Iterable[str], span: Span) -> list[Finding]:
    """A type that is none of the `types` of its `kind`; `span` is its place."""
    if kind not in KINDS:  # a closed list of words in the form of a component, such as the kinds of columns
        return unknown_choice(fault, list(types), at=span, value=name)
    word = kind_words(kind)
    if kind in fault.map.kinds_with(name):  # where only some of a kind may stand
        wanted = f"must be one of {choices(list(types))}"
        return fault.told("unknown-choice", f"{fault.subject} {wanted}, got the {word} `{name}`", at=span)
    if name in ("None", "none") and _may_be_null(fault):
        return _unknown(fault, f"unknown-{kind}", f"there is no {word} `{name}`", none_hint(), span)
    told = type_hint(kind, name, list(types), fault.map.types_of("activation"))
    if told:
        return _unknown(fault, f"unknown-{kind}", f"there is no {word} `{name}`", told, span)
    match = best_match(name, types)
    hint = f"did you mean `{match}`?" if match else _missing_space(name)
    others = [other for other in fault.map.kinds_with(name) if other != kind]
    notes = (f"`{name}` is {kind_words(others[0], article=True)}",) if others else ()
    beside = fault.value if isinstance(fault.value, dict) else ()
    fix = None if others else respelt(span, name, types, beside)
    return fault.told(f"unknown-{kind}", f"there is no {word} `{name}`", at=span, help=hint, notes=notes, fix=fix)


def unknown_choice(
    fault: Fault, values: list[Any], others: str = "", *, at: Span | None = None, value: _Json = None
) -> list[Finding]:
    """A value that is none of `values`, nor of the types that `others` says in words."""
    value = fault.value if value is None else value
    message = f"{fault.subject} must be {one_of_words(list(dict.fromkeys(values)), others)}, got {described(value)}"
    told = word_hint(fault.key, value, values)
    if told:
        return _unknown(fault, "unknown-choice", message, told, at or fault.node.span)
    match = best_match(value, map(str, values)) if isinstance(value, str) else None
    hint = f"did you mean `{match}`?" if match else ""
    span = at or fault.node.span
    fix = respelt(span, value, [word for word in values if isinstance(word, str)]) if match else None
    if match == value and match not in values:
        hint, fix = f"write `{value}` without quotes", without_quotes(span, value)
    return fault.told("unknown-choice", message, at=at, help=hint, fix=fix)


def takes(fault: Fault, part: Schema, names: Iterable[str]) -> bool:
    """Whether an argument takes components, or a list of them, and one of the names is the type of such."""
    part = part["else"] if part.get("if") == {"type": "array"} else part
    types = fault.map.types(fault.map.definition(part.get("$ref", "")).get("else", {}))
    return not set(types).isdisjoint(names)


def one_of_words(values: list[Any], others: str) -> str:
    """What may stand somewhere, as words of a message."""
    words = choices(values) if len(values) == 1 else f"one of {choices(values)}"
    return f"{words} or {others}" if others else words


def _type_under_key(fault: Fault, key: str, extras: list[str]) -> list[Finding]:
    """A layer whose type stands under `type`, as in a configuration of Keras."""
    name, others = fault.value[key], [other for other in extras if other not in (key, "config")]
    arguments = f"{{{others[0]}: …}}" if others else "…"
    message = f"the type of a layer is a key itself, not the value of `{key}`"
    hint = f"write `{name}: {arguments}`"
    return fault.told("unknown-layer", message, at=fault.key_span(key), help=hint)


def _unknown_argument(fault: Fault, key: str) -> list[Finding]:
    known = list(fault.schema.get("properties", {}))
    match = best_match(key, known)
    takers = [name for name, part in fault.schema.get("properties", {}).items() if takes(fault, part, (key,))]
    hint = f"did you mean `{match}`?" if match else _node_key_hint(fault, key)
    told = argument_hint(key, known)
    if takers:
        hint = f"write `{takers[0]}: {{{key}: …}}`"
    elif told:
        hint = told.help
    notes = (f"arguments of `{fault.key}`: {listed(known)}",) if known else (f"`{fault.key}` takes no arguments",)
    message, span = f"`{fault.key}` has no argument `{key}`", fault.key_span(key)
    fix = None if takers or told else respelt(span, key, known, fault.value)
    return fault.told("unknown-argument", message, at=span, help=hint or _missing_space(key), notes=notes, fix=fix)


def _node_key_hint(fault: Fault, key: str) -> str:
    """`name` or `inputs` written among the arguments of a layer."""
    for place in fault.map.places.values():
        if fault.map.types(place.definition.get(place.branch, {}) if place.branch else place.definition):
            part = place.definition[place.branch] if place.branch else place.definition
            if key in fault.map.keys(part) and fault.key in fault.map.types(part):
                return f"`{key}` stands beside `{fault.key}:`, not among its arguments"
    return ""


def _unknown(fault: Fault, code: str, message: str, told: Hint, at: Span) -> list[Finding]:
    """A finding with the help of `newcomers`, whose fix replaces the word that the message ends with."""
    written = message.removesuffix("`").rpartition("`")[2]
    fix = as_word(at, written, told.instead) if told.instead else None
    return fault.told(code, message, at=at, help=told.help, fix=fix)


def _may_be_null(fault: Fault) -> bool:
    """Whether null may stand in the place of a component."""
    if len(fault.path) < 2 or not isinstance(fault.path[-2], str):
        return False
    arguments = [fault.map.arguments(f"{kind}.{fault.path[-2]}") for kind in fault.map.kinds_with(fault.path[-2])]
    return any(part.get(str(fault.path[-1]), {}).get("if") == {"type": "null"} for part in arguments)


def _stray_key(fault: Fault, kind: str, key: str, type_name: str, node_keys: list[str]) -> list[Finding]:
    """An unknown key beside a layer: an argument that is indented too little, or a misspelt node key."""
    if key in fault.map.arguments(f"{kind}.{type_name}"):
        hint = f"indent it under `{type_name}:`, or write `{type_name}: {{{key}: …}}`"
        message = f"`{key}` is an argument of `{type_name}`, but stands beside it"
        return fault.told("misplaced-argument", message, at=fault.key_span(key), help=hint)
    return _unknown_key_among(fault, key, node_keys, f"the entry of `{type_name}`")


def _unknown_key_among(fault: Fault, key: str, known: list[str], where: str) -> list[Finding]:
    match = best_match(key, known)
    hint = f"did you mean `{match}`?" if match else _missing_space(key)
    notes = () if hint else (f"known keys: {listed(known)}",)
    message, span = f"{where} has no key `{key}`", fault.key_span(key)
    fix = respelt(span, key, known, fault.value)
    return fault.told("unknown-key", message, at=span, help=hint, notes=notes, fix=fix)


def _unknown_section_key(fault: Fault, key: str) -> list[Finding]:
    known = fault.map.keys(fault.schema)
    where = f"`{fault.key}`" if fault.path else "the top level"
    here = ".".join(str(step) for step in fault.path)
    homes = [home for home in fault.map.sections_with(key) if home != here]
    match = best_match(key, known)
    told = key_hint(fault.key, key, fault.map.kinds_with(key))
    if told:
        hint = told.help
    elif homes:
        hint = f"`{key}` belongs " + alternatives(
            [f"in `{home}`" if home else "at the top level" for home in homes[:3]]
        )
    elif match:
        hint = f"did you mean `{match}`?"
    else:
        owners = fault.map.components_with(key)
        hint = f"it is an argument of the component under `{owners[0]}`" if owners else _missing_space(key)
    notes = (f"known keys: {listed(known)}",) if known and not hint else ()
    message, span = f"{where} has no key `{key}`", fault.key_span(key)
    fix = None if homes or told else respelt(span, key, known, fault.value)
    return fault.told("unknown-key", message, at=span, help=hint, notes=notes, fix=fix)


def _is_torn(fault: Fault, key: str) -> bool:
    """Whether the key is the end of an expression without quotes, cut off at a comma; of its beginning it is told."""
    begun = (value for value in fault.value.values() if isinstance(value, Unresolved))
    return fault.value[key] is None and any(value.count("(") > value.count(")") for value in begun)


def _missing_space(key: str) -> str:
    return "put a space after `:`" if ":" in key else ""
