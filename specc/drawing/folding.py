"""Long chains of a drawing found, so that each can be shown as one box.

Goes in: things with a name and the names of their inputs, in topological order. Comes out: the same, grouped.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar


class Wired(Protocol):
    """What `fold` needs to know."""

    @property
    def name(self) -> str:
        """Unique."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of others."""


T = TypeVar("T", bound=Wired)


def fold(nodes: Sequence[T]) -> list[list[T]]:
    """The nodes in maximal chains: within one, each feeds only the next and is all that the next is fed by.

    Nodes without inputs stay alone, so that a model's inputs can be seen.
    """
    uses = Counter(source for node in nodes for source in node.inputs)
    chains: list[list[T]] = []
    ends: dict[str, list[T]] = {}  # by the name of the chain's last node
    for node in nodes:
        chain = ends.pop(node.inputs[0], None) if len(node.inputs) == 1 and uses[node.inputs[0]] == 1 else None
        if chain is None or not chain[-1].inputs:
            chain = []
            chains.append(chain)
        chain.append(node)
        ends[node.name] = chain
    return chains
