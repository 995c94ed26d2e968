"""Weights from files: what a `.keras` or `.weights.h5` file holds, and which of a model's layers it fits.

Files are read as data: HDF5 and zip, each with bounds, and shapes before values. Nothing of Keras is imported here;
`specc.keras_target.weights` puts the values into a model.
"""

from specc.transfer.matching import Match, Row, match
from specc.transfer.mismatches import mismatches
from specc.transfer.opening import WeightsContent, open_weights
from specc.transfer.stored import Stored, Tensor
from specc.transfer.table import content_table, match_table

__all__ = [
    "Match",
    "Row",
    "Stored",
    "Tensor",
    "WeightsContent",
    "content_table",
    "match",
    "match_table",
    "mismatches",
    "open_weights",
]
