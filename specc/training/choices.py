"""What was measured on this machine, kept from run to run: the same spec is then computed in the same way again.

XLA rounds differently, so a spec that trains twice gives the same bits only if the clock decides once. What is kept is
one small file for each model, batch and machine, in the folder of the cache.
"""

import json
from contextlib import suppress
from hashlib import sha256

import keras

from specc import runs
from specc.engine import Choice
from specc.engine.choosing import Candidate
from specc.plan import Plan
from specc.plan.document import as_document
from specc.training.cache import cache_folder
from specc.training.record import processor, versions

FOLDER = "choices"


def key_of_choice(plan: Plan, model: keras.Model, samples: int) -> str:
    """What a choice depends on: all that decides what is computed, how often, and by what."""
    document = as_document(plan)
    content = {
        "versions": versions(),
        "processor": processor(),
        "model": [(weight.path, str(weight.shape), str(weight.dtype)) for weight in model.weights],
        "spec": {key: document[key] for key in ("model", "training", "runtime")},
        "samples": samples,
    }
    return sha256(json.dumps(content, sort_keys=True, default=str).encode(errors="surrogatepass")).hexdigest()


def kept(key: str) -> Choice | None:
    """What was chosen, and why; None if nothing is known."""
    try:
        content = json.loads((cache_folder() / FOLDER / f"{key}.json").read_text(encoding="utf-8"))
        candidates = tuple(Candidate(**each) for each in content["candidates"])
        choice = Choice(content["xla"], content["why"], candidates)
    except (OSError, ValueError, TypeError, LookupError):
        return None
    return choice if isinstance(choice.xla, bool) and isinstance(choice.why, str) else None


def keep(key: str, choice: Choice) -> None:
    """Keep it for the next run. Without it that measures again, so that no fault is worth a word."""
    with suppress(OSError):
        folder = cache_folder() / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        runs.write_json(folder / f"{key}.json", choice.as_record())
