"""Regions, exchange rates and the accounts: who Tessaly sells to, and in which money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.case.columns import Array, date, flag, key, money, number, optional, rate, text, whole
from course.case.edition import Draw
from course.case.names import COUNTRIES, TOWNS, firms
from course.case.registry import latent, table
from course.case.sampling import pick, places, spread
from course.case.tables.deals import FAR, Deals
from course.case.world import (
    ARGUMENTS,
    CRITERIA,
    CURRENCIES,
    FIRST_RATES,
    INDUSTRIES,
    INDUSTRY_WEIGHTS,
    LAST_DAY,
    MONTH_STARTS,
    MONTHS,
    REGIONS,
    SEGMENTS,
    WORLD,
    ids,
    take,
)

SEGMENT_WEIGHTS: Array = np.array([0.12, 0.33, 0.55])
TERRITORIES_PER_REGION = 8
_ALL_TOWNS = tuple(town for country in COUNTRIES for town in TOWNS[country].split())
_TOWNS: Array = np.array([len(TOWNS[country].split()) for country in COUNTRIES])
_FIRST_TOWN: Array = np.cumsum(_TOWNS) - _TOWNS
#: by region: its countries, and their weights; nothing where a region has fewer than others
_MOST = max(len(place.countries) for place in WORLD)
_COUNTRY: Array = np.zeros((len(WORLD), _MOST), dtype=np.int64)
_COUNTRY_WEIGHTS: Array = np.zeros((len(WORLD), _MOST))
for _row, _place in enumerate(WORLD):
    for _column, (_name, _weight) in enumerate(_place.countries):
        _COUNTRY[_row, _column], _COUNTRY_WEIGHTS[_row, _column] = COUNTRIES.index(_name), _weight


@dataclass(frozen=True)
class Customers:
    """Accounts before anything is sold to them, ordered by region, segment and industry. One number per account.

    ``country`` is the place in ``COUNTRIES``.
    """

    region: Array
    segment: Array
    industry: Array
    country: Array
    territory: Array
    criterion: Array
    installed: Array
    since: Array
    #: per (region, segment, industry): the first account's number and how many there are
    first: Array
    count: Array


@dataclass(frozen=True)
class Market:
    """What is special about the regions in this edition: deal size, the quarter of the budgets, weights, growth a year.

    ``saturated`` is the region where more selling no longer sells more; ``rising`` the one where it does.
    """

    size: Array
    season: Array
    weight: Array
    twins: tuple[int, int]
    peak: Array
    growth: Array
    saturated: int
    rising: int


@dataclass(frozen=True)
class Money:
    """Exchange rates in local money for one euro, by (currency, month), and those that the price lists were made at."""

    rate: Array
    listed: Array
    of_region: Array


@latent
def market(draw: Draw) -> Market:
    """Draw the regions' buying patterns: two regions come to the same total by other deals at another time."""
    twins = tuple(REGIONS.index(name) for name in draw.truth["twin_regions"])
    size = 0.85 + 0.3 * draw.rng.random(len(REGIONS))
    ratio = draw.truth["twin_deal_size_ratio"]
    size[twins[0]], size[twins[1]] = ratio**0.5, ratio**-0.5
    weight = np.array([region.weight for region in WORLD])
    weight[list(twins)] = weight[list(twins)].mean()
    quarters = list(draw.truth["budget_quarters"])
    peak = np.empty(len(REGIONS), dtype=np.int64)
    others = [region for region in range(len(REGIONS)) if region not in twins]
    for place, region in enumerate([*twins, *others]):
        peak[region] = quarters[place % 4]
    season = np.full((len(REGIONS), 4), (4 - draw.truth["budget_peak"]) / 3)
    season[np.arange(len(REGIONS)), peak] = draw.truth["budget_peak"]
    order = draw.rng.permutation(len(others))
    saturated, rising = others[order[0]], others[order[1]]
    growth = np.zeros(len(REGIONS))
    growth[saturated], growth[rising] = -0.12, draw.truth["rising_region_growth_rate"]
    return Market(size, season, weight, (twins[0], twins[1]), peak, growth, saturated, rising)


@latent
def rates(draw: Draw) -> Money:
    """Draw exchange rates: one currency slides all three years, and its price list is never made anew."""
    moves = draw.rng.standard_normal((len(CURRENCIES), MONTHS)) * 0.006
    rate = np.empty((len(CURRENCIES), MONTHS))
    listed = np.empty((len(CURRENCIES), MONTHS))
    elapsed, walks = np.linspace(0, 1, MONTHS), np.cumsum(moves, axis=1)
    for row, currency in enumerate(CURRENCIES):
        slides = currency == draw.truth["slide_currency"]
        path = walks[row] - elapsed * walks[row, -1]
        if slides:
            path = path * 0.5 - np.log(1 - draw.truth["slide"]) * elapsed
        rate[row] = np.round(FIRST_RATES[currency] * np.exp(path - path[0]), 4) if currency != "EUR" else 1.0
        listed[row] = rate[row, 0] if slides else rate[row, (np.arange(MONTHS) // 6) * 6]
    return Money(rate, listed, np.array([CURRENCIES.index(region.currency) for region in WORLD]))


@latent
def customers(draw: Draw) -> Customers:
    """Draw the accounts by region, segment and industry, and who of them was a customer before the history begins."""
    shares = np.array([region.weight for region in WORLD])[:, None, None] * SEGMENT_WEIGHTS[:, None] * INDUSTRY_WEIGHTS
    tilt = np.exp(0.25 * draw.rng.standard_normal((len(REGIONS), 1, len(INDUSTRIES))))
    weights = shares * tilt
    counts = np.maximum(spread(weights / weights.sum() * draw.count(2000), draw.rng.random()), 2)
    flat = counts.ravel()
    region, segment, industry = places(counts)
    size = region.size
    country = _COUNTRY.ravel()[region * _MOST + pick(draw.rng.random(size), _COUNTRY_WEIGHTS, region)]
    wanted = [CRITERIA[name] for name in INDUSTRIES]
    wanted[INDUSTRIES.index(draw.truth["price_industry"])] = "price"
    usual = np.array([ARGUMENTS.index(name) for name in wanted])[industry]
    criterion = np.where(draw.rng.random(size) < 0.74, usual, (usual + 1 + (draw.rng.random(size) * 2).astype(int)) % 3)
    installed = draw.rng.random(size) < np.array([0.55, 0.4, 0.26])[segment]
    since = np.datetime64("2014-01-01") + (draw.rng.random(size) * 3200).astype(int)
    territory = region * TERRITORIES_PER_REGION + (draw.rng.random(size) ** 1.35 * TERRITORIES_PER_REGION).astype(int)
    first = np.concatenate([[0], np.cumsum(flat)[:-1]]).reshape(counts.shape)
    return Customers(region, segment, industry, country, territory, criterion, installed, since, first, counts)


@table(
    key("region", "Name of the sales region"),
    text("currency", "Currency in which the region quotes and invoices", *CURRENCIES),
    text("lead", "Who leads sales in the region"),
    whole("accounts", "Accounts in the region", "accounts", low=1),
    whole("area_km2", "Area", "square kilometres", low=1),
    money("bookings_2025_eur", "Bookings of 2025"),
    money(
        "target_2026_eur", "The target for 2026 as proposed: the bookings of 2025 plus the same growth for every region"
    ),
    topics="1.6",
)
def regions(draw: Draw, customers: Customers, deals: Deals) -> dict[str, Array]:
    """One row is a sales region. The proposed targets of 2026 know nothing of budget cycles or deal sizes."""
    won = deals.won & (deals.closed_on >= np.datetime64("2025-01-01"))
    booked = np.bincount(deals.region[won], weights=deals.amount_eur[won], minlength=len(REGIONS))
    return {
        "region": np.array(REGIONS, dtype=object),
        "currency": np.array([region.currency for region in WORLD], dtype=object),
        "lead": np.array([region.lead for region in WORLD], dtype=object),
        "accounts": np.bincount(customers.region, minlength=len(REGIONS)),
        "area_km2": np.array([region.area_km2 for region in WORLD]),
        "bookings_2025_eur": booked,
        "target_2026_eur": np.round(booked * 1.08, -4),
    }


@table(
    date("month", "First day of the month"),
    text("currency", "Currency", *CURRENCIES),
    number(
        "local_per_eur", "How much local money one euro bought on average in the month", "local money per EUR", 4, low=0
    ),
    number(
        "list_local_per_eur",
        "The rate at which the local price list of that month was made",
        "local money per EUR",
        4,
        low=0,
    ),
    topics="4.5",
)
def exchange_rates(draw: Draw, rates: Money) -> dict[str, Array]:
    """One row is a currency in a month."""
    return {
        "month": np.tile(MONTH_STARTS, len(CURRENCIES)),
        "currency": np.repeat(np.array(CURRENCIES, dtype=object), MONTHS),
        "local_per_eur": rates.rate.ravel(),
        "list_local_per_eur": rates.listed.ravel(),
    }


@table(
    key("account_id", "Identifies the account"),
    text("name", "The firm's name"),
    text("region", "Sales region", refers="regions.region"),
    text("country", "Country"),
    text("town", "Town of the head office"),
    text("segment", "Size class by employees", *SEGMENTS),
    text("industry", "Industry", *INDUSTRIES),
    flag("regulated", "Whether the industry is regulated"),
    text("territory_id", "Sales territory", refers="territories.territory_id"),
    text("tier", "How important the account is held to be; C for most", "A", "B", "C"),
    whole("employees", "Employees", "people", low=1),
    optional(
        number(
            "annual_spend_eur",
            "What the account spends a year on measuring and its analytics, as estimated",
            "EUR",
            0,
            low=0,
        )
    ),
    optional(rate("cost_to_serve_rate", "Cost of serving the account as a fraction of its revenue", high=0.5)),
    date(
        "customer_since",
        "Day of the first booking; empty for a prospect, one that orders in the web shop included",
        nullable=True,
    ),
    topics="1.4 1.6",
)
def accounts(draw: Draw, customers: Customers, deals: Deals) -> dict[str, Array]:
    """One row is an account: a firm that buys from Tessaly or might."""
    size = customers.region.size
    first_win = np.where(deals.first_win == FAR, np.datetime64("NaT"), deals.first_win)
    since = np.where(customers.installed, customers.since, first_win)
    staff = np.exp(
        np.array([8.3, 6.2, 4.0])[customers.segment] + 0.5 * np.clip(draw.rng.standard_normal(size), -1.3, 1.3)
    )
    spend = np.round(
        np.array([1_600e3, 420e3, 110e3])[customers.segment] * np.exp(0.55 * draw.rng.standard_normal(size)), -3
    )
    spend[draw.rng.random(size) < 0.07] = np.nan
    cost = np.clip(0.08 + 0.02 * customers.segment + 0.03 * draw.rng.standard_normal(size), 0.02, 0.3)
    cost[draw.rng.random(size) < 0.04] = np.nan
    town = _FIRST_TOWN[customers.country] + (draw.rng.random(size) * _TOWNS[customers.country]).astype(int)
    first = draw.rng.random(size) < np.array([0.6, 0.08, 0.01])[customers.segment]
    second = draw.rng.random(size) < np.array([0.8, 0.45, 0.08])[customers.segment]
    tier = np.array([2, 1, 0, 0])[first * 2 + second]
    return {
        "account_id": ids("A", np.arange(size)),
        "name": firms(draw.rng, customers.country, customers.industry),
        "region": take(REGIONS, customers.region),
        "country": take(COUNTRIES, customers.country),
        "town": take(_ALL_TOWNS, town),
        "segment": take(SEGMENTS, customers.segment),
        "industry": take(INDUSTRIES, customers.industry),
        "regulated": customers.industry < 2,
        "territory_id": ids("T", customers.territory, 3),
        "tier": take(("A", "B", "C"), tier),
        "employees": np.round(staff),
        "annual_spend_eur": spend,
        "cost_to_serve_rate": cost,
        "customer_since": since,
    }


assert MONTH_STARTS[-1] < LAST_DAY
