"""Keras' applications: parameters as Keras counts them, work as published, variants, and images they cannot take."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import Inferred, infer
from specc.graph.shapes import APPLICATIONS
from tests.warm import Warm

ROOT = Path(__file__).parents[3]
NOWHERE = Span("spec.yaml", 1, 1, 1, 2)
KERAS: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "applications.json").read_text(encoding="utf-8"))
"""What Keras counts at the defaults, written by `python benchmarks/applications.py --write`."""
N = None


def apply(
    name: str, shape: tuple[int | None, ...] | None, precision: str = "float32", **arguments: Any
) -> tuple[Inferred, list[str]]:
    component = Component("application", name, {"weights": None, **arguments}, NOWHERE)
    node = Node("node", component, (Ref("x", 0, NOWHERE),), {}, "node", NOWHERE)
    inputs = (GraphInput("x", shape, "float32", NOWHERE),)
    inferred, findings = infer(Graph("g", inputs, (node,), {}), load(), precision)
    return inferred, [finding.code for finding in findings]


def test_the_applications_are_those_of_the_catalog() -> None:
    assert sorted(APPLICATIONS) == sorted(load().names("application")) == sorted(KERAS)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_parameters_at_the_defaults_are_those_that_keras_counts(name: str) -> None:
    expected = KERAS[name]
    inferred, codes = apply(name, (expected["side"], expected["side"], 3))
    assert codes == []
    assert (inferred.trainable, inferred.non_trainable) == (expected["trainable"], expected["non_trainable"])
    assert inferred.nodes["node"].outputs[0].shape == (None, 1000)
    assert inferred.known


# He et al. 2015 (the network of Keras: its strides are in the 1x1 convolutions), Simonyan & Zisserman 2015 as counted
# in the MobileNet paper's successors, Howard et al. 2017 and 2019, Sandler et al. 2018, Zoph et al. 2018.
PUBLISHED = {
    "ResNet50": 3.8e9,
    "ResNet152": 11.3e9,
    "VGG16": 15.5e9,
    "VGG19": 19.6e9,
    "MobileNet": 569e6,
    "MobileNetV2": 300e6,
    "MobileNetV3Large": 219e6,
    "MobileNetV3Small": 56e6,
    "NASNetMobile": 564e6,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_multiply_adds_are_the_published_ones(name: str) -> None:
    inferred, _ = apply(name, (224, 224, 3))
    assert inferred.multiply_adds == pytest.approx(PUBLISHED[name], rel=0.02)


FEATURES: dict[str, Any] = {"include_top": False}
AVERAGE: dict[str, Any] = {"include_top": False, "pooling": "avg"}


@pytest.mark.parametrize(
    ("name", "shape", "arguments", "expected"),
    [
        ("ResNet50", (224, 224, 3), FEATURES, (7, 7, 2048)),
        ("ResNet50", (N, N, 3), FEATURES, (N, N, 2048)),
        ("ResNet50", (64, 96, 1), {"include_top": False, "pooling": "max"}, (2048,)),
        ("ResNet50", (64, 64, 3), {"classes": 10}, (10,)),
        ("ResNet50", (N, N, 3), {**FEATURES, "input_shape": [64, 64, 3]}, (2, 2, 2048)),
        ("VGG16", (48, 48, 1), AVERAGE, (512,)),
        ("EfficientNetB0", (33, 35, 3), FEATURES, (2, 2, 1280)),
        ("MobileNet", (32, 32, 3), {"alpha": 0.5, **AVERAGE}, (512,)),
        ("MobileNetV2", (32, 32, 3), {"alpha": 1.4, **AVERAGE}, (1792,)),
        ("MobileNetV3Small", (N, N, 3), {"minimalistic": True}, (1000,)),
        ("NASNetMobile", (N, N, 3), FEATURES, None),
        ("ResNet50", None, {}, None),
        ("ResNet50", (31, 64, 3), FEATURES, "image-too-small"),
        ("InceptionV3", (74, 75, 3), {}, "image-too-small"),
        ("ResNet50", (64, 64), {}, "rank-mismatch"),
        ("ResNet50", (64, 64, N), FEATURES, "channels-unknown"),
        ("VGG16", (N, N, 3), {}, "channels-unknown"),
        ("VGG16", (64, 64, 3), {**FEATURES, "input_shape": [32, 32, 3]}, "shape-mismatch"),
        ("ResNet50", (64, 64, 3), {"weights": "imagenet"}, "shape-mismatch"),
        ("ResNet50", (64, 64, 1), {"weights": "imagenet", **FEATURES}, "shape-mismatch"),
        ("ResNet50", (224, 224, 3), {"weights": "imagenet", "classes": 10}, "invalid-argument"),
        ("ResNet50", (224, 224, 3), {"weights": "imagenet", "classifier_activation": "relu"}, "invalid-argument"),
        ("MobileNetV2", (64, 64, 3), {"weights": "imagenet", "alpha": 0.6, **FEATURES}, "invalid-argument"),
        ("MobileNet", (64, 64, 3), {"weights": "imagenet", "depth_multiplier": 2, **FEATURES}, "invalid-argument"),
        ("MobileNetV2", (160, 160, 3), {"weights": "imagenet"}, (1000,)),
    ],
)
def test_variants(name: str, shape: Any, arguments: dict[str, Any], expected: Any) -> None:
    inferred, codes = apply(name, shape, **arguments)
    if isinstance(expected, str):
        assert codes == [expected]
        return
    found = inferred.nodes["node"].outputs[0].shape
    assert codes == []
    assert (None if found is None else found[1:]) == expected


def test_a_frozen_application_has_nothing_to_train() -> None:
    inferred, _ = apply("MobileNetV2", (96, 96, 3), trainable=False, **AVERAGE)
    assert (inferred.trainable, inferred.non_trainable) == (0, 2257984)


def test_half_precision_halves_the_activations_and_keeps_the_weights() -> None:
    full, half = (apply("VGG16", (224, 224, 3), precision)[0] for precision in ("float32", "mixed_float16"))
    assert half.activation_bytes * 2 == full.activation_bytes
    assert half.weights_bytes == full.weights_bytes == 4 * KERAS["VGG16"]["trainable"]


LIVE = """
import sys
sys.path.insert(0, {benchmarks!r})
from applications import by_keras
for name in sys.argv[1:]:
    print(name, *by_keras(name))
"""
DESCRIBE = """
import json, sys
from specc.graph.applications_generate import described
for name in sys.argv[1:]:
    print(json.dumps(described(name), separators=(",", ":")))
"""


@pytest.fixture
def program(tmp_path: Path, warm: Warm) -> Callable[..., list[str]]:
    """The lines that a program prints in a process of its own, in which Keras has made no layers yet."""

    def lines(text: str, *arguments: str) -> list[str]:
        script = tmp_path / "program.py"
        script.write_text(text, encoding="utf-8")
        done = warm.python(script, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return lines


@pytest.mark.train
def test_the_stored_counts_are_those_of_the_installed_keras(program: Callable[..., list[str]]) -> None:
    names = random.Random(3).sample(  # noqa: S311  not for secrets
        [n for n in APPLICATIONS if KERAS[n]["trainable"] < 10_000_000], 5
    )
    expected = [f"{n} {KERAS[n]['trainable']} {KERAS[n]['non_trainable']} {KERAS[n]['side']}" for n in names]
    assert program(LIVE.format(benchmarks=str(ROOT / "benchmarks")), *names) == expected


@pytest.mark.train
def test_the_table_of_layers_is_that_of_the_installed_keras(program: Callable[..., list[str]]) -> None:
    names = ("ConvNeXtTiny", "EfficientNetB0", "InceptionV3", "ResNet50V2")
    lines = (ROOT / "specc" / "graph" / "applications.jsonl").read_text(encoding="utf-8").splitlines()
    assert program(DESCRIBE, *names) == [line for line in lines if json.loads(line)["name"] in names]
