"""The arrays of scikit-learn's and Keras' own sets, under the column names of `specc.data.sets`.

scikit-learn's sets ship with it. Keras' are downloaded once, into Keras' own cache, and checked there against their
hashes; their test part follows the training part. Libraries are imported only when a set of theirs is asked for.
"""

import contextlib
import sys
from typing import Any, TypeAlias
from urllib.error import URLError

import numpy as np

from specc.data.sets import BuiltInSet

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

KERAS_SEED = 113
"""Keras' own default: the order in which its texts and houses are shuffled before the test part is cut off."""


class UnavailableError(Exception):
    """A set cannot be downloaded; the message says why, in a few words."""


def scikit_learn_set(known: BuiltInSet) -> dict[str, Array]:
    """The columns: numbers (n,), images (n, h, w, 1), classes as their index (n,)."""
    from sklearn import datasets

    (target,) = known.targets
    features = [name for name in known.columns if name != target]
    bunch = getattr(datasets, f"load_{known.name}")()
    if known.name == "digits":
        return {features[0]: bunch.images[..., None], target: bunch.target}
    columns = dict(zip(features, bunch.data.T, strict=True))
    return columns | {target: bunch.target}


def keras_set(known: BuiltInSet) -> dict[str, Array]:
    """As `scikit_learn_set`, and texts as word numbers (n, maxlen). Raises `UnavailableError` without a network."""
    import keras

    (target,) = known.targets
    features = [name for name in known.columns if name != target]
    arguments: dict[str, Any] = {}
    if "maxlen" in known.settings:
        arguments = {"num_words": known.settings["num_words"], "seed": KERAS_SEED}
    if "label_mode" in known.settings:
        arguments = {"label_mode": known.settings["label_mode"]}
    (x_train, y_train), (x_test, y_test) = _download(getattr(keras.datasets, known.name), arguments)
    labels = np.concatenate([y_train, y_test]).reshape(-1)
    if "maxlen" in known.settings:
        return {features[0]: padded([*x_train, *x_test], known.settings["maxlen"]), target: labels}
    x = np.concatenate([x_train, x_test])
    if len(features) > 1:
        return dict(zip(features, x.T, strict=True)) | {target: labels}
    return {features[0]: x.reshape(-1, *known.columns[features[0]].shape), target: labels}


def padded(sequences: list[list[int]], length: int) -> Array:
    """Word numbers (n, length) as int32: the beginning of a longer text, and 0 after the end of a shorter one."""
    words = np.zeros((len(sequences), length), "int32")
    for row, sequence in enumerate(sequences):
        kept = sequence[:length]
        words[row, : len(kept)] = kept
    return words


def _download(module: Any, arguments: dict[str, Any]) -> Any:  # noqa: ANN401  Keras' module and its arrays
    # Keras removes a partial file itself; its progress bar does not belong among our results on standard output.
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return module.load_data(**arguments)
    except OSError as fault:
        raise UnavailableError(fault.strerror or str(fault)) from fault
    except Exception as fault:
        # keras.utils.get_file (Keras 3.15) raises a bare Exception over the URLError.
        if not isinstance(fault.__context__, URLError):
            raise
        raise UnavailableError(str(getattr(fault.__context__, "reason", fault.__context__))) from fault
