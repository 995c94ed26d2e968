"""Composed tree + published JSON Schema -> findings.

jsonschema finds what does not fit; `schema_faults` says it in the words of the language. Editors check specs before
substitution and so the schema allows `$…` wherever a number may stand; here no expression is left, so here it does not.
"""

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from specc.diagnostics import Finding, error, in_order
from specc.language import limits
from specc.language.tree import Node, plain
from specc.language.variables import Unresolved

Schema: TypeAlias = dict[str, Any]  # as json.loads gives it: no two places share an object
Errors: TypeAlias = Iterator[ValidationError]
_Json: TypeAlias = Any  # a value of the spec or of the schema, as json.loads gives it
_Validator: TypeAlias = Any  # jsonschema has no public type for what `extend` makes

_TYPE: Final = Draft202012Validator.VALIDATORS["type"]
_RANGES: Final = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
EXPRESSION_PATTERN = "^\\$"


def check_schema(tree: Node, schema: Schema) -> tuple[Finding, ...]:
    """What in the composed `tree` does not fit the spec `schema` (draft 2020-12, in the conventions of `schema_map`).

    Findings: conflicting-keys, duplicate-item, invalid-name, invalid-value, misplaced-argument, missing-argument,
    missing-key, not-a-component, out-of-range, path-outside-project, too-many-faults, unknown-argument, unknown-choice,
    unknown-key, unknown-KIND for each kind of component, wrong-type.
    """
    faults = list(islice(_compiled(schema).errors(plain(tree), schema), limits.FINDINGS + 1))
    if not faults:
        return ()
    from specc.language.schema_faults import explain
    from specc.language.schema_map import SchemaMap

    known = SchemaMap(schema)
    told, next_ones = (explain(part, tree, known) for part in (faults[: limits.FINDINGS], faults[limits.FINDINGS :]))
    places = {finding.span.place for finding in told}
    message = f"there are more than {limits.FINDINGS} faults, of which the first are told"
    # A faulty line that is repeated is told once, however often it is.
    more = [error("too-many-faults", message, found.span) for found in next_ones if found.span.place not in places]
    return in_order((*told, *more))


# By the id of the schema, which is kept so that its id is. A process sees one or two schemas.
_NETWORKS: Final[dict[int, "_Network"]] = {}


def _compiled(schema: Schema) -> "_Network":
    if id(schema) not in _NETWORKS:
        if len(_NETWORKS) >= 4:  # a caller that reads the schema anew each time must not fill the memory
            _NETWORKS.clear()
        _NETWORKS[id(schema)] = _Network(schema)
    return _NETWORKS[id(schema)]


class _Network:
    """jsonschema's validator with the hot keywords replaced.

    jsonschema makes a new validator and a new URI resolver at each step down. Here the schema has no URIs and each of
    its parts keeps its validator, found by identity: 200 layers take a tenth of the time.
    """

    def __init__(self, root: Schema) -> None:
        self.root = root
        self.parts: dict[int, _Validator] = {}
        keywords = {
            "$ref": self.reference,
            "properties": self.properties,
            "additionalProperties": self.additional_properties,
            "items": self.items,
            "if": self.conditional,
            "anyOf": self.any_of,
            "pattern": _pattern,
            "required": _required,
            "type": _type,
        }
        self.validator = extend(Draft202012Validator, keywords, type_checker=_TYPES)  # type: ignore[no-untyped-call]

    def errors(self, instance: _Json, part: Schema) -> Errors:
        """What in `instance` does not fit `part` of the schema."""
        validator = self.parts.get(id(part))
        if validator is None:
            validator = self.parts[id(part)] = self.validator(part)
        found: Errors = validator.iter_errors(instance)
        return found

    def below(self, instance: _Json, part: Schema, step: str | int) -> Errors:
        for fault in self.errors(instance, part):
            fault.path.appendleft(step)
            yield fault

    def reference(self, _: _Validator, name: str, instance: _Json, _schema: Schema) -> Errors:
        return self.errors(instance, self.root["$defs"][name.removeprefix("#/$defs/")])

    def properties(self, _: _Validator, known: Schema, instance: _Json, _schema: Schema) -> Errors:
        if isinstance(instance, dict):
            for key, value in instance.items():
                if key in known:
                    yield from self.below(value, known[key], key)

    def additional_properties(self, _: _Validator, allowed: _Json, instance: _Json, schema: Schema) -> Errors:
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
                yield from self.below(value, allowed, key)

    def items(self, _: _Validator, item: Schema, instance: _Json, schema: Schema) -> Errors:
        if isinstance(instance, list):
            for index in range(len(schema.get("prefixItems", ())), len(instance)):
                yield from self.below(instance[index], item, index)

    def conditional(self, _: _Validator, condition: Schema, instance: _Json, schema: Schema) -> Errors:
        holds = next(self.errors(instance, condition), None) is None
        branch = schema.get("then" if holds else "else")
        return iter(()) if branch is None else self.errors(instance, branch)

    def any_of(self, _: _Validator, branches: list[Schema], instance: _Json, _schema: Schema) -> Errors:
        """One error, whose context is what the branches say; its schema paths begin with the branch's number."""
        context: list[ValidationError] = []
        for index, branch in enumerate(branches):
            faults = list(self.errors(instance, branch))
            if not faults:
                return
            for fault in faults:
                fault.schema_path.appendleft(index)
            context.extend(faults)
        yield ValidationError("fits none of the alternatives", context=context)


def _type(validator: _Validator, types: _Json, instance: _Json, schema: Schema) -> Errors:
    """The type, and what no range of JSON Schema refuses: numbers that are none, and integers beyond 64 bits."""
    yield from _TYPE(validator, types, instance, schema)
    if isinstance(instance, float) and "number" in types and not math.isfinite(instance):
        if "x-infinite" not in schema or (math.isnan(instance) and not _RANGES.isdisjoint(schema)):
            yield ValidationError("not finite", validator="not", validator_value={"const": instance})
    elif isinstance(instance, int) and not -limits.INTEGER <= instance < limits.INTEGER:
        limit, name = (limits.INTEGER - 1, "maximum") if instance > 0 else (-limits.INTEGER, "minimum")
        if name not in schema:  # the schema's own bound is the narrower one
            yield ValidationError("too large", validator=name, validator_value=limit)


def _pattern(_: _Validator, pattern: str, instance: _Json, _schema: Schema) -> Errors:
    if not isinstance(instance, str) or isinstance(instance, Unresolved):
        return
    if pattern == EXPRESSION_PATTERN or not re.search(pattern, instance):
        yield ValidationError("does not match")


def _required(_: _Validator, names: list[str], instance: _Json, _schema: Schema) -> Errors:
    """One error for each missing key, whose message is the key."""
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name)


def _is_integer(_checker: TypeChecker, instance: object) -> bool:
    """JSON Schema counts 32.0 as an integer; Keras does not."""
    return isinstance(instance, int) and not isinstance(instance, bool)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
