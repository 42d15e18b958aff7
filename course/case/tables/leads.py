"""Leads: where they come from, how soon and how well they are answered, and which become opportunities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.case.columns import Array, date, flag, key, number, optional, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import among, either, pick
from course.case.tables.customers import TERRITORIES_PER_REGION, Customers
from course.case.tables.deals import Deals
from course.case.world import FIRST_DAY, INDUSTRIES, LAST_DAY, REGIONS, SEGMENTS, SOURCES, by_day, ids, month_of, take

LEAD_SOURCES = ("content download", "web search", "webinar", "trade event", "partner", "referral")
_RATE = np.array([0.012, 0.19, 0.2, 0.22, 0.34, 0.42])
_HOURS = np.array([0.1, 1, 4, 24, 72, 240])
#: chance of becoming an opportunity, relative to the best: by (answered well or poorly, hours until the answer)
_ANSWER = np.array([[1.0, 0.72, 0.4, 0.2, 0.1], [0.2, 0.19, 0.17, 0.14, 0.1]])
_USUAL = np.array([[0.07, 0.13, 0.24, 0.18, 0.1], [0.08, 0.07, 0.07, 0.04, 0.02]])
_SLOW = np.array([[0.03, 0.06, 0.04, 0.27, 0.4], [0.02, 0.02, 0.05, 0.07, 0.04]])
TEAMS = ("inside sales", "field sales", "partner desk", "marketing")


@dataclass(frozen=True)
class Leads:
    """Leads in order of time: where from, who, the deal (-1 if none), hours until the answer (nan if never), moves."""

    source: Array
    region: Array
    segment: Array
    industry: Array
    account: Array
    deal: Array
    created_on: Array
    hours: Array
    poor: Array
    moves: Array


@latent
def inbound(draw: Draw, deals: Deals, customers: Customers) -> Leads:
    """Draw a lead for each opportunity that marketing won, and those that came to nothing beside it.

    One region was answered late for three years: fewer of its leads became opportunities, for no fault of theirs.
    """
    rng = draw.rng
    known = {SOURCES.index(name): place for place, name in enumerate(LEAD_SOURCES) if name in SOURCES}
    fits = deals.new & among(deals.source, np.array(list(known))) & (deals.created_on >= FIRST_DAY + 70)
    deal = np.flatnonzero(fits)
    source = np.array([known.get(place, 0) for place in range(len(SOURCES))])[deals.source[deal]]
    web, luck = source == LEAD_SOURCES.index("web search"), rng.random(deal.size)
    # so many had a download before, at least: each of them stands for a crowd that only ever downloaded
    few = np.sort(luck[web])[int(0.115 * np.count_nonzero(web)) :][:1].max(initial=0)
    download = web & (luck < max(0.14, few))
    source = np.where(download, 0, source)
    region = deals.region[deal]

    slow = np.arange(len(REGIONS)) == REGIONS.index(draw.truth["underserved_region"])
    usual = np.where(slow[:, None, None], _SLOW / _SLOW.sum(), _USUAL / _USUAL.sum())
    factor = (usual * _ANSWER).sum(axis=(1, 2)) / (_USUAL / _USUAL.sum() * _ANSWER).sum()
    chance = _RATE[source] * factor[region]
    more = 1 / chance - 1
    copies = np.floor(more + rng.random(deal.size)).astype(int)
    lost_source, lost_region = np.repeat(source, copies), np.repeat(region, copies)

    sources, regions_ = np.concatenate([source, lost_source]), np.concatenate([region, lost_region])
    size, won = sources.size, np.arange(sources.size) < deal.size
    # how an answer turns out, by (region, source, lost or won): one row of weights each
    best = np.minimum(_RATE / (_USUAL / _USUAL.sum() * _ANSWER).sum(), 0.98)
    answer = _ANSWER.ravel() * best[:, None]
    weights = usual.reshape(len(REGIONS), 1, 1, -1) * np.stack([1 - answer, answer], axis=1)
    row = (regions_ * len(LEAD_SOURCES) + sources) * 2 + won
    cell = pick(rng.random(size), weights.reshape(-1, _ANSWER.size), row)
    poor = cell >= 5
    bin_ = cell - 5 * poor
    hours = np.exp(np.log(_HOURS)[bin_] + rng.random(size) * np.log(_HOURS[1:] / _HOURS[:-1])[bin_])
    never = ~won & (rng.random(size) < 0.07)

    answered = np.ceil(hours / 8 * 7 / 5).astype(int) * ~never  # calendar days until the answer
    lag = 4 + np.exp(2.6 + 0.7 * rng.standard_normal(size)[: deal.size]).astype(int)
    lag = np.minimum(np.maximum(lag, answered[: deal.size] + 2), 69)
    days = (LAST_DAY - FIRST_DAY).astype(int)
    created = FIRST_DAY + (rng.random(size) * days).astype(int)
    created[: deal.size] = np.maximum(deals.created_on[deal] - lag, FIRST_DAY)
    never |= ~won & (created + answered > LAST_DAY)
    hours[np.flatnonzero(never)] = np.nan
    segment = pick(rng.random(size), np.array([0.14, 0.33, 0.53]))
    industry = (rng.random(size) * len(INDUSTRIES)).astype(int)
    account = np.full(size, -1)
    segment[: deal.size], industry[: deal.size] = deals.segment[deal], deals.industry[deal]
    account[: deal.size] = deals.account[deal]
    luck = rng.random(size)
    found = np.flatnonzero(~won & (rng.random(size) < 0.25))
    group = (regions_[found] * len(SEGMENTS) + segment[found]) * len(INDUSTRIES) + industry[found]
    account[found] = customers.first.ravel()[group] + (luck[found] * customers.count.ravel()[group]).astype(int)
    long, longest = never | (hours > 24), never | (hours > 72)
    luck = rng.random((3, size))
    again = (longest & (luck[0] < 0.4)) | (long & ~longest & (luck[1] < 0.4)) | (~long & (luck[2] < 0.22))
    moves = long.astype(int) + longest + again
    moves *= never | (hours >= 24) | (rng.random(size) >= 0.5)
    order = by_day(created)
    deal_of = np.concatenate([deal, np.full(size - deal.size, -1)])
    # numbers that are small are small in memory too while they move: that is where most of the time goes
    codes = (part.astype(np.int8)[order].astype(np.int64) for part in (sources, regions_, segment, industry))
    parts = (part[order] for part in (account, deal_of, created, hours, poor, moves))
    return Leads(*codes, *parts)


@table(
    key("lead_id", "Identifies the lead"),
    date("created_on", "Day on which it came in"),
    text("source", "Where it came from", *LEAD_SOURCES),
    text("region", "Sales region", refers="regions.region"),
    text("territory_id", "The territory it falls into", refers="territories.territory_id"),
    text("segment", "Size class as the form said", *SEGMENTS),
    text("industry", "Industry as the form said", *INDUSTRIES),
    text("account_id", "The account, where it was recognised", nullable=True, refers="accounts.account_id"),
    optional(
        number(
            "response_hours",
            "Working hours until somebody answered; empty if nobody had by the end of 2025",
            "hours",
            2,
            low=0,
        )
    ),
    text(
        "response_quality",
        "How well it was answered, by a reviewer of the first message",
        "good",
        "poor",
        nullable=True,
    ),
    flag("mql", "Whether marketing called it qualified by today's rule: any download, or a visit that was recognised"),
    text(
        "opportunity_id",
        "The opportunity it became; empty if none so far",
        nullable=True,
        refers="opportunities.opportunity_id",
    ),
    topics="5.3 5.4 7.1 7.2 7.7",
)
def leads(draw: Draw, inbound: Leads, customers: Customers) -> dict[str, Array]:
    """One row is a lead that came in since January 2023. The latest have not had time to become opportunities."""
    size = inbound.source.size
    territory = inbound.region * TERRITORIES_PER_REGION + (draw.rng.random(size) * TERRITORIES_PER_REGION).astype(int)
    territory = either(inbound.account >= 0, customers.territory[inbound.account], territory)
    answered = ~np.isnan(inbound.hours)
    mql = (inbound.source == 0) | (draw.rng.random(size) < 0.72)
    return {
        "lead_id": ids("L", np.arange(size)),
        "created_on": inbound.created_on,
        "source": take(LEAD_SOURCES, inbound.source),
        "region": take(REGIONS, inbound.region),
        "territory_id": ids("T", territory, 3),
        "segment": take(SEGMENTS, inbound.segment),
        "industry": take(INDUSTRIES, inbound.industry),
        "account_id": ids("A", inbound.account),
        "response_hours": inbound.hours,
        "response_quality": take(("good", "poor"), either(answered, inbound.poor, -1)),
        "mql": mql,
        "opportunity_id": ids("O", inbound.deal),
    }


@table(
    text("lead_id", "The lead", refers="leads.lead_id"),
    whole("step", "1 for the first owner", "place", low=1),
    text("team", "The team that held it", *TEAMS),
    text(
        "reason",
        "Why it was handed on; which team got it next was often a guess",
        "rule",
        "no owner found",
        "wrong region",
        "partner account",
        "holiday",
    ),
    number("hours_held", "Working hours until it was answered or handed on", "hours", 2, low=0),
    topics="5.3",
)
def routing_log(draw: Draw, inbound: Leads) -> dict[str, Array]:
    """One row is a team's turn with a lead that came in during 2025 and was answered; the hours of its rows add up to
    its response.
    """
    rng = draw.rng
    chosen = np.flatnonzero((inbound.created_on >= np.datetime64("2025-01-01")) & ~np.isnan(inbound.hours))
    turns = inbound.moves[chosen] + 1
    row = np.repeat(np.arange(chosen.size), turns)
    first = np.repeat(np.concatenate([[0], np.cumsum(turns)[:-1]]), turns)
    step = np.arange(row.size) - first
    share = np.where(step == turns[row] - 1, 0.5, 2.0) * (0.4 + rng.random(row.size))
    total = np.bincount(row, weights=share)
    hours = np.round(inbound.hours[chosen], 2)
    held = np.round(hours[row] * share / total[row], 2)
    last = step == turns[row] - 1
    others = np.bincount(row, weights=np.where(last, 0, held))
    held = np.where(last, np.maximum(hours[row] - others[row], 0), held)
    team = (inbound.region[chosen][row] + step * (1 + (rng.random(row.size) * 2).astype(int))) % len(TEAMS)
    reason = np.where(step == 0, 0, 1 + (rng.random(row.size) * 4).astype(int))
    return {
        "lead_id": ids("L", chosen[row]),
        "step": step + 1,
        "team": take(TEAMS, team),
        "reason": take(("rule", "no owner found", "wrong region", "partner account", "holiday"), reason),
        "hours_held": held,
    }


def _promising(inbound: Leads, rng: np.random.Generator) -> Array:
    """Return which leads would have become opportunities if answered well at once: those that did, and more."""
    won = inbound.deal >= 0
    # by (source, how it was answered, the last for never): the chance of those that did not become opportunities
    best = np.minimum(_RATE / (_USUAL / _USUAL.sum() * _ANSWER).sum(), 0.98)[:, None]
    answer = np.append(_ANSWER.ravel(), 0.1)
    chance = best * (1 - answer) / (1 - best * answer)
    late = sum((inbound.hours > hours).view(np.uint8) for hours in _HOURS[1:5])
    how = either(np.isnan(inbound.hours), _ANSWER.size, inbound.poor * 5 + late)
    return np.asarray(won | (rng.random(won.size) < chance.ravel()[inbound.source * answer.size + how]))


@table(
    text("lead_id", "The lead", refers="leads.lead_id"),
    whole("visits", "Visits to our site in the 30 days before", "visits"),
    whole("pages", "Pages read in those 30 days", "pages"),
    flag("price_page", "Whether the price page was read, then or before"),
    flag("business_email", "Whether the address is a firm's"),
    whole("job_level", "1 for staff to 4 for the board", "level", low=1, high=4),
    whole("employees", "Employees of the firm as bought from a data house", "people", low=1),
    rate(
        "region_history_rate",
        "Share of the region's leads of the year before, downloads apart, that became opportunities",
    ),
    topics="5.4",
)
def lead_features(draw: Draw, inbound: Leads) -> dict[str, Array]:
    """One row is what was known about a lead when it came in."""
    rng = draw.rng
    size, won = inbound.source.size, inbound.deal >= 0
    promising = _promising(inbound, draw.fresh("promise"))
    visits = np.floor(np.exp(0.7 + 0.75 * promising + 0.8 * rng.standard_normal(size)))
    pages = np.floor(visits * (1.5 + 2 * rng.random(size)))
    year = month_of(inbound.created_on) // 12
    cell = inbound.region * 3 + year
    asked = inbound.source > 0  # downloads say little of a region
    became, came = (np.bincount(cell[np.flatnonzero(which)], minlength=18) for which in (won & asked, asked))
    before = (became / np.maximum(came, 1))[inbound.region * 3 + np.maximum(year - 1, 0)]
    level = np.clip(np.round(1.6 + 0.6 * promising + 0.9 * rng.standard_normal(size)), 1, 4)
    staff = np.exp(np.array([8.0, 6.0, 3.9])[inbound.segment] + 0.6 * rng.standard_normal(size))
    return {
        "lead_id": ids("L", np.arange(size)),
        "visits": visits,
        "pages": pages,
        "price_page": rng.random(size) < either(promising, 0.66, 0.09),
        "business_email": rng.random(size) < either(promising, 0.93, 0.68),
        "job_level": level,
        "employees": np.maximum(np.round(staff), 1),
        "region_history_rate": before,
    }
