"""Opportunities, quotes and bookings, and what is counted from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case.columns import Array, date, key, money, optional, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import either
from course.case.tables.customers import Money
from course.case.tables.deals import Deals
from course.case.world import (
    ARGUMENTS,
    COMPETITORS,
    CURRENCIES,
    LAST_DAY,
    LINE_OF_PRODUCT,
    LINES,
    MONTH_STARTS,
    MONTHS,
    PRODUCT_IDS,
    PRODUCTS,
    REGIONS,
    SEGMENTS,
    SOURCES,
    STAGES,
    UNIT_OF_LINE,
    UNITS,
    by_day,
    first_day,
    ids,
    month_of,
    quarter_end,
    take,
    workday,
)

LOSS_REASONS = ("price", "service", "technology", "no decision", "timing")
MOTIONS = ("new", "expansion")


@table(
    key("product_id", "Identifies the product"),
    text("name", "What it is sold as"),
    text("product_line", "Product line", *LINES),
    text("business_unit", "Business unit", *UNITS, refers="business_units.business_unit"),
    text("variant", "Variant within the line: of Series 7, premium or volume"),
    text("unit", "What one unit is"),
    money("list_price_eur", "List price of one unit"),
    money("unit_cost_eur", "What one unit costs to make and deliver"),
    date("launched_on", "Launch"),
    text("life_cycle_stage", "Stage of the life cycle", "launch", "growth", "maturity", "decline"),
    topics="1.1 1.7",
)
def products(draw: Draw) -> dict[str, list[object]]:
    """One row is a product."""
    return {
        "product_id": [item.id for item in PRODUCTS],
        "name": [item.name for item in PRODUCTS],
        "product_line": [item.line for item in PRODUCTS],
        "business_unit": [UNIT_OF_LINE[item.line] for item in PRODUCTS],
        "variant": [item.variant for item in PRODUCTS],
        "unit": [item.unit for item in PRODUCTS],
        "list_price_eur": [item.price for item in PRODUCTS],
        "unit_cost_eur": [item.cost for item in PRODUCTS],
        "launched_on": [item.launched for item in PRODUCTS],
        "life_cycle_stage": [item.stage for item in PRODUCTS],
    }


def _blame_price(reason: Array) -> None:
    """Let price lead among what salespeople write down, where chance made another argument as frequent."""
    for other in range(1, len(ARGUMENTS)):
        more = 1.06 * np.count_nonzero(reason == other) - np.count_nonzero(reason == 0)
        if more > 0:
            places = np.flatnonzero(reason == other)
            reason[places[np.linspace(0, places.size - 1, int(np.ceil(more / 2.06))).astype(int)]] = 0


@table(
    key("opportunity_id", "Identifies the opportunity"),
    text("account_id", "The customer or prospect", refers="accounts.account_id"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    text("region", "Sales region", refers="regions.region"),
    text("segment", "Segment of the account", *SEGMENTS),
    text("product_id", "The main product", refers="products.product_id"),
    text("product_line", "Product line of the main product", *LINES),
    text(
        "motion", "New customer, or expansion of one there was when it closed (at the end of 2025, if open)", *MOTIONS
    ),
    text("source", "Where new business came from; 'customer' for expansion", *SOURCES, "customer"),
    text("channel", "Sold directly or through a partner", "direct", "partner"),
    text("partner_id", "The partner; empty if sold directly", nullable=True, refers="partners.partner_id"),
    text("sales_model", "Field or remote selling", "field", "remote"),
    date("created_on", "Opened"),
    date("expected_close_on", "When it was first expected to close; when it is now, if open"),
    date("closed_on", "Won or lost on; empty while open", nullable=True),
    text("stage", "Furthest stage reached", *STAGES),
    text("status", "Open, won or lost", "open", "won", "lost"),
    text("currency", "Currency of the offer", *CURRENCIES),
    optional(money("amount_local", "Amount in the offer's currency", "local money")),
    optional(
        money(
            "amount_eur",
            "Amount: booked if won, else last quoted, or the salesperson's estimate; missing in some early ones",
        )
    ),
    text(
        "competitor",
        "Main competitor; empty if there was none or nobody asked",
        *COMPETITORS,
        nullable=True,
        refers="competitors.competitor",
    ),
    text("lead_argument", "What the offer led with", *ARGUMENTS),
    text(
        "release_id",
        "The release that was offered; empty if the earlier one was",
        nullable=True,
        refers="releases.release_id",
    ),
    text("loss_reason", "Why it was lost, as the salesperson wrote; often empty", *LOSS_REASONS, nullable=True),
    topics="1.4",
)
def opportunities(draw: Draw, deals: Deals, rates: Money) -> dict[str, Array]:
    """One row is an opportunity: those closed since January 2023 and those open at the end of 2025."""
    size = deals.product.size
    currency = rates.of_region[deals.region]
    lost = deals.status == 2
    own = draw.rng.random(size) < 0.42
    blame = either(own, deals.criterion, np.array([0, 0, 0, 3, 3, 4, 1, 2])[(draw.rng.random(size) * 8).astype(int)])
    reason = either(lost & (draw.rng.random(size) > 0.13), blame, -1)
    _blame_price(reason)
    local, amount = deals.net_local + deals.second_net_local, deals.amount_eur.copy()
    guess = np.flatnonzero(~deals.quoted)
    factor = np.exp(0.25 * draw.rng.standard_normal(size)[guess])
    amount[guess], local[guess] = np.round(amount[guess] * factor, -2), np.round(local[guess] * factor, -2)
    unknown = guess[(deals.status[guess] == 0) & (draw.rng.random(size)[guess] < 0.3)]
    amount[unknown] = local[unknown] = np.nan
    return {
        "opportunity_id": ids("O", np.arange(size)),
        "account_id": ids("A", deals.account),
        "rep_id": ids("R", deals.rep, 3),
        "region": take(REGIONS, deals.region),
        "segment": take(SEGMENTS, deals.segment),
        "product_id": take(PRODUCT_IDS, deals.product),
        "product_line": take(LINES, deals.product_line),
        "motion": take(MOTIONS, 1 - deals.new),
        "source": take((*SOURCES, "customer"), deals.source),
        "channel": take(("direct", "partner"), (deals.partner >= 0).astype(int)),
        "partner_id": ids("PT", deals.partner, 3),
        "sales_model": take(("field", "remote"), deals.remote.astype(int)),
        "created_on": deals.created_on,
        "expected_close_on": deals.expected_on,
        "closed_on": deals.closed_on,
        "stage": take(STAGES, deals.stage),
        "status": take(("open", "won", "lost"), deals.status),
        "currency": take(CURRENCIES, currency),
        "amount_local": local,
        "amount_eur": amount,
        "competitor": take(COMPETITORS, deals.competitor),
        "lead_argument": take(ARGUMENTS, deals.argument),
        "release_id": ids("RL", deals.release, 2),
        "loss_reason": take(LOSS_REASONS, reason),
    }


@dataclass(frozen=True)
class Lines:
    """Lines of final quotes: deal, line (0 or 1), product, quantity, discount, net in local money, net in EUR."""

    deal: Array
    line: Array
    product: Array
    quantity: Array
    discount: Array
    net_local: Array
    net_eur: Array


@latent
def offer_lines(draw: Draw, deals: Deals) -> Lines:
    """Take the deals' lines apart, in the order of deals."""
    both = deals.second >= 0
    deal = np.concatenate([np.arange(deals.product.size), np.flatnonzero(both)])
    line = np.concatenate([np.zeros(deals.product.size, dtype=int), np.ones(int(both.sum()), dtype=int)])
    order = np.argsort(deal, kind="stable")
    parts = (
        (deals.product, deals.second),
        (deals.quantity, deals.second_quantity),
        (deals.discount, deals.second_discount),
        (deals.net_local, deals.second_net_local),
        (deals.net_eur, deals.second_net_eur),
    )
    product, quantity, discount, local, eur = (np.concatenate([one, two[both]])[order] for one, two in parts)
    return Lines(deal[order], line[order], product, quantity, discount, local, eur)


@table(
    key("booking_id", "Identifies the booking"),
    text("opportunity_id", "The opportunity won", refers="opportunities.opportunity_id"),
    text("account_id", "The customer", refers="accounts.account_id"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    text("region", "Sales region", refers="regions.region"),
    text("segment", "Segment of the account", *SEGMENTS),
    text("product_id", "The product", refers="products.product_id"),
    text("product_line", "Product line", *LINES),
    text("business_unit", "Business unit", *UNITS, refers="business_units.business_unit"),
    date("booked_on", "Day of the order: the day the opportunity was won"),
    whole("quantity", "Units ordered", "units of the product", low=1),
    money("amount_eur", "Net of discount, at the month's exchange rate"),
    money("cost_eur", "What the units cost to make and deliver"),
    topics="1.1 1.2 1.6",
)
def bookings(draw: Draw, deals: Deals, offer_lines: Lines) -> dict[str, Array]:
    """One row is a line of an order: an opportunity that was won has one line, a bundle two."""
    won = deals.won[offer_lines.deal]
    deal, product = offer_lines.deal[won], offer_lines.product[won]
    order = by_day(deals.closed_on[deal])
    deal, product = deal[order], product[order]
    quantity = offer_lines.quantity[won][order]
    line = LINE_OF_PRODUCT[product]
    return {
        "booking_id": ids("B", np.arange(deal.size)),
        "opportunity_id": ids("O", deal),
        "account_id": ids("A", deals.account[deal]),
        "rep_id": ids("R", deals.rep[deal], 3),
        "region": take(REGIONS, deals.region[deal]),
        "segment": take(SEGMENTS, deals.segment[deal]),
        "product_id": take(PRODUCT_IDS, product),
        "product_line": take(LINES, line),
        "business_unit": take([UNIT_OF_LINE[name] for name in LINES], line),
        "booked_on": deals.closed_on[deal],
        "quantity": quantity,
        "amount_eur": offer_lines.net_eur[won][order],
        "cost_eur": np.round(quantity * np.array([item.cost for item in PRODUCTS])[product], 2),
    }


@table(
    date("month", "First day of the month"),
    text("region", "Sales region", refers="regions.region"),
    text("product_id", "The product", refers="products.product_id"),
    text("product_line", "Product line", *LINES),
    whole("orders", "Lines ordered", "order lines"),
    whole("quantity", "Units ordered", "units of the product"),
    money("bookings_eur", "Booked: the sum of the bookings"),
    topics="1.5",
)
def bookings_monthly(draw: Draw, bookings: pd.DataFrame) -> dict[str, Array]:
    """One row is a product in a region in a month, months without an order included."""
    shape = (MONTHS, len(REGIONS), len(PRODUCTS))
    month = month_of(bookings["booked_on"].to_numpy().astype("datetime64[D]"))
    region = pd.Categorical(bookings["region"], categories=list(REGIONS)).codes.astype(int)
    product = pd.Categorical(bookings["product_id"], categories=list(PRODUCT_IDS)).codes.astype(int)
    code = np.ravel_multi_index((month, region, product), shape)
    size = int(np.prod(shape))
    at = np.unravel_index(np.arange(size), shape)
    return {
        "month": MONTH_STARTS[at[0]],
        "region": take(REGIONS, at[1]),
        "product_id": take(PRODUCT_IDS, at[2]),
        "product_line": take(LINES, LINE_OF_PRODUCT[at[2]]),
        "orders": np.bincount(code, minlength=size),
        "quantity": np.bincount(code, weights=bookings["quantity"].to_numpy(), minlength=size),
        "bookings_eur": np.bincount(code, weights=bookings["amount_eur"].to_numpy(), minlength=size),
    }


@table(
    date("month", "First day of the month; stocks are as of its last day"),
    text("region", "Sales region", refers="regions.region"),
    text("product_id", "The product", refers="products.product_id"),
    text("product_line", "Product line", *LINES),
    whole("created", "Opportunities opened in the month", "opportunities"),
    money("created_eur", "Their amount; of what was never quoted, sales operations' estimate"),
    whole("open", "Opportunities open at the end of the month", "opportunities"),
    money("open_eur", "Their amount, reckoned in the same way"),
    whole("won", "Opportunities won in the month", "opportunities"),
    whole("lost", "Opportunities lost in the month", "opportunities"),
    topics="1.5",
)
def pipeline(draw: Draw, deals: Deals) -> dict[str, Array]:
    """One row is a product in a region in a month: what came into the pipeline, what left it, what was open."""
    shape = (MONTHS + 1, len(REGIONS), len(PRODUCTS))
    size = int(np.prod(shape))

    def count(day: Array, cases: Array, weights: Array | None = None) -> Array:
        month = np.clip(month_of(day[cases]), -1, MONTHS - 1) + 1
        code = np.ravel_multi_index((month, deals.region[cases], deals.product[cases]), shape)
        return np.bincount(code, None if weights is None else weights[cases], minlength=size).reshape(shape)

    everyone = np.arange(deals.product.size)
    closed = np.flatnonzero(deals.status > 0)
    created, created_eur = count(deals.created_on, everyone), count(deals.created_on, everyone, deals.amount_eur)
    gone, gone_eur = count(deals.closed_on, closed), count(deals.closed_on, closed, deals.amount_eur)
    at = np.unravel_index(np.arange(size - size // (MONTHS + 1)), (MONTHS, *shape[1:]))

    def rows(values: Array) -> Array:
        return np.asarray(values[1:].ravel())

    return {
        "month": MONTH_STARTS[at[0]],
        "region": take(REGIONS, at[1]),
        "product_id": take(PRODUCT_IDS, at[2]),
        "product_line": take(LINES, LINE_OF_PRODUCT[at[2]]),
        "created": rows(created),
        "created_eur": rows(created_eur),
        "open": rows((created - gone).cumsum(axis=0)),
        "open_eur": np.maximum(rows((created_eur - gone_eur).cumsum(axis=0)), 0),
        "won": rows(count(deals.closed_on, np.flatnonzero(deals.won))),
        "lost": rows(count(deals.closed_on, np.flatnonzero(deals.status == 2))),
    }


@table(
    key("quote_line_id", "Identifies the line of a quote"),
    text("quote_id", "Identifies the quote"),
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    text("account_id", "The customer", refers="accounts.account_id"),
    text("rep_id", "The salesperson", refers="reps.rep_id"),
    text("region", "Sales region", refers="regions.region"),
    text("product_id", "The product", refers="products.product_id"),
    text("product_line", "Product line", *LINES),
    whole("version", "1 for the first quote of an opportunity", "place", low=1),
    text(
        "status",
        "Accepted, rejected, open, or superseded by a later version",
        "accepted",
        "rejected",
        "open",
        "superseded",
    ),
    date("quoted_on", "Day of the quote; some prices go out before the stage history says proposed"),
    date("decided_on", "Day on which the customer accepted or rejected; empty if open or superseded", nullable=True),
    whole("quantity", "Units", "units of the product", low=1),
    text("currency", "Currency of the quote", *CURRENCIES),
    money("list_price_local", "List price of one unit in the local price list of that month", "local money"),
    rate("discount_rate", "Discount off list"),
    money("net_local", "Quantity times list price less discount", "local money"),
    money("list_eur", "Quantity times list price before discount, at the same exchange rate as net_eur"),
    money(
        "net_eur",
        "Net at the exchange rate of the month in which the opportunity was to close, December 2025 if still open; of "
        "an accepted line, the booking's amount",
    ),
    money("cost_eur", "What the units cost to make and deliver"),
    topics="1.7",
)
def quotes(draw: Draw, deals: Deals, offer_lines: Lines, rates: Money) -> dict[str, Array]:
    """One row is a line of a quote. The last version of a quote decides; a superseded one counts for nothing."""
    final = deals.quoted[offer_lines.deal]
    deal, line, product = offer_lines.deal[final], offer_lines.line[final], offer_lines.product[final]
    quantity, discount = offer_lines.quantity[final], offer_lines.discount[final]
    size = deals.product.size
    closed = np.where(deals.status > 0, deals.closed_on, np.minimum(deals.expected_on, LAST_DAY))
    closed = np.maximum(closed, deals.created_on)
    quoted = closed - (draw.rng.random(size) * 7).astype(int)
    rush = quarter_end(closed) - 10
    soonest = np.maximum(np.where(closed >= rush, rush, first_day(month_of(closed) // 3 * 3)), deals.created_on)
    quoted = np.maximum(quoted, soonest)
    before = workday(quoted)
    quoted = np.where(before < soonest, np.minimum(workday(quoted + 2), closed), before)
    quoted = np.maximum(workday(quoted), deals.created_on)  # an open deal's expected end may be a Sunday
    revised = deals.quoted & (draw.rng.random(size) < 0.22) & ((quoted - deals.created_on).astype(int) > 20)
    earlier = workday(quoted - 8 - (draw.rng.random(size) * 10).astype(int))
    milder = 0.35 + 0.5 * draw.rng.random(size)

    old = np.flatnonzero(revised[deal])
    rows = np.concatenate([np.arange(deal.size), old])
    first = np.arange(rows.size) >= deal.size
    deal, line, product, quantity = deal[rows], line[rows], product[rows], quantity[rows]
    discount = np.where(first, np.round(discount[rows] * milder[deal], 3), discount[rows])
    version = np.where(first | ~revised[deal], 1, 2)
    order = np.argsort(deal * 4 + version * 2 + line, kind="stable")
    deal, line, product, quantity, discount, version, first = (
        part[order] for part in (deal, line, product, quantity, discount, version, first)
    )
    month = np.clip(deals.month[deal], 0, MONTHS - 1)
    currency = rates.of_region[deals.region[deal]]
    listed, rate_now = rates.listed[currency, month], rates.rate[currency, month]
    price = np.round(np.array([item.price for item in PRODUCTS])[product] * listed, 2)
    net_local = np.round(price * quantity * (1 - discount), 2)
    number = np.cumsum(np.concatenate([[True], (deal[1:] != deal[:-1]) | (version[1:] != version[:-1])])) - 1
    status = np.where(first, 3, np.array([2, 0, 1])[deals.status[deal]])
    return {
        "quote_line_id": ids("QL", np.arange(deal.size)),
        "quote_id": ids("QT", number),
        "opportunity_id": ids("O", deal),
        "account_id": ids("A", deals.account[deal]),
        "rep_id": ids("R", deals.rep[deal], 3),
        "region": take(REGIONS, deals.region[deal]),
        "product_id": take(PRODUCT_IDS, product),
        "product_line": take(LINES, LINE_OF_PRODUCT[product]),
        "version": version,
        "status": take(("accepted", "rejected", "open", "superseded"), status),
        "quoted_on": np.where(first, earlier[deal], quoted[deal]),
        "decided_on": np.where(status < 2, closed[deal], np.datetime64("NaT")),
        "quantity": quantity,
        "currency": take(CURRENCIES, currency),
        "list_price_local": price,
        "discount_rate": discount,
        "net_local": net_local,
        "list_eur": np.round(price * quantity / rate_now, 2),
        "net_eur": np.round(net_local / rate_now, 2),
        "cost_eur": np.round(quantity * np.array([item.cost for item in PRODUCTS])[product], 2),
    }
