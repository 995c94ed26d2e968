"""What a run leaves on disk: `runs/<name>/<time>-<hash>/`, the only thing that training and report share.

Training makes a folder with `create` and fills it through the `write_…` functions, each atomic; the report, and whoever
comes later, gets it back with `read`. Nothing here imports NumPy, Keras or TensorFlow.
"""

from specc.runs.folder import RunFolder, create, create_search, latest, newest_first
from specc.runs.folds import Fold, Folds
from specc.runs.holding import held, is_held
from specc.runs.rates import RateSearch
from specc.runs.reading import locate, read, read_folds
from specc.runs.run import (
    Candidate,
    Data,
    Determinism,
    Engine,
    Gradients,
    History,
    Layer,
    Lock,
    Model,
    Parameters,
    Predictions,
    Resumption,
    Run,
    StartingLayer,
    StartingWeights,
    Target,
    Training,
    Verified,
    Weight,
    WeightGradients,
)
from specc.runs.tables import GRADIENTS_HEADER
from specc.runs.writing import as_json, replacing, write_bytes, write_csv, write_json, write_text, write_yaml

__all__ = [
    "GRADIENTS_HEADER",
    "Candidate",
    "Data",
    "Determinism",
    "Engine",
    "Fold",
    "Folds",
    "Gradients",
    "History",
    "Layer",
    "Lock",
    "Model",
    "Parameters",
    "Predictions",
    "RateSearch",
    "Resumption",
    "Run",
    "RunFolder",
    "StartingLayer",
    "StartingWeights",
    "Target",
    "Training",
    "Verified",
    "Weight",
    "WeightGradients",
    "as_json",
    "create",
    "create_search",
    "held",
    "is_held",
    "latest",
    "locate",
    "newest_first",
    "read",
    "read_folds",
    "replacing",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_text",
    "write_yaml",
]
