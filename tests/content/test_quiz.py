"""No item can be answered without reading it: by its longest or shortest option, where the key stands, or its type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from course.quiz import Item, Option, Quiz

FILES = sorted((Path(__file__).parents[2] / "modules").glob("*/quiz.yml"))
ITEMS = [item for path in FILES for item in Quiz.read(path).items]

assert ITEMS, "there are no quiz items to test"


def singles(path: Path) -> list[Item]:
    return [item for item in Quiz.read(path).items if item.type == "single"]


def test_ids_are_used_once_in_the_whole_course():
    assert not [id for id, n in Counter(item.id for item in ITEMS).items() if n > 1]


@pytest.mark.parametrize("extreme", [max, min], ids=["longest", "shortest"])
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_neither_the_longest_nor_the_shortest_option_gives_the_key_away(path: Path, extreme: Callable[..., Option]):
    items = singles(path)
    right = sum(extreme(item.options, key=lambda o: len(o.text)).right for item in items)
    by_chance = sum(1 / len(item.options) for item in items)
    assert right <= by_chance + len(items) ** 0.5, f"{right} of {len(items)}, {by_chance:.1f} by chance"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_keys_are_spread_over_the_positions(path: Path):
    items = singles(path)
    positions = Counter(next(i for i, o in enumerate(item.options) if o.right) for item in items)
    most = max(len(item.options) for item in items)
    assert set(positions) >= set(range(min(3, most)))
    assert max(positions.values()) <= len(items) / 3 + len(items) ** 0.5


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
def test_one_item_in_four_is_numeric(path: Path):
    items = Quiz.read(path).items
    assert sum(item.type == "numeric" for item in items) >= len(items) / 5
    assert any(item.type == "multiple" for item in items)


@pytest.mark.parametrize("item", ITEMS, ids=lambda i: i.id)
def test_every_option_explains_itself(item: Item):
    said = [o.feedback for o in item.options] or [item.right, item.wrong, *(k.feedback for k in item.known)]
    assert all(len(text.split()) >= 5 for text in said)
    assert len(set(said)) == len(said)
    if item.type == "single":
        lengths = [len(o.text) for o in item.options]
        assert max(lengths) <= 2.5 * min(lengths) + 30, "options are of like length"
