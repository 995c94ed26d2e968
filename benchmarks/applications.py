"""Compare the parameters of all Keras applications at their defaults with Keras' own count, and show the work of each.

    python benchmarks/applications.py [--write]

Ends with 1 if any differs. `--write` stores Keras' counts for the tests, which build only a few of the models.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras

from specc.catalog import load
from specc.component import Component
from specc.diagnostics import Span
from specc.graph.applications_generate import without_values
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import Inferred, infer
from specc.graph.shapes import APPLICATIONS

STORED = Path(__file__).resolve().parents[1] / "tests" / "graph" / "shapes" / "applications.json"
NOWHERE = Span("", 1, 1, 1, 1)


def by_keras(name: str) -> tuple[int, int, int]:
    """Trained and other parameters of the application at its defaults, and the side of its images."""
    keras.utils.clear_session()
    arguments = {"input_shape": (224, 224, 3)} if name.startswith("MobileNetV3") else {}  # theirs is open by default
    with without_values():
        model = getattr(keras.applications, name)(weights=None, **arguments)
    trainable = sum(weight.shape.num_elements() for weight in model.trainable_weights)
    return trainable, model.count_params() - trainable, model.input_shape[1]


def by_specc(name: str, side: int) -> Inferred:
    component = Component("application", name, {"weights": None}, NOWHERE)
    node = Node("node", component, (Ref("x", 0, NOWHERE),), {}, "node", NOWHERE)
    inputs = (GraphInput("x", (side, side, 3), "float32", NOWHERE),)
    inferred, findings = infer(Graph("one", inputs, (node,), {}), load())
    if findings:
        raise ValueError(f"{name}: {findings[0].message}")
    return inferred


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="store Keras' counts for the tests")
    options = parser.parse_args()
    stored, wrong = {}, 0
    print("| application | image | parameters | trained | multiply-adds | activations | as Keras |")
    print("|---|---|---|---|---|---|---|")
    for name in APPLICATIONS:
        trainable, rest, side = by_keras(name)
        found = by_specc(name, side)
        same = (found.trainable, found.non_trainable) == (trainable, rest)
        wrong += not same
        stored[name] = {"side": side, "trainable": trainable, "non_trainable": rest}
        numbers = f"{found.parameters:,} | {found.trainable:,} | {found.multiply_adds:,} | {found.activation_bytes:,}"
        print(f"| {name} | {side} | {numbers} | {'yes' if same else f'no: {trainable:,} + {rest:,}'} |", flush=True)
    if options.write:
        STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
