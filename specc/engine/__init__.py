"""The back end's loop: samples and a compiled Keras model in, a trained model out.

`Session` trains, `Judge` evaluates and predicts. Nothing here knows of specs, runs or files of a run.
"""

from specc.engine.choosing import Choice, Options
from specc.engine.fitting import NotFiniteError, Phase, Position, Session
from specc.engine.judging import Judge
from specc.engine.samples import Budget, Samples

__all__ = [
    "Budget",
    "Choice",
    "Judge",
    "NotFiniteError",
    "Options",
    "Phase",
    "Position",
    "Samples",
    "Session",
]
