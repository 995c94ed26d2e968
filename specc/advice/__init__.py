"""What the sections of a spec mean together: `judge` looks at a complete plan and says what contradicts itself."""

from specc.advice.rules import RULES, judge

__all__ = ["RULES", "judge"]
