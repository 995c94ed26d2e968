"""`Plan` -> the text of a Keras script that trains the same model on the same rows, without specc.

The model is given as the lines of functions, of which `build_model` is the last; see `flat` and `structure`.
"""

import ast
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

from specc.catalog import Catalog
from specc.component import Component
from specc.data.facts import CLASSES
from specc.emitting.components import component_call
from specc.emitting.data import DataCode, data_code
from specc.emitting.phases import compile_function, phase_lines
from specc.emitting.python import (
    INDENT,
    WIDTH,
    Expression,
    call,
    listed,
    literal,
    mapped,
    one_or_all,
    quoted,
    statement,
)
from specc.emitting.splitting import has_rows, is_split
from specc.emitting.structure import Structured
from specc.graph.graph import Graph
from specc.plan import Outline, Plan

_IMPORTS = {
    "csv": "import csv",
    "Path": "from pathlib import Path",
    "keras": "import keras",
    "np": "import numpy as np",
    "tf": "import tensorflow as tf",
    "layers": "from keras import layers",
    "ops": "from keras import ops",
    "datasets": "from sklearn import datasets",
}
_LIBRARIES = {"keras": "Keras 3", "tf": "TensorFlow", "np": "NumPy", "datasets": "scikit-learn"}
_NEW_WEIGHTS = "The weights are new: the spec starts from a file, which this script does not read."
_FLAT = "Blocks and repeats are written out, layer by layer, since functions and loops cannot say this:"
_STANDARD = ("csv", "Path")


def training_script(plan: Plan, model: Structured, catalog: Catalog, root: Path, folder: Path) -> str:
    """The whole script; `root` and `folder` as of `specc.data.describe`."""
    data = data_code(plan, root, folder)
    constants = [
        f"SEED = {plan.runtime.seed}",
        f"BATCH_SIZE = {plan.batch_size}",
        f"EPOCHS = {plan.epochs}",
        *data.constants,
        *model.constants,
    ]
    main = "\n".join(_main(plan, data, catalog))
    end = f'if __name__ == "__main__":\n{INDENT}main()'
    notes = _notes(plan.graph, model)
    compiling = [compile_function(_compiled(plan, catalog))] if plan.phases else []
    blocks = [*data.functions, *model.functions, *compiling, main, end]
    return _assembled(plan.outline, notes, ["\n".join(constants)], blocks)


def model_script(outline: Outline, model: Structured, because: str = "") -> str:
    """A script that only makes the model, and says why if there is a reason."""
    constants = ["\n".join(model.constants)] if model.constants else []
    notes = [*([f"Here {because}."] if because else []), *_notes(outline.graph, model)]
    return _assembled(outline, notes, constants, model.functions)


def _notes(graph: Graph, model: Structured) -> list[str]:
    """What a reader of the script should know."""
    because = f"{_FLAT} {model.flat_because}." if model.flat_because else ""
    return [note for note in (_NEW_WEIGHTS if _reads_weights(graph) else "", because) if note]


def _assembled(outline: Outline, notes: list[str], constants: list[str], blocks: list[str]) -> str:
    body = "\n\n\n".join([*constants, *blocks])
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    groups = [
        [line for name, line in _IMPORTS.items() if name in used and (name in _STANDARD) is standard]
        for standard in (True, False)
    ]
    imports = "\n\n".join("\n".join(_sorted(group)) for group in groups if group)
    gap = "\n\n" if constants else "\n\n\n"
    needs = [library for name, library in _LIBRARIES.items() if name in used]
    docstring = _docstring(outline, needs, notes)
    return docstring + "\n\n" + imports + gap + body + "\n"


def _sorted(imports: list[str]) -> list[str]:
    """As isort has it: plain imports first; what comes from one module on one line."""
    froms: dict[str, list[str]] = {}
    for line in imports:
        if line.startswith("from "):
            _, module, _, name = line.split()
            froms.setdefault(module, []).append(name)
    plain = sorted(line for line in imports if line.startswith("import "))
    return plain + [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(froms.items())]


def _docstring(outline: Outline, needs: list[str], notes: list[str]) -> str:
    """The script's docstring; nothing in it can end it."""
    words = f"{outline.graph.name}: {outline.description}" if outline.description else outline.graph.name
    lines = _wrapped(words) or ["A model"]
    listing = " and ".join(filter(None, (", ".join(needs[:-1]), needs[-1])))
    last = [f"Written by `specc emit`; needs {listing}.", *(line for note in notes for line in _wrapped(note))]
    return "\n".join([f'"""{lines[0]}', *lines[1:], "", *last, '"""'])


def _wrapped(words: str) -> list[str]:
    words = " ".join(words.split())
    plain = "".join(mark if mark.isprintable() else "?" for mark in words).replace("\\", "/").replace('"', "'")
    return textwrap.wrap(plain, WIDTH - 4, break_on_hyphens=False)


def _reads_weights(graph: Graph) -> bool:
    """Whether the spec's model, or one inside it, starts from the weights of a file."""
    return graph.weights is not None or any(
        node.component.arguments.get("weights") is not None or _reads_weights(node.model)
        for node in graph.nodes
        if node.model is not None
    )


def _main(plan: Plan, data: DataCode, catalog: Catalog) -> list[str]:
    lines = [
        "def main():",
        f'{INDENT}"""Train the model, say how good it is on rows that it has not seen, and save it."""',
    ]
    lines += _settings(plan)
    lines += [f"{INDENT}model = build_model()", *data.main]
    fit: dict[str, Expression] = {"batch_size": "BATCH_SIZE", "epochs": "EPOCHS"}
    if has_rows(plan, "validation"):
        fit["validation_data"] = f"({data.rows('x', 'validation')}, {data.rows('y', 'validation')})"
    if plan.class_weight is not None:
        lines += _class_weight(plan, data)
        fit["class_weight"] = "class_weight"
    lines += _one_hot(plan, data)
    if not plan.phases:
        optimizer = component_call(plan.optimizer, catalog)
        lines += statement("", call("model.compile", optimizer=optimizer, **_compiled(plan, catalog)), 1)
    if plan.callbacks:
        lines += statement("callbacks = ", listed(component_call(each, catalog) for each in plan.callbacks), 1)
        fit["callbacks"] = "callbacks"
    train = "train" if is_split(plan) else ""
    x, y = data.rows("x", train), data.rows("y", train)
    lines += phase_lines(plan, catalog, x, y, fit) if plan.phases else statement("", call("model.fit", x, y, **fit), 1)
    if has_rows(plan, "test"):
        options = {"batch_size": "BATCH_SIZE", "return_dict": "True", "verbose": "0"}
        metrics = call("model.evaluate", data.rows("x", "test"), data.rows("y", "test"), **options)
        lines += statement("", call("print", metrics), 1)
    return lines + _save(plan, data, catalog)


def _settings(plan: Plan) -> list[str]:
    lines = []
    if plan.runtime.deterministic:
        lines.append(f"{INDENT}tf.config.experimental.enable_op_determinism()")
    return [*lines, f"{INDENT}keras.utils.set_random_seed(SEED)"]


def _class_weight(plan: Plan, data: DataCode) -> list[str]:
    names = next(target.names for target in plan.targets.values() if target.kind == CLASSES) or ()
    if plan.class_weight == "balanced":
        return [
            f"{INDENT}counts = np.bincount({data.labels}{'[train]' if is_split(plan) else ''}, minlength={len(names)})",
            f"{INDENT}class_weight = dict(enumerate(counts.sum() / (len(counts) * np.maximum(counts, 1))))",
        ]
    given: Mapping[str, float] = plan.class_weight if isinstance(plan.class_weight, Mapping) else {}
    weights = ((literal(index), literal(float(given.get(name, 1.0)))) for index, name in enumerate(names))
    return statement("class_weight = ", mapped(weights), 1)


def _one_hot(plan: Plan, data: DataCode) -> list[str]:
    lines: list[str] = []
    for name in plan.targets:
        if name in plan.one_hot:
            target = f"y[{quoted(name)}]" if data.several_outputs else "y"
            vectors = call("keras.utils.to_categorical", target, literal(plan.targets[name].classes))
            lines += statement(f"{target} = ", vectors, 1)
    return lines


def _compiled(plan: Plan, catalog: Catalog) -> dict[str, Expression]:
    """The arguments of `compile` behind the optimizer."""
    arguments = {"loss": one_or_all({name: component_call(loss, catalog) for name, loss in plan.losses.items()})}
    if len(plan.losses) > 1 and plan.loss_weights:
        weights = {name: literal(plan.loss_weights.get(name, 1.0)) for name in plan.losses}
        arguments["loss_weights"] = one_or_all(weights)
    metrics: dict[str, Expression] = {
        name: listed(component_call(metric, catalog) for metric in found) for name, found in plan.metrics.items()
    }
    if any(plan.metrics.values()):
        arguments["metrics"] = one_or_all(metrics)
    return arguments


def _save(plan: Plan, data: DataCode, catalog: Catalog) -> list[str]:
    """The lines that save the model, with its preprocessing and the activations that its losses leave out."""
    path = quoted(re.sub(r"[^A-Za-z0-9_.-]+", "-", plan.name).lstrip(".") + ".keras")
    squashed = {name: found for name, loss in plan.losses.items() if (found := _squashing(loss, catalog))}
    if not data.serving and not squashed:
        return statement("", call("model.save", path), 1)
    inputs, outputs = ("inputs", "model(prepared)") if data.serving else ("model.input", "model.output")
    dtype = {} if plan.runtime.assumed_precision == "float32" else {"dtype": quoted("float32")}
    if data.several_outputs and squashed:
        lines = [*data.serving, f"{INDENT}outputs = dict({outputs})"]
        for name, activation in squashed.items():
            output = f"outputs[{quoted(name)}]"
            made = call(call("layers.Activation", quoted(activation), **dtype), output)
            lines += statement(f"{output} = ", made, 1)
        return lines + statement("", call(f"keras.Model({inputs}, outputs).save", path), 1)
    lines = [*data.serving, f"{INDENT}outputs = {outputs}"]
    for activation in squashed.values():
        made = call(call("layers.Activation", quoted(activation), **dtype), outputs)
        lines[-1:] = statement("outputs = ", made, 1)
    return lines + statement("", call(f"keras.Model({inputs}, outputs).save", path), 1)


def _squashing(loss: Component, catalog: Catalog) -> str | None:
    """The activation that turns an output into probabilities, as `specc.keras_target.serving` has it."""
    facts = catalog.find("loss", loss.type)
    if facts is None or loss.arguments.get("from_logits") is not True:
        return None
    return "sigmoid" if facts.name.startswith("Binary") else "softmax"
