"""Prices: the discount policy and who approved what, repeat orders and their tiers, promotions, customers' value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case.columns import Array, date, key, money, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import pick, spread
from course.case.tables.customers import Customers
from course.case.tables.deals import Deals
from course.case.tables.staff import Staff
from course.case.world import MONTH_STARTS, MONTHS, PRODUCT_IDS, PRODUCTS, REGIONS, ids, quarter_end, take, workday

BANDS = (1, 10, 30, 100, 300)
_BAND_MIDDLE = np.array([5, 18, 55, 170, 400])
SMALL_LIST_EUR, LARGE_LIST_EUR = 40_000, 200_000
NEGOTIATION, REP_LIMIT, REP_LIMIT_SMALL = 0.03, 0.09, 0.16


def standard_rates() -> Array:
    """Return the policy's standard discount by (product, band of quantity)."""
    usual = np.array([item.discount for item in PRODUCTS])
    return np.asarray(np.round(usual[:, None] + 0.02 * np.clip(np.log(_BAND_MIDDLE / 30), -1.5, 2.2), 3))


@table(
    text("product_id", "The product", refers="products.product_id"),
    whole("min_quantity", "Smallest quantity for which the row holds", "units of the product", low=1),
    rate("standard_rate", "Discount that anybody gets at this quantity"),
    rate("target_rate", "The most that a negotiation should need; what goes beyond it is margin given away"),
    rate("limit_rate", "What a salesperson may give without asking, at a list value from EUR 40,000"),
    rate("small_limit_rate", "The same below EUR 40,000"),
    topics="4.1 4.7",
)
def discount_policy(draw: Draw) -> dict[str, Array]:
    """One row is the discount policy for a product from a quantity on."""
    standard = standard_rates()
    at = np.indices(standard.shape).reshape(2, -1)
    return {
        "product_id": take(PRODUCT_IDS, at[0]),
        "min_quantity": np.array(BANDS)[at[1]],
        "standard_rate": standard.ravel(),
        "target_rate": standard.ravel() + NEGOTIATION,
        "limit_rate": standard.ravel() + REP_LIMIT,
        "small_limit_rate": standard.ravel() + REP_LIMIT_SMALL,
    }


JUSTIFIED = ("volume", "competing offer", "cost to serve")
APPROVAL_REASONS = (*JUSTIFIED, "quarter-end campaign", "relationship")


@table(
    key("approval_id", "Identifies the request"),
    text("quote_id", "The quote"),
    text("quote_line_id", "The line of the quote", refers="quotes.quote_line_id"),
    text("rep_id", "Who asked", refers="reps.rep_id"),
    date("asked_on", "Day of the request"),
    date("decided_on", "Day of the decision; some quotes had gone out by then, and a few had been answered"),
    text("level", "Who decided", "manager", "regional lead", "chief revenue officer"),
    rate("asked_rate", "Discount asked for"),
    text("reason", "Reason given", *APPROVAL_REASONS),
    text("decision", "Decision", "granted", "refused"),
    topics="4.1 4.4 4.7",
)
def approvals(
    draw: Draw, quotes: pd.DataFrame, deals: Deals, staff: Staff, accounts: pd.DataFrame
) -> dict[str, object]:
    """One row is a request to grant a discount: beyond the limit or just short of it, or in a large deal. Not everybody
    asked who went beyond the limit.
    """
    rng = draw.rng
    product = pd.Categorical(quotes["product_id"], categories=list(PRODUCT_IDS)).codes.astype(int)
    quantity, given = quotes["quantity"].to_numpy(), quotes["discount_rate"].to_numpy()
    band = np.searchsorted(BANDS, quantity, side="right") - 1
    small = quotes["list_eur"].to_numpy() < SMALL_LIST_EUR
    standard = standard_rates()[product, band]
    limit = standard + np.where(small, REP_LIMIT_SMALL, REP_LIMIT)
    beyond = given > limit + 1e-9
    deal = quotes["opportunity_id"].str[2:].astype(int).to_numpy() - 1
    home = deals.region[deal] == REGIONS.index(draw.truth["leak_region"])
    silent = np.isin(deals.rep[deal], staff.leakers) | (
        home & ~small & (deals.leaked[deal] > 0.03) & ~deals.favoured[deal]
    )
    size = quotes["list_eur"].to_numpy()
    large = size > LARGE_LIST_EUR
    asks = beyond & (rng.random(given.size) < np.where(silent, 0.08, np.where(large, 1.0, 0.985)))
    shy = np.where(home, 0.3, 1.0)  # where the leak is, people ask as little as they can
    near = ~beyond & (given > limit - 0.015)
    granted_anyway = near & (rng.random(given.size) < np.where(small, 0.08, 0.25) * shy)
    # large deals are looked at whatever they give away
    looked_at = np.where(large, 0.75, np.where(small, 0.0, 0.12)) * shy
    granted_anyway |= ~beyond & (given > standard) & (draw.fresh("review").random(given.size) < looked_at)
    _ask_less(asks, granted_anyway, deals.region[deal], REGIONS.index(draw.truth["leak_region"]))
    rows = np.flatnonzero(asks | granted_anyway)
    last_days = _last_days(quotes["quoted_on"].to_numpy().astype("datetime64[D]"))[rows]
    premium = product[rows] == PRODUCT_IDS.index("P-710")
    rival = deals.competitor[deal[rows]] >= 0
    usual = pick(rng.random(rows.size), _grounds(accounts, quotes["account_id"].to_numpy()[rows], rival, draw))
    reason = np.where(deals.favoured[deal[rows]], 4, np.where(premium & last_days, 3, usual))
    size = size[rows]
    excess = (given - limit)[rows]
    level = np.where((excess > 0.08) | (size > 400_000), 2, np.where((excess > 0.03) | (size > 150_000), 1, 0))
    asked = quotes["quoted_on"].to_numpy().astype("datetime64[D]")[rows] - (rng.random(rows.size) * 4).astype(int)
    asked = np.maximum(workday(asked), deals.created_on[deal[rows]])
    refused = granted_anyway[rows] & (rng.random(rows.size) < 0.2)
    return {
        "approval_id": ids("AP", np.arange(rows.size)),
        "quote_id": quotes["quote_id"].to_numpy(dtype=object)[rows],
        "quote_line_id": quotes["quote_line_id"].to_numpy(dtype=object)[rows],
        "rep_id": quotes["rep_id"].to_numpy(dtype=object)[rows],
        "asked_on": asked,
        "decided_on": workday(asked + (rng.random(rows.size) * (1 + level * 2)).astype(int)),
        "level": take(("manager", "regional lead", "chief revenue officer"), level),
        "asked_rate": np.where(refused, given[rows] + 0.04, given[rows]),
        "reason": take(APPROVAL_REASONS, reason),
        "decision": take(("granted", "refused"), refused.astype(int)),
    }


def _ask_less(asks: Array, needless: Array, region: Array, leaking: int) -> None:
    """Drop requests of the region that leaks, ``needless`` ones first, where chance made it ask most often."""
    lines = np.bincount(region, minlength=len(REGIONS))
    often = np.bincount(region[np.flatnonzero(asks | needless)], minlength=len(REGIONS)) / np.maximum(lines, 1)
    surplus = int(np.ceil((often[leaking] - 0.93 * np.delete(often, leaking).max()) * lines[leaking]))
    for kind in (needless, asks):
        own = np.flatnonzero(kind & (region == leaking))
        dropped = own[np.linspace(0, own.size - 1, min(max(surplus, 0), own.size)).astype(int)]
        kind[dropped] = False
        surplus -= dropped.size


def _grounds(accounts: pd.DataFrame, asked_for: Array, rival: Array, draw: Draw) -> Array:
    """Return the weights of the justified reasons for each request: most are borne out by figures, some are claims."""
    by_segment = accounts.groupby("segment")
    large = accounts["annual_spend_eur"] >= by_segment["annual_spend_eur"].transform("quantile", 0.67)
    lean = accounts["cost_to_serve_rate"] <= by_segment["cost_to_serve_rate"].transform("quantile", 0.3)
    facts = pd.DataFrame({"large": large, "lean": lean}).set_index(accounts["account_id"]).loc[asked_for]
    held = np.column_stack([facts["large"], rival, facts["lean"]])
    claim = np.where(rival[:, None], [0.25, 0.6, 0.15], [0.55, 0.0, 0.45])
    true = held.any(axis=1) & (draw.fresh("grounds").random(rival.size) < 0.92)
    return np.asarray(np.where(true[:, None], held * np.array([1.0, 0.7, 1.0]), claim))


def _last_days(day: Array) -> Array:
    """Return whether days are among the last ten of their quarter."""
    return np.asarray((quarter_end(day) - day).astype(int) <= 10)


CALLED_OFF = tuple(PRODUCT_IDS.index(name) for name in ("P-410", "P-420", "P-710", "P-720"))
TIERS = ((1, 0.06), (20, 0.1), (50, 0.24), (200, 0.27))
CLIFF = 50


@dataclass(frozen=True)
class Campaigning:
    """The promotions: product (place in CALLED_OFF), months from and until, and which regions got them."""

    product: Array
    first: Array
    last: Array
    region: tuple[tuple[int, ...], ...]


@latent
def campaigning(draw: Draw) -> Campaigning:
    """Draw the promotions: of the three, the second is the one that is large enough to judge."""
    regions = [tuple(sorted(draw.rng.permutation(len(REGIONS))[:3].tolist())) for _ in range(3)]
    start = draw.truth["promotion_month"]
    first = np.array([8, start, 30])
    return Campaigning(np.array([1, 0, 3]), first, first + np.array([1, 2, 1]), tuple(regions))


#: what each promotion was called, after the season in which it began
_SEASONS = ("Winter", "Spring", "Summer", "Autumn")
_CALLED = ("pressure weeks", "flow days", "of the Line")


@table(
    key("promotion_id", "Identifies the promotion"),
    text("name", "What it was called"),
    text("product_id", "The product promoted", refers="products.product_id"),
    text("region", "Where it ran", refers="regions.region"),
    date("starts_on", "First day"),
    date("ends_on", "Last day"),
    rate("discount_rate", "Additional discount"),
    money("cost_eur", "Cost of advertising and of the time spent on it"),
    topics="4.3",
)
def promotions(draw: Draw, campaigning: Campaigning) -> dict[str, object]:
    """One row is a promotion in a region; it ran in some regions and not in others."""
    names = [
        f"{_SEASONS[(first + 1) % 12 // 3]} {what}"
        for first, what in zip(campaigning.first.tolist(), _CALLED, strict=True)
    ]
    rows = [(number, region) for number in range(3) for region in campaigning.region[number]]
    number = np.array([row[0] for row in rows])
    starts = np.datetime64("2023-01") + campaigning.first[number]
    ends = (np.datetime64("2023-01") + campaigning.last[number] + 1).astype("datetime64[D]") - 1
    return {
        "promotion_id": ids("PR", np.arange(len(rows)), 2),
        "name": take(names, number),
        "product_id": take([PRODUCT_IDS[place] for place in CALLED_OFF], campaigning.product[number]),
        "region": take(REGIONS, np.array([row[1] for row in rows])),
        "starts_on": starts.astype("datetime64[D]"),
        "ends_on": ends,
        "discount_rate": np.array([0.08, 0.12, 0.06])[number],
        "cost_eur": np.round(6000 + 9000 * draw.rng.random(len(rows)), -2),
    }


@table(
    text("product_id", "The product", refers="products.product_id"),
    whole("min_quantity", "Smallest quantity of an order", "devices", low=1),
    rate("discount_rate", "Discount off list on the whole order"),
    topics="4.2",
)
def price_tiers(draw: Draw) -> dict[str, object]:
    """One row is a tier of today's schedule for repeat orders."""
    rows = [(PRODUCT_IDS[place], least, off) for place in CALLED_OFF for least, off in TIERS]
    return {
        "product_id": [row[0] for row in rows],
        "min_quantity": [row[1] for row in rows],
        "discount_rate": [row[2] for row in rows],
    }


@table(
    key("order_id", "Identifies the order"),
    text("account_id", "The customer", refers="accounts.account_id"),
    text("region", "Sales region", refers="regions.region"),
    text("product_id", "The product", refers="products.product_id"),
    date("ordered_on", "Day of the order"),
    whole("quantity", "Devices ordered", "devices", low=1),
    whole("returned", "Devices sent back unused within 60 days", "devices"),
    rate("tier_rate", "Discount of the tier"),
    rate("promotion_rate", "Discount of a promotion, on top"),
    money("net_eur", "What was paid for all that was ordered"),
    topics="4.2 4.3",
)
def orders(draw: Draw, customers: Customers, campaigning: Campaigning) -> dict[str, Array]:
    """One row is a repeat order under a frame contract (the account's own or its group's), placed in the web shop; not
    in bookings.
    """
    rng, truth = draw.rng, draw.truth
    regions = np.bincount(customers.region, minlength=len(REGIONS)) / customers.region.size
    months = np.arange(MONTHS)
    base = (
        np.array([0.32, 0.24, 0.18, 0.26])[:, None, None]
        * regions[:, None]
        * (1 + 0.06 * np.sin(months / 12 * 2 * np.pi))
    )
    base = base * (1 + np.array([-0.006, -0.006, 0.01, 0.006])[:, None, None] * months)
    lift = np.ones((len(CALLED_OFF), len(REGIONS), MONTHS))
    for product, first, last, treated in zip(
        campaigning.product.tolist(),
        campaigning.first.tolist(),
        campaigning.last.tolist(),
        campaigning.region,
        strict=True,
    ):
        strong = truth["promotion_uplift"] if first == truth["promotion_month"] else 0.25
        during = np.isin(np.arange(len(REGIONS)), treated)[:, None] & (months >= first) & (months <= last)
        after = (
            np.isin(np.arange(len(REGIONS)), treated)[:, None] & (months > last) & (months <= last + (last - first + 1))
        )
        lift[product] += strong * during - strong * truth["pulled_forward"] * after
        if product == 0:  # the old meter's promotion takes from the new one
            taken = strong * truth["cannibalised"] * base[0] / base[3]
            lift[3] -= taken * during
    expected = base * lift
    counts = spread(expected / base.sum() * draw.count(9000), rng.random())
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    product, region, month = np.unravel_index(cell, counts.shape)
    size = cell.size
    first = np.concatenate([[0], np.cumsum(np.bincount(customers.region, minlength=len(REGIONS)))[:-1]])
    account = first[region] + (rng.random(size) ** 1.3 * np.bincount(customers.region)[region]).astype(int)
    usual = np.array([3.6, 2.9, 2.1])[customers.segment[account]]
    wanted = np.maximum(np.round(np.exp(usual + 0.75 * np.clip(rng.standard_normal(size), -2.5, 2.5))), 1)
    near = (wanted >= CLIFF * 0.64) & (wanted < CLIFF)
    reaches = near & (rng.random(size) < truth["cliff_reach"])
    quantity = np.where(reaches, CLIFF + (rng.random(size) * 3).astype(int), wanted)
    returned = np.where(reaches & (rng.random(size) < 0.35), np.minimum(quantity - wanted, quantity), 0)
    returned = np.where(~reaches & (rng.random(size) < 0.01), np.minimum(quantity, 1), returned)
    tier = np.array([off for _, off in TIERS])[
        np.searchsorted([least for least, _ in TIERS], quantity, side="right") - 1
    ]
    extra = np.zeros(size)
    for place, off in enumerate((0.08, 0.12, 0.06)):
        running = (product == campaigning.product[place]) & np.isin(region, campaigning.region[place])
        running &= (month >= campaigning.first[place]) & (month <= campaigning.last[place])
        extra = np.where(running, off, extra)
    day = MONTH_STARTS[month] + (rng.random(size) * 28).astype(int)
    order = np.argsort(day, kind="stable")
    prices = np.array([PRODUCTS[place].price for place in CALLED_OFF])
    net = np.round(quantity * prices[product] * (1 - tier) * (1 - extra), 2)
    return {
        "order_id": ids("ON", np.arange(size)),
        "account_id": ids("A", account[order]),
        "region": take(REGIONS, region[order]),
        "product_id": take([PRODUCT_IDS[place] for place in CALLED_OFF], product[order]),
        "ordered_on": day[order],
        "quantity": quantity[order],
        "returned": returned[order],
        "tier_rate": tier[order],
        "promotion_rate": extra[order],
        "net_eur": net[order],
    }


DRIVERS = (
    ("loss avoided", 1), ("energy saved", 1), ("audit days saved", 1), ("downtime avoided", 1),
    ("switching cost", -1), ("training", -1),
)  # fmt: skip


@table(
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    text("driver", "Where the value comes from, or what it costs the customer", *(name for name, _ in DRIVERS)),
    text("sign", "Whether it adds to the value or takes from it", "plus", "minus"),
    money("yearly_eur", "Value a year, agreed with the customer; switching and training once"),
    whole("years", "Years over which the customer reckons it", "years", low=1),
    money("reference_price_eur", "What the customer's next best alternative costs"),
    topics="4.6",
)
def value_drivers(draw: Draw, deals: Deals) -> dict[str, Array]:
    """One row is a driver of value in an opportunity for which the value was worked out with the customer."""
    rng = draw.rng
    fit = np.flatnonzero(deals.quoted & (deals.amount_eur > 20_000) & (deals.product_line > 0))
    deal = np.sort(fit[rng.permutation(fit.size)[: draw.count(420)]])
    present = rng.random((deal.size, len(DRIVERS))) < np.array([0.85, 0.6, 0.5, 0.45, 0.9, 0.5])
    present[:, 0] |= ~present[:, :4].any(axis=1)
    share = np.array([0.24, 0.12, 0.1, 0.14, 0.12, 0.05]) * np.exp(0.4 * rng.standard_normal(present.shape))
    value = np.round(share * deals.amount_eur[deal][:, None], -2)
    reference = np.round(deals.amount_eur[deal] * (0.62 + 0.3 * rng.random(deal.size)), -2)
    row, driver = np.nonzero(present)
    once = driver >= 4
    return {
        "opportunity_id": ids("O", deal[row]),
        "driver": take([name for name, _ in DRIVERS], driver),
        "sign": take(("plus", "minus"), once.astype(int)),
        "yearly_eur": value[row, driver],
        "years": np.where(once, 1, np.array([3, 5])[deal[row] % 2]),
        "reference_price_eur": reference[row],
    }
