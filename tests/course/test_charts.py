"""A chart keeps its promises to the reader: it fits, it speaks, it follows the page's colours."""

from __future__ import annotations

import json
import re

import altair as alt
import pandas as pd
import pytest

from course.errors import ContentError
from course.site.charts import CONTEXT, FINDING, NARROW, WIDE, Figure, figure

DATA = pd.DataFrame(
    {
        "segment": ["enterprise", "mid-market", "small"] * 2,
        "motion": ["new"] * 3 + ["expansion"] * 3,
        "months": [14, 19, 61, 6, 8, 11],
        "share": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    }
)
BASE = alt.Chart(DATA)
BARS = BASE.mark_bar().encode(
    x="months:Q", y="segment:N", color=alt.condition("datum.months > 36", alt.value(FINDING), alt.value(CONTEXT))
)
CHARTS = {
    "bars": BARS,
    "layers": BARS + BASE.mark_text(dx=6).encode(x="months:Q", y="segment:N", text="months:Q"),
    "series": BASE.mark_line(point=True).encode(x="segment:N", y="months:Q", color="motion:N"),
    "side by side": alt.hconcat(BARS, BARS),
    "facets": BARS.encode(column="motion:N"),
    "wrapped facets": BARS.encode(facet=alt.Facet("motion:N", columns=2)),
    "heat": BASE.mark_rect().encode(x="segment:N", y="motion:N", color="share:Q"),
}


def drawn(chart: alt.TopLevelMixin, **changes: str) -> Figure:
    texts = {
        "id": "payback",
        "title": "Small never pays",
        "caption": "Divide.",
        "alt": "Small accounts never pay back.",
    }
    return figure(chart, **(texts | changes))


def width(svg: str) -> float:
    found = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    assert found
    return float(found[1])


@pytest.mark.parametrize("name", CHARTS)
def test_every_kind_of_chart_fits_the_wide_column_and_the_phone(name: str) -> None:
    made = drawn(CHARTS[name])
    assert width(made.wide) == pytest.approx(WIDE, rel=0.04)
    assert width(made.narrow) == pytest.approx(NARROW, rel=0.04)


@pytest.mark.parametrize("name", CHARTS)
def test_every_colour_comes_from_the_page(name: str) -> None:
    made = drawn(CHARTS[name])
    for paint in re.findall(
        r'<(?!svg)[^>]*?(?:fill|stroke|stop-color)="(?!none|transparent|url)([^"]+)"[^>]*>', made.wide
    ):
        assert paint.startswith("var(--c-") or "color-mix" in made.wide


def test_a_heat_map_mixes_its_colours_in_the_page() -> None:
    shares = [int(s) for s in re.findall(r"var\(--c-1\) (\d+)%,var\(--c-ramp\)", drawn(CHARTS["heat"]).wide)]
    assert {0, 100} <= set(shares)
    assert any(10 < share < 90 for share in shares)


def test_a_colour_that_is_not_the_pages_is_refused_by_name() -> None:
    with pytest.raises(ContentError, match=r"payback.*#ff0000.*FINDING"):
        drawn(BASE.mark_bar(color="#ff0000").encode(x="months:Q", y="segment:N"))


@pytest.mark.parametrize("missing", ["title", "caption", "alt"])
def test_a_chart_without_its_words_is_refused(missing: str) -> None:
    with pytest.raises(ContentError, match=f"`{missing}`"):
        drawn(BARS, **{missing: " "})


def test_an_id_that_could_not_be_an_address_is_refused() -> None:
    with pytest.raises(ContentError, match="payback-by-segment"):
        drawn(BARS, id="Payback by segment")


def test_the_drawing_is_an_image_with_the_finding_as_its_text() -> None:
    html = drawn(BARS, alt='Small & "new" never pays').html("../")
    assert html.count('role="img" aria-label="Small &amp; &quot;new&quot; never pays"') == 2
    assert "graphics-symbol" not in html


def test_two_charts_on_a_page_share_no_ids() -> None:
    page = drawn(CHARTS["series"]).html("") + drawn(CHARTS["series"], id="other").html("")
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_a_still_chart_brings_no_specification() -> None:
    made = drawn(BARS)
    assert made.files() == {}
    assert "data-spec" not in made.html("../")


def test_a_chart_with_a_slider_shows_a_still_and_brings_its_specification() -> None:
    cut = alt.param(name="cut", value=30, bind=alt.binding_range(min=10, max=60, name="Threshold, months "))
    moving = BARS.encode(color=alt.condition("datum.months > cut", alt.value(FINDING), alt.value(CONTEXT))).add_params(
        cut
    )
    made = drawn(moving)
    html = made.html("../")
    [(path, spec)] = made.files().items()
    assert f'data-spec="../{path}"' in html
    assert FINDING in html
    assert json.loads(spec)["params"][0]["bind"]["input"] == "range"
    assert drawn(moving, alt="Another.").path == path
    assert drawn(moving.properties(height=99)).path != path
