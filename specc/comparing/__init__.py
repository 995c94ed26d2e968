"""Two plans and what differs between them, by meaning: `specc diff`.

`compare` is the entry, `layers` names and pairs the layers of two models, `values` compares arguments and sections,
`weights` tells which old weights fit, `text` prints. JSON is `Comparison.as_json`, by `schemas/diff-v1.schema.json`.
"""

from specc.comparing.compare import Comparison, LayerChange, compare
from specc.comparing.text import comparison_text
from specc.comparing.values import Change
from specc.comparing.weights import Fit, LayerFit, WeightsFit

__all__ = ["Change", "Comparison", "Fit", "LayerChange", "LayerFit", "WeightsFit", "compare", "comparison_text"]
