"""What selling and marketing cost, by motion, segment and channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.case.columns import Array, date, money, text
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.tables.customers import Market
from course.case.tables.deals import Deals
from course.case.tables.subscriptions import Contracts
from course.case.world import (
    LINES,
    MONTH_STARTS,
    MONTHS,
    QUARTERS,
    REGIONS,
    SEGMENTS,
    SOURCES,
    UNIT_OF_LINE,
    UNITS,
    take,
)

MOTIONS = ("new", "expansion")
CHANNELS = ("trade event", "web search", "webinar", "partner")
_USUAL = np.array([3.4, 1.0, 0.7, 0.8])
#: what a channel can reach at most, and the spend at which it has about two thirds of it
_REACH = np.array([0.20, 0.46, 0.36, 0.31])
_KNEE = np.array([0.8, 2.0, 1.7, 1.6])


@dataclass(frozen=True)
class Spend:
    """Marketing by (month, channel) relative to a usual month of web search, and what new business then comes from."""

    level: Array
    reach: Array


@latent
def spend(draw: Draw) -> Spend:
    """Draw the months' marketing effort; each channel's effect wears off as more is spent, trade events' long ago."""
    moves = draw.rng.standard_normal((MONTHS, len(CHANNELS)))
    # no channel's months go with another's: each effect can be told from the others
    apart = np.linalg.qr(moves - moves.mean(axis=0))[0] * np.sqrt(MONTHS)
    level = _USUAL * np.exp(0.5 * np.clip(apart, -1.6, 1.6))
    effect = _REACH * (1 - np.exp(-level / _KNEE))
    reach = np.zeros((MONTHS, len(SOURCES)))
    reach[:, SOURCES.index("referral")], reach[:, SOURCES.index("outbound")] = 0.13, 0.24
    for column, channel in enumerate(CHANNELS):
        reach[:, SOURCES.index(channel)] = effect[:, column]
    return Spend(level, reach)


@dataclass(frozen=True)
class Effort:
    """What winning cost in three years, in EUR, by (unit, motion, segment): sales and marketing."""

    sales: Array
    marketing: Array


@latent
def effort(draw: Draw, deals: Deals, contracts: Contracts) -> Effort:
    """Set what winning costs: in Analytics so that new business in the small segment never pays back."""
    unit = np.array([UNITS.index(UNIT_OF_LINE[name]) for name in LINES])[deals.product_line]
    motion = np.where(deals.new, 0, 1)
    cell = (unit * 2 + motion) * 3 + deals.segment
    booked = np.bincount(cell[deals.won], weights=deals.amount_eur[deals.won], minlength=24).reshape(4, 2, 3)
    ratio = np.array([[0.30, 0.30, 0.38], [0.13, 0.15, 0.19]])
    ratio = ratio * np.array([0.6, 0.9, 1.0, 0.8])[:, None, None] * np.exp(0.05 * draw.rng.standard_normal((4, 2, 3)))
    total = booked * ratio
    # Analytics: from the lifetime that churn leaves and the payback it is to have
    monthly = contracts.mean_arr * contracts.margin / 12
    lifetime = 12 / contracts.churn
    payback = lifetime * np.array([[0.11, 0.18, draw.truth["small_payback_over_lifetime"]], [0.06, 0.10, 0.20]])
    # what the cells cost differs from edition to edition; the one that never pays back is a truth of its own
    factor = 0.88 + 0.24 * draw.fresh("cells").random((2, 3))
    factor[0, 2] = 1
    payback = payback * factor
    total[UNITS.index("Analytics")] = monthly * payback * contracts.started
    share = np.array([[0.30, 0.34, 0.45], [0.08, 0.08, 0.1]])
    return Effort(total * (1 - share), total * share)


@table(
    text("quarter", "Quarter, such as 2025Q4", *QUARTERS),
    text("region", "Sales region", refers="regions.region"),
    text("business_unit", "Business unit whose sale the cost served", *UNITS, refers="business_units.business_unit"),
    text("motion", "New customers, or expansion of those there are", *MOTIONS),
    text("segment", "Segment of the accounts worked", *SEGMENTS),
    text("sales_model", "Field or remote selling", "field", "remote"),
    money("cost_eur", "Salaries, commission, travel and pre-sales"),
    topics="1.4 3.6 8.3",
)
def sales_costs(draw: Draw, effort: Effort, deals: Deals, market: Market) -> dict[str, Array]:
    """One row is what selling cost in a quarter, by region, unit, motion, segment and sales model.

    People are paid whether they win or not: cost follows head count, and that follows three years' work.
    """
    unit = np.array([UNITS.index(UNIT_OF_LINE[name]) for name in LINES])[deals.product_line]
    shape = (len(REGIONS), len(UNITS), 2, len(SEGMENTS), 2)
    code = np.ravel_multi_index(
        (deals.region, unit, np.where(deals.new, 0, 1), deals.segment, deals.remote.astype(int)), shape
    )
    hours = np.where(deals.remote, 0.55, 1.0) * market.size[deals.region] * np.where(deals.status == 0, 0.5, 1.0)
    worked = np.bincount(code, weights=hours, minlength=int(np.prod(shape))).reshape(shape)
    years = (np.arange(12) - 5.5) / 4
    level, growth = np.ones(len(REGIONS)), np.full(len(REGIONS), 0.04)
    level[market.saturated], growth[market.saturated] = 0.47, draw.truth["saturated_cost_growth_rate"]
    level[market.rising], growth[market.rising] = 1.05, 0.13
    trend = level * np.power(1 + growth, years[:, None]) * np.exp(0.025 * draw.rng.standard_normal((12, len(REGIONS))))
    weight = worked * trend[:, :, None, None, None, None]
    total = weight.sum(axis=(0, 1, 5), keepdims=True)
    cost = np.divide(
        weight * effort.sales[None, None, :, :, :, None], total, out=np.zeros(weight.shape), where=total > 0
    )
    where = np.nonzero(cost > 0)
    return {
        "quarter": take(QUARTERS, where[0]),
        "region": take(REGIONS, where[1]),
        "business_unit": take(UNITS, where[2]),
        "motion": take(MOTIONS, where[3]),
        "segment": take(SEGMENTS, where[4]),
        "sales_model": take(("field", "remote"), where[5]),
        "cost_eur": np.round(cost[where], 0),
    }


@table(
    date("month", "First day of the month"),
    text("channel", "Marketing channel", *CHANNELS, "customer event"),
    text("business_unit", "Business unit that was promoted", *UNITS, refers="business_units.business_unit"),
    text("motion", "New customers, or expansion of those there are", *MOTIONS),
    text("segment", "Segment addressed", *SEGMENTS),
    money("spend_eur", "Spent on media, events, agencies and content"),
    topics="1.4 7.3",
)
def marketing_spend(draw: Draw, effort: Effort, spend: Spend) -> dict[str, Array]:
    """One row is what marketing spent in a month, by channel, unit, motion and segment."""
    new = spend.level[:, :, None, None] * effort.marketing[:, 0] / spend.level.sum()
    events = np.exp(0.3 * draw.rng.standard_normal(MONTHS))
    expansion = (events / events.sum())[:, None, None] * effort.marketing[:, 1]
    blocks = [(new, 0, CHANNELS), (expansion[:, None], 1, ("customer event",))]
    parts: list[dict[str, Array]] = []
    for amounts, motion, channels in blocks:
        month, channel, unit, segment = (part.ravel() for part in np.indices(amounts.shape))
        parts.append(
            {
                "month": MONTH_STARTS[month],
                "channel": take(channels, channel),
                "business_unit": take(UNITS, unit),
                "motion": take(MOTIONS, np.full(month.size, motion)),
                "segment": take(SEGMENTS, segment),
                "spend_eur": np.round(amounts.ravel(), 0),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
