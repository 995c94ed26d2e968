"""The words of texts, as Keras' `TextVectorization` (3.15) takes them apart: `count_words`, and `vocabulary`.

Plain Python, so that a vocabulary is the same wherever it is made, and needs no TensorFlow. Takes ASCII letters alone
to small ones, as TensorFlow does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

PUNCTUATION = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
RESERVED = frozenset({"", "[UNK]"})
"""Words that Keras keeps for padding and for what is not known."""

_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_BARE = str.maketrans("", "", PUNCTUATION)


class WordCounts(NamedTuple):
    """Of `texts` texts: how often each word occurs, and in how many of them."""

    texts: int
    occurrences: Mapping[str, int]
    documents: Mapping[str, int]


def count_words(texts: Iterable[str], options: Mapping[str, Any]) -> WordCounts:
    """The words of these texts, each taken apart as the options of a column of the kind `text` say."""
    number = 0
    occurrences: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for text in texts:
        number += 1
        words = list(words_of(text, options))
        occurrences.update(words)
        documents.update(set(words))
    return WordCounts(number, occurrences, documents)


def vocabulary(counts: WordCounts, most: int) -> tuple[str, ...]:
    """The most frequent words, the most frequent first; among equals by code point."""
    known = [word for word in counts.occurrences if word not in RESERVED]
    return tuple(sorted(known, key=lambda word: (-counts.occurrences[word], word))[:most])


def words_of(text: str, options: Mapping[str, Any]) -> Iterator[str]:
    """The words of one text in order: single words first, then those that are taken together."""
    standardize = options["standardize"]
    if standardize in {"lower", "lower_and_strip_punctuation"}:
        text = text.translate(_SMALL)
    if standardize in {"strip_punctuation", "lower_and_strip_punctuation"}:
        text = text.translate(_BARE)
    words = list(text) if options["split"] == "character" else [word.decode() for word in text.encode().split()]
    yield from words
    for together in range(2, (options["ngrams"] or 1) + 1):
        for start in range(len(words) - together + 1):
            yield " ".join(words[start : start + together])
