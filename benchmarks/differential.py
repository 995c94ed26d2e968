"""Compare specc's static inference with Keras on random layers, inputs and faults.

    python benchmarks/differential.py --configs 200 [--layer Dense] [--seed 0] [--show 3]

Every configuration is inferred by specc and built by Keras on symbolic inputs. Both must refuse it, or both accept it
with equal shapes, dtypes and parameter counts. Ends with 1 if any layer disagrees.
"""

import argparse
import os
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
from random_layers import GENERATORS, IMAGES, LEFT_OUT
from random_values import NOWHERE, Config, Sizes, layer

from specc.catalog import load
from specc.component import Component
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import infer
from specc.graph.shapes import RULES

# Keras builds these and fails at the first batch, takes the batch for rows of pixels, or makes tensors without numbers;
# specc refuses at once. By code: how the layers' names begin for which that is meant.
STRICTER: dict[str, tuple[str, ...]] = {
    "axis-out-of-range": ("Concatenate",),
    "invalid-argument": ("Adaptive", "ConvLSTM", "Bidirectional"),
    "rank-mismatch": ("Adaptive", "Concatenate", "Dot", "TimeDistributed", *IMAGES),
    "shape-mismatch": ("ops.broadcast_to",),
    "wrong-dtype": ("",),
}


@dataclass(frozen=True)
class Verdict:
    """What one side says: outputs and parameter counts, or a refusal."""

    outputs: tuple[tuple[Sizes | None, str | None], ...] = ()
    trainable: int | None = None
    non_trainable: int | None = None
    refusal: str = ""


def by_specc(config: Config) -> Verdict:
    names = [f"x{i}" for i in range(len(config.inputs))]
    refs = tuple(Ref(name, 0, NOWHERE) for name in names)
    inputs = tuple(GraphInput(n, x.shape, x.dtype, NOWHERE) for n, x in zip(names, config.inputs, strict=True))
    positional = () if config.keywords else (refs,) if config.listed else refs
    keywords = dict(zip(config.keywords, refs, strict=True)) if config.keywords else {}
    component = layer(config.type, **config.arguments)
    node = Node("node", component, positional, keywords, "node", NOWHERE)
    inferred, findings = infer(Graph("one", inputs, (node,), {}), load())
    if findings:
        return Verdict(refusal=f"{findings[0].code}: {findings[0].message}")
    known = inferred.nodes["node"]
    outputs = tuple((x.shape, x.dtype) for x in known.outputs)
    return Verdict(outputs, known.trainable, known.non_trainable)


def made(value: Any) -> Any:  # noqa: ANN401  what Keras' constructors take
    if isinstance(value, Component):
        return getattr(keras.layers, value.type)(**{k: made(v) for k, v in value.arguments.items()})
    return [made(item) for item in value] if isinstance(value, list) else value


def by_keras(config: Config) -> Verdict:
    try:
        tensors = [keras.Input(x.shape, dtype=x.dtype) for x in config.inputs]
        arguments = {name: made(value) for name, value in config.arguments.items()}
        passed: dict[str, Any] = dict(zip(config.keywords, tensors, strict=True)) if config.keywords else {}
        first = [] if config.keywords else [tensors] if config.listed else tensors
        if config.type.startswith("ops."):
            result = getattr(keras.ops, config.type.removeprefix("ops."))(*first, **passed, **arguments)
            weights: tuple[int, int] = (0, 0)
        else:
            flags = {k: arguments.pop(k) for k in ("return_attention_scores", "reverse") if k in arguments}
            built = getattr(keras.layers, config.type)(**arguments)
            result = built(*first, **passed, **flags)
            weights = (count(built.trainable_weights), count(built.non_trainable_weights))
        outputs = tuple((tuple(x.shape), x.dtype) for x in keras.tree.flatten(result))
    except Exception as fault:  # noqa: BLE001  whatever Keras raises is its refusal
        return Verdict(refusal=f"{type(fault).__name__}: {fault}")
    return Verdict(outputs, *weights)


def count(weights: list[Any]) -> int:
    total = 0
    for weight in weights:
        size = 1
        for extent in weight.shape:
            size *= int(extent)
        total += size
    return total


def judge(config: Config) -> tuple[str, Verdict, Verdict]:
    ours, theirs = by_specc(config), by_keras(config)
    if ours.refusal and not theirs.refusal:
        code = ours.refusal.split(":")[0]
        strict = config.type.startswith(STRICTER.get(code, ()))
        return "stricter" if strict else "only specc refuses", ours, theirs
    if theirs.refusal and not ours.refusal:
        return "only Keras refuses", ours, theirs
    return "agreed" if ours.refusal or ours == theirs else "differ", ours, theirs


def compare(name: str, configs: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Judge `configs` random configurations of one layer; the tally, and a line for each that is not agreed."""
    r = Random(zlib.crc32(name.encode()) + seed)  # noqa: S311  not for secrets
    tally: Counter[str] = Counter()
    lines = []
    for _ in range(configs):
        config = GENERATORS[name](r, name)
        verdict, ours, theirs = judge(config)
        tally[verdict] += 1
        if verdict not in ("agreed", "stricter"):
            lines.append(f"  {verdict}: {config}\n    specc {ours}\n    Keras {str(theirs)[:300]}")
    return tally, lines


COLUMNS = ("agreed", "stricter", "only specc refuses", "only Keras refuses", "differ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", type=int, default=200, help="configurations for each layer")
    parser.add_argument("--layer", help="only this layer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=3, help="disagreements to print for each layer")
    options = parser.parse_args()
    names = [options.layer] if options.layer else sorted(set(RULES) - LEFT_OUT)
    print(f"{'layer':32} {'configs':>8}", *(f"{column:>18}" for column in COLUMNS))
    total: Counter[str] = Counter()
    for name in names:
        tally, lines = compare(name, options.configs, options.seed)
        total += tally
        print(f"{name:32} {tally.total():8}", *(f"{tally[column]:18}" for column in COLUMNS), flush=True)
        for line in lines[: options.show]:
            print(line)
    print(f"{'total':32} {total.total():8}", *(f"{total[column]:18}" for column in COLUMNS))
    return 0 if total["agreed"] + total["stricter"] == total.total() else 1


if __name__ == "__main__":
    sys.exit(main())
