# ruff: noqa: E501
"""The fixed facts of the case company: its calendar, regions, industries, segments, product lines and products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from course.case.columns import TEXT, Array

COMPANY = "Tessaly Instruments"
MONTHS = 36
FIRST_DAY = np.datetime64("2023-01-01")
LAST_DAY = np.datetime64("2025-12-31")
TODAY = np.datetime64("2026-01-05")
MONTH_STARTS: Array = (np.datetime64("2023-01") + np.arange(MONTHS)).astype("datetime64[D]")
QUARTERS = tuple(f"{year}Q{quarter}" for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4))
PLAN_QUARTERS = tuple(f"2026Q{quarter}" for quarter in (1, 2, 3, 4))


@dataclass(frozen=True)
class Region:
    """A sales region: its currency, the countries with their weight, and its share of the company's business."""

    name: str
    currency: str
    lead: str
    countries: tuple[tuple[str, float], ...]
    weight: float
    area_km2: int


WORLD = (
    Region("UK & Ireland", "GBP", "Claire Whitcombe", (("United Kingdom", 0.84), ("Ireland", 0.16)), 0.18, 315_000),
    Region(
        "DACH", "EUR", "Henrike Althoff", (("Germany", 0.7), ("Austria", 0.16), ("Switzerland", 0.14)), 0.22, 483_000
    ),
    Region(
        "France & Benelux",
        "EUR",
        "Maxence Delvaux",
        (("France", 0.6), ("Netherlands", 0.22), ("Belgium", 0.18)),
        0.16,
        705_000,
    ),
    Region(
        "Nordics",
        "SEK",
        "Signe Lindahl",
        (("Sweden", 0.46), ("Denmark", 0.2), ("Norway", 0.18), ("Finland", 0.16)),
        0.11,
        1_210_000,
    ),
    Region(
        "Southern Europe", "EUR", "Luca Ferrante", (("Italy", 0.5), ("Spain", 0.36), ("Portugal", 0.14)), 0.15, 899_000
    ),
    Region("North America", "USD", "Jordan Castellane", (("United States", 0.8), ("Canada", 0.2)), 0.18, 9_800_000),
)
REGIONS = tuple(region.name for region in WORLD)
CURRENCIES = ("EUR", "GBP", "SEK", "USD")
FIRST_RATES = {"EUR": 1.0, "GBP": 0.88, "SEK": 11.2, "USD": 1.07}

INDUSTRIES = ("utilities", "pharma", "food", "chemicals", "automotive", "buildings")
REGULATED = ("utilities", "pharma")
INDUSTRY_WEIGHTS: Array = np.array([0.22, 0.16, 0.17, 0.16, 0.14, 0.15])
SEGMENTS = ("enterprise", "mid-market", "small")

LINES = ("series-4", "series-7", "insight-core", "insight-plus", "services")
UNITS = ("Classic Devices", "Smart Devices", "Analytics", "Services")
UNIT_OF_LINE = dict(zip(LINES, ("Classic Devices", "Smart Devices", "Analytics", "Analytics", "Services"), strict=True))

ARGUMENTS = ("price", "service", "technology")
CRITERIA = {"utilities": "service", "pharma": "technology", "food": "service", "chemicals": "technology",
            "automotive": "technology", "buildings": "service"}  # fmt: skip
#: the rival that Tessaly bought, and the day from which it is one no more
GONE, GONE_MONTH = "Norvane Metering", 30
GONE_ON = MONTH_STARTS[GONE_MONTH]
COMPETITORS = ("Quantrel", "Brennick & Hale", "Norvane Metering", "Aldermoor Systems")
STAGES = ("exploring", "qualified", "proposed", "negotiating", "committed")
SOURCES = ("referral", "outbound", "trade event", "web search", "webinar", "partner")


@dataclass(frozen=True)
class Product:
    """A product: what it is sold as, its list price and what it costs to make and deliver one unit."""

    id: str
    name: str
    line: str
    variant: str
    unit: str
    price: float
    cost: float
    launched: str
    stage: str
    #: typical quantity in a deal of each segment
    size: tuple[float, float, float]
    #: share of its line's deals
    weight: float
    discount: float


PRODUCTS = (
    Product("P-410", "Series 4 flow meter", "series-4", "standard", "device", 1450, 780, "2012-03-01", "decline", (110, 36, 13), 0.6, 0.11),
    Product("P-420", "Series 4 pressure transmitter", "series-4", "standard", "device", 980, 510, "2013-09-01", "decline", (150, 48, 18), 0.4, 0.12),
    Product("P-710", "Series 7 Precision", "series-7", "premium", "device", 4600, 1840, "2020-05-01", "growth", (54, 18, 7), 0.44, 0.08),
    Product("P-720", "Series 7 Line", "series-7", "volume", "device", 1900, 1080, "2020-11-01", "growth", (125, 42, 15), 0.56, 0.16),
    Product("P-810", "Tessaly Insight Core", "insight-core", "core", "seat and year", 420, 92, "2019-02-01", "maturity", (300, 95, 30), 1.0, 0.10),
    Product("P-820", "Tessaly Insight Plus", "insight-plus", "plus", "seat and year", 890, 187, "2021-06-01", "growth", (210, 65, 20), 1.0, 0.10),
    Product("P-910", "Installation and commissioning", "services", "project", "day", 1240, 905, "2010-01-01", "maturity", (85, 30, 12), 0.55, 0.05),
    Product("P-920", "Calibration and verification", "services", "recurring", "visit", 690, 455, "2010-01-01", "maturity", (130, 47, 19), 0.45, 0.06),
)  # fmt: skip
PRODUCT_IDS = tuple(product.id for product in PRODUCTS)
PREMIUM, VOLUME, PLUS = (PRODUCT_IDS.index(name) for name in ("P-710", "P-720", "P-820"))
LINE_OF_PRODUCT: Array = np.array([LINES.index(product.line) for product in PRODUCTS])


# The calendar of 1970 to 2099, looked up: numpy works it out for every single day, which takes twenty times as long.
_FIRST_DAYS: Array = np.arange("1970-01", "2100-01", dtype="datetime64[M]").astype("datetime64[D]")
_BEFORE = 53 * 12  # months until January 2023
_MONTH_OF_DAY: Array = np.repeat(
    np.arange(_FIRST_DAYS.size) - _BEFORE, np.diff(_FIRST_DAYS, append=np.datetime64("2100-01-01")).astype(int)
)

_DAYS: Array = np.arange(_MONTH_OF_DAY.size)
_WORKDAYS: Array = (_DAYS - np.maximum((_DAYS + 3) % 7 - 4, 0)).astype("datetime64[D]")


def month_of(day: Array) -> Array:
    """Return the number of months since January 2023 of days."""
    return np.asarray(_MONTH_OF_DAY[day.astype(np.int64)])


def first_day(month: Array) -> Array:
    """Return the first day of months counted from January 2023."""
    return np.asarray(_FIRST_DAYS[month + _BEFORE])


def workday(day: Array) -> Array:
    """Return the days with Saturdays and Sundays moved to the Friday before."""
    return np.asarray(_WORKDAYS[day.astype(np.int64)])


_QUARTER_END: Array = first_day(_MONTH_OF_DAY[: np.datetime64("2099-10-01").astype(int)] // 3 * 3 + 3)


def quarter_end(day: Array) -> Array:
    """Return the first day after the quarter of days."""
    return np.asarray(_QUARTER_END[day.astype(np.int64)])


def by_day(day: Array) -> Array:
    """Return the order of days in time, days alike in the order that they have."""
    return np.argsort(day.astype(np.int64).astype(np.uint16), kind="stable")  # few bits are sorted by counting


def quarter_of(day: Array) -> Array:
    """Return quarters such as "2025Q4" of days, as an object array."""
    months = day.astype("datetime64[M]").astype(np.int64)
    labels = [f"{1970 + quarter // 4}Q{quarter % 4 + 1}" for quarter in range(int(months.max(initial=0)) // 3 + 1)]
    return take(labels, months // 3)


def take(labels: Sequence[str], codes: Array) -> Any:
    """Return the labels of codes as a new pandas array of text; code -1 is a missing value."""
    return _labels(tuple(labels)).take(codes)


@lru_cache(maxsize=512)
def _labels(labels: tuple[str, ...]) -> Any:
    return pd.array([*labels, np.nan], dtype=TEXT)


def by_today(day: Array, after: Array, rng: np.random.Generator) -> Array:
    """Return the workday on or after ``day``; where that is still to come one from the day past ``after`` until today,
    which is a Monday."""
    span = np.maximum((TODAY - after).astype(int), 1)
    past = np.where(day > TODAY, after + 1 + (rng.random(day.size) * span).astype(int), day)
    return np.asarray(np.busday_offset(past, 0, roll="forward"))


def ids(prefix: str, numbers: Array, width: int = 5) -> Any:
    """Return ids such as "A-00012" as a new pandas array of text, of row numbers from 0 (0 is "A-00001"); -1 is a
    missing value."""
    return numbered(f"{prefix}-{{:0{width}d}}", numbers)


def numbered(form: str, numbers: Array) -> Any:
    """Return ``form`` with the numbers from 0 counted from 1, as a new pandas array of text; -1 is a missing value."""
    need = int(numbers.max(initial=-1)) + 1
    known = _NUMBERED.get(form)
    if known is None or len(known) <= need:
        made = [form.format(number) for number in range(1, need + need // 4 + 2)]
        known = _NUMBERED[form] = pd.array([*made, np.nan], dtype=TEXT)
    return known.take(numbers)


#: text of the numbers so far, by form: making it takes far longer than copying it
_NUMBERED: dict[str, Any] = {}
