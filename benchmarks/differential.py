"""Compare specc's static inference with Keras on random layers, operations, applications, inputs and faults.

    python benchmarks/differential.py [--configs 200] [--applications 8] [--type Dense] [--seed 0] [--show 3]
    python benchmarks/differential.py --table docs/coverage.md

Every configuration is inferred by specc and built by Keras on symbolic inputs. Both must refuse it, or both accept it
with equal shapes, dtypes and parameter counts. Ends with 1 if any type disagrees. `--table` writes the outcome as the
page of what static inference covers.
"""

import argparse
import os
import sys
import warnings
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
from keras.src.utils import file_utils
from random_applications import application
from random_layers import GENERATORS, IMAGES
from random_values import NOWHERE, Config, Sizes, layer

from specc.catalog import load
from specc.component import Component
from specc.graph.applications_generate import without_values
from specc.graph.graph import Graph, GraphInput, Node, Ref
from specc.graph.infer import infer
from specc.graph.shapes import APPLICATIONS, all_rules

RULES = all_rules()


class Stricter(NamedTuple):
    """A refusal of specc's that Keras does not share when it builds: its code, and how the types' names begin."""

    code: str
    types: tuple[str, ...]
    why: str


LATE = "fails at the first batch"
STRICTER = (
    Stricter("axis-out-of-range", ("Concatenate",), LATE),
    Stricter("axis-out-of-range", ("ops.trapezoid",), "wraps the axis round"),
    Stricter("invalid-argument", ("Adaptive", "ConvLSTM", "Bidirectional"), LATE),
    Stricter("invalid-argument", ("ops.average_pool", "ops.max_pool", "ops.stft", "ops.unfold"), LATE),
    Stricter(
        "kernel-too-large", ("ops.extract_sequences", "ops.stft", "ops.unfold"), "makes an axis of size 0 or less"
    ),
    Stricter("rank-mismatch", (*IMAGES,), "takes the batch for rows of pixels"),
    Stricter("rank-mismatch", ("Adaptive", "Concatenate", "Dot", "TimeDistributed"), LATE),
    Stricter("shape-mismatch", ("ops.broadcast_to", "ops.slice", "ops.tensordot", "ops.view_as_complex"), LATE),
    Stricter("shape-mismatch", ("LSTMCell",), "stretches a state of another size"),
    Stricter("wrong-input-count", ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"), "ignores some states"),
    Stricter("shape-mismatch", ("MobileNetV3",), "fails when it reads the weights"),
    Stricter("wrong-dtype", ("",), "makes tensors without numbers"),
)


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
    keywords: dict[str, Any] = dict(zip(config.keywords, refs, strict=True)) if config.keywords else {}
    if config.states:
        positional, keywords = refs[:1], {"states": refs[1:]}
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
    with without_values(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _by_keras(config)


def _by_keras(config: Config) -> Verdict:
    try:
        tensors = [keras.Input(x.shape, dtype=x.dtype) for x in config.inputs]
        arguments = {name: made(value) for name, value in config.arguments.items()}
        passed: dict[str, Any] = dict(zip(config.keywords, tensors, strict=True)) if config.keywords else {}
        first: list[Any] = [] if config.keywords else [tensors] if config.listed else tensors
        if config.states:
            first, passed = tensors[:1], {"states": tensors[1:]}
        if config.type.startswith("ops."):
            result = getattr(keras.ops, config.type.removeprefix("ops."))(*first, **passed, **arguments)
            weights: tuple[int, int] = (0, 0)
        elif config.type in APPLICATIONS:
            trainable = arguments.pop("trainable", True)
            shape = tuple(arguments.pop("input_shape", tensors[0].shape[1:]))
            model = getattr(keras.applications, config.type)(**arguments, input_shape=shape)
            model.trainable = trainable
            result = model(tensors[0])
            weights = (count(model.trainable_weights), count(model.non_trainable_weights))
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
    """The verdict, `stricter: why` where specc refuses more on purpose, and what each side says."""
    ours, theirs = by_specc(config), by_keras(config)
    if ours.refusal and not theirs.refusal:
        code = ours.refusal.split(":")[0]
        whys = [each.why for each in STRICTER if each.code == code and config.type.startswith(each.types)]
        return f"stricter: {whys[0]}" if whys else "only specc refuses", ours, theirs
    if theirs.refusal and not ours.refusal:
        return "only Keras refuses", ours, theirs
    return "agreed" if ours.refusal or ours == theirs else "differ", ours, theirs


def compare(name: str, configs: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Judge `configs` random configurations of one type; the tally, and a line for each that is not agreed."""
    r = Random(zlib.crc32(name.encode()) + seed)  # noqa: S311  not for secrets
    tally: Counter[str] = Counter()
    lines = []
    for _ in range(configs):
        config = application(r, name) if name in APPLICATIONS else GENERATORS[name](r, name)
        verdict, ours, theirs = judge(config)
        tally[verdict] += 1
        if verdict in FAULTS:
            lines.append(f"  {verdict}: {config}\n    specc {ours}\n    Keras {str(theirs)[:300]}")
    return tally, lines


FAULTS = ("only specc refuses", "only Keras refuses", "differ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", type=int, default=200, help="configurations for each layer and operation")
    parser.add_argument("--applications", type=int, default=8, help="configurations for each application")
    parser.add_argument("--type", help="only this type")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=3, help="disagreements to print for each type")
    parser.add_argument("--table", type=Path, help="the Markdown page to write")
    options = parser.parse_args()
    file_utils.get_file = lambda *_args, **_options: ""  # whether trained weights fit is not asked
    keras.Model.load_weights = lambda *_args, **_options: None
    tallies: dict[str, Counter[str]] = {}
    for name in [options.type] if options.type else sorted(RULES):
        wanted = options.applications if name in APPLICATIONS else options.configs
        tallies[name], lines = compare(name, wanted, options.seed)
        print(f"{name:32}", ", ".join(f"{n} {verdict}" for verdict, n in sorted(tallies[name].items())), flush=True)
        for line in lines[: options.show]:
            print(line)
    total = sum(tallies.values(), Counter())
    print(f"{'total':32}", ", ".join(f"{n} {verdict}" for verdict, n in sorted(total.items())))
    if options.table:
        options.table.write_text(page(tallies, options.seed), encoding="utf-8")
    return 1 if any(total[fault] for fault in FAULTS) else 0


def page(tallies: dict[str, Counter[str]], seed: int) -> str:
    """The page of what static inference covers."""
    kinds = (("layer", "Layers"), ("op", "Operations"), ("application", "Applications"))
    catalog = load()
    parts = [HEAD.format(keras=keras.__version__, total=sum(t.total() for t in tallies.values()), seed=seed)]
    for kind, title in kinds:
        names = [name for name in catalog.names(kind) if name != "Output"]
        ruled = sum(name in RULES for name in names)
        rows = [row(name, tallies.get(name, Counter())) for name in sorted(names)]
        parts.append(f"## {title}\n\n{ruled} of {len(names)} have a rule.\n\n{COLUMNS}" + "".join(rows))
    return "\n".join(parts)


HEAD = """# What static inference covers

`specc validate` and `specc show` know shapes, dtypes, parameters, multiply-adds and memory without Keras, by a rule for
each type. This page is written by `python benchmarks/differential.py --table docs/coverage.md`, which builds random
configurations, valid and not, with Keras {keras} too: {total:,} of them with the seed {seed}.

Agreed means that both refuse, or that both accept with equal output shapes, dtypes and numbers of trained and other
parameters. Stricter means that specc reports what Keras only meets later, or not at all; the reason stands beside it.

`Output` is left out: it is sized by the target before shapes are inferred.
"""
COLUMNS = "| type | rule | configurations | agreed | stricter |\n|---|---|---|---|---|\n"


def row(name: str, tally: Counter[str]) -> str:
    """The type's line in the table."""
    stricter = [(verdict.partition(": ")[2], n) for verdict, n in sorted(tally.items()) if ": " in verdict]
    reasons = "; ".join(f"{n}: Keras {why}" for why, n in stricter)
    rule = "yes" if name in RULES else "no"
    return f"| `{name}` | {rule} | {tally.total()} | {tally['agreed']} | {reasons} |\n"


if __name__ == "__main__":
    sys.exit(main())
