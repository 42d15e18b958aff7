"""Finds terms of the glossary in the prose of a topic, for the index, where the author has not linked them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from course.book.markup import label
from course.curriculum import Term

MOST_TOPICS = 12

_NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|!?\[[^]]*\]\([^)]*\)|^#[^\n]*$|^\([a-z0-9-]+\)=$|^\|[^\n]*$", re.S | re.M)


class Terms:
    """The terms that are worth finding in `texts`, the prose of all topics: an acronym, or several words together.

    A single word such as precision or swing means other things too, and one that most topics use says little.
    """

    def __init__(self, terms: Iterable[Term], texts: Iterable[str]):
        prose = [_NOT_PROSE.sub(" ", text) for text in texts]
        found = {label("term", term.id): _pattern(term) for term in terms}
        self.patterns = {
            id: pattern
            for id, pattern in found.items()
            if pattern and sum(bool(pattern.search(text)) for text in prose) <= MOST_TOPICS
        }

    def marked(self, text: str, seen: set[str]) -> str:
        """The Markdown with a mark at the first use of each term that is neither linked in it nor in `seen`.

        What is found or linked is added to `seen`, so that a topic marks a term once.
        """
        seen |= set(re.findall(r"\]\(#(term-[a-z0-9-]+)\)", text))
        places: list[tuple[int, str]] = []
        prose = _NOT_PROSE.sub(lambda m: "\0" * len(m[0]), text)
        for id, pattern in self.patterns.items():
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
    either = "|".join(re.escape(n) if n.isupper() else f"(?i:{re.escape(n)})" for n in names)
    return re.compile(rf"(?<![\w-])(?:{either})(?:s|es)?(?![\w-])")
