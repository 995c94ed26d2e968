"""The least that each type can be made of, for the tests that make all types."""

from typing import Any

from specc.catalog import Catalog, EntryFacts

ARGUMENTS: dict[str, dict[str, Any]] = {
    "layer": {
        "activation": "relu",
        "rate": 0.5,
        "units": 2,
        "filters": 2,
        "kernel_size": 3,
        "pool_size": 2,
        "output_size": 2,
        "height": 4,
        "width": 4,
        "input_dim": 3,
        "output_dim": 2,
        "num_bins": 4,
        "stddev": 0.1,
        "num_heads": 2,
        "key_dim": 2,
        "head_dim": 2,
        "num_query_heads": 4,
        "num_key_value_heads": 2,
        "axes": 1,
        "equation": "ab,bc->ac",
        "output_shape": 2,
        "scale": 0.5,
        "n": 2,
        "dims": [2, 1],
        "target_shape": [2, -1],
        "factor": 0.2,
        "height_factor": 0.2,
        "width_factor": 0.2,
        "max_number": 2,
    },
    "loss": {},
    "metric": {
        "num_classes": 3,
        "target_class_ids": [0, 1],
        "recall": 0.5,
        "precision": 0.5,
        "specificity": 0.5,
        "sensitivity": 0.5,
    },
    "optimizer": {},
    "schedule": {
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "decay_rate": 0.5,
        "first_decay_steps": 10,
        "boundaries": [1, 2],
        "values": [0.3, 0.2, 0.1],
    },
    "callback": {"backup_dir": "backup", "filename": "log.csv", "filepath": "best.keras"},
    "activation": {},
    "initializer": {},
    "regularizer": {},
    "constraint": {},
}
# Where the name of an argument does not tell its value.
SPECIAL: dict[str, dict[str, Any]] = {
    "RandomPosterization": {"factor": 4},
    "RandomGrayscale": {"factor": 0.5},
    "CategoryEncoding": {"num_tokens": 3},
    "Discretization": {"bin_boundaries": [0.0, 1.0]},
}
COMPONENTS: dict[str, dict[str, Any]] = {
    "Bidirectional": {"layer": {"LSTM": 2}},
    "TimeDistributed": {"layer": {"Dense": 2}},
    "SpectralNormalization": {"layer": {"Dense": 2}},
    "RNN": {"cell": {"LSTMCell": 2}},
    "StackedRNNCells": {"cells": [{"LSTMCell": 2}, {"GRUCell": 2}]},
    "Pipeline": {"layers": ["RandomFlip", {"Rescaling": 0.5}]},
    "LearningRateScheduler": {"schedule": {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10}}},
    "LossScaleOptimizer": {"inner_optimizer": {"SGD": 0.1}},
}


def minimal(facts: EntryFacts) -> dict[str, Any]:
    """The required arguments of a type, and those without which Keras refuses it, as a spec writes them."""
    given = {name: ARGUMENTS[facts.kind][name] for name, argument in facts.arguments.items() if _asked(facts, name)}
    return given | SPECIAL.get(facts.name, {}) | COMPONENTS.get(facts.name, {})


def _asked(facts: EntryFacts, name: str) -> bool:
    argument = facts.arguments[name]
    return argument.required and argument.component in (None, "activation")


def every_type(catalog: Catalog, kind: str) -> list[EntryFacts]:
    """The facts of all types of a kind that Keras has."""
    found = (catalog.find(kind, name) for name in catalog.names(kind))
    return [facts for facts in found if facts is not None and facts.path is not None]
