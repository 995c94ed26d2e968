"""Specs made up from the published schema, and what can be done to a spec's bytes, lines and values, for `fuzz.py`.

Out: for a source of chance texts that are specs, nearly specs, or not at all. Nothing is checked here.
"""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple, TypeAlias

import yaml

Json: TypeAlias = Any
WRONG = 0.02  # of the values that the grammar makes
NODE_KEYS = ("name", "inputs", "outputs", "share")
NAMES = (
    "a",
    "b",
    "x",
    "y",
    "input",
    "dense",
    "flatten",
    "digit",
    "species",
    "target",
    "image",
    "out",
    "loss",
    "val_loss",
)
SETS = ("digits", "iris", "wine", "breast_cancer", "diabetes", "xor", "sines", "imdb", "mnist", "california_housing")
SIZES = (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 8, 8, 10, 16, 32, 64, 0, -1, 100)
GIANTS = (10**6, 10**12, 2**31, 2**63 - 1, 2**63, 10**40, 10**400, -(10**30))
REALS = (0.0, 0.1, 0.5, 1.0, 1e-3, 2e-3, -0.5, 1e-300, 1e300, 3.5, float("inf"), float("nan"))
JUNK: tuple[Json, ...] = (
    None, True, False, -1, 0, 10**10, 10**30, 1.5, -0.0, float("nan"), float("inf"), "", " ", "banana", "$", "$x",
    "$(1/0)", "$(2**999)", "$width", "$$", "../x", "/etc/passwd", "C:\\x", "a\tb\n", "\x85", "\u2028", "\ud7ff",
    "é\U0001f600", "$(" * 50, "x" * 5000, [], {}, [[]], [[], {}], {"": 1}, {"Dense": {"Dense": {"Dense": 1}}},
    {"name": "a"}, {"1": 2}, [None], ["a", "a"], [1, 2, 3], {"<<": 1}, [0] * 500, {"x-a": 1},
)  # fmt: skip
TOKENS = (
    b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system ", b"!!int ", b"!!float ", b"! ", b"!x ", b"\t", b"\r",
    b"\n", b"\x00", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"---\n",
    b"...\n", b"%YAML 1.1\n", b"|\n", b">-\n", b"? ", b": ", b"- ", b"{", b"}", b"[", b"]", b"'", b'"', b"\\u", b"#",
    b" # specc: allow unused-layer", b", ", b"$(", b"$x", b"$$", b"null", b"~", b"true", b".inf", b".nan", b"1e999",
    b"0x1f", b"0o17", b"-", b"1_000", b"9" * 400, b"<<", b"[" * 100, b"{a: " * 70, b"  ", b"spec: 1\n", b"name: ",
    b"inputs: ", b"share: ", b"model:\n", b"Lambda", b"/*", b"\\",
)  # fmt: skip


class Grammar(NamedTuple):
    """Makes values for places of the schema, most of them right."""

    schema: Json
    chance: Random

    def spec(self) -> Json:
        """A whole spec, whose layers take what the data gives only by luck."""
        properties = self.schema["properties"]
        made: dict[str, Json] = {"spec": 1}
        for key in ("name", "vars", "data", "model", "training", "runtime", "report", "allow"):
            if key in ("data", "model") or self.chance.random() < 0.4:
                made[key] = self.value(properties[key])
        if self.chance.random() < 0.7:
            made["data"] = {"dataset": self.chance.choice(SETS)}
        return made

    def layers(self) -> Json:
        """A spec of a few layers on inputs of every rank, wired at random."""
        chance = self.chance
        names = ["x", "y"][: chance.randint(1, 2)]
        shape = [chance.choice((None, 1, 2, 3, 4, 4, 6, 8)) for _ in range(chance.randint(0, 4))]
        inputs: dict[str, Json] = {
            name: list(shape) if chance.random() < 0.8 else [4] * chance.randint(0, 4) for name in names
        }
        if chance.random() < 0.3:
            inputs["x"] = {"shape": inputs["x"], "dtype": chance.choice(("int32", "string", "bool", "float16"))}
        layers = []
        for number in range(chance.randint(1, 6)):
            layer = self.value({"$ref": "#/$defs/layer-entry"})
            layer = layer if isinstance(layer, dict) else {str(layer): None}
            if chance.random() < 0.4:
                layer["inputs"] = [chance.choice(names) for _ in range(chance.randint(1, 3))]
            elif chance.random() < 0.2:
                layer["inputs"] = {chance.choice(("inputs", "query", "value", "x", "x1", "x2")): chance.choice(names)}
            names.append(f"n{number}")
            layers.append(layer | {"name": f"n{number}"})
        return {"spec": 1, "data": {"dataset": chance.choice(SETS)}, "model": {"inputs": inputs, "layers": layers}}

    def composed(self) -> Json:
        """A spec of blocks, repeats, branches and models in each other, some of them in circles or misused."""
        chance = self.chance
        names = ["b", "c", "d"][: chance.randint(1, 3)]
        blocks = {name: self._block(names) for name in names}
        models = {name: self._entries([*names, "models"], 2) for name in ("m", "n")[: chance.randint(0, 2)]}
        spec: Json = {"spec": 1, "data": {"dataset": chance.choice(SETS)}, "blocks": blocks}
        spec |= {"models": models} if models else {}
        if chance.random() < 0.1:
            spec[chance.choice(("extends", "include"))] = chance.choice(("spec.yaml", "x.yaml", "../x", ["a", 1], "."))
        return spec | {"model": [*self._entries([*names, "models"], 2), "Output"], "vars": {"w": 3}}

    def _block(self, names: list[str]) -> Json:
        chance = self.chance
        params: Json = {"u": chance.choice((1, 4, None, "$w", {"type": "integer"}, {"type": "list", "default": [1]}))}
        block: Json = {"params": params, "layers": self._entries(names, 2)}
        if chance.random() < 0.2:
            block["inputs"] = chance.choice((["p"], ["p", "q"], "p", [1]))
        if chance.random() < 0.2:
            block["outputs"] = chance.choice(("a", ["a", "b"], "dense", "input", []))
        return chance.choice((block, block, block, block["layers"], self._mutilated(block)))

    def _mutilated(self, value: Json) -> Json:
        return {key: item for key, item in value.items() if self.chance.random() < 0.7} | {
            self.chance.choice(NAMES): deepcopy(self.chance.choice(JUNK))
        }

    def _entries(self, names: list[str], depth: int) -> Json:
        return [self._entry(names, depth) for _ in range(self.chance.randint(0 if depth < 2 else 1, 3))]

    def _entry(self, names: list[str], depth: int) -> Json:
        chance = self.chance
        kind = chance.choice(("layer", "layer", "block", "block", "repeat", "parallel", "group", "junk"))
        unit = chance.choice((4, 4, "$u", "$index", "$(w + 1)", "$(u * 2)"))
        entry: Json = {"Dense": {"units": unit, "activation": "relu"}}
        if kind == "block":
            name = chance.choice(names)
            entry = (
                {"model": chance.choice(("m", "n", "x"))}
                if name == "models"
                else {name: chance.choice((None, 4, {"u": unit}))}
            )
        elif kind == "parallel" and depth:
            branches = [self._entries(names, depth - 1) for _ in range(chance.randint(1, 3))]
            entry = {
                "parallel": {
                    "branches": branches,
                    "merge": chance.choice(("Add", "Concatenate", {"Dot": {"axes": 1}}, "Dense")),
                }
            }
        elif kind == "group" and depth:
            entry = {"layers": self._entries(names, depth - 1)}
        elif kind == "junk" and chance.random() < 0.3:
            return deepcopy(chance.choice(JUNK))
        if kind == "repeat" or chance.random() < 0.1:
            entry["repeat"] = chance.choice((0, 1, 2, 3, 3, "$u", "$(1 if u else 0)", 20, 10**6, -1, "x"))
        if chance.random() < 0.4:
            entry["name"] = chance.choice(("a", "b", "c", "1st", "x$index", "$u"))
        if chance.random() < 0.3:
            entry["inputs"] = chance.choice(("a", "b", "input", "p", ["a", "b"], {"p": "a"}, ["input", "input"], "x1"))
        if chance.random() < 0.1:
            entry["outputs"] = chance.choice((["a", "b"], "c", ["a", "a"]))
        if chance.random() < 0.1:
            entry = {"share": chance.choice(("a", "b", "c")), "name": chance.choice(("s", "a"))}
        return entry

    def value(self, schema: Json, depth: int = 0) -> Json:
        """A value for the place that `schema` describes, now and then a wrong one."""
        if self.chance.random() < WRONG or depth > 12:
            return deepcopy(self.chance.choice(JUNK))
        schema = self._branch(self._resolved(schema))
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.chance.choice(schema["enum"])
        for key in ("anyOf", "oneOf"):
            if key in schema and "properties" not in schema:
                return self.value(self.chance.choice(schema[key]), depth)
        return self._typed(schema, depth)

    def _typed(self, schema: Json, depth: int) -> Json:
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        if schema.get("pattern") == "^\\$" and len(kinds) > 1 and self.chance.random() > 0.03:
            kinds.remove("string")
        match self.chance.choice(kinds):
            case "object":
                return self._mapping(schema, depth)
            case "array":
                count = max(schema.get("minItems", 0), self.chance.randint(0, 4))
                return [self.value(schema.get("items", {}), depth + 1) for _ in range(min(count, 6))]
            case "integer":
                size = self.chance.choice(SIZES if self.chance.random() < 0.96 else GIANTS)
                return max(schema.get("minimum", 0), size) if self.chance.random() < 0.97 else size
            case "number":
                return self.chance.choice((*REALS, *SIZES) if self.chance.random() < 0.96 else GIANTS)
            case "boolean":
                return self.chance.random() < 0.5
            case "null":
                return None
        return self.chance.choice(("$x", "$(1 + 1)") if schema.get("pattern") == "^\\$" else NAMES)

    def _mapping(self, schema: Json, depth: int) -> Json:
        known = schema.get("properties", {})
        if not known:
            items = schema.get("additionalProperties") or {}
            return {self.chance.choice(NAMES): self.value(items, depth + 1) for _ in range(self.chance.randint(1, 3))}
        if "name" in known and "share" in known:
            keys = [self.chance.choice([key for key in known if key not in NODE_KEYS])]
            keys += [key for key in NODE_KEYS if self.chance.random() < 0.08]
        elif schema.get("maxProperties") == 1:
            keys = [self.chance.choice(list(known))]
        else:
            keys = [*schema.get("required", ())]
            keys += self.chance.sample(list(known), min(len(known), self.chance.choice((0, 1, 1, 2, 3))))
        return {key: self.value(known.get(key, {}), depth + 1) for key in dict.fromkeys(keys)}

    def _branch(self, schema: Json) -> Json:
        while "if" in schema:
            condition = schema["if"].get("type")
            rest = {key: value for key, value in schema.items() if key not in ("if", "then", "else")}
            fits = self.chance.random() < (0.1 if condition == "null" else 0.5)
            branch = self._resolved(schema.get("then" if fits else "else", {}))
            kinds = rest.pop("type", None)
            others = [kind for kind in kinds if kind != condition] if isinstance(kinds, list) else []
            schema = rest | ({"type": condition} if fits and condition else {"type": others} if others else {}) | branch
            schema = self._resolved(schema)
        return schema

    def _resolved(self, schema: Json) -> Json:
        while isinstance(schema, dict) and "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            schema = self.schema["$defs"][schema["$ref"].removeprefix("#/$defs/")] | rest
        return schema if isinstance(schema, dict) else {}


def crowded(chance: Random) -> Json:
    """A spec with up to a thousand layers or columns, and as many names that are none of them, or hardly."""
    count, letters = chance.choice((1000, 1000, 300, 30)), chance.choice(("abcd", "abcdefghij", "abcdefghijklmnopqrst"))
    known = list(dict.fromkeys(_made_up(chance, letters) for _ in range(count)))
    asked = (
        [_made_up(chance, letters) for _ in known] if chance.random() < 0.5 else [_slip(name, chance) for name in known]
    )
    if chance.random() < 0.5:
        layers = [{"Dense": 3, "name": name, "inputs": other} for name, other in zip(known, asked, strict=True)]
        return {"spec": 1, "data": {"dataset": "iris"}, "model": [*layers, "Output"]}
    rows = [list(range(row, row + len(known))) for row in range(6)]
    table: Json = {"table": {"columns": known, "rows": rows}, "target": known[0]}
    table |= {"drop": asked} if chance.random() < 0.5 else {"columns": dict.fromkeys(asked, "number")}
    return {"spec": 1, "data": table, "model": ["Output"]}


def _made_up(chance: Random, letters: str) -> str:
    return chance.choice(("layer_", "layer_", "", "x")) + "".join(chance.choices(letters, k=chance.randint(3, 9)))


def _slip(name: str, chance: Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + chance.choice(("", "x", name[at] * 2)) + name[at + 1 :]


class _Dumper(yaml.SafeDumper):
    """Writes a deletion as the tag that it was."""


_Dumper.add_multi_representer(str, lambda dumper, _: dumper.represent_scalar("!delete", ""))


def written(value: Json, chance: Random) -> bytes:
    """A value as YAML, or as the YAML that JSON is."""
    try:
        if chance.random() < 0.2:
            return json.dumps(value, ensure_ascii=False).encode()
        flow = chance.choice((None, True, False))
        text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=100)
        return str(text).encode()
    except (UnicodeEncodeError, RecursionError):
        return b"spec: 1\n"


def places(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything in a value but itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *places(item, (*path, key)))]


def change_values(value: Json, donor: Json, grammar: Grammar) -> Json:
    """`value` with one to four of its parts taken away, doubled, renamed, moved, or made anew."""
    value, chance = deepcopy(value), grammar.chance
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        paths = places(value)
        if not paths:
            return chance.choice(JUNK)
        path = chance.choice(paths)
        parent = _at(value, path[:-1])
        chance.choice(_CHANGES)(parent, path[-1], value, donor, grammar)
    return value


def _at(value: Json, path: Sequence[str | int]) -> Json:
    for step in path:
        value = value[step]
    return value


def _remove(parent: Json, key: str | int, _value: Json, _donor: Json, _grammar: Grammar) -> None:
    del parent[key]


def _spoil(parent: Json, key: str | int, _value: Json, _donor: Json, grammar: Grammar) -> None:
    parent[key] = deepcopy(grammar.chance.choice(JUNK))


def _resize(parent: Json, key: str | int, _value: Json, _donor: Json, grammar: Grammar) -> None:
    parent[key] = grammar.chance.choice((*SIZES, *REALS, *GIANTS))


def _rename(parent: Json, key: str | int, _value: Json, _donor: Json, grammar: Grammar) -> None:
    if isinstance(parent, dict) and isinstance(key, str):
        at = grammar.chance.randint(0, len(key))
        parent[key[:at] + grammar.chance.choice("aeXx_- :$1") + key[at + grammar.chance.randint(0, 1) :]] = parent.pop(
            key
        )


def _move(parent: Json, key: str | int, value: Json, donor: Json, grammar: Grammar) -> None:
    source = grammar.chance.choice((value, donor))
    paths = places(source)
    if paths:
        parent[key] = deepcopy(_at(source, grammar.chance.choice(paths)))


def _double(parent: Json, key: str | int, _value: Json, _donor: Json, _grammar: Grammar) -> None:
    if isinstance(parent, list) and isinstance(key, int):
        parent.insert(key, deepcopy(parent[key]))


def _section(_parent: Json, _key: str | int, value: Json, donor: Json, grammar: Grammar) -> None:
    """Another spec's data, model or training: sections that are right and do not fit each other."""
    shared = [key for key in ("data", "model", "training", "runtime") if isinstance(donor, dict) and key in donor]
    if shared and isinstance(value, dict):
        key = grammar.chance.choice(shared)
        value[key] = deepcopy(donor[key])


def _insert_layer(_parent: Json, _key: str | int, value: Json, _donor: Json, grammar: Grammar) -> None:
    model = value.get("model") if isinstance(value, dict) else None
    layers = model.get("layers") if isinstance(model, dict) else model
    if isinstance(layers, list):
        layer = grammar.value({"$ref": "#/$defs/layer-entry"})
        layers.insert(grammar.chance.randint(0, len(layers)), layer)


def _train_otherwise(_parent: Json, _key: str | int, value: Json, _donor: Json, grammar: Grammar) -> None:
    if not isinstance(value, dict):
        return
    name = grammar.chance.choice(("training", "training", "training", "runtime", "data"))
    section, known = value.setdefault(name, {}), grammar.schema["properties"][name]["properties"]
    if isinstance(section, dict):
        key = grammar.chance.choice(list(known))
        section[key] = grammar.value(known[key])


_Change: TypeAlias = Callable[[Json, str | int, Json, Json, Grammar], None]
_CHANGES: tuple[_Change, ...] = (
    _remove, _spoil, _resize, _rename, _move, _double, _section, _insert_layer, _insert_layer, _train_otherwise,
    _train_otherwise, _train_otherwise,
)  # fmt: skip


def change_lines(text: bytes, donor: bytes, chance: Random) -> bytes:
    """`text` with one to four of its lines removed, doubled, swapped, moved to the side, or taken from `donor`."""
    lines, others = text.split(b"\n"), donor.split(b"\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(6):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                lines[at] = b" " * chance.randint(1, 4) + lines[at]
            case 4:
                lines[at] = lines[at].removeprefix(b" " * chance.randint(1, 3))
            case _:
                lines[at : at + chance.randint(0, 1)] = others[: chance.randint(1, 5)]
    return b"\n".join(lines)


def change_bytes(text: bytes, donor: bytes, chance: Random) -> bytes:
    """`text` with one to eight stretches changed, removed, doubled, or replaced by tokens that mean something."""
    data = bytearray(text or b" ")
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 2, 5, 20)))
        match chance.randrange(6):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:end] = chance.randbytes(chance.randint(1, 3))
            case 2:
                data[at:at] = data[at:end] * chance.choice((1, 2, 50))
            case 3:
                begin = chance.randrange(len(donor) + 1)
                data[at:end] = donor[begin : begin + chance.randint(1, 40)]
            case _:
                data[at:end] = chance.choice(TOKENS)
    return bytes(data)
