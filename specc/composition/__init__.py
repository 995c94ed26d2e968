"""One spec out of several texts: what it extends and includes, its variables, and its blocks and repeats in place."""

from specc.composition.compose import Composed, Parts, compose
from specc.composition.groups import BLOCK, COPIES, MODEL, OPAQUE, UNUSED, composed_schema

__all__ = [
    "BLOCK",
    "COPIES",
    "MODEL",
    "OPAQUE",
    "UNUSED",
    "Composed",
    "Parts",
    "compose",
    "composed_schema",
]
