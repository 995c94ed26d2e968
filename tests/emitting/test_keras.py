"""Arguments that scripts write without their names come first in Keras' own signatures, in that order."""

import inspect
from operator import attrgetter
from typing import Any

import keras
import pytest

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.emitting.components import component_call, is_class
from specc.emitting.python import flat

pytestmark = pytest.mark.train
KINDS = ("layer", "initializer", "regularizer", "constraint", "loss", "metric", "optimizer", "schedule", "callback")


def symbol_of(path: str) -> Any:
    return attrgetter(path.removeprefix("keras."))(keras)


@pytest.mark.parametrize("kind", KINDS)
def test_positional_arguments(kind: str) -> None:
    catalog, nowhere = load(), Span("", 1, 1, 1, 1)
    for name in catalog.names(kind):
        facts = catalog.find(kind, name)
        assert facts
        if facts.path is None:
            continue
        symbol = symbol_of(facts.path)
        assert isinstance(symbol, type) == is_class(facts), name
        if not isinstance(symbol, type):
            continue
        # Each argument is its own name, so that the source says which came first.
        given = Component(kind, name, dict(zip(facts.arguments, facts.arguments, strict=True)), nowhere)
        source = flat(component_call(given, catalog))
        inside = source.partition("(")[2].removesuffix(")")
        leading = [word.strip('"') for word in inside.split(", ") if "=" not in word and word]
        assert leading == list(inspect.signature(symbol).parameters)[: len(leading)], name
