"""A search for a learning rate, as data: what `specc lr-find` leaves is made of it."""

from dataclasses import dataclass

LR_FIND_HTML = "lr-find.html"
LR_FIND_CSV = "lr-find.csv"


@dataclass(frozen=True, slots=True)
class RateSearch:
    """A short training in which the learning rate rises with every step.

    `rates`, `losses` and `smoothed` have a value for each step; losses may be infinite or `nan` where it diverged.
    `suggested` is None where no rate is to be recommended; `why` says in a sentence what decided. `spec_path` is the
    spec as the command names it, `optimizer` how it would write the suggestion, such as `optimizer: {Adam: 0.002}`.
    """

    name: str
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggested: float | None
    why: str
    spec_path: str = ""
    optimizer: str = ""
