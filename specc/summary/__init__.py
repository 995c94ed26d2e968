"""A plan's model at a glance: what `specc show` prints, as data, as a table and as parts of a drawing."""

from specc.summary.memory import Memory
from specc.summary.summary import Inner, Row, Summary, summarize
from specc.summary.table import human_bytes, summary_table

__all__ = ["Inner", "Memory", "Row", "Summary", "human_bytes", "summarize", "summary_table"]
