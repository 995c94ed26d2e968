"""Composed tree + published JSON Schema -> findings.

jsonschema finds what does not fit; `schema_faults` says it in the words of the language. Editors check specs before
substitution and so the schema allows `$…` wherever a number may stand; here no expression is left, so here it does not.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from specc.diagnostics import Finding, in_order
from specc.language.compose import Unresolved
from specc.language.tree import Node, plain

Schema: TypeAlias = dict[str, Any]
Errors: TypeAlias = Iterator[ValidationError]

EXPRESSION_PATTERN = "^\\$"
MOST_FAULTS = 200  # a generated spec with a fault in each of its lines needs no more to be understood


def check_schema(tree: Node, schema: Schema) -> tuple[Finding, ...]:
    """What in the composed `tree` does not fit the spec `schema` (draft 2020-12, in the conventions of `schema_map`).

    Findings: conflicting-keys, duplicate-item, invalid-name, invalid-value, misplaced-argument, missing-argument,
    missing-key, not-a-component, out-of-range, path-outside-root, unknown-argument, unknown-choice, unknown-key,
    unknown-KIND for each kind of component, wrong-type.
    """
    faults = list(islice(_compiled(schema)(plain(tree)), MOST_FAULTS))
    if not faults:
        return ()
    from specc.language.schema_faults import explain
    from specc.language.schema_map import SchemaMap

    return in_order(explain(faults, tree, SchemaMap(schema)))


# By the id of the schema, which is kept so that its id is. A process sees one or two schemas.
_COMPILED: Final[dict[int, tuple[Schema, Callable[[Any], Errors]]]] = {}


def _compiled(schema: Schema) -> Callable[[Any], Errors]:
    if id(schema) not in _COMPILED:
        _COMPILED[id(schema)] = (schema, _compile(schema))
    return _COMPILED[id(schema)][1]


def _compile(root: Schema) -> Callable[[Any], Errors]:
    """jsonschema's validator with the hot keywords replaced.

    jsonschema makes a new validator and a new URI resolver at each step down. Here the schema has no URIs and each of its
    parts keeps its validator: 200 layers take a tenth of the time.
    """
    parts: dict[int, Any] = {}
    definitions: Schema = root.get("$defs", {})

    def errors(instance: Any, part: Any) -> Errors:
        validator = parts.get(id(part))
        if validator is None:
            validator = parts[id(part)] = _Validator(part)
        return validator.iter_errors(instance)  # type: ignore[no-any-return]

    def fits(instance: Any, part: Schema) -> bool:
        return next(errors(instance, part), None) is None

    def below(instance: Any, part: Any, step: str | int) -> Errors:
        for fault in errors(instance, part):
            fault.path.appendleft(step)
            yield fault

    def reference(_validator: Any, name: str, instance: Any, _schema: Schema) -> Errors:
        return errors(instance, definitions[name.removeprefix("#/$defs/")])

    def properties(_validator: Any, known: Schema, instance: Any, _schema: Schema) -> Errors:
        if isinstance(instance, dict):
            for key, value in instance.items():
                if key in known:
                    yield from below(value, known[key], key)

    def items(_validator: Any, item: Schema, instance: Any, schema: Schema) -> Errors:
        if isinstance(instance, list):
            for index in range(len(schema.get("prefixItems", ())), len(instance)):
                yield from below(instance[index], item, index)

    def conditional(_validator: Any, condition: Schema, instance: Any, schema: Schema) -> Errors:
        branch = schema.get("then" if fits(instance, condition) else "else")
        return errors(instance, branch) if branch is not None else iter(())

    def any_of(_validator: Any, branches: list[Schema], instance: Any, _schema: Schema) -> Errors:
        context: list[ValidationError] = []
        for index, branch in enumerate(branches):
            faults = list(errors(instance, branch))
            if not faults:
                return
            for fault in faults:
                fault.schema_path.appendleft(index)
            context.extend(faults)
        yield ValidationError("fits none of the alternatives", context=context)

    _Validator: Any = extend(  # noqa: N806  # a class
        Draft202012Validator,
        {
            "$ref": reference,
            "properties": properties,
            "items": items,
            "if": conditional,
            "anyOf": any_of,
            "pattern": _pattern,
            "required": _required,
            "additionalProperties": _additional_properties(below),
        },
        type_checker=_TYPES,
    )
    return lambda instance: errors(instance, root)


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Schema) -> Errors:
    if not isinstance(instance, str) or isinstance(instance, Unresolved):
        return
    if pattern == EXPRESSION_PATTERN or not re.search(pattern, instance):
        yield ValidationError("does not match")


def _required(_validator: Any, names: list[str], instance: Any, _schema: Schema) -> Errors:
    """One error for each missing key, whose message is the key."""
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name)


def _additional_properties(below: Callable[[Any, Any, str | int], Errors]) -> Callable[..., Errors]:
    def additional_properties(_validator: Any, allowed: Any, instance: Any, schema: Schema) -> Errors:
        """One error for each key that nothing allows, whose message is the key."""
        if not isinstance(instance, dict):
            return
        known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        for key, value in instance.items():
            if key in known or any(re.search(pattern, key) for pattern in patterns):
                continue
            if allowed is False:
                yield ValidationError(key)
            else:
                yield from below(value, allowed, key)

    return additional_properties


def _is_integer(_checker: TypeChecker, instance: object) -> bool:
    """JSON Schema counts 32.0 as an integer; Keras does not."""
    return isinstance(instance, int) and not isinstance(instance, bool)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
