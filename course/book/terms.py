"""Finds terms of the glossary in the prose of a topic, for the index, where the author has not linked them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from course.book.markup import label
from course.curriculum import Term

MOST_TOPICS = 12
DWELT_ON = 3  # so many uses in a topic say that a single word is meant as the term

_NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|!?\[[^]]*\]\([^)]*\)|^#[^\n]*$|^\([a-z0-9-]+\)=$|^\|[^\n]*$", re.S | re.M)


class Terms:
    """The terms that are worth finding in `texts`, the prose of all topics: an acronym, or several words together.

    A single word such as target or churn counts only in a topic that dwells on it; one that the glossary qualifies,
    such as "Step (in a payout curve)", means other things too. What most topics use says little.
    """

    def __init__(self, terms: Iterable[Term], texts: Iterable[str]):
        prose = [_NOT_PROSE.sub(" ", text) for text in texts]
        terms = list(terms)
        found = {label("term", term.id): _pattern(term) for term in terms}
        self.patterns = {
            id: pattern
            for id, pattern in found.items()
            if pattern and sum(bool(pattern.search(text)) for text in prose) <= MOST_TOPICS
        }
        self.words = {label("term", term.id): _either([term.term.lower()]) for term in terms if term.term.isalpha()}
        for id in self.patterns:
            self.words.pop(id, None)

    def dwelt_on(self, text: str) -> set[str]:
        """The terms of a single word that the text of a topic uses several times."""
        prose = _NOT_PROSE.sub(" ", text)
        return {id for id, pattern in self.words.items() if len(pattern.findall(prose)) >= DWELT_ON}

    def marked(self, text: str, seen: set[str], words: Set[str] = frozenset()) -> str:
        """The Markdown with a mark at the first use of each term that is neither linked in it nor in `seen`.

        Of terms of a single word, those in `words` are marked. What is found or linked is added to `seen`, so that a
        topic marks a term once.
        """
        seen |= set(re.findall(r"\]\(#(term-[a-z0-9-]+)\)", text))
        places: list[tuple[int, str]] = []
        prose = _NOT_PROSE.sub(lambda m: "\0" * len(m[0]), text)
        for id, pattern in (*self.patterns.items(), *((id, self.words[id]) for id in sorted(words))):
            match = None if id in seen else pattern.search(prose)
            if match:
                seen.add(id)
                places.append((match.end(), id))
        for end, id in sorted(places, reverse=True):
            text = f"{text[:end]}{{used}}`{id}`{text[end:]}"
        return text


def _pattern(term: Term) -> re.Pattern[str] | None:
    name, _, rest = term.term.partition(" (")
    synonym = rest.rstrip(")") if name.isupper() else ""  # in "lift (of a score)" the brackets hold no other name
    names = [n for n in (name, synonym) if n.isupper() or re.search(r"[ -]", n)]
    if not names or (rest and not synonym):
        return None
    return _either([re.escape(n) if n.isupper() else f"(?i:{re.escape(n)})" for n in names])


def _either(names: Iterable[str]) -> re.Pattern[str]:
    either = "|".join(names)
    return re.compile(rf"(?<![\w-])(?:{either})(?:s|es)?(?![\w-])")
