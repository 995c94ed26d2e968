"""Every application of Keras as a spec and back: `python benchmarks/interchange.py [NAME …] [--flat]`.

For each constructor of `keras.applications` that the catalog lists, in a process of its own: make it with random
weights, import it, check the spec, build the model of the spec, and compare parameters, names of layers and, with the
weights carried over, outputs. The model that the emitted Python makes is compared likewise. Prints a table in Markdown;
fails if anything differs.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from specc.importing.checking import checked

if TYPE_CHECKING:
    import keras

    from specc.graph.graph import Graph

TOLERANCE = 1e-5
OPEN_SIZE = 224  # of images, for networks that take any
TIMEOUT_S = 1800
COLUMNS = ("lines", "parameters", "same count", "same names", "largest difference", "emitted", "seconds")


def main(arguments: list[str]) -> int:
    """Compare the named applications, by default all."""
    from specc.catalog import load

    options = [argument for argument in arguments if argument.startswith("--")]
    names = [argument for argument in arguments if not argument.startswith("--")] or load().names("application")
    print("| application | " + " | ".join(COLUMNS) + " |")
    print("|---|" + "---:|" * len(COLUMNS))
    failed = 0
    for name in names:
        row = _in_process(name, options)
        failed += not row.pop("good")
        print(f"| `{name}` | " + " | ".join(str(row.get(column, "")) for column in COLUMNS) + " |", flush=True)
    print(f"\n{len(names) - failed} of {len(names)} are the same.")
    return 1 if failed else 0


def _in_process(name: str, options: list[str]) -> dict[str, Any]:
    """The row of one application, made by a process that gives its memory back."""
    command = [sys.executable, __file__, "--one", name, *options]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, env=quiet, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
        return {"good": False, "lines": words[0]}
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def compare(name: str, *, flat: bool) -> dict[str, Any]:
    """The row of one application."""
    import time

    start = time.perf_counter()
    from specc.importing import ImportOptions, import_model

    imported = import_model(f"keras.applications:{name}", ImportOptions(flat=flat))
    if imported.document is None or imported.model is None:
        return {"good": False, "lines": imported.findings[0].message}
    graph, complaints = checked(imported.text)
    if graph is None:
        return {"good": False, "lines": complaints[0].message}
    model = built(graph)
    row = {"lines": imported.text.count("\n"), "parameters": f"{model.count_params():,}"}
    good = [model.count_params() == imported.model.count_params()]
    good.append(_names(model) == _names(imported.model))
    row |= {"same count": _yes(good[0]), "same names": _yes(good[1])}
    if good[0] and good[1]:
        scatter(imported.model)
        carry_over(imported.model, model)
        difference = largest_difference(imported.model, model)
        good.append(difference <= TOLERANCE)
        row["largest difference"] = f"{difference:.1e}"
        emitted = _emitted(imported.text, imported.model)
        good += [emitted is None or emitted <= TOLERANCE]
        row["emitted"] = "" if emitted is None else f"{emitted:.1e}"
    return row | {"good": all(good) and len(good) > 2, "seconds": f"{time.perf_counter() - start:.0f}"}


def built(graph: "Graph") -> "keras.Model":
    """The Keras model of a graph."""
    from specc.catalog import load
    from specc.keras_target.build import build_model

    made, findings = build_model(graph, load())
    if made is None:
        raise SystemExit(findings[0].message)
    return made.model


def carry_over(source: "keras.Model", target: "keras.Model") -> None:
    """Give every layer of `target` the weights of the layer of its name in `source`."""
    for layer in source.layers:
        if layer.weights:
            target.get_layer(layer.name).set_weights(layer.get_weights())


def scatter(model: "keras.Model") -> None:
    """Give weights other values, so that none is without effect, as the scales of 1e-6 in ConvNeXt are.

    Batch normalization learns from the images that are compared, or what they tell would fade from layer to layer.
    """
    import keras
    import numpy as np

    generator = np.random.default_rng(11)
    for layer in model.layers:
        layer.set_weights([_scattered(weight.path, weight.numpy(), generator) for weight in layer.weights])
    normalizing = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    usual = [layer.momentum for layer in normalizing]
    for layer in normalizing:
        layer.momentum = 0.0
    if normalizing:
        model(_samples(model), training=True)
    for layer, momentum in zip(normalizing, usual, strict=True):
        layer.momentum = momentum


def _scattered(path: str, value: Any, generator: Any) -> Any:  # noqa: ANN401  arrays
    """Variances stay positive, and the sums of layers stay about as large as they were."""
    scaled = value * generator.uniform(0.7, 1.3, value.shape)
    return scaled if "variance" in path else scaled + generator.normal(0, 0.01, value.shape)


def _samples(model: "keras.Model") -> Any:  # noqa: ANN401  an array
    """Two images that are unlike each other: noise, and a ramp."""
    import numpy as np

    shape = [size or OPEN_SIZE for size in model.input_shape[1:]]
    noise = np.random.default_rng(7).uniform(0, 255, shape)
    ramp = np.linspace(0, 255, noise.size).reshape(shape)
    return np.stack([noise, ramp]).astype("float32")


def largest_difference(one: "keras.Model", other: "keras.Model") -> float:
    """The largest difference between what two models make of the same images, relative to the largest value.

    Both what comes out and what the last layer takes are compared: probabilities of random networks are mostly 0 or 1.
    NaN if that tells nothing.
    """
    import numpy as np

    samples = _samples(one)
    differences = [np.nan]
    for expected, found in zip(_views(one, samples), _views(other, samples), strict=True):
        size = np.abs(expected).max()
        if np.ptp(expected, axis=0).max() > TOLERANCE * size:
            differences.append(np.abs(expected - found).max() / size)
    return float(np.nanmax(differences)) if len(differences) > 1 else float("nan")


def _views(model: "keras.Model", samples: Any) -> list[Any]:  # noqa: ANN401  arrays
    """What goes into the last layer, and what comes out of it."""
    import keras
    import numpy as np

    views = keras.Model(model.input, [model.layers[-1].input, model.output])
    return [np.asarray(view) for view in views(samples, training=False)]


def _names(model: "keras.Model") -> list[str]:
    return sorted(layer.name for layer in model.layers)


def _yes(same: bool) -> str:
    return "yes" if same else "NO"


def _emitted(text: str, source: "keras.Model") -> float:
    """The same for the model that the emitted Python makes, which must have the same names and parameters."""
    with TemporaryDirectory() as folder:
        spec = Path(folder) / "imported.yaml"
        spec.write_text(text, encoding="utf-8")
        model = _run(spec)
    if [layer.name for layer in model.layers] != [layer.name for layer in source.layers]:
        return float("inf")
    if model.count_params() != source.count_params():
        return float("inf")
    carry_over(source, model)
    return largest_difference(source, model)


def _run(spec: Path) -> "keras.Model":
    """The model that the script of a spec makes."""
    import keras

    import specc

    keras.backend.clear_session()  # names are numbered anew, as in a process of the script's own
    script: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(specc.emit(spec), str(spec.with_suffix(".py")), "exec"), script)  # noqa: S102  our own script
    model: keras.Model = script["build_model"]()
    return model


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(compare(sys.argv[2], flat="--flat" in sys.argv)))
    else:
        sys.exit(main(sys.argv[1:]))
