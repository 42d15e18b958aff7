"""What the case company's drawing promises: numpy's answers, only sooner."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course.case.edition import stream
from course.case.sampling import either, places
from course.case.world import first_day, month_of, quarter_end

FLAGS = arrays.arrays(bool, st.integers(0, 40))
NUMBERS = st.one_of(st.floats(), st.integers(-(2**62), 2**62))


@given(FLAGS, NUMBERS, NUMBERS)
def test_either_of_two_numbers_is_numpys_where(which, yes, no):
    np.testing.assert_array_equal(either(which, yes, no), np.where(which, yes, no), strict=True)


@pytest.mark.parametrize("kind", ["float64", "int64", "datetime64[D]"])
@given(st.data())
def test_either_of_rows_is_numpys_where_missing_values_included(kind, data):
    which = data.draw(FLAGS)
    yes, no = (data.draw(arrays.arrays(kind, which.shape)) for _ in range(2))
    np.testing.assert_array_equal(either(which, yes, no), np.where(which, yes, no), strict=True)
    one = no[0] if no.size else np.zeros(1, dtype=kind)[0]
    np.testing.assert_array_equal(either(which, yes, one), np.where(which, yes, one), strict=True)
    np.testing.assert_array_equal(either(which, one, yes), np.where(which, one, yes), strict=True)


@given(arrays.arrays(np.int64, arrays.array_shapes(min_dims=2, max_dims=4), elements=st.integers(0, 4)))
def test_places_are_those_of_each_counted_case_in_order(counts):
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    for found, expected in zip(places(counts), np.unravel_index(cell, counts.shape), strict=True):
        np.testing.assert_array_equal(found, expected)


@given(st.integers(0, 2**70), st.text(max_size=20), st.integers(0, 2**34))
def test_a_name_has_the_random_numbers_that_numpy_gives_for_seed_name_and_division(seed, name, division):
    own = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    entropy = [seed, own, division] if division else [seed, own]
    expected = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    assert stream(seed, name, division).random(3).tolist() == expected.random(3).tolist()


def test_a_quarter_ends_before_the_first_day_of_the_next():
    days = np.arange("2023-01-01", "2030-01-01", dtype="datetime64[D]")
    ends = quarter_end(days)
    assert (ends > days).all()
    assert (ends == first_day(month_of(ends) // 3 * 3)).all()
    assert (month_of(ends - 1) // 3 == month_of(days) // 3).all()
