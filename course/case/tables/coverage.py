"""Coverage: managers and territories, specialists, the acquired accounts, who is protected and who claims what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case import words
from course.case.columns import Array, date, flag, key, money, number, optional, rate, text, whole
from course.case.edition import Draw
from course.case.names import LANGUAGE, people
from course.case.registry import latent, table
from course.case.sampling import chosen, sigmoid
from course.case.tables.customers import TERRITORIES_PER_REGION, Customers
from course.case.tables.deals import Deals
from course.case.tables.positioning import PARTNERS_PER_REGION
from course.case.tables.staff import Staff
from course.case.world import INDUSTRIES, LAST_DAY, REGIONS, WORLD, ids, take

HOUR_EUR = 84
SPECIALISTS = 9
TERRITORIES = TERRITORIES_PER_REGION * len(REGIONS)
#: of the densest territories, how many times as dense each is as where visits break even, at least
_DENSE = np.array([2.6, 2.8, 3.0, 3.3, 3.6, 3.7, 4.3, 4.8, 5.6])


@dataclass(frozen=True)
class Land:
    """Territories: region, accounts, density (accounts for 1,000 km2), manager, complexity, rep, seat (-1: nobody's).

    The seat's holders worked the territory one after the other; ``rep`` is the last of them.
    """

    region: Array
    accounts: Array
    density: Array
    manager: Array
    complexity: Array
    rep: Array
    seat: Array


@latent
def land(draw: Draw, customers: Customers, staff: Staff) -> Land:
    """Draw how thin each territory is, how complex, and who works it: two are left without anybody."""
    rng = draw.rng
    region = np.repeat(np.arange(len(REGIONS)), TERRITORIES_PER_REGION)
    accounts = np.bincount(customers.territory, minlength=TERRITORIES)
    density = np.exp(np.log(0.25) + rng.random(TERRITORIES) * np.log(40))
    # some are so dense that visits cost less there than remote selling, whatever is sold in them
    dense = np.argsort(density, kind="stable")[-_DENSE.size :]
    density[dense] = np.maximum(density[dense], draw.truth["break_even_density"] * _DENSE)
    per_region = staff.manager_region.size // len(REGIONS)
    manager = region * per_region + np.tile(np.arange(TERRITORIES_PER_REGION), len(REGIONS)) % per_region
    hard = staff.manager_complex[manager]
    complexity = np.round(np.where(hard, 6.2, 2.4) + 2.2 * rng.random(TERRITORIES), 1)
    current = np.flatnonzero(np.isnat(staff.left))
    home = staff.seat_region[staff.rep_seat]
    rep = np.empty(TERRITORIES, dtype=np.int64)
    for number_ in range(len(REGIONS)):
        own = current[home[current] == number_]
        order = own[rng.permutation(own.size)]
        order = order[staff.seat_model[staff.rep_seat[order]] == 0]
        # where there are more people than territories, those who came last have none
        changed = staff.seat_change[staff.rep_seat[order]] < LAST_DAY
        last = np.argsort(changed, kind="stable")[TERRITORIES_PER_REGION * max(1, round(draw.scale)) :]
        order = np.delete(order, last)
        rep[region == number_] = order[np.arange(TERRITORIES_PER_REGION) % order.size]
    rep[rng.permutation(TERRITORIES)[:2]] = -1
    return Land(region, accounts, density, manager, complexity, rep, np.where(rep >= 0, staff.rep_seat[rep], -1))


@table(
    key("manager_id", "Identifies the sales manager"),
    text("name", "The manager's name"),
    text("region", "Sales region", refers="regions.region"),
    whole("team_size", "People led at the end of 2025", "people"),
    date("manager_since", "In the role since"),
    rate("coaching_rate", "Share of the working week spent coaching, by the manager's own account"),
    topics="3.2",
)
def managers(draw: Draw, staff: Staff, reps: pd.DataFrame) -> dict[str, object]:
    """One row is a sales manager. reps.manager_id says who belongs to the team."""
    size = staff.manager_region.size
    span = np.bincount(staff.rep_manager[np.isnat(staff.left)], minlength=size)
    languages = [LANGUAGE[WORLD[region].countries[0][0]] for region in staff.manager_region.tolist()]
    return {
        "manager_id": ids("M", np.arange(size), 2),
        "name": people(draw.rng, languages, set(reps["name"])),
        "region": take(REGIONS, staff.manager_region),
        "team_size": span,
        "manager_since": np.datetime64("2016-01-01") + (draw.rng.random(size) * 2300).astype(int),
        "coaching_rate": np.clip(0.42 - 0.03 * span + 0.05 * draw.rng.random(size), 0.05, 0.5),
    }


@table(
    key("territory_id", "Identifies the territory"),
    text("region", "Sales region", refers="regions.region"),
    text("rep_id", "Who works it; empty if nobody does", nullable=True, refers="reps.rep_id"),
    text(
        "manager_id",
        "The manager in charge of it; who works it may belong to the region's other team",
        refers="managers.manager_id",
    ),
    whole("accounts", "Accounts in the territory", "accounts"),
    number(
        "area_km2",
        "Area that is worked; territories overlap, and some of a region is worked by nobody",
        "square kilometres",
        0,
        low=1,
    ),
    number("density", "Accounts for 1,000 square kilometres", "accounts", 2, low=0),
    number("complexity_score", "How complex its customers are, 1 to 10: sites, products, rules", "points", 1, low=1),
    topics="3.2 3.6",
)
def territories(draw: Draw, land: Land) -> dict[str, Array]:
    """One row is a sales territory. accounts.territory_id says which accounts are in it."""
    accounts = np.maximum(land.accounts, 1)
    area = np.round(accounts / land.density * 1000, 0)
    return {
        "territory_id": ids("T", np.arange(TERRITORIES), 3),
        "region": take(REGIONS, land.region),
        "rep_id": ids("R", land.rep, 3),
        "manager_id": ids("M", land.manager, 2),
        "accounts": land.accounts,
        "area_km2": area,
        "density": accounts / area * 1000,
        "complexity_score": land.complexity,
    }


@table(
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    text("specialist_id", "The specialist"),
    text("specialism", "What the specialist was called in for", "metrology", "data and security", "regulation"),
    date("called_on", "When the specialist was called in"),
    number("hours", "Hours worked on it", "hours", 1, low=0),
    money("cost_eur", "What the hours cost"),
    topics="3.3",
)
def specialist_involvement(draw: Draw, deals: Deals) -> dict[str, Array]:
    """One row is a specialist's part in an opportunity. Opportunities without a row had none."""
    rng = draw.rng
    large = deals.amount_eur > 60_000
    outcome = np.where(deals.status == 1, 1.0, np.where(deals.status == 2, 0.0, 0.33))
    logit = -3.1 + 1.9 * large + 0.5 * (deals.amount_eur > 200_000) + draw.truth["specialist_lift"] * large * outcome
    # in every run of amounts as many are called in as the odds say: in small deals chance makes no lift
    start = rng.random(deals.product.size)[0]
    order = np.lexsort((deals.amount_eur, outcome, large))
    called = np.empty(order.size, dtype=bool)
    called[order] = chosen((sigmoid(logit) * (deals.stage >= 1))[order], start)
    used = np.flatnonzero(called)
    hours = np.exp(3.3 + 0.4 * np.clip(rng.standard_normal(used.size), -2, 2)) * np.where(large[used], 1.15, 0.9)
    until = np.where(deals.status > 0, deals.closed_on, LAST_DAY)[used]
    span = (until - deals.created_on[used]).astype(int)
    return {
        "opportunity_id": ids("O", used),
        "specialist_id": ids("SP", (rng.random(used.size) * np.ceil(SPECIALISTS * draw.scale)).astype(int), 2),
        "specialism": take(("metrology", "data and security", "regulation"), (rng.random(used.size) * 3).astype(int)),
        "called_on": deals.created_on[used] + (span * (0.1 + 0.5 * rng.random(used.size))).astype(int),
        "hours": hours,
        "cost_eur": np.round(hours, 1) * 118,
    }


KINDS = ("visit", "call", "e-mail", "workshop")


@table(
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    text("territory_id", "The account's territory", refers="territories.territory_id"),
    text("sales_model", "Field or remote selling", "field", "remote"),
    text("kind", "Kind of activity", *KINDS),
    whole("count", "How many", "activities", low=1),
    number("hours", "Hours of selling", "hours", 1, low=0),
    number("travel_hours", "Hours on the road", "hours", 1, low=0),
    money("cost_eur", "What the hours cost, travel included"),
    whole("by_buyer", "How many of them the buyer began", "activities"),
    rate("prepared_rate", "Share for which notes made before it are on file"),
    topics="3.6 6.4 C3 C6 C7",
)
def activities(draw: Draw, deals: Deals, customers: Customers, land: Land) -> dict[str, Array]:
    """One row is the activities of one kind on an opportunity, added up."""
    rng, size = draw.rng, deals.product.size
    scope = np.array([1.2, 1.05, 0.95])[deals.segment]
    lean = np.array([0.0, 1.0, -1.0])[deals.status]
    remote = deals.remote.astype(int)
    # by (deal, kind): how many are usual, and how many there are
    means = np.array([[2.4, 3.2, 4.0, 0.0], [0.0, 9.9, 6.0, 0.0]]).take(remote, axis=0)
    means *= scope[:, None]
    means[:, 3] = rng.random(size) < 0.2 * scope
    luck = rng.standard_normal(means.shape)
    luck *= 0.35
    luck -= 0.05 * lean[:, None]
    means *= np.exp(luck, out=luck)
    counts = np.rint(means, out=means)
    counts[:, 1] = np.maximum(counts[:, 1], 1)
    place = np.flatnonzero(counts > 0)
    deal = place // len(KINDS)
    kind, count = place - deal * len(KINDS), counts.ravel()[place]
    model = remote[deal]
    territory = customers.territory[deals.account]
    hours = count * np.array([2.2, 0.9, 0.25, 4.0])[kind]
    hours *= np.array([1.0, 1.25])[model]
    each = draw.truth["break_even_travel_hours"] * np.sqrt(draw.truth["break_even_density"] / land.density)
    travel = rng.standard_normal(deal.size)
    travel *= 0.2
    travel = count * each[territory][deal] * np.exp(travel, out=travel)
    travel *= np.array([1.0, 0, 0, 1, 1, 0, 0, 0])[model * len(KINDS) + kind]
    hours, travel = np.round(hours, 1, out=hours), np.round(travel, 1, out=travel)
    share, prepared = 0.12 * rng.standard_normal(deal.size), 0.15 * rng.standard_normal(deal.size)
    share += (0.42 + 0.1 * lean)[deal]
    prepared += (0.5 + 0.055 * lean)[deal]
    by_buyer = count * np.clip(share, 0.02, 0.95, out=share)
    by_buyer += rng.random(deal.size)
    return {
        "opportunity_id": ids("O", deal),
        "territory_id": ids("T", territory[deal], 3),
        "sales_model": take(("field", "remote"), model),
        "kind": take(KINDS, kind),
        "count": count,
        "hours": hours,
        "travel_hours": travel,
        "cost_eur": (hours + travel) * HOUR_EUR,
        "by_buyer": np.minimum(np.floor(by_buyer, out=by_buyer), count),
        "prepared_rate": np.clip(prepared, 0, 1, out=prepared),
    }


@table(
    key("norvane_id", "Identifies the account in Norvane's books"),
    text("name", "The firm's name as Norvane wrote it"),
    text("region", "Sales region", refers="regions.region"),
    text("country", "Country"),
    text("industry", "Industry", *INDUSTRIES),
    text(
        "account_id", "The same firm in our books, where somebody found it", nullable=True, refers="accounts.account_id"
    ),
    text("territory_id", "The territory it falls into", refers="territories.territory_id"),
    text("norvane_rep", "Norvane's salesperson; empty if that person left", nullable=True),
    optional(money("annual_revenue_eur", "What Norvane sold to it in 2024")),
    flag("visited_2025", "Whether anybody visited it in 2025"),
    topics="3.4",
)
def acquired_accounts(draw: Draw, accounts: pd.DataFrame) -> dict[str, object]:
    """One row is an account in Norvane's books. Some are ours too, not all of those are marked, some have nobody."""
    rng = draw.rng
    size = draw.count(280)
    ours = np.sort(rng.permutation(len(accounts))[:size])
    rows = accounts.iloc[ours]
    shared = rng.random(size) < draw.truth["overlap_rate"]
    luck = np.where(shared, rng.random(size), 2)
    marked = np.argsort(np.argsort(luck)) < round(0.58 * shared.sum())
    as_written = [
        words.rewritten(name, int(turn * 4)) if both else words.foreign(name, place, turn)
        for place, (name, both, turn) in enumerate(
            zip(rows["name"].tolist(), shared.tolist(), rng.random(size).tolist(), strict=True)
        )
    ]
    region = rows["region"].tolist()
    left = rng.random(size) < 0.17
    reps = [None if gone else f"NR-{REGIONS.index(place) * 3 + int(u * 3) + 1:02d}" for gone, place, u in
            zip(left.tolist(), region, rng.random(size).tolist(), strict=True)]  # fmt: skip
    order = rng.permutation(size)
    revenue = np.round(np.exp(10.2 + 0.9 * rng.standard_normal(size)), -2)
    revenue[rng.random(size) < 0.05] = np.nan
    known = np.array([name if found else None for name, found in zip(rows["account_id"], marked.tolist(), strict=True)])
    return {
        "norvane_id": ids("NV", np.arange(size), 4),
        "name": [as_written[place] for place in order.tolist()],
        "region": [region[place] for place in order.tolist()],
        "country": rows["country"].to_numpy(dtype=object)[order],
        "industry": rows["industry"].to_numpy(dtype=object)[order],
        "account_id": known[order],
        "territory_id": rows["territory_id"].to_numpy(dtype=object)[order],
        "norvane_rep": [reps[place] for place in order.tolist()],
        "annual_revenue_eur": revenue,
        "visited_2025": rng.random(size) < np.where(left[order], 0.1, 0.62),
    }


@table(
    key("registration_id", "Identifies the registration"),
    text("partner_id", "The partner who registered", refers="partners.partner_id"),
    text("account_id", "The account that is protected", refers="accounts.account_id"),
    text("product_line", "What the protection covers", "series-7", "insight", "services"),
    date("registered_on", "Day of registration"),
    date("expires_on", "Last day of protection"),
    text("status", "Accepted, rejected or withdrawn", "accepted", "rejected", "withdrawn"),
    topics="3.5 7.7",
)
def deal_registrations(draw: Draw, accounts: pd.DataFrame, subscriptions: pd.DataFrame) -> dict[str, object]:
    """One row is a deal that a partner registered. It protects the account until it expires, if it was accepted."""
    rng = draw.rng
    running = set(subscriptions.loc[subscriptions["ended_on"].isna(), "account_id"])
    customer = accounts["customer_since"].notna()
    white = customer & ~accounts["account_id"].isin(running) & accounts["annual_spend_eur"].notna()
    spend = accounts["annual_spend_eur"].where(white, 0).fillna(0).to_numpy()
    rich = np.argsort(-spend, kind="stable")[: draw.count(60)]
    luck = rng.random(rich.size)
    guarded = rich[luck < np.clip(draw.truth["rich_protected_rate"], *np.quantile(luck, [0.38, 0.74]))]
    others = np.flatnonzero(rng.random(len(accounts)) < 0.16)
    account = np.concatenate([guarded, others])
    certain = np.arange(account.size) < guarded.size
    status = np.where(certain, 0, np.searchsorted([0.7, 0.87], rng.random(account.size)))
    line = np.where(certain, 1, np.searchsorted([0.45, 0.7], rng.random(account.size)))
    days = np.where(certain, (rng.random(account.size) * 150).astype(int), (rng.random(account.size) * 900).astype(int))
    registered = LAST_DAY - days
    term = np.where(certain, 180 + (rng.random(account.size) * 60).astype(int), 180)
    region = accounts["region"].map({name: place for place, name in enumerate(REGIONS)}).to_numpy()[account]
    partner = region * PARTNERS_PER_REGION + (rng.random(account.size) ** 1.4 * PARTNERS_PER_REGION).astype(int)
    order = np.lexsort((account, registered))
    return {
        "registration_id": ids("DR", np.arange(account.size), 4),
        "partner_id": ids("PT", partner[order], 3),
        "account_id": accounts["account_id"].to_numpy(dtype=object)[account[order]],
        "product_line": take(("series-7", "insight", "services"), line[order]),
        "registered_on": registered[order],
        "expires_on": (registered + term)[order],
        "status": take(("accepted", "rejected", "withdrawn"), status[order]),
    }


def _claimants(pairs: Array, day: Array, earliest: Array, staff: Staff, region: Array,
               rng: np.random.Generator) -> None:  # fmt: skip
    """Replace claimants (one row of ``pairs`` a case) of whom the case tells something older than the day on which they
    were hired by people of the ``region`` who were there from then (``earliest``, of the shape of ``pairs``) to the
    ``day`` of the ruling."""
    home = staff.seat_region[staff.rep_seat]
    for row, place in np.argwhere(staff.hired[pairs] > earliest).tolist():
        able = (home == region[row]) & (staff.hired <= earliest[row, place]) & ~(staff.left < day[row])
        able[pairs[row]] = False
        others = np.flatnonzero(able)
        pairs[row, place] = others[int(rng.random() * others.size)]


BASES = ("named account", "open opportunity", "recent activity", "earlier registration")


@table(
    key("case_id", "Identifies the case"),
    text("account_id", "The account that two people claim", refers="accounts.account_id"),
    date("decided_on", "Day of the ruling"),
    text("a_rep_id", "First claimant", refers="reps.rep_id"),
    text("b_rep_id", "Second claimant", refers="reps.rep_id"),
    text(
        "named_account_of",
        "Claimant on whose list of named accounts it is; empty if on nobody's",
        "a",
        "b",
        nullable=True,
    ),
    date(
        "a_open_since",
        "First claimant's open opportunity since, as the claimant showed it; empty if none",
        nullable=True,
    ),
    date(
        "b_open_since",
        "Second claimant's open opportunity since, as the claimant showed it; empty if none",
        nullable=True,
    ),
    date("a_active_on", "First claimant's last activity; empty if none", nullable=True),
    date("b_active_on", "Second claimant's last activity; empty if none", nullable=True),
    date("a_registered_on", "When the first claimant registered the account"),
    date("b_registered_on", "When the second claimant registered the account"),
    text("ruling", "The right ruling, after appeal", "a", "b", "escalate"),
    text("reason", "What decided it; 'no ground' if it was escalated", *BASES, "no ground"),
    topics="3.7",
)
def ownership_claims(draw: Draw, customers: Customers, staff: Staff) -> dict[str, object]:
    """One row is a quarrel about an account, with its right ruling.

    A named account decides; else the only open opportunity; else the only activity within 90 days; else the
    registration that is earlier by more than 7 days. What is left goes to the heads of sales.
    """
    rng, size = draw.rng, draw.count(180)
    account = (rng.random(size) * customers.region.size).astype(int)
    current = np.flatnonzero(np.isnat(staff.left))
    home = staff.seat_region[staff.rep_seat[current]]
    pairs = np.empty((size, 2), dtype=np.int64)
    for place, region in enumerate(customers.region[account].tolist()):
        own = current[home == region]
        first = int(rng.random() * own.size)
        pairs[place] = own[first], own[(first + 1 + int(rng.random() * (own.size - 1))) % own.size]
    day = LAST_DAY - (rng.random(size) * 700).astype(int)
    named = np.where(rng.random(size) < 0.22, (rng.random(size) * 2).astype(int), -1)
    never = np.datetime64("NaT")
    open_since = day[:, None] - 5 - (rng.random((size, 2)) * 260).astype(int)
    open_since = np.where(rng.random((size, 2)) < 0.34, open_since, never)
    active = day[:, None] - 1 - (rng.random((size, 2)) * 240).astype(int)
    active = np.where(rng.random((size, 2)) < 0.85, active, never)
    registered = day[:, None] - 20 - (rng.random((size, 2)) * 500).astype(int)
    tie = rng.random(size) < 0.4
    registered[tie, 1] = registered[tie, 0] + (rng.random(int(tie.sum())) * 15).astype(int) - 7
    opened = ~np.isnat(open_since)
    recent = ~np.isnat(active) & ((day[:, None] - active).astype(float) <= 90)
    ahead = (registered[:, 1] - registered[:, 0]).astype(int)
    grounds = np.stack(
        [
            named,
            np.where(opened.sum(axis=1) == 1, opened.argmax(axis=1), -1),
            np.where(recent.sum(axis=1) == 1, recent.argmax(axis=1), -1),
            np.where(ahead > 7, 0, np.where(ahead < -7, 1, -1)),
        ]
    )
    earliest = np.fmin(registered, np.fmin(active, open_since))
    _claimants(pairs, day, earliest, staff, customers.region[account], draw.fresh("claimants"))
    settled = (grounds >= 0).any(axis=0)
    basis = np.where(settled, (grounds >= 0).argmax(axis=0), 4)
    ruling = np.where(settled, np.take_along_axis(grounds, np.minimum(basis, 3)[None], 0)[0], 2)
    return {
        "case_id": ids("OC", np.arange(size), 3),
        "account_id": ids("A", account),
        "decided_on": day,
        "a_rep_id": ids("R", pairs[:, 0], 3),
        "b_rep_id": ids("R", pairs[:, 1], 3),
        "named_account_of": take(("a", "b"), named),
        "a_open_since": open_since[:, 0],
        "b_open_since": open_since[:, 1],
        "a_active_on": active[:, 0],
        "b_active_on": active[:, 1],
        "a_registered_on": registered[:, 0],
        "b_registered_on": registered[:, 1],
        "ruling": take(("a", "b", "escalate"), ruling),
        "reason": take((*BASES, "no ground"), basis),
    }
