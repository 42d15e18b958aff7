"""Charts that need no plotting library."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import plot
from course.plot import band, bar, dots, line

FRAME = pd.DataFrame(
    {
        "segment": ["small", "mid-market", "enterprise"],
        "payback.months": [31.0, np.nan, 9.5],
        "low": [20, 10, 7],
        "high": [40, 22, 12],
        "month": pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"]),
        "won": [True, False, True],
    }
)


def values(chart: plot.Chart) -> list[dict[str, object]]:
    return list(chart.spec["data"]["values"])


def test_a_chart_holds_its_data_and_says_its_finding() -> None:
    chart = bar(FRAME, "segment", "payback.months", title="Small accounts never pay back")
    assert values(chart) == [
        {"segment": "small", "payback.months": 31.0},
        {"segment": "mid-market", "payback.months": None},
        {"segment": "enterprise", "payback.months": 9.5},
    ]
    assert chart.spec["title"] == "Small accounts never pay back"
    assert chart.alt == repr(chart) == "Small accounts never pay back"
    assert chart.spec["encoding"]["y"]["field"] == "payback\\.months"  # a bare dot would be a path
    assert chart.spec["encoding"]["x"]["sort"] is None  # the rows' order is the reader's order


def test_notebooks_get_vega_lite_and_words() -> None:
    bundle = line(FRAME, "month", "low", title="It falls", alt="It falls from 20 to 7")._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.vegalite.v5+json", "text/plain"}
    assert bundle["text/plain"] == "It falls from 20 to 7"
    assert "var(" not in json.dumps(bundle)


def test_the_finding_stands_out_against_grey() -> None:
    chart = bar(FRAME, "segment", "low", title="Small stands out", highlight="small")
    colour = chart.spec["encoding"]["color"]
    assert colour["condition"]["test"]["oneOf"] == ["small"]
    assert (colour["condition"]["value"], colour["value"]) == ("var(--c-1)", "var(--c-grey)")


def test_bars_lie_where_their_labels_would_run_into_each_other_on_a_phone() -> None:
    frame = pd.DataFrame({"quarter": ["2025Q1", "2025Q2"] * 2, "motion": ["new"] * 2 + ["expansion"] * 2, "eur": 1.0})
    standing = bar(frame, "quarter", "eur", title="t", colour="motion").spec
    assert (standing["encoding"]["x"]["field"], "xOffset" in standing["encoding"]) == ("quarter", True)
    frame["quarter"] += ", only what was invoiced"
    lying = bar(frame, "quarter", "eur", title="t", colour="motion").spec
    assert (lying["encoding"]["x"]["field"], lying["encoding"]["y"]["field"]) == ("eur", "quarter")
    assert lying["encoding"]["yOffset"]["field"] == "motion"
    assert "xOffset" not in lying["encoding"]
    long = bar(pd.DataFrame({"label": [f"the claim numbered {n}" for n in range(40)], "n": 1}), "label", "n", title="t")
    assert long.spec["height"] >= 40 * 15  # each label on a line of its own


def test_numbers_below_bars_are_in_the_rows_order_and_upright() -> None:
    across = bar(pd.DataFrame({"limit": [0.2, 0.08], "n": 1}), "limit", "n", title="t").spec["encoding"]["x"]
    assert (across["type"], across["sort"], across["axis"]["labelAngle"]) == ("ordinal", None, 0)
    many = bar(pd.DataFrame({"day": range(1, 400, 15), "n": 1}), "day", "n", title="t").spec["encoding"]["x"]
    assert many["field"] == "day"
    assert many["axis"]["labelOverlap"]


def test_dates_are_a_time_axis_and_true_and_false_are_labels() -> None:
    assert line(FRAME, "month", "low", title="t").spec["encoding"]["x"]["type"] == "temporal"
    assert values(line(FRAME, "month", "low", title="t"))[0]["month"] == "2025-01-01T00:00:00"
    assert line(FRAME, "won", "low", title="t").spec["encoding"]["x"]["type"] == "nominal"


def test_a_band_has_its_interval_and_its_middle() -> None:
    area, middle = band(FRAME, "month", "payback.months", "low", "high", title="t").spec["layer"]
    assert (area["encoding"]["y"]["field"], area["encoding"]["y2"]["field"]) == ("low", "high")
    assert middle["encoding"]["y"]["field"] == "payback\\.months"
    assert set(values(band(FRAME, "month", "low", "low", "high", title="t"))[0]) == {"month", "low", "high"}


def test_dots_can_be_named() -> None:
    layers = dots(FRAME, "low", "high", title="t", label="segment").spec["layer"]
    assert [layer["mark"]["type"] for layer in layers] == ["point", "text"]


@pytest.mark.parametrize("draw", [bar, line, dots])
def test_a_column_that_is_not_there_is_named(draw: object) -> None:
    with pytest.raises(KeyError, match=r"no column .paybak.; there are segment, payback\.months"):
        draw(FRAME, "segment", "paybak", title="t")  # type: ignore[operator]


def test_a_chart_without_a_finding_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        bar(FRAME, "segment", "low", title=" ")


def test_the_palette_is_the_sites() -> None:
    css = (Path(plot.__file__).parent / "site" / "web" / "src" / "site.css").read_text("utf-8")
    light = dict(re.findall(r"(--c-(?:\d|grey)):\s*(#[0-9a-fA-F]{6})", css.split("slate", 1)[0]))
    assert {name[4:-1]: value for name, value in plot.TOKENS.items()} == {k: v.lower() for k, v in light.items()}


@given(
    st.lists(
        st.one_of(st.none(), st.floats(), st.integers(-(2**40), 2**40), st.text(max_size=5), st.booleans()), min_size=1
    )
)
def test_any_column_becomes_json_that_a_browser_reads(column: list[object]) -> None:
    frame = pd.DataFrame({"x": range(len(column)), "y": pd.Series(column, dtype=object)})
    chart = line(frame, "x", "y", title="t")
    finite = [v for v in values(chart) if not (isinstance(v["y"], float) and np.isinf(v["y"]))]
    json.dumps(finite, allow_nan=False)
    assert len(values(chart)) == len(column)
