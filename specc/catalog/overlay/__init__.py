"""The hand-written half of the catalog: every type by kind and family. The families' modules say what each one is.

`ENTRIES[kind][family][type]` is an `Entry`; `LEFT_OUT[kind]` are arguments that no type of a kind offers.
"""

from collections.abc import Mapping

from specc.catalog.entries import Family
from specc.catalog.overlay import activations, applications, callbacks, datasets, losses, metrics, optimizers, weights
from specc.catalog.overlay.layers_augmentation import AUGMENTATION
from specc.catalog.overlay.layers_core import ACTIVATION, CORE, MERGING
from specc.catalog.overlay.layers_preprocessing import PREPROCESSING
from specc.catalog.overlay.layers_regular import NORMALIZATION, REGULARIZATION
from specc.catalog.overlay.layers_sequence import ATTENTION, RECURRENT, WRAPPERS
from specc.catalog.overlay.layers_spatial import CONVOLUTION, POOLING, RESHAPING
from specc.catalog.overlay.ops import OPS

ENTRIES: Mapping[str, Mapping[str, Family]] = {
    "layer": {
        "core": CORE,
        "activation": ACTIVATION,
        "convolution": CONVOLUTION,
        "pooling": POOLING,
        "reshaping": RESHAPING,
        "merging": MERGING,
        "normalization": NORMALIZATION,
        "regularization": REGULARIZATION,
        "recurrent": RECURRENT,
        "attention": ATTENTION,
        "wrapper": WRAPPERS,
        "preprocessing": PREPROCESSING,
        "augmentation": AUGMENTATION,
    },
    "op": {"op": OPS},
    "application": {"application": applications.APPLICATIONS},
    "activation": {"function": activations.FUNCTIONS, "layer": activations.LAYERS},
    "initializer": {"initializer": weights.INITIALIZERS},
    "regularizer": {"regularizer": weights.REGULARIZERS},
    "constraint": {"constraint": weights.CONSTRAINTS},
    "loss": {"loss": losses.LOSSES},
    "metric": {"metric": metrics.METRICS},
    "optimizer": {"optimizer": optimizers.OPTIMIZERS},
    "schedule": {"schedule": optimizers.SCHEDULES},
    "callback": {"callback": callbacks.CALLBACKS},
    "dataset": {"bundled": datasets.BUNDLED, "downloaded": datasets.DOWNLOADED, "generated": datasets.GENERATED},
    "strategy": {"strategy": datasets.STRATEGIES},
}

# Words that Keras resolves itself when it compiles a model, by the shapes of targets and outputs.
AUTOMATIC: Mapping[str, tuple[str, ...]] = {"loss": losses.AUTOMATIC, "metric": metrics.AUTOMATIC}

_NAMED = "logs and reports name it by its type"
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "layer": {
        "name": "a node key of specs",
        "weights": "arrays of starting values; an initializer says them",
        "quantization_config": "takes an object of keras.quantizers",
        "gptq_unpacked_column_size": "bookkeeping of quantized weights",
    },
    "loss": {"name": _NAMED},
    "optimizer": {"name": _NAMED},
    "schedule": {"name": _NAMED},
    "application": {"name": "a node key of specs", "input_tensor": "wires are made by the graph"},
}
