"""The plan and what it must fit: business units, market, components, demand and backlog."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case.columns import Array, date, flag, key, money, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.tables.deals import Deals
from course.case.world import (
    LINES,
    PLAN_QUARTERS,
    PREMIUM,
    PRODUCT_IDS,
    PRODUCTS,
    REGIONS,
    UNIT_OF_LINE,
    UNITS,
    VOLUME,
    WORLD,
    month_of,
    take,
)

YEARS = (2023, 2024, 2025)
_LINE = {name: number for number, name in enumerate(LINES)}


@dataclass(frozen=True)
class Yearly:
    """What was booked, by (product, year, quarter): units and EUR."""

    units: Array
    amount: Array


@latent
def yearly(draw: Draw, bookings: pd.DataFrame) -> Yearly:
    """Count the bookings."""
    product = pd.Categorical(bookings["product_id"], categories=list(PRODUCT_IDS)).codes.astype(int)
    month = month_of(bookings["booked_on"].to_numpy().astype("datetime64[D]"))
    code = product * 12 + month // 3
    shape = (len(PRODUCTS), 3, 4)
    size = len(PRODUCTS) * 12
    return Yearly(
        np.bincount(code, weights=bookings["quantity"].to_numpy(), minlength=size).reshape(shape),
        np.bincount(code, weights=bookings["amount_eur"].to_numpy(), minlength=size).reshape(shape),
    )


def _by_line(values: Array) -> Array:
    """Sum an array whose first axis is products into one whose first axis is product lines."""
    out = np.zeros((len(LINES), *values.shape[1:]))
    for row, product in enumerate(PRODUCTS):
        out[_LINE[product.line]] += values[row]
    return out


@table(
    key("business_unit", "Name of the business unit"),
    text("product_lines", "Its product lines, separated by commas"),
    text("maturity", "How mature its market is held to be", "emerging", "growing", "mature", "declining"),
    text("leads_with", "The objective that the unit's head asks for in 2026", "growth", "share", "profit"),
    money("fixed_cost_2025_eur", "Cost of the unit in 2025 that does not vary with sales"),
    money("capital_employed_eur", "Capital employed at the end of 2025"),
    topics="1.2",
)
def business_units(draw: Draw, yearly: Yearly) -> dict[str, object]:
    """One row is a business unit. What each head asks for is an opinion, not a finding."""
    last = _by_line(yearly.amount)[:, 2].sum(axis=1)
    revenue = np.array([sum(last[_LINE[name]] for name in LINES if UNIT_OF_LINE[name] == unit) for unit in UNITS])
    return {
        "business_unit": list(UNITS),
        "product_lines": [", ".join(name for name in LINES if UNIT_OF_LINE[name] == unit) for unit in UNITS],
        "maturity": ["declining", "growing", "growing", "mature"],
        "leads_with": ["share", "growth", "growth", "growth"],
        "fixed_cost_2025_eur": np.round(
            revenue * np.array([0.11, 0.24, 0.38, 0.13]) * (0.95 + 0.1 * draw.rng.random(4)), -3
        ),
        "capital_employed_eur": np.round(
            revenue * np.array([0.35, 0.6, 0.22, 0.18]) * (0.95 + 0.1 * draw.rng.random(4)), -3
        ),
    }


@table(
    text("business_unit", "Business unit whose market it is", refers="business_units.business_unit"),
    text("region", "Sales region", refers="regions.region"),
    whole("year", "Year", low=2023),
    flag("forecast", "Whether the year is a forecast"),
    money("market_eur", "What all customers of the region spent in this market, as the industry panel estimates"),
    topics="1.2",
)
def market_size(draw: Draw, bookings: pd.DataFrame) -> dict[str, Array]:
    """One row is the market of a business unit in a region in a year, 2026 as forecast."""
    unit = pd.Categorical(bookings["business_unit"], categories=list(UNITS)).codes.astype(int)
    region = pd.Categorical(bookings["region"], categories=list(REGIONS)).codes.astype(int)
    year = month_of(bookings["booked_on"].to_numpy().astype("datetime64[D]")) // 12
    code = (unit * len(REGIONS) + region) * 3 + year
    booked = np.bincount(code, weights=bookings["amount_eur"].to_numpy(), minlength=len(UNITS) * len(REGIONS) * 3)
    own = booked.reshape(len(UNITS), len(REGIONS), 3)
    total = own.sum(axis=1)
    share = np.array([0.26, 0.14, 0.17, 0.21]) * (0.92 + 0.16 * draw.rng.random(4))
    # by unit, its share of 2025 as a multiple of that of 2023
    kept = np.array([0.99, 1.0, 1 - draw.truth["analytics_share_loss"], 1.0]) + 0.02 * (draw.rng.random(4) - 0.5)
    shares = share[:, None] * np.power(kept[:, None], np.array([0, 0.5, 1]))
    market = total / shares
    # the market of the legacy line shrinks about as the line does, and that of services moves less than its bookings
    steady = UNITS.index("Services")
    market[steady] = market[steady].mean() * np.power(
        (total[steady, 2] / total[steady, 0]) ** 0.3, np.array([-1, 0, 1])
    )
    smart = UNITS.index("Smart Devices")
    market[smart] = market[smart, 0] * np.power(
        (total[smart, 2] / total[smart, 0]) ** 0.5 - 0.04 - 0.03 * draw.rng.random(), np.arange(3)
    )
    growth = market[:, 2] / market[:, 1]
    market = np.concatenate([market, (market[:, 2] * (1 + 0.8 * (growth - 1)))[:, None]], axis=1)
    split = np.array([place.weight for place in WORLD]) * np.exp(
        0.12 * draw.rng.standard_normal((len(UNITS), len(REGIONS)))
    )
    split /= split.sum(axis=1, keepdims=True)
    values = market[:, None, :] * split[:, :, None]
    at = np.indices(values.shape).reshape(3, -1)
    return {
        "business_unit": take(UNITS, at[0]),
        "region": take(REGIONS, at[1]),
        "year": 2023 + at[2],
        "forecast": at[2] == 3,
        "market_eur": np.round(values.ravel(), -4),
    }


@table(
    whole("year", "Plan year", low=2024),
    text("product_line", "Product line", *LINES),
    money("plan_eur", "Bookings planned for the year"),
    whole("plan_units", "Units planned", "units of the products"),
    money("plan_price_eur", "Net price of a unit assumed, on average over the line's products"),
    rate("plan_win_rate", "Share of decided opportunities that are won, assumed"),
    rate("plan_margin_rate", "Gross margin assumed, as a fraction of bookings"),
    topics="1.1 1.3 8.1",
)
def plan(draw: Draw, yearly: Yearly, deals: Deals) -> dict[str, Array]:
    """One row is a product line in a plan year: the long-range financial plan, by year only."""
    units, amount = _by_line(yearly.units).sum(axis=2), _by_line(yearly.amount).sum(axis=2)
    price = amount / units
    decided = deals.status > 0
    won = np.bincount(deals.product_line[deals.won], minlength=len(LINES))
    rates = won / np.bincount(deals.product_line[decided], minlength=len(LINES))
    cost = np.zeros(len(LINES))
    for row, product in enumerate(PRODUCTS):
        cost[_LINE[product.line]] += yearly.units[row, 2].sum() * product.cost
    margin = 1 - cost / amount[:, 2]
    noise = draw.rng.random((3, len(LINES)))
    # 2025 was planned with the same units in all, but richer in the dear lines: the miss is mix
    shift = np.array([-0.13, 0.17, -0.05, 0.14, -0.1]) + 0.03 * (noise[1] - 0.5)
    planned_2025 = units[:, 2] * (1 + shift)
    planned_2025 *= units[:, 2].sum() / planned_2025.sum()
    planned_2024 = units[:, 1] * (0.97 + 0.08 * noise[0])
    growth = np.array([1 - draw.truth["legacy_decline_rate"], 1.14, 1.1, 1.22, 1.03])
    planned_2026 = units[:, 2] * growth * (0.99 + 0.02 * noise[2])
    planned = np.round(np.stack([planned_2024, planned_2025, planned_2026])).astype(int)
    assumed = np.round(price.T[[1, 2, 2]] * np.array([[1.0], [1.006], [1.01]]), 2)
    rows = np.indices(planned.shape).reshape(2, -1)
    return {
        "year": 2024 + rows[0],
        "product_line": take(LINES, rows[1]),
        "plan_eur": (planned * assumed).ravel(),
        "plan_units": planned.ravel(),
        "plan_price_eur": assumed.ravel(),
        "plan_win_rate": np.tile(np.round(rates, 2), 3),
        "plan_margin_rate": np.tile(np.round(margin, 3), 3),
    }


COMPONENTS = (
    ("C-01", "ultrasonic transducer", {"P-710": 8, "P-720": 1}),
    ("C-02", "measuring tube", {"P-410": 1, "P-710": 1, "P-720": 1}),
    ("C-03", "signal processor", {"P-710": 1, "P-720": 1, "P-420": 1}),
    ("C-04", "radio module", {"P-710": 1, "P-720": 1}),
    ("C-05", "pressure cell", {"P-420": 1}),
    ("C-06", "die-cast housing", {"P-410": 1, "P-420": 1, "P-710": 1, "P-720": 1}),
)
DEVICES = ("P-410", "P-420", "P-710", "P-720")
#: margin of each short part in the device that needs few of them, as a multiple of that in the other, at least
_EARNS_MORE = 1.25


@dataclass(frozen=True)
class Supply:
    """2026 by (device, quarter): units asked for and units owed from before; and capacity by (component, quarter)."""

    asked: Array
    owed: Array
    capacity: Array
    needs: Array


@latent
def supply(draw: Draw, yearly: Yearly) -> Supply:
    """Draw demand and capacity of the plan year so that the transducer, and nothing else, caps two products twice."""
    rows = [PRODUCT_IDS.index(name) for name in DEVICES]
    base = yearly.units[rows][:, 2].sum(axis=1)
    grown = base * np.array([1 - draw.truth["legacy_decline_rate"]] * 2 + [1.16, 1.13])
    first, last = draw.truth["legacy_q1_share"], draw.truth["legacy_q4_share"]
    legacy = [first, (1 - first - last) * 0.475, (1 - first - last) * 0.525, last]
    season = np.array([legacy, legacy, [0.23, 0.25, 0.24, 0.28], [0.235, 0.25, 0.24, 0.275]])
    asked = np.maximum(np.round(grown[:, None] * season), 1)
    owed = np.zeros(asked.shape)
    owed[:, 0] = np.round(asked[:, 0] * (0.08 + 0.05 * draw.rng.random(4)))
    owed[:, 1] = np.round(asked[:, 1] * (0.02 + 0.03 * draw.rng.random(4)))
    needs = np.array([[uses.get(name, 0) for name in DEVICES] for _, _, uses in COMPONENTS])
    required = needs @ (asked + owed)
    capacity = np.ceil(required * (1.08 + 0.22 * draw.rng.random(required.shape)) / 10) * 10
    for quarter in draw.truth["capped_quarters"]:
        left = (needs[0] * asked[:, quarter]).sum() * draw.truth["capped_fill"]
        capacity[0, quarter] = np.floor((needs[0] * owed[:, quarter]).sum() + left)
    return Supply(asked, owed, capacity, needs)


@table(
    text("product_id", "The device", refers="products.product_id"),
    text("component_id", "The component"),
    text("component", "What it is"),
    whole("units_per_product", "How many go into one device", "components", low=1),
    topics="1.3",
)
def product_components(draw: Draw) -> dict[str, list[object]]:
    """One row is a component that a device is built with."""
    rows = [(name, part, what, uses[name]) for part, what, uses in COMPONENTS for name in DEVICES if name in uses]
    names = ("product_id", "component_id", "component", "units_per_product")
    return dict(zip(names, (list(part) for part in zip(*rows, strict=True)), strict=True))


@table(
    text("component_id", "The component"),
    text("component", "What it is"),
    text("quarter", "Quarter of the plan year", *PLAN_QUARTERS),
    whole("capacity_units", "How many suppliers have confirmed", "components"),
    topics="1.3",
)
def supply_capacity(draw: Draw, supply: Supply) -> dict[str, Array]:
    """One row is a component in a quarter of 2026. What is not used in a quarter can't be kept for the next."""
    at = np.indices(supply.capacity.shape).reshape(2, -1)
    return {
        "component_id": take([part for part, _, _ in COMPONENTS], at[0]),
        "component": take([what for _, what, _ in COMPONENTS], at[0]),
        "quarter": take(PLAN_QUARTERS, at[1]),
        "capacity_units": supply.capacity.ravel(),
    }


@table(
    text("product_id", "The device", refers="products.product_id"),
    text("quarter", "Quarter of the plan year", *PLAN_QUARTERS),
    whole("asked_units", "Units that sales wants to book and deliver in the quarter, backlog not included", "devices"),
    money("unit_price_eur", "Net price of a unit assumed"),
    money("unit_margin_eur", "Net price less unit cost"),
    topics="1.3",
)
def demand_plan(draw: Draw, supply: Supply, yearly: Yearly) -> dict[str, Array]:
    """One row is what sales asks of the factory in a quarter of 2026, by device."""
    rows = [PRODUCT_IDS.index(name) for name in DEVICES]
    price = np.round(yearly.amount[rows][:, 2].sum(axis=1) / yearly.units[rows][:, 2].sum(axis=1), 0)
    cost = np.array([PRODUCTS[row].cost for row in rows])
    # of the two that share the short part, the one that needs few of it earns more with each
    few, many = rows.index(VOLUME), rows.index(PREMIUM)
    earned = (price - cost)[many] * supply.needs[0, few] / supply.needs[0, many]
    price[few] = max(price[few], np.ceil(cost[few] + _EARNS_MORE * earned))
    at = np.indices(supply.asked.shape).reshape(2, -1)
    return {
        "product_id": take(DEVICES, at[0]),
        "quarter": take(PLAN_QUARTERS, at[1]),
        "asked_units": supply.asked.ravel(),
        "unit_price_eur": price[at[0]],
        "unit_margin_eur": (price - cost)[at[0]],
    }


@table(
    text("product_id", "The device", refers="products.product_id"),
    text("due_quarter", "Quarter in which it is due", *PLAN_QUARTERS),
    date("as_of_on", "Day of the count"),
    whole("owed_units", "Units sold before 2026 and not yet delivered; they come first", "devices"),
    topics="1.3",
)
def backlog(draw: Draw, supply: Supply) -> dict[str, Array]:
    """One row is what the company owes its customers of a device, by the quarter in which it is due."""
    at = np.nonzero(supply.owed > 0)
    return {
        "product_id": take(DEVICES, at[0]),
        "due_quarter": take(PLAN_QUARTERS, at[1]),
        "as_of_on": np.full(at[0].size, np.datetime64("2025-12-31")),
        "owed_units": supply.owed[at],
    }


assert PRODUCTS[PREMIUM].variant == "premium"
assert PRODUCTS[VOLUME].variant == "volume"
