"""A finished run at work on other data: `specc predict` and `specc evaluate`.

`served` opens a run directory, wherever it lies now; `opening` reads a file as the run's own data were read, by `rows`,
`windows` or `running`; `predict` and `evaluate` put the two together a piece at a time, and `writing` writes tables
that do not fit into memory.
"""

from specc.predicting.evaluate import Evaluated, evaluate
from specc.predicting.predict import Predicted, predict

__all__ = ["Evaluated", "Predicted", "evaluate", "predict"]
