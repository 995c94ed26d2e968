"""A flat model document -> the same with blocks, repeats and parallels: what a person would have written.

`fold` takes and gives plain data; it reads no file and checks nothing. Names, arguments and wires stay as they are.
"""

from specc.importing.folding.folding import fold

__all__ = ["fold"]
