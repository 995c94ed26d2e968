"""The spec with nothing left open: what it says, and what follows from data and model where it is silent."""

from specc.plan.imply import imply, size_outputs
from specc.plan.plan import Outline, Plan

__all__ = ["Outline", "Plan", "imply", "size_outputs"]
