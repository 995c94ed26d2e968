"""The catalog against the installed Keras: everything that it offers exists and can be made."""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from specc import catalog
from specc.catalog import EntryFacts
from specc.catalog.generate import documents
from specc.catalog.merge import CatalogError, Signature, merge
from specc.catalog.overlay import ENTRIES, LEFT_OUT
from specc.catalog.overlay.excluded import EXCLUDED
from tests.catalog.minimal import every_type, minimal

pytestmark = pytest.mark.train

CATALOG = catalog.load()
CONSTRUCTED = (
    "layer",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "callback",
)
MODULES = {kind: f"{kind}s" for kind in EXCLUDED} | {"schedule": "optimizers.schedules", "loss": "losses"}


def symbol(path: str) -> Any:
    import keras

    return attrgetter(path.removeprefix("keras."))(keras)


def built(kind: str, value: Any) -> Any:
    """A component, as a spec writes it, made by Keras."""
    if isinstance(value, list):
        return [built(kind, item) for item in value]
    type_name, arguments = next(iter(value.items())) if isinstance(value, dict) else (value, {})
    facts = CATALOG.find(kind, type_name)
    assert facts is not None
    if not isinstance(arguments, dict):
        assert facts.first is not None
        arguments = {facts.first: arguments}
    return make(facts, arguments)


def make(facts: EntryFacts, arguments: dict[str, Any]) -> Any:
    ready = {
        name: built(component, value)
        if (component := facts.arguments[name].component) not in (None, "activation") and isinstance(value, dict | list)
        else value
        for name, value in arguments.items()
    }
    return symbol(facts.path or "")(**ready)


@pytest.mark.parametrize("facts", [f for kind in CONSTRUCTED for f in every_type(CATALOG, kind)], ids=lambda f: f.name)
def test_every_type_can_be_made(facts: EntryFacts) -> None:
    make(facts, minimal(facts))


@pytest.mark.parametrize("facts", [f for kind in CONSTRUCTED for f in every_type(CATALOG, kind)], ids=lambda f: f.name)
def test_every_default_can_be_written_out(facts: EntryFacts) -> None:
    written = {
        argument.name: argument.default
        for argument in facts.arguments.values()
        if argument.has_default and not argument.at_call
    }
    make(facts, written | minimal(facts))


@pytest.mark.parametrize("facts", every_type(CATALOG, "activation"), ids=lambda f: f.name)
def test_every_activation_can_be_used(facts: EntryFacts) -> None:
    import keras

    value = facts.name if facts.family == "function" else make(facts, {})
    outputs = keras.layers.Dense(4, activation=value)(keras.ops.ones((2, 3)))
    assert outputs.shape == ((2, 2) if facts.name == "glu" else (2, 4))


@pytest.mark.parametrize(
    "kind", ["activation", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer"]
)
def test_keras_takes_every_short_word(kind: str) -> None:
    get = symbol(f"keras.{MODULES[kind]}.get")
    automatic = {"acc", "ce"}
    for word, name in CATALOG.aliases.get(kind, {}).items():
        if word not in automatic:
            found = get(word)
            own = found.__name__ if inspect.isfunction(found) else type(found).__name__
            assert own.replace("_", "").lower() == name.replace("_", "").lower()


@pytest.mark.parametrize(
    "facts", [*every_type(CATALOG, "op"), *every_type(CATALOG, "application")], ids=lambda f: f.name
)
def test_every_function_takes_what_the_catalog_says(facts: EntryFacts) -> None:
    parameters = inspect.signature(symbol(facts.path or "")).parameters
    own = {"trainable"} if facts.kind == "application" else set()
    assert (facts.arguments.keys() | facts.call.keys()) - own <= parameters.keys()


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in EXCLUDED.items() for name in names])
def test_every_exclusion_exists(kind: str, name: str) -> None:
    assert symbol(f"keras.{MODULES[kind]}.{name}") is not None


def test_the_committed_files_are_current() -> None:
    for path, text in documents().items():
        assert path.read_text(encoding="utf-8") == text


def test_the_command_tells_and_is_silent() -> None:
    command = [sys.executable, "-m", "specc.catalog.generate", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_nothing_is_silently_missing() -> None:
    with pytest.raises(CatalogError) as caught:
        merge({kind: {"NewThing": Signature("keras.NewThing", {})} for kind in EXCLUDED})
    faults = str(caught.value)
    assert "layer NewThing: neither described nor excluded" in faults
    assert "layer Dense: Keras has no such name" in faults
    assert "layer Lambda: excluded, but Keras has no such name" in faults


def test_what_is_left_out_exists() -> None:
    for kind, names in LEFT_OUT.items():
        found: set[str] = set()
        for facts in every_type(CATALOG, kind):
            found |= inspect.signature(symbol(facts.path or "")).parameters.keys()
        assert names.keys() <= found


def test_no_description_repeats_the_docstrings_of_keras() -> None:
    import keras

    runs = set(_runs(" ".join(_docstrings(Path(keras.__file__).parent))))
    copied = {run for text in _descriptions() for run in _runs(text) if run in runs}
    assert copied == set()


def _descriptions() -> Iterator[str]:
    for families in ENTRIES.values():
        for entries in families.values():
            for entry in entries.values():
                yield entry.about
    for definition in catalog.load_schema("spec-v1")["$defs"].values():
        for argument in definition.get("then", {}).get("properties", {}).values():
            yield argument.get("description", "")


def _docstrings(package: Path) -> Iterator[str]:
    for path in sorted(package.rglob("*.py")):
        yield from re.findall(r'"""(.*?)"""', path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _runs(text: str, length: int = 6) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9_]+", text.lower())
    yield from (tuple(words[i : i + length]) for i in range(len(words) - length + 1))
