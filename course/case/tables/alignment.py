"""Sales and marketing together: offers, campaigns, intent, touchpoints, inbound interest in protected accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from course.case import words
from course.case.columns import Array, date, flag, key, money, number, text, whole
from course.case.edition import Draw
from course.case.registry import table
from course.case.sampling import either, pick
from course.case.tables.coverage import TERRITORIES
from course.case.tables.customers import TERRITORIES_PER_REGION
from course.case.tables.deals import Deals
from course.case.tables.demand import CHANNELS
from course.case.tables.leads import Leads
from course.case.world import REGIONS, SOURCES, ids, take

OFFERS = len(words.OFFERS)
WITHDRAWN = 3


@table(
    key("offer_id", "Identifies the offer"),
    text("name", "What it is called"),
    text("product_id", "The product", refers="products.product_id"),
    date("valid_from", "First day"),
    date("withdrawn_on", "Day on which sales withdrew it; empty while it stands", nullable=True),
    text("withdrawn_because", "Why; empty while it stands", nullable=True),
    topics="7.6",
)
def offers(draw: Draw) -> dict[str, object]:
    """One row is an offer that salespeople may make, or might until it was withdrawn."""
    gone = np.zeros(OFFERS, dtype=bool)
    gone[draw.rng.permutation(OFFERS)[:WITHDRAWN]] = True
    day = np.datetime64("2025-09-15") + (draw.rng.random(OFFERS) * 90).astype(int)
    return {
        "offer_id": ids("OF", np.arange(OFFERS), 2),
        "name": [row[0] for row in words.OFFERS],
        "product_id": [row[1] for row in words.OFFERS],
        "valid_from": np.datetime64("2024-06-01") + (draw.rng.random(OFFERS) * 400).astype(int),
        "withdrawn_on": np.where(gone, day, np.datetime64("NaT")),
        "withdrawn_because": [words.pick(words.WITHDRAWN, u) if out else None for out, u in
                              zip(gone.tolist(), draw.rng.random(OFFERS).tolist(), strict=True)],
    }  # fmt: skip


@table(
    key("campaign_id", "Identifies the campaign"),
    text("name", "What it is called"),
    text("channel", "Channel", *CHANNELS),
    text("territory_id", "Territory addressed", refers="territories.territory_id"),
    text("region", "Region of the territory", refers="regions.region"),
    text("offer_id", "The offer that it pushes", refers="offers.offer_id"),
    date("starts_on", "First day"),
    date("ends_on", "Last day"),
    money("budget_eur", "Budget"),
    flag("in_sales_plan", "Whether the territory's sales plan for the quarter counts on it"),
    topics="7.3 7.6",
)
def campaigns(draw: Draw, offers: pd.DataFrame) -> dict[str, object]:
    """One row is a campaign of 2025, or planned for the first quarter of 2026."""
    rng, size = draw.rng, 90
    planned = np.arange(size) >= size - 34
    starts = np.where(
        planned,
        np.datetime64("2026-01-08") + (rng.random(size) * 50).astype(int),
        np.datetime64("2025-01-06") + (rng.random(size) * 300).astype(int),
    )
    territory = (rng.random(size) * TERRITORIES).astype(int)
    clash = np.zeros(size, dtype=bool)
    clash[np.flatnonzero(planned)[rng.permutation(int(planned.sum()))[:2]]] = True
    out = offers["withdrawn_on"].notna().to_numpy()
    live, dead = np.flatnonzero(~out), np.flatnonzero(out)
    offer = live[(rng.random(size) * live.size).astype(int)]
    # before they were withdrawn, those offers were pushed as the others were
    could = ~planned & (starts < np.datetime64("2025-08-01"))
    earlier = could & (rng.random(size) < 0.2)
    earlier[np.flatnonzero(could)[:1]] |= not earlier.any()
    offer = np.where(clash | earlier, dead[(rng.random(size) * dead.size).astype(int)], offer)
    offer[np.flatnonzero(clash)] = dead[0]
    channel = pick(rng.random(size), np.array([0.4, 0.22, 0.2, 0.18]))
    names = [f"{words.pick(words.CAMPAIGNS, u)} {place + 1}" for place, u in enumerate(rng.random(size).tolist())]
    return {
        "campaign_id": ids("CA", np.arange(size), 3),
        "name": names,
        "channel": take(CHANNELS, channel),
        "territory_id": ids("T", territory, 3),
        "region": take(REGIONS, territory // TERRITORIES_PER_REGION),
        "offer_id": ids("OF", offer, 2),
        "starts_on": starts,
        "ends_on": starts + 20 + (rng.random(size) * 25).astype(int),
        "budget_eur": np.round(
            np.array([38e3, 12e3, 9e3, 14e3])[channel] * (0.6 + 0.8 * rng.random(size)) * draw.scale, -2
        ),
        "in_sales_plan": rng.random(size) < 0.6,
    }


@table(
    text("account_id", "The account", refers="accounts.account_id"),
    number(
        "intent_score", "Interest in our subject on the web, 0 to 100, bought from a data house", "points", 0, low=0
    ),
    whole("visits", "Visits of its people to our site in the last quarter of 2025", "visits"),
    whole("people_seen", "Different people of the account among them", "people"),
    whole("event_guests", "People who came to one of our events in 2025", "people"),
    number("fit_score", "How like our best customers it is, 0 to 100", "points", 0, low=0),
    topics="7.4",
)
def engagement(
    draw: Draw, accounts: pd.DataFrame, influences: pd.DataFrame, opportunities: pd.DataFrame
) -> dict[str, object]:
    """One row is an account's interest in us at the end of 2025, for enterprise and mid-market accounts."""
    rng = draw.rng
    listed = accounts[accounts["segment"] != "small"]["account_id"].to_numpy(dtype=object)
    size = listed.size
    economic = influences[influences["influence"] == "economic"].merge(
        opportunities[["opportunity_id", "account_id", "status"]], on="opportunity_id"
    )
    economic = economic[economic["status"] == "open"]
    reached = set(economic.loc[economic["contacted_on"].notna(), "account_id"])
    open_ = set(opportunities.loc[opportunities["status"] == "open", "account_id"])
    blind = np.array([name in open_ and name not in reached for name in listed])
    luck = np.where(blind, rng.random(size), 2)
    hot = np.argsort(np.argsort(luck)) < round(blind.sum() * draw.truth["blind_hot_rate"])
    met = np.array([name in reached for name in listed])
    warm = ~blind & (rng.random(size) < np.where(met, 0.3, 0.08))
    score = np.where(hot | warm, 78 + 20 * rng.random(size), np.clip(34 + 16 * rng.standard_normal(size), 0, 76))
    visits = np.floor(np.exp(0.6 + 0.028 * score + 0.5 * rng.standard_normal(size)))
    return {
        "account_id": listed,
        "intent_score": score,
        "visits": visits,
        "people_seen": np.minimum(np.ceil(visits * (0.2 + 0.2 * rng.random(size))), 9),
        "event_guests": np.floor(2.2 * rng.random(size) ** 3 * np.where(score > 60, 2, 1)),
        "fit_score": np.clip(55 + 18 * rng.standard_normal(size), 0, 100),
    }


TOUCHES = (
    "customer reference",
    "salesperson",
    "trade event",
    "webinar",
    "content download",
    "generic search",
    "branded search",
)
_FIRST = {"referral": 0, "outbound": 1, "trade event": 2, "web search": 5, "webinar": 3, "partner": 0}


@table(
    text("opportunity_id", "The opportunity that followed", refers="opportunities.opportunity_id"),
    whole("position", "1 for the first touch known; a lead may have come in before it", "place", low=1),
    whole("touches", "How many touches the opportunity had", "touches", low=1),
    date("touched_on", "Day"),
    text("channel", "What touched the customer", *TOUCHES),
    topics="7.5",
)
def touchpoints(draw: Draw, deals: Deals) -> dict[str, Array]:
    """One row is a touch before a new-business opportunity was opened, for those opened since 2024."""
    rng = draw.rng
    deal = np.flatnonzero(deals.new & (deals.created_on >= np.datetime64("2024-01-01")))
    count = 1 + (rng.random(deal.size) ** 0.8 * 5).astype(int)
    row = np.repeat(np.arange(deal.size), count)
    place = np.arange(row.size) - np.repeat(np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    opening = np.array([_FIRST[name] for name in SOURCES])[deals.source[deal]]
    middle = pick(rng.random(row.size), np.array([0.16, 0.24, 0.13, 0.15, 0.2, 0.1, 0.02]))
    last = (place == count[row] - 1) & (count[row] > 1)
    searched = last & (rng.random(row.size) < draw.truth["branded_last_rate"])
    channel = either(place == 0, opening[row], either(searched, 6, middle))
    gap = np.sort(rng.random(row.size) * 90)
    order = np.empty(row.size, dtype=np.int64)
    order[rng.permutation(row.size)] = np.arange(row.size)
    ranked = order[np.argsort(row * row.size - order)]
    days = (gap[ranked] + (count[row] - place) * 2).astype(int)
    return {
        "opportunity_id": ids("O", deal[row]),
        "position": place + 1,
        "touches": count[row],
        "touched_on": deals.created_on[deal[row]] - days,
        "channel": take(TOUCHES, channel),
    }


GROUNDS = ("registered by partner", "key account", "open opportunity", "territory", "no ground")


@table(
    key("case_id", "Identifies the case"),
    text("lead_id", "The lead that came in", refers="leads.lead_id"),
    text("account_id", "The account that it came from", refers="accounts.account_id"),
    date("came_on", "Day on which it came in"),
    text("product_line", "What it asked about", "series-7", "insight", "services"),
    text("tier", "The account's tier", "A", "B", "C"),
    date(
        "open_since",
        "A direct opportunity open since, as the inbound desk noted that day; empty if it saw none",
        nullable=True,
    ),
    text(
        "ruling",
        "Who rightly got it, after appeal",
        "partner",
        "key account team",
        "opportunity owner",
        "territory",
        "escalate",
    ),
    text("ground", "What decided it", *GROUNDS),
    topics="7.7",
)
def inbound_cases(
    draw: Draw, inbound: Leads, accounts: pd.DataFrame, deal_registrations: pd.DataFrame
) -> dict[str, object]:
    """One row is an inbound lead from an account that somebody may call theirs, with its right ruling.

    One accepted registration for the product, made by the day on which the lead came and not expired on it, gives it to
    the partner; two of them are escalated. Else an account of tier A goes to the key account team; else an opportunity
    open for at most 180 days to its owner; else the territory gets it.
    """
    rng = draw.rng
    registered = deal_registrations.assign(row=deal_registrations["account_id"].str[2:].astype(int) - 1)
    taken = np.flatnonzero(inbound.account >= 0)
    guarded = np.isin(inbound.account[taken], registered["row"].to_numpy())
    first = taken[guarded][rng.permutation(int(guarded.sum()))[: draw.count(120)]]
    second = taken[~guarded][rng.permutation(int((~guarded).sum()))[: draw.count(80)]]
    lead = np.sort(np.concatenate([first, second]))
    account, day = inbound.account[lead], inbound.created_on[lead]
    by_account: dict[int, list[tuple[str, np.datetime64, np.datetime64, str]]] = {}
    for row, line, start, end, status in zip(
        registered["row"].tolist(), registered["product_line"].tolist(),
        registered["registered_on"].to_numpy().astype("datetime64[D]"),
        registered["expires_on"].to_numpy().astype("datetime64[D]"), registered["status"].tolist(), strict=True,
    ):  # fmt: skip
        by_account.setdefault(row, []).append((line, start, end, status))
    lines = take(("series-7", "insight", "services"), (rng.random(lead.size) * 3).astype(int))
    # most people ask about what their partner has offered them; days on the edge of the protection are among the cases
    for place, row in enumerate(account.tolist()):
        own = by_account.get(row)
        if own and rng.random() < 0.75:
            lines[place] = own[0][0]
    tier = accounts["tier"].to_numpy(dtype=object)[account]
    since = day - 10 - (rng.random(lead.size) * 300).astype(int)
    since = np.where(rng.random(lead.size) < 0.35, since, np.datetime64("NaT"))
    ruling, ground = [], []
    for place, row in enumerate(account.tolist()):
        live = [
            1
            for line, start, end, status in by_account.get(row, [])
            if status == "accepted" and line == lines[place] and start <= day[place] <= end
        ]
        fresh = not np.isnat(since[place]) and int((day[place] - since[place]).astype(int)) <= 180
        if len(live) > 1:
            decision = ("escalate", 4)
        elif live:
            decision = ("partner", 0)
        elif tier[place] == "A":
            decision = ("key account team", 1)
        elif fresh:
            decision = ("opportunity owner", 2)
        else:
            decision = ("territory", 3)
        ruling.append(decision[0])
        ground.append(GROUNDS[decision[1]])
    return {
        "case_id": ids("IC", np.arange(lead.size), 3),
        "lead_id": ids("L", lead),
        "account_id": ids("A", account),
        "came_on": day,
        "product_line": lines,
        "tier": tier,
        "open_since": since,
        "ruling": ruling,
        "ground": ground,
    }
