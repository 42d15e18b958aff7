# ruff: noqa: E501
"""The fixed facts of the case company: its calendar, regions, industries, segments, product lines and products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course.case.columns import Array

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


def month_of(day: Array) -> Array:
    """Return the number of months since January 2023 of days."""
    return np.asarray((day.astype("datetime64[M]") - np.datetime64("2023-01")).astype(np.int64))


def quarter_of(day: Array) -> Array:
    """Return quarters such as "2025Q4" of days, as an object array."""
    months = day.astype("datetime64[M]").astype(np.int64)
    labels = [f"{1970 + quarter // 4}Q{quarter % 4 + 1}" for quarter in range(int(months.max(initial=0)) // 3 + 1)]
    return take(labels, months // 3)


def take(labels: Sequence[object], codes: Array) -> Array:
    """Return the labels of codes as an object array; code -1 is a missing value."""
    table: Array = np.array([*labels, None], dtype=object)
    return np.asarray(table[codes])


def ids(prefix: str, numbers: Array, width: int = 5) -> Array:
    """Return ids such as "A-00012" as an object array, of row numbers from 0 (0 is "A-00001"); -1 is a missing value."""
    need = int(numbers.max(initial=-1)) + 1
    known = _IDS.get((prefix, width))
    if known is None or known.size <= need:
        made = [f"{prefix}-{number:0{width}d}" for number in range(1, need + need // 4 + 2)]
        known = _IDS[prefix, width] = np.array([*made, None], dtype=object)
    return np.asarray(known[numbers])


_IDS: dict[tuple[str, int], Array] = {}
