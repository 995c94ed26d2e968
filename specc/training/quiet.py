"""TensorFlow without its start-up noise. Call before TensorFlow is imported."""

import os
import warnings


def quiet_tensorflow() -> None:
    """Silence TensorFlow's own log below fatal, unless the user has asked for it. Errors still raise."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"  # what specc trains with, whatever the user's keras.json says
    warnings.filterwarnings("ignore", module="keras|tensorflow")
