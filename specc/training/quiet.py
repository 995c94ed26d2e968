"""TensorFlow without its start-up noise. Call before TensorFlow is imported."""

import os
import sys
import tempfile
import warnings
from importlib import import_module


def quiet_tensorflow() -> None:
    """Import TensorFlow and Keras silently.

    TensorFlow's libraries write to the process's standard error before any setting of theirs is read, so that is held
    back during the import; if the import fails, it is shown. Whoever sets TF_CPP_MIN_LOG_LEVEL to 0 sees it all.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"  # what specc trains with, whatever the user's keras.json says
    warnings.filterwarnings("ignore", module="keras|tensorflow")
    if "tensorflow" in sys.modules or os.environ.get("TF_CPP_MIN_LOG_LEVEL") == "0":
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            import_module("tensorflow")  # first, so that it is what is missed where neither is installed
            keras = import_module("keras")
        except BaseException:
            held_back.seek(0)
            os.write(kept, held_back.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    keras.utils.disable_interactive_logging()
