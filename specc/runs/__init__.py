"""What a run leaves on disk: `runs/<name>/<time>-<hash>/`, the only thing that training and report share.

Training makes a folder with `create` and fills it through the `write_…` functions, each atomic; the report, and whoever
comes later, gets it back with `read`. Nothing here imports NumPy, Keras or TensorFlow.
"""

from specc.runs.folder import RunFolder, create, latest, newest_first
from specc.runs.folds import Fold, Folds
from specc.runs.reading import read, read_folds
from specc.runs.run import (
    Data,
    Determinism,
    History,
    Layer,
    Lock,
    Model,
    Parameters,
    Predictions,
    Run,
    StartingLayer,
    StartingWeights,
    Target,
    Training,
    Weight,
)
from specc.runs.writing import as_json, write_bytes, write_csv, write_json, write_text, write_yaml

__all__ = [
    "Data",
    "Determinism",
    "Fold",
    "Folds",
    "History",
    "Layer",
    "Lock",
    "Model",
    "Parameters",
    "Predictions",
    "Run",
    "RunFolder",
    "StartingLayer",
    "StartingWeights",
    "Target",
    "Training",
    "Weight",
    "as_json",
    "create",
    "latest",
    "newest_first",
    "read",
    "read_folds",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_text",
    "write_yaml",
]
