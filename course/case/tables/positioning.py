"""Positioning: rivals, what customers buy on, whom they listen to, what is claimed and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case import notes, words
from course.case.columns import Array, date, flag, key, number, rate, text, whole
from course.case.edition import Draw
from course.case.names import LANGUAGE, LANGUAGE_OF, TOWNS, people
from course.case.registry import latent, table
from course.case.sampling import chosen, either, pick
from course.case.tables.customers import Customers
from course.case.tables.deals import RELEASES, Deals, RivalMoves
from course.case.world import (
    ARGUMENTS,
    COMPANY,
    COMPETITORS,
    GONE,
    GONE_MONTH,
    GONE_ON,
    LAST_DAY,
    MONTH_STARTS,
    MONTHS,
    PRODUCT_IDS,
    REGIONS,
    WORLD,
    by_today,
    ids,
    numbered,
    take,
)

PARTNERS_PER_REGION = 7
PARTNERS = PARTNERS_PER_REGION * len(REGIONS)
INFLUENCES = ("economic", "user", "technical", "coach")
MINDSETS = ("growth", "trouble", "even keel", "overconfident")
STYLES = ("analytical", "consensus", "directive", "intuitive")
CONCERNS = (
    "payback",
    "budget timing",
    "integration",
    "measuring accuracy",
    "ease of use",
    "support",
    "own standing",
    "risk",
)


@table(
    key("competitor", "Name of the competitor"),
    text("position", "How it competes"),
    date("entered_on", "When it was first met in a deal, or the start of the history"),
    date("left_on", "When it stopped competing; empty if it goes on", nullable=True),
    text("strength", "What customers credit it with"),
    topics="2.1",
)
def competitors(draw: Draw) -> dict[str, object]:
    """One row is a competitor."""
    return {
        "competitor": list(COMPETITORS),
        "position": ["technology leader", "old rival, strong in service", "regional maker of meters", "price fighter"],
        "entered_on": ["2023-01-01", "2023-01-01", "2023-01-01", str(MONTH_STARTS[draw.truth["entry_month"]])],
        "left_on": [str(GONE_ON) if name == GONE else None for name in COMPETITORS],
        "strength": ["measuring range and software", "engineers who come the same day", "closeness to plants", "price"],
    }


@table(
    key("release_id", "Identifies the release"),
    text("product_id", "The product", refers="products.product_id"),
    date("released_on", "Day from which it could be offered"),
    text("title", "What was new"),
    topics="2.5",
)
def releases(draw: Draw) -> dict[str, object]:
    """One row is a product release. opportunities.release_id says in which deals it was offered."""
    return {
        "release_id": ids("RL", np.arange(len(RELEASES)), 2),
        "product_id": [PRODUCT_IDS[product] for product, _ in RELEASES],
        "released_on": [MONTH_STARTS[month] for _, month in RELEASES],
        "title": [
            "Series 7 Precision with drift alarm",
            "Insight Core with shift reports",
            "Commissioning with a remote acceptance test",
            "Series 7 Precision for hydrogen blends",
        ],
    }


@table(
    key("move_id", "Identifies the move"),
    text("competitor", "Who moved", refers="competitors.competitor"),
    date("moved_on", "When"),
    text("kind", "Kind of move", "price", "product", "people", "alliance"),
    text("summary", "What was seen"),
    topics="2.5 8.4",
)
def competitor_moves(draw: Draw, rival_moves: RivalMoves) -> dict[str, object]:
    """One row is something a competitor did, as sales operations noted it."""
    rows = [
        (MONTH_STARTS[month], COMPETITORS[who], "price", words.PRICE_MOVES[place % len(words.PRICE_MOVES)])
        for place, (who, month) in enumerate(
            zip(rival_moves.competitor.tolist(), rival_moves.month.tolist(), strict=True)
        )
    ]
    for kind, who, what in words.OTHER_MOVES:
        place, days = draw.rng.random(), int(draw.rng.random() * 26)
        day = MONTH_STARTS[int(place * MONTHS)] + days
        if who == GONE and day >= GONE_ON:
            day = MONTH_STARTS[int(place * GONE_MONTH)] + days
        rows.append((day, who, kind, what))
    rows.sort(key=lambda row: (row[0], row[1], row[3]))
    return {
        "move_id": ids("MV", np.arange(len(rows)), 2),
        "competitor": [row[1] for row in rows],
        "moved_on": [row[0] for row in rows],
        "kind": [row[2] for row in rows],
        "summary": [row[3] for row in rows],
    }


@table(
    text("account_id", "The account", refers="accounts.account_id"),
    rate("price_weight", "Weight of price in the account's scoring of tenders"),
    rate("service_weight", "Weight of service level"),
    rate("technology_weight", "Weight of technology"),
    date("recorded_on", "When the scoring was last seen"),
    topics="2.2",
)
def procurement_criteria(draw: Draw, customers: Customers) -> dict[str, Array]:
    """One row is an account's scoring of tenders, where somebody has seen it. The weights add up to 1."""
    known = np.flatnonzero(draw.rng.random(customers.region.size) < 0.7)
    weights = 0.15 + 0.25 * draw.rng.random((known.size, 3))
    weights[np.arange(known.size), customers.criterion[known]] += 0.35
    weights = np.round(weights / weights.sum(axis=1, keepdims=True), 2)
    weights[:, 2] = 1 - weights[:, 0] - weights[:, 1]
    return {
        "account_id": ids("A", known),
        **{f"{name}_weight": weights[:, column] for column, name in enumerate(ARGUMENTS)},
        "recorded_on": LAST_DAY - (draw.rng.random(known.size) * 900).astype(int),
    }


@dataclass(frozen=True)
class People:
    """Contacts, one number each: account, influence, and whether the person is reached; ``first`` by account."""

    account: Array
    role: Array
    first: Array
    count: Array


@latent
def customer_people(draw: Draw, customers: Customers) -> People:
    """Draw who works at the accounts: one of each influence at the larger ones, fewer at small ones."""
    count = np.array([5, 4, 2])[customers.segment] + (draw.rng.random(customers.segment.size) < 0.35)
    account = np.repeat(np.arange(count.size), count)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    place = np.arange(account.size) - first[account]
    role = either(place < 4, place, (draw.rng.random(account.size) * 4).astype(int))
    return People(account, role, first, count)


@table(
    key("contact_id", "Identifies the contact"),
    text("account_id", "Where the person works", refers="accounts.account_id"),
    text("name", "Name"),
    text("email", "E-mail address; missing in some, and the same for namesakes at a firm", nullable=True),
    text("title", "Job title"),
    text(
        "function", "Function in the firm", "finance", "operations", "engineering", "procurement", "general management"
    ),
    text("influence", "Usual buying influence", *INFLUENCES),
    topics="2.3 7.4",
)
def contacts(draw: Draw, customers: Customers, customer_people: People) -> dict[str, object]:
    """One row is a person at an account."""
    account, role = customer_people.account, customer_people.role
    size = account.size
    person = words.people(draw.rng, LANGUAGE_OF[customers.country[account]])
    titles = [words.TITLES[influence] for influence in INFLUENCES]
    count = np.array([len(own) for own in titles])
    title = (np.cumsum(count) - count)[role] + (draw.rng.random(size) * count[role]).astype(int)
    emails = words.addresses()[person] + np.asarray(numbered("@a{:05d}.example", account))
    emails[np.flatnonzero(draw.rng.random(size) < 0.09)] = None
    return {
        "contact_id": ids("K", np.arange(size)),
        "account_id": ids("A", account),
        "name": take(words.PEOPLE, person),
        "email": emails,
        "title": take([name for own in titles for name, _ in own], title),
        "function": take([function for own in titles for _, function in own], title),
        "influence": take(INFLUENCES, role),
    }


@dataclass(frozen=True)
class Groups:
    """Who decided in which deal, one number per pair: deal, contact, influence, stance, joined; and late per deal."""

    deal: Array
    contact: Array
    role: Array
    stance: Array
    joined_on: Array
    late: Array
    strategic: Array


@latent
def buying_groups(draw: Draw, deals: Deals, customer_people: People) -> Groups:
    """Draw the groups of the larger deals, and whether somebody who matters joined them late."""
    rng = draw.rng
    strategic = (deals.segment == 0) & (deals.amount_eur >= 150_000)
    lost = deals.status == 2
    chance = np.where(lost & strategic, draw.truth["late_entry_lost_rate"], np.where(lost, 0.2, 0.12))
    late = (rng.random(deals.product.size) < chance) & (deals.segment < 2)
    listed = np.flatnonzero((deals.segment < 2) & ((deals.created_on >= np.datetime64("2024-01-01")) | strategic))
    count = np.minimum(customer_people.count[deals.account[listed]], 4)
    deal = np.repeat(listed, count)
    place = np.arange(deal.size) - np.repeat(np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    contact = customer_people.first[deals.account[deal]] + place
    role = customer_people.role[contact]
    outcome = np.array([0, 1, -1])[deals.status[deal]]
    decides = np.where(deals.segment[deal] == 0, role == 0, role == 2)
    lean = outcome * np.where(decides, draw.truth["decisive_stance"], 0.22) + np.where(role == 3, 0.5, 0)
    stance = np.clip(np.round(lean + 0.8 * rng.standard_normal(deal.size)), -2, 2)
    until = np.where(deals.status > 0, deals.closed_on, LAST_DAY)[deal]
    span = np.maximum((until - deals.created_on[deal]).astype(int), 1)
    share = np.where(place == 0, 0.0, 0.3 * rng.random(deal.size))
    newcomer = late[deal] & (place == count.max() - 1)
    newcomer |= late[deal] & (place == np.repeat(count, count) - 1)
    share = np.where(newcomer, 0.58 + 0.3 * rng.random(deal.size), share)
    return Groups(deal, contact, role, stance, deals.created_on[deal] + (span * share).astype(int), late, strategic)


@table(
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    text("contact_id", "The person", refers="contacts.contact_id"),
    text("segment", "Segment of the account", "enterprise", "mid-market"),
    text("influence", "Buying influence in this opportunity", *INFLUENCES),
    text("mindset", "How the person saw the present state", *MINDSETS),
    text("decision_style", "How the person decides", *STYLES),
    whole("power", "How much weight the person's word has, 1 to 5", "points", low=1, high=5),
    whole("stance", "From -2 (against us) to 2 (for us), as last known", "points", low=-2, high=2),
    text("concern", "What the person worried about most", *CONCERNS),
    date("joined_on", "When the person joined the buying group"),
    date("contacted_on", "When we first spoke with the person; empty if never", nullable=True),
    topics="2.3 7.4",
)
def influences(draw: Draw, deals: Deals, buying_groups: Groups) -> dict[str, Array]:
    """One row is a person in the buying group of an opportunity: in enterprise and mid-market for those opened since
    2024, and for strategic ones (enterprise, EUR 150,000 or more) opened before.
    """
    groups, rng = buying_groups, draw.rng
    size = groups.deal.size
    segment = deals.segment[groups.deal]
    outcome = deals.status[groups.deal]
    mindsets = np.array([[0.35, 0.3, 0.25, 0.1], [0.4, 0.3, 0.2, 0.1], [0.12, 0.18, 0.44, 0.26]])
    mindset = pick(rng.random(size), mindsets, outcome)
    decides = np.where(segment == 0, groups.role == 0, groups.role == 2)
    power = np.clip(np.round(2.2 + 1.5 * decides + 0.9 * rng.standard_normal(size)), 1, 5)
    concerns = np.array(
        [
            [0.42, 0.24, 0.04, 0.04, 0.02, 0.06, 0.03, 0.15],
            [0.05, 0.03, 0.12, 0.14, 0.42, 0.17, 0.04, 0.03],
            [0.03, 0.02, 0.44, 0.22, 0.08, 0.12, 0.02, 0.07],
            [0.1, 0.06, 0.08, 0.06, 0.12, 0.1, 0.4, 0.08],
        ]
    )
    shifted = concerns.copy()
    shifted[0] = [0.25, 0.42, 0.05, 0.03, 0.03, 0.08, 0.02, 0.12]
    shifted[2] = [0.03, 0.02, 0.24, 0.16, 0.1, 0.36, 0.02, 0.07]
    concern = np.where(segment == 0, groups.role, groups.role + len(INFLUENCES))
    until = np.where(outcome > 0, deals.closed_on[groups.deal], LAST_DAY)
    wait = (np.exp(1.8 + 0.9 * rng.standard_normal(size))).astype(int)
    contacted = np.minimum(groups.joined_on + wait, until)
    never = rng.random(size) < np.where(outcome == 2, 0.3, np.where(outcome == 0, 0.28, 0.1))
    return {
        "opportunity_id": ids("O", groups.deal),
        "contact_id": ids("K", groups.contact),
        "segment": take(("enterprise", "mid-market"), segment),
        "influence": take(INFLUENCES, groups.role),
        "mindset": take(MINDSETS, mindset),
        "decision_style": take(STYLES, (rng.random(size) * 4).astype(int)),
        "power": power,
        "stance": groups.stance,
        "concern": take(CONCERNS, pick(rng.random(size), np.concatenate([concerns, shifted]), concern)),
        "joined_on": groups.joined_on,
        "contacted_on": np.where(never, np.datetime64("NaT"), contacted),
    }


@dataclass(frozen=True)
class Interviewed:
    """Opportunities after which the customer was interviewed, with the reasons given (codes of ``words.REASONS``)."""

    deal: Array
    reason: Array
    second: Array
    on: Array


@latent
def interviewed(draw: Draw, deals: Deals) -> Interviewed:
    """Draw whom an interviewer called, and what they said decided it. Accuracy counted until mid-2024, then no more."""
    closed = np.flatnonzero((deals.status > 0) & (deals.stage >= 2))
    chosen = np.sort(closed[draw.rng.permutation(closed.size)[: draw.count(900)]])
    old = deals.closed_on[chosen] < np.datetime64("2024-07-01")
    before = np.array([0.31, 0.15, 0.14, 0.12, 0.09, 0.11, 0.08])
    after = np.array([0.008, 0.24, 0.2, 0.18, 0.16, 0.13, 0.082])
    weights = np.where(old[:, None], before, after)
    competitor = deals.competitor[chosen]
    won = deals.won[chosen]
    # price decides against the price fighter, service against the old rival
    weights[:, words.REASONS.index("total cost")] *= np.where((competitor == 3) & ~won, 4.0, np.where(won, 0.7, 1.3))
    weights[:, words.REASONS.index("service response")] *= np.where(
        (competitor == 1) & ~won, 2.2, np.where(won, 1.3, 0.8)
    )
    reason = pick(draw.rng.random(chosen.size), weights)
    second = pick(draw.rng.random(chosen.size), weights)
    on = deals.closed_on[chosen] + 6 + (draw.rng.random(chosen.size) * 38).astype(int)
    on = by_today(on, deals.closed_on[chosen], draw.fresh("by today"))
    return Interviewed(chosen, reason, second, on)


def offers(quotes: pd.DataFrame, deal: Array) -> Array:
    """Return how many versions of a quote each of the deals has; 0 without a quote."""
    versions = quotes.groupby("opportunity_id")["version"].max()
    return np.asarray(versions.reindex(np.asarray(ids("O", deal))).fillna(0).to_numpy(dtype=int))


@table(
    key("interview_id", "Identifies the interview"),
    text("opportunity_id", "The opportunity, won or lost", refers="opportunities.opportunity_id"),
    date("interviewed_on", "Day of the interview"),
    text("outcome", "Won or lost", "won", "lost"),
    text(
        "competitor",
        "Competitor in the end, as the customer says",
        *COMPETITORS,
        nullable=True,
        refers="competitors.competitor",
    ),
    text("main_reason", "What decided it, in the interviewer's coding", *words.REASONS),
    text("second_reason", "What came next; may be the same", *words.REASONS),
    text("first_noticed", "Where the customer says it first took us seriously", *words.NOTICED),
    whole("experience_score", "How good it was to buy, or to be sold to, 1 to 10", "points", low=1, high=10),
    text("notes", "The interviewer's notes"),
    topics="2.1 2.4 7.5",
)
def win_loss_interviews(draw: Draw, deals: Deals, interviewed: Interviewed, quotes: pd.DataFrame) -> dict[str, object]:
    """One row is an interview with a customer after an opportunity was won or lost."""
    size = interviewed.deal.size
    won = deals.won[interviewed.deal]
    score = np.clip(np.round(np.where(won, 7.4, 5.3) + 1.5 * draw.rng.standard_normal(size)), 1, 10)
    noticed = pick(draw.rng.random(size), np.array([0.3, 0.24, 0.06, 0.16, 0.16, 0.08]))
    deal = interviewed.deal
    texts = notes.interviews(
        draw.rng,
        interviewed.reason,
        interviewed.second,
        won,
        deals.competitor[deal],
        deals.region[deal],
        notes.true_of(deals.product[deal], offers(quotes, deal), deals.new[deal], deals.region[deal]),
    )
    return {
        "interview_id": ids("W", np.arange(size), 4),
        "opportunity_id": ids("O", interviewed.deal),
        "interviewed_on": interviewed.on,
        "outcome": take(("lost", "won"), won.astype(int)),
        "competitor": take(COMPETITORS, deals.competitor[interviewed.deal]),
        "main_reason": take(words.REASONS, interviewed.reason),
        "second_reason": take(words.REASONS, interviewed.second),
        "first_noticed": take(words.NOTICED, noticed),
        "experience_score": score,
        "notes": texts,
    }


@table(
    text("feature_id", "Identifies the feature"),
    text("feature", "What it is"),
    text("vendor", "Whose product was scored", COMPANY, *COMPETITORS),
    number("importance", "How much customers say it matters, 1 to 10, mean of a survey", "points", 1),
    whole("sales_votes", "How many of our salespeople named it their best argument", "people"),
    number("score", "How well the vendor does it, 1 to 10, mean of two laboratories", "points", 1),
    topics="2.4",
)
def feature_matrix(draw: Draw) -> dict[str, object]:
    """One row is a vendor's score on a feature; importance and votes are those of the feature, repeated."""
    rng, features = draw.rng, words.FEATURES
    size = len(features)
    favourite, hidden = 0, 1 + int(rng.random() * 3)
    importance = np.round(5.2 + 2.2 * rng.random(size), 1)
    ours = 6.0 + 1.6 * rng.random(size)
    rivals = ours[:, None] - 0.3 + 1.8 * (rng.random((size, len(COMPETITORS))) - 0.75)
    importance[favourite], importance[hidden] = 8.6, 8.3
    ours[favourite] = 8.4
    rivals[favourite] = 8.4 - np.array([0.0, 0.1, 0.7, 1.4]) + 0.1 * (rng.random(4) - 0.5)
    ours[hidden] = 8.1
    rivals[hidden] = 8.1 - draw.truth["blind_spot_gap"] - 0.5 * rng.random(4)
    votes = np.round(2 + 8 * rng.random(size))
    votes[favourite], votes[hidden] = 31, 2
    scores = np.round(np.clip(np.column_stack([ours, rivals]), 1, 10), 1)
    at = np.indices(scores.shape).reshape(2, -1)
    return {
        "feature_id": ids("F", at[0], 2),
        "feature": take(features, at[0]),
        "vendor": take((COMPANY, *COMPETITORS), at[1]),
        "importance": importance[at[0]],
        "sales_votes": votes[at[0]],
        "score": scores.ravel(),
    }


@dataclass(frozen=True)
class Roadmap:
    """Milestones: planned and delivered (NaT if not yet); and claims: milestone, live since, rank in the sales deck."""

    planned: Array
    delivered: Array
    team: Array
    claim_milestone: Array
    claim_live: Array


def _with_tail(slip: Array, free: Array, done: Array) -> Array:
    """Return the slips with the longer of the ``free`` ones stretched, where chance left no tail among the ``done``."""
    median = np.median(slip[done])
    late = free & (slip > median)
    for _ in range(8):
        if np.quantile(slip[done], 0.9) > 2.15 * median:
            break
        slip = np.where(late, median + 1.15 * (slip - median), slip).astype(int)
    return slip


@latent
def roadmap(draw: Draw) -> Roadmap:
    """Draw slippage, and claims of which two run ahead of what they promise."""
    rng, claims = draw.rng, len(words.CLAIMS)
    size = 56 + claims
    own = np.arange(size) >= 56  # the last ones are those that claims depend on
    span = np.where(own, 790 + (rng.random(size) * 200).astype(int), (rng.random(size) * 1180).astype(int))
    planned = np.datetime64("2023-02-01") + span
    slip = np.exp(np.log(draw.truth["median_slip_days"]) + 0.85 * np.clip(rng.standard_normal(size), -2, 2)).astype(int)
    early = (rng.random(size) < 0.18) & ~own
    slip = np.where(early, -(rng.random(size) * 12).astype(int), np.where(own, np.minimum(slip, 60), slip))
    ahead = np.isin(np.arange(size), 56 + rng.permutation(claims)[:2])
    slip = np.where(ahead, 95 + (rng.random(size) * 40).astype(int), slip)
    slip = _with_tail(slip, ~own & (planned + slip <= LAST_DAY), planned + slip <= LAST_DAY)
    delivered = planned + slip
    # ahead of delivery, but later than planned: by the plan these two look safe
    live = np.where(
        ahead, planned + 4 + (rng.random(size) * 10).astype(int), delivered + 5 + (rng.random(size) * 25).astype(int)
    )
    delivered = np.where(delivered > LAST_DAY, np.datetime64("NaT"), delivered)
    order = np.argsort(planned, kind="stable")
    place = np.argsort(order)[56:]
    return Roadmap(planned[order], delivered[order], (rng.random(size) * 4).astype(int), place, live[56:])


@table(
    key("milestone_id", "Identifies the milestone"),
    text("title", "What was to be delivered"),
    text("team", "Who delivers", *words.TEAMS),
    date("planned_on", "Day planned when the work began"),
    date("delivered_on", "Day of delivery to customers; empty if not yet", nullable=True),
    topics="2.6",
)
def milestones(draw: Draw, roadmap: Roadmap) -> dict[str, object]:
    """One row is a milestone of product development, past or still to come."""
    size = roadmap.planned.size
    luck = draw.rng.random((2, size))
    titles = [f"{words.pick(words.MILESTONE_WHAT, a)} {words.pick(words.MILESTONE_FOR, b)}" for a, b in luck.T.tolist()]
    for claim, place in enumerate(roadmap.claim_milestone.tolist()):
        titles[place] = words.CLAIMS[claim][2]
    return {
        "milestone_id": ids("MS", np.arange(size), 3),
        "title": titles,
        "team": take(words.TEAMS, roadmap.team),
        "planned_on": roadmap.planned,
        "delivered_on": roadmap.delivered,
    }


@table(
    key("claim_id", "Identifies the claim"),
    text("claim", "What the sales deck says"),
    text("theme", "The reason to buy that it appeals to", *words.REASONS),
    whole("deck_rank", "Place in the sales deck; 1 is the strongest claim", "place", low=1),
    date("live_on", "Day from which it was used with customers"),
    text("milestone_id", "The milestone that must be delivered for it to be true", refers="milestones.milestone_id"),
    topics="2.1 2.6",
)
def claims(draw: Draw, roadmap: Roadmap) -> dict[str, object]:
    """One row is a claim that is live in the sales deck."""
    return {
        "claim_id": ids("CL", np.arange(len(words.CLAIMS)), 2),
        "claim": [row[0] for row in words.CLAIMS],
        "theme": [row[1] for row in words.CLAIMS],
        "deck_rank": np.arange(len(words.CLAIMS)) + 1,
        "live_on": roadmap.claim_live,
        "milestone_id": ids("MS", roadmap.claim_milestone, 3),
    }


PARTNER_KINDS = ("distributor", "integrator", "reseller")


@dataclass(frozen=True)
class Channel:
    """Partners, one number each: region, kind; and the distributor that does not comply."""

    region: Array
    kind: Array
    stray: int


@latent
def channel(draw: Draw) -> Channel:
    """Draw the partners of each region: two distributors, two integrators, three resellers."""
    region = np.repeat(np.arange(len(REGIONS)), PARTNERS_PER_REGION)
    kind = np.tile(np.array([0, 1, 0, 2, 1, 2, 2]), len(REGIONS))
    distributors = np.flatnonzero(kind == 0)
    return Channel(region, kind, int(distributors[int(draw.rng.random() * distributors.size)]))


@table(
    key("partner_id", "Identifies the partner"),
    text("name", "The partner's name"),
    text("kind", "Kind of partner", *PARTNER_KINDS),
    text("region", "Sales region", refers="regions.region"),
    text("country", "Country"),
    date("since_on", "Start of the agreement"),
    rate("margin_rate", "The partner's discount off list"),
    topics="2.7 3.5",
)
def partners(draw: Draw, channel: Channel) -> dict[str, object]:
    """One row is a sales partner."""
    size = channel.region.size
    countries = [
        WORLD[place].countries[int(u * len(WORLD[place].countries))][0]
        for place, u in zip(channel.region.tolist(), draw.rng.random(size).tolist(), strict=True)
    ]
    surnames = people(draw.rng, [LANGUAGE[country] for country in countries])
    kinds = [words.PARTNER_NAMES[PARTNER_KINDS[kind]] for kind in channel.kind.tolist()]
    luck = draw.rng.random(size).tolist()
    names = [
        f"{name.split()[-1]} {options[int(u * len(options))]}"
        for name, options, u in zip(surnames, kinds, luck, strict=True)
    ]
    again = {name: names.count(name) for name in names}
    names = [name if again[name] == 1 else f"{name} {country}" for name, country in zip(names, countries, strict=True)]
    towns = draw.fresh("towns").random(size).tolist()
    for place, (name, country) in enumerate(zip(names, countries, strict=True)):
        if name in names[:place]:  # two of one name in one country: the later one is called after its town
            own = name.removesuffix(country)
            free = [town for town in TOWNS[country].split() if own + town not in names[:place]]
            names[place] = own + free[int(towns[place] * len(free))]
    return {
        "partner_id": ids("PT", np.arange(size), 3),
        "name": names,
        "kind": take(PARTNER_KINDS, channel.kind),
        "region": take(REGIONS, channel.region),
        "country": countries,
        "since_on": np.datetime64("2012-01-01") + (draw.rng.random(size) * 3800).astype(int),
        "margin_rate": np.array([0.28, 0.18, 0.22])[channel.kind] + 0.03 * (draw.rng.random(size) - 0.5),
    }


@table(
    key("audit_id", "Identifies the piece audited"),
    text("channel", "Whose material it is", "direct", *PARTNER_KINDS),
    text("partner_id", "The partner; empty for our own", nullable=True, refers="partners.partner_id"),
    text("region", "Sales region", refers="regions.region"),
    date("audited_on", "Day of the audit"),
    text("piece", "What was audited", *words.PIECES),
    flag("compliant", "Whether it says what our positioning says"),
    text("finding", "What was wrong; empty if nothing", nullable=True),
    topics="2.7",
)
def collateral_audit(draw: Draw, channel: Channel) -> dict[str, object]:
    """One row is a piece of sales material that was checked against the positioning."""
    rng = draw.rng
    # the stray distributor is busy: it has more material than any other
    count = 6 + (rng.random(PARTNERS) * 10).astype(int)
    count[channel.stray] = 70
    partner = np.concatenate([np.repeat(np.arange(PARTNERS), count), np.full(150, -1)])
    kind = np.where(partner >= 0, channel.kind[partner] + 1, 0)
    chance = np.where(partner == channel.stray, draw.truth["stray_compliance"], np.array([0.95, 0.92, 0.93, 0.9])[kind])
    luck = rng.random(partner.size)
    fine = luck < chance
    # the stray one and the other distributors keep to their rates; of nobody else more than a third is wrong by chance
    for own in (partner == channel.stray, (kind == 1) & (partner != channel.stray)):
        fine[own] = chosen(chance[own], luck[0])
    wrong = np.flatnonzero(~fine & (partner >= 0) & (partner != channel.stray))
    turn = np.arange(wrong.size) - np.searchsorted(partner[wrong], partner[wrong])
    fine[wrong[turn >= count[partner[wrong]] // 3]] = True
    order = rng.permutation(partner.size)
    partner, kind, fine = partner[order], kind[order], fine[order]
    region = np.where(partner >= 0, channel.region[partner], (rng.random(partner.size) * len(REGIONS)).astype(int))
    finding = np.where(fine, -1, (rng.random(partner.size) * len(words.FINDINGS)).astype(int))
    return {
        "audit_id": ids("AU", np.arange(partner.size), 4),
        "channel": take(("direct", *PARTNER_KINDS), kind),
        "partner_id": ids("PT", partner, 3),
        "region": take(REGIONS, region),
        "audited_on": LAST_DAY - (rng.random(partner.size) * 300).astype(int),
        "piece": take(words.PIECES, (rng.random(partner.size) * len(words.PIECES)).astype(int)),
        "compliant": fine,
        "finding": take(words.FINDINGS, finding),
    }
