from functools import lru_cache

import pytest

from course.case.edition import PRACTICE_SEED, Edition


@lru_cache(maxsize=1)
def practice() -> Edition:
    return Edition(PRACTICE_SEED)


@pytest.fixture
def edition() -> Edition:
    """The practice edition; its tables are handed out as copies, so that tests can share it."""
    return practice()
