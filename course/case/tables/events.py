"""What happened around the company: market events, changes of strategy, strategic engagements."""

from __future__ import annotations

import numpy as np

from course.case.columns import Array, date, flag, key, rate, text, whole
from course.case.edition import Draw
from course.case.registry import table
from course.case.tables.deals import Deals
from course.case.tables.incentives import Cancelled
from course.case.world import LAST_DAY, MONTH_STARTS, REGIONS, ids, take

_STIR = (
    ("trade fair", "The flow measurement fair opens in Düsseldorf", "all devices"),
    ("competitor", "Quantrel announces a cloud roadmap without dates", "analytics"),
    ("competitor", "Brennick & Hale changes its name plate and keeps its prices", "all products"),
    ("economy", "Purchasing managers report a slower month in industry", "all products"),
    ("competitor", "Quantrel appoints a new head of Europe", "all products"),
    ("press", "A trade paper compares service response times of five vendors", "services"),
    ("economy", "Energy prices fall back from a two-year high", "all products"),
    ("standards", "A draft standard for radio modules goes out for comment", "Series 7"),
    ("trade fair", "The water industry congress meets in Birmingham", "all devices"),
    ("competitor", "Brennick & Hale opens a calibration laboratory in Lyon", "services"),
    ("economy", "A central bank leaves its rate where it is", "all products"),
    ("press", "An analyst note ranks Tessaly third for Insight", "analytics"),
)


@table(
    key("event_id", "Identifies the event"),
    date("announced_on", "When it became known"),
    date("effective_on", "When it took effect"),
    text(
        "kind",
        "What kind of event",
        "competitor",
        "regulation",
        "trade fair",
        "economy",
        "press",
        "standards",
        "company",
    ),
    text("title", "What happened"),
    text("concerns", "What it was said to concern"),
    topics="1.5",
)
def market_events(draw: Draw) -> dict[str, object]:
    """One row is an event in the market's diary. Most of them moved nothing."""
    order = draw.rng.permutation(36)[: len(_STIR)]
    entry, rule = draw.truth["entry_month"], draw.truth["regulation_month"]
    months = [month for month in order.tolist() if month not in (entry, rule)]
    rows = []
    for month, (kind, title, concerns) in zip(months, _STIR, strict=False):
        day = MONTH_STARTS[month] + int(draw.rng.random() * 26)
        rows.append((day - int(draw.rng.random() * 40), day, kind, title, concerns))
    rows.append((MONTH_STARTS[entry] - 6, MONTH_STARTS[entry], "competitor",
                 "Aldermoor Systems enters with a meter at two thirds of the price of Series 7 Line",
                 "Series 7 Line"))  # fmt: skip
    rows.append((MONTH_STARTS[rule] - 160, MONTH_STARTS[rule], "regulation",
                 "Regulated industries must prove their measurements digitally", "Insight Plus"))  # fmt: skip
    rows.append((np.datetime64("2025-05-12"), np.datetime64("2025-07-01"), "company",
                 "Tessaly closes the purchase of Norvane Metering", "all products"))  # fmt: skip
    rows.sort(key=lambda row: (row[1], row[3]))
    names = ("announced_on", "effective_on", "kind", "title", "concerns")
    table_ = dict(zip(names, (list(part) for part in zip(*rows, strict=True)), strict=True))
    return {"event_id": ids("E", np.arange(len(rows)), 2), **table_}


_CHANGES = (
    ("2023-02-06", "sell Insight to device customers through device reps", "dropped", "Ingrid Solheim", 9),
    ("2023-09-11", "open small accounts with a bought list and two callers", "dropped", "Daniel Reyes", 4),
    ("2023-11-20", "quote services as days rather than as a package", "kept", "Tomasz Wieczorek", 12),
    ("2024-01-15", "offer Insight Plus with a twelve-week proof at the customer's site", "kept", "Ingrid Solheim", 14),
    ("2024-04-08", "give distributors in thin territories a finder's fee", "changed", "Luca Ferrante", 6),
    ("2024-06-03", "bundle calibration with every Series 7 Precision", "dropped", "Claire Whitcombe", 3),
    ("2024-10-14", "have one person answer all inbound enquiries within a day", "kept", "Mei Tanaka", 10),
    ("2025-01-06", "pay a bonus for deals with more than one product", "kept", "Ingrid Solheim", 12),
    ("2025-03-17", "reserve transducers for Precision in the last quarter", "changed", "Amara Okafor", 5),
    ("2025-06-09", "match Aldermoor's price in three pilot accounts", "dropped", "Luca Ferrante", 2),
    ("2025-09-01", "let customers move between leasing and buying once a year", "kept", "Tomasz Wieczorek", 4),
)


@table(
    key("change_id", "Identifies the change"),
    date("decided_on", "When it was decided"),
    text("vision", "The vision in force on that day: where the company wants its customers to be"),
    text("strategy", "What was tried"),
    text("sponsor", "Who asked for it"),
    whole("months_tried", "How long it ran before it was judged", "months", low=1),
    text("outcome", "What became of it by the end of 2025", "kept", "changed", "dropped"),
    rate("team_briefed_rate", "Share of the people concerned who could say why, asked two weeks later"),
    whole("weeks_to_adopt", "Weeks until nine in ten worked by it", "weeks", low=1),
    topics="C1",
)
def strategy_changes(draw: Draw) -> dict[str, object]:
    """One row is a change of sales strategy. The vision stays the same through all of them."""
    size = len(_CHANGES)
    briefed = 0.35 + 0.55 * draw.rng.random(size)
    weeks = np.round(4 + 22 * (1 - briefed) + 3 * draw.rng.random(size))
    return {
        "change_id": ids("SC", np.arange(size), 2),
        "decided_on": [row[0] for row in _CHANGES],
        "vision": ["Every customer knows what flows through its plant, and can prove it"] * size,
        "strategy": [row[1] for row in _CHANGES],
        "sponsor": [row[3] for row in _CHANGES],
        "months_tried": [row[4] for row in _CHANGES],
        "outcome": [row[2] for row in _CHANGES],
        "team_briefed_rate": briefed,
        "weeks_to_adopt": weeks,
    }


PRINCIPLES = (
    "industry re-invention, not disruption", "defining the true business challenge",
    "build on foundations, expand the horizon", "business-case orientation",
    "alignment to the to-be operating model", "regulatory challenger, consultative by nature", "IP demarcation",
    "lifetime customer value", "tailored transformation", "use-case-led value strikes",
    "stay agile: results in weeks, not years",
)  # fmt: skip


@table(
    key("engagement_id", "Identifies the engagement"),
    text("opportunity_id", "The opportunity it began with", refers="opportunities.opportunity_id"),
    text("account_id", "The customer", refers="accounts.account_id"),
    text("region", "Sales region", refers="regions.region"),
    date("started_on", "When work began"),
    text("principle", "The working principle that the team says it relied on most", *PRINCIPLES),
    whole("use_cases", "Use cases agreed", "use cases", low=1),
    flag("value_strike_first", "Whether the first use case was picked to show value quickly"),
    whole("weeks_to_first_value", "Weeks until the customer first confirmed a measured benefit", "weeks", low=1),
    flag("renewed_or_widened", "Whether the customer renewed or widened the work within a year"),
    topics="A2 A8",
)
def engagements(draw: Draw, deals: Deals, cancelled: Cancelled) -> dict[str, Array]:
    """One row is a strategic engagement: long work with an enterprise customer that began with an opportunity won."""
    large = np.flatnonzero(deals.won & (deals.segment == 0) & (deals.closed_on < LAST_DAY - 330))
    chosen = np.sort(large[draw.rng.permutation(large.size)[: draw.count(140)]])
    # where the order was cancelled no work began: another deal stands in its place, if there is one
    stopped = np.isin(chosen, cancelled.deal)
    rest = large[~np.isin(large, np.concatenate([chosen, cancelled.deal]))]
    others = rest[draw.fresh("standing").permutation(rest.size)[: int(stopped.sum())]]
    chosen[np.flatnonzero(stopped)[: others.size]] = others
    chosen = chosen[~np.isin(chosen, cancelled.deal)]
    size = chosen.size
    principle = (draw.rng.random(size) * len(PRINCIPLES)).astype(int)
    strike = (principle >= 9) | (draw.rng.random(size) < 0.3)
    use_cases = 1 + (draw.rng.random(size) * 6).astype(int)
    weeks = np.exp(np.where(strike, 2.1, 3.1) + 0.35 * np.clip(draw.rng.standard_normal(size), -2, 2)) + 0.8 * use_cases
    renewed = draw.rng.random(size) < np.clip(0.95 - 0.016 * weeks, 0.1, 0.95)
    started = deals.closed_on[chosen] + 10 + (draw.rng.random(size) * 30).astype(int)
    known = (LAST_DAY - started).astype(int) // 7  # what has been confirmed by now
    return {
        "engagement_id": ids("EN", np.arange(size), 3),
        "opportunity_id": ids("O", chosen),
        "account_id": ids("A", deals.account[chosen]),
        "region": take(REGIONS, deals.region[chosen]),
        "started_on": started,
        "principle": take(PRINCIPLES, principle),
        "use_cases": use_cases,
        "value_strike_first": strike,
        "weeks_to_first_value": np.clip(np.round(weeks), 1, known),
        "renewed_or_widened": renewed,
    }
