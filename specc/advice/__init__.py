"""What the sections of a spec mean together: `judge` looks at a plan and says what contradicts itself."""

from specc.advice.rules import judge

__all__ = ["judge"]
