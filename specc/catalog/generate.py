"""The installed Keras + the overlay -> catalog.json and schemas/spec-v1.schema.json.

Run as `python -m specc.catalog.generate` after a change to the overlay or to the version of Keras; `--check` writes
nothing and exits with 1 if the committed files are not what would be written. The only module here that imports Keras;
nothing that checks specs imports this one.
"""

import argparse
import difflib
import importlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from specc.catalog.document import catalog_document
from specc.catalog.entries import NO_DEFAULT
from specc.catalog.merge import Merged, Signature, merge
from specc.catalog.spec_schema import spec_schema

ROOT = Path(__file__).parents[2]
CATALOG = Path(__file__).with_name("catalog.json")
SCHEMA = ROOT / "schemas" / "spec-v1.schema.json"

_MODULES = {
    "layer": "keras.layers",
    "op": "keras.ops",
    "application": "keras.applications",
    "activation": "keras.activations",
    "initializer": "keras.initializers",
    "regularizer": "keras.regularizers",
    "constraint": "keras.constraints",
    "loss": "keras.losses",
    "metric": "keras.metrics",
    "optimizer": "keras.optimizers",
    "schedule": "keras.optimizers.schedules",
    "callback": "keras.callbacks",
}
_CALLED_BY_WORD = ("activation", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer")
# Words that Keras resolves at compile time beside the long ones that the catalog lists.
_AUTOMATIC_SHORT = {"loss": {"ce": "crossentropy"}, "metric": {"acc": "accuracy", "ce": "crossentropy"}}


def main() -> int:
    """Write both files, or compare them; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m specc.catalog.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the committed files are stale")
    check = parser.parse_args().check
    stale = False
    for path, text in documents().items():
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        if written == text:
            continue
        stale = True
        if check:
            print(f"{path.relative_to(ROOT)} is stale: {_first_difference(written, text)}", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


def documents() -> dict[Path, str]:
    """The text of each generated file. Raises CatalogError where Keras and the overlay disagree."""
    keras = _keras()
    names = {kind: _public(importlib.import_module(module)) for kind, module in _MODULES.items()}
    merged = merge({kind: dict(_signatures(kind, found)) for kind, found in names.items()})
    aliases = {kind: _aliases(kind, names[kind], merged[kind]) for kind in _MODULES}
    aliases = {kind: dict(sorted(found.items(), key=_small_first)) for kind, found in aliases.items() if found}
    catalog = catalog_document(keras.__version__, merged, aliases)
    return {CATALOG: _by_line(catalog, depth=3), SCHEMA: _by_line(spec_schema(merged, aliases), depth=2)}


def _small_first(alias: tuple[str, str]) -> tuple[bool, str]:
    return alias[0].isupper(), alias[0]  # `mse` is to be suggested before `MSE`


def _keras() -> Any:  # noqa: ANN401  a module without types
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    quiet = os.open(os.devnull, os.O_WRONLY)
    stderr = os.dup(2)
    os.dup2(quiet, 2)  # TensorFlow's C++ start-up lines come before its own log level is read
    try:
        return importlib.import_module("keras")
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(quiet)


def _public(module: Any) -> dict[str, Any]:  # noqa: ANN401
    found = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {name: value for name, value in sorted(found.items()) if not inspect.ismodule(value)}


def _own_name(name: str, value: Any, public: Mapping[str, Any]) -> str:  # noqa: ANN401
    """The one name under which a value with several public names is described: its own, if that is public."""
    own = getattr(value, "__name__", name)
    return own if public.get(own) is value else name


def _signatures(kind: str, public: Mapping[str, Any]) -> Iterator[tuple[str, Signature]]:
    for name, value in public.items():
        if kind != "op" and _own_name(name, value, public) != name:
            continue
        if inspect.isclass(value):
            constructor = inspect.signature(value)
            call = getattr(value, "call", None) if kind == "layer" else None
            named = {} if call is None else _parameters(call)
            named.pop("self", None)
            yield (
                name,
                Signature(
                    f"{_MODULES[kind]}.{name}", _named(constructor), named if call else None, open=_is_open(constructor)
                ),
            )
        else:
            yield name, Signature(f"{_MODULES[kind]}.{name}", _parameters(value))


def _parameters(function: Callable[..., object]) -> dict[str, object]:
    return _named(inspect.signature(function))


def _named(signature: inspect.Signature) -> dict[str, object]:
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {
        name: NO_DEFAULT if parameter.default is inspect.Parameter.empty else _plain(parameter.default)
        for name, parameter in signature.parameters.items()
        if parameter.kind in kinds
    }


def _is_open(signature: inspect.Signature) -> bool:
    return any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in signature.parameters.values())


def _plain(default: object) -> object:
    return [_plain(item) for item in default] if isinstance(default, tuple | list) else default


def _aliases(kind: str, public: Mapping[str, Any], merged: Mapping[str, Merged]) -> dict[str, str]:
    """Other names of the described types: Keras' own second names, and its short words for bare use."""
    found = {
        name: own
        for name, value in public.items()
        if kind != "op" and (own := _own_name(name, value, public)) != name and own in merged
    }
    if kind in _CALLED_BY_WORD:
        module = importlib.import_module(_MODULES[kind])
        words = importlib.import_module(_MODULES[kind].replace("keras.", "keras.src.")).ALL_OBJECTS_DICT
        types = {name.lower().replace("_", ""): name for name in merged}
        for word, value in words.items():
            target = types.get(value.__name__.lower().replace("_", ""))
            if word not in merged and target is not None:
                found[word] = target
        found = {word: target for word, target in found.items() if _accepted(module, word)}
    return found | _AUTOMATIC_SHORT.get(kind, {})


def _accepted(module: Any, word: str) -> bool:  # noqa: ANN401
    """Whether Keras takes the word by itself. What it raises where not differs by module."""
    try:
        module.get(word)
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _by_line(document: Mapping[str, Any], depth: int) -> str:
    """JSON with a line per entry down to `depth`, compact below: small, quick to read, and good to compare."""

    def write(value: object, level: int) -> str:
        if level == 0 or not isinstance(value, Mapping) or not value:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        indent = " " * (depth - level + 1)
        entries = (f"{indent}{json.dumps(key)}: {write(item, level - 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(entries) + "\n" + indent[1:] + "}"

    return write(document, depth) + "\n"


def _first_difference(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    changed = next((line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}), "")
    return f"{changed[:160]} (run `python -m specc.catalog.generate`)"


if __name__ == "__main__":
    sys.exit(main())
