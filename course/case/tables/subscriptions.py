"""Subscriptions to Tessaly Insight: who subscribes, at what a year, and when they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.case.columns import Array, date, key, money, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import among
from course.case.tables.customers import Customers
from course.case.tables.deals import Deals
from course.case.world import LAST_DAY, LINES, PRODUCT_IDS, PRODUCTS, ids, take

_CORE, _PLUS = PRODUCT_IDS.index("P-810"), PRODUCT_IDS.index("P-820")
NEVER = np.datetime64("2099-01-01")


@dataclass(frozen=True)
class Contracts:
    """All subscriptions, one number each; and by (motion, segment) of those won in the history: how many, mean annual
    value in EUR, margin as a fraction, yearly churn as a fraction. ``deal`` is -1 for those older than the history."""

    deal: Array
    account: Array
    edition: Array
    motion: Array
    segment: Array
    started_on: Array
    ended_on: Array
    seats: Array
    arr_eur: Array
    started: Array
    mean_arr: Array
    margin: Array
    churn: Array


@latent
def contracts(draw: Draw, deals: Deals, customers: Customers) -> Contracts:
    """Draw each subscription's end from the churn of its motion and segment."""
    rng = draw.rng
    first_line = deals.won & among(deals.product, np.array([_CORE, _PLUS]))
    second_line = deals.won & (deals.second == _CORE)
    deal = np.concatenate([np.flatnonzero(first_line), np.flatnonzero(second_line)])
    primary = np.arange(deal.size) < first_line.sum()
    edition = np.where(primary, deals.product[deal], _CORE)
    seats = np.where(primary, deals.quantity[deal], deals.second_quantity[deal])
    value = np.where(primary, deals.net_eur[deal], deals.second_net_eur[deal])
    motion = np.where(deals.new[deal], 0, 1)
    segment = deals.segment[deal]
    started = deals.closed_on[deal] + 7 + (rng.random(deal.size) * 20).astype(int)

    old = np.flatnonzero(customers.installed & (rng.random(customers.region.size) < 0.5))
    old_edition = np.where(rng.random(old.size) < 0.6, _CORE, _PLUS)
    sizes = np.array([item.size for item in PRODUCTS])
    old_seats = np.maximum(
        np.round(sizes[old_edition, customers.segment[old]] * np.exp(0.4 * rng.standard_normal(old.size))), 1
    )
    prices = np.array([item.price for item in PRODUCTS])
    old_start = np.maximum(customers.since[old] + 60, np.datetime64("2019-06-01"))
    old_start = old_start + (rng.random(old.size) * (np.datetime64("2022-12-20") - old_start).astype(int)).astype(int)

    # an edition is sold from its launch on
    launch = np.array([item.launched for item in PRODUCTS], dtype="datetime64[D]")[old_edition]
    room = (np.datetime64("2022-12-20") - launch).astype(int)
    since_launch = launch + (draw.fresh("launch").random(old.size) * room).astype(int)
    old_start = np.where(old_start < launch, since_launch, old_start)

    churn = np.array([[0.08, 0.15, draw.truth["small_new_churn_rate"]], [0.06, 0.11, 0.19]])
    account = np.concatenate([deals.account[deal], old])
    motions = np.concatenate([motion, np.ones(old.size, dtype=int)])
    segments = np.concatenate([segment, customers.segment[old]])
    starts = np.concatenate([started, old_start])
    observed = np.maximum(starts, np.datetime64("2023-01-01"))  # those that ended before the history are not in it
    monthly = -np.log(1 - churn[motions, segments]) / 12
    wait = _exponential(rng, motions * 3 + segments) / monthly * 30.4375
    ends = observed + np.maximum(wait, 20).astype(np.int64)
    ends = np.where(ends > LAST_DAY, NEVER, ends)

    cell = motion * 3 + segment
    count = np.bincount(cell, minlength=6).reshape(2, 3)
    total = np.bincount(cell, weights=value, minlength=6).reshape(2, 3)
    cost = np.array([item.cost for item in PRODUCTS])
    spent = np.bincount(cell, weights=seats * cost[edition], minlength=6).reshape(2, 3)
    hazard = -np.log(1 - churn)
    return Contracts(
        np.concatenate([deal, np.full(old.size, -1)]), account, np.concatenate([edition, old_edition]), motions,
        segments,
        starts, ends, np.concatenate([seats, old_seats]).astype(np.int64),
        np.concatenate([value, np.round(old_seats * prices[old_edition] * 0.9, 2)]),
        count, total / np.maximum(count, 1), 1 - spent / np.maximum(total, 1), hazard,
    )  # fmt: skip


def _exponential(rng: np.random.Generator, group: Array) -> Array:
    """Return exponential waiting times of mean 1 whose spread within each group is even, not left to chance."""
    wait = np.empty(group.size)
    for number in range(group.max(initial=-1) + 1):
        own = np.flatnonzero(group == number)
        places = (rng.permutation(own.size) + rng.random(own.size)) / own.size
        wait[own] = -np.log(1 - places)
    return wait


@table(
    key("subscription_id", "Identifies the subscription"),
    text("account_id", "The subscriber", refers="accounts.account_id"),
    text("opportunity_id", "The opportunity that won it; empty if it is older than the history", nullable=True,
         refers="opportunities.opportunity_id"),
    text("product_id", "Tessaly Insight Core or Plus", refers="products.product_id"),
    text("edition", "Edition", "core", "plus"),
    text("motion", "How it was won: a new customer, or an expansion of one there was", "new", "expansion"),
    text("segment", "Segment of the account", "enterprise", "mid-market", "small"),
    date("started_on", "First day; in January 2026 for some that were won in December"),
    date("ended_on", "Last day; empty while it runs", nullable=True),
    whole("seats", "Seats", "seats", low=1),
    money("arr_eur", "What the subscriber pays a year"),
    rate("gross_margin_rate", "Margin after hosting and support, of what is paid", low=-1),
    text("contract_form", "Operating or capital expenditure for the customer, or either", "opex", "capex", "flex"),
    whole("term_months", "Agreed term; it renews by itself, and some leave before its end", "months", low=12),
    topics="1.4",
)  # fmt: skip
def subscriptions(draw: Draw, contracts: Contracts) -> dict[str, Array]:
    """One row is a subscription to Tessaly Insight, running or ended. Those that ended before 2023 are not listed."""
    size = contracts.deal.size
    lasting = contracts.ended_on == NEVER
    luck = draw.rng.random(size)
    form = (luck < np.where(lasting, 0.42, 0.32)).astype(int) + (luck < np.where(lasting, 0.30, 0.10))
    cost = np.array([item.cost for item in PRODUCTS])[contracts.edition] * contracts.seats
    edition = np.where(contracts.edition == _CORE, 0, 1)
    return {
        "subscription_id": ids("S", np.arange(size)),
        "account_id": ids("A", contracts.account),
        "opportunity_id": ids("O", contracts.deal),
        "product_id": take(PRODUCT_IDS, contracts.edition),
        "edition": take(("core", "plus"), edition),
        "motion": take(("new", "expansion"), contracts.motion),
        "segment": take(("enterprise", "mid-market", "small"), contracts.segment),
        "started_on": contracts.started_on,
        "ended_on": np.where(lasting, np.datetime64("NaT"), contracts.ended_on),
        "seats": contracts.seats,
        "arr_eur": contracts.arr_eur,
        "gross_margin_rate": 1 - cost / np.maximum(contracts.arr_eur, 1),
        "contract_form": take(("opex", "capex", "flex"), form),
        "term_months": np.array([12, 24, 36])[(draw.rng.random(size) ** 1.5 * 3).astype(int)],
    }


assert LINES[3] == "insight-plus"
