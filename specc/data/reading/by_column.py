"""The columns of a batch at the same time: Arrow lets go of the interpreter while it computes."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")

MOST_THREADS = 4
"""Columns at a time, each with its own intermediate arrays; fewer where there are fewer processors."""


def by_column(work: Callable[..., Result], *arguments: Iterable[Any]) -> list[Result]:
    """`work` for each column; of `arguments`, as many iterables as it takes, each column has the next of each.

    Raises what the work on the first column raises. Must not be called from `work`.
    """
    return list(_threads().map(work, *arguments))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "specc-columns")
