"""Sales technology: the CRM's customisations and raw records, ERP prices and stock, KPIs, integrations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case import words
from course.case.columns import Array, date, flag, key, money, number, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.tables.customers import Money
from course.case.world import (
    CURRENCIES,
    LAST_DAY,
    MONTH_STARTS,
    MONTHS,
    PRODUCT_IDS,
    PRODUCTS,
    REGIONS,
    WORLD,
    ids,
    take,
)

CUSTOMISATIONS = len(words.CUSTOMISATIONS)
HEAVY = 4


@dataclass(frozen=True)
class Tailoring:
    """Customisations: cost to build, upkeep a year and rework at an upgrade in EUR, fit 1 to 10, which are heavy."""

    build: Array
    upkeep: Array
    rework: Array
    fit: Array
    heavy: Array


@latent
def tailoring(draw: Draw) -> Tailoring:
    """Draw the CRM's customisations: a few of modest price cause most of what upgrades cost."""
    rng, size = draw.rng, CUSTOMISATIONS
    build = np.round(np.exp(9.0 + 0.7 * rng.standard_normal(size)), -2)
    order = np.argsort(build)
    heavy = np.zeros(size, dtype=bool)
    heavy[order[size // 4 : 3 * size // 4][rng.permutation(size // 2)[:HEAVY]]] = True
    rework = np.where(heavy, 26_000 + 16_000 * rng.random(size), 300 + 1300 * rng.random(size))
    fit = np.clip(np.round(4 + 5 * rng.random(size) - 1.5 * heavy, 1), 1, 10)
    return Tailoring(build, np.round(build * (0.06 + 0.08 * rng.random(size)), -1), rework, fit, heavy)


@table(
    key("customisation_id", "Identifies the customisation"),
    text("name", "What it does"),
    date("built_on", "Day on which it went live"),
    money("build_eur", "What it cost to build"),
    money("upkeep_eur", "What it costs a year to keep it running, upgrades apart"),
    number("fit_score", "How well it fits the process, 1 to 10, mean of its users", "points", 1, low=1),
    whole("users", "People who used it in 2025", "people"),
    topics="5.1",
)
def crm_customisations(draw: Draw, tailoring: Tailoring) -> dict[str, object]:
    """One row is a customisation of the CRM."""
    size = CUSTOMISATIONS
    return {
        "customisation_id": ids("CU", np.arange(size), 2),
        "name": list(words.CUSTOMISATIONS),
        "built_on": np.datetime64("2018-03-01") + (draw.rng.random(size) * 1700).astype(int),
        "build_eur": tailoring.build,
        "upkeep_eur": tailoring.upkeep,
        "fit_score": tailoring.fit,
        "users": np.round(8 + 60 * draw.rng.random(size)),
    }


@table(
    text("upgrade_id", "Identifies the upgrade of the CRM"),
    date("upgraded_on", "Day of the upgrade"),
    text("customisation_id", "What had to be reworked", refers="crm_customisations.customisation_id"),
    money("rework_eur", "What the rework cost"),
    whole("days_down", "Working days on which it did not work", "days"),
    topics="5.1",
)
def upgrades(draw: Draw, tailoring: Tailoring) -> dict[str, Array]:
    """One row is what an upgrade of the CRM cost for one customisation. There are two upgrades a year."""
    number_ = np.repeat(np.arange(6), CUSTOMISATIONS)
    which = np.tile(np.arange(CUSTOMISATIONS), 6)
    touched = tailoring.heavy[which] | (draw.rng.random(which.size) < 0.7)
    number_, which = number_[touched], which[touched]
    cost = tailoring.rework[which] * np.exp(0.25 * draw.rng.standard_normal(which.size))
    return {
        "upgrade_id": ids("UP", number_, 2),
        "upgraded_on": np.datetime64("2023-04-15") + number_ * 183,
        "customisation_id": ids("CU", which, 2),
        "rework_eur": np.round(cost, -1),
        "days_down": np.where(tailoring.heavy[which], 2 + (draw.rng.random(which.size) * 6).astype(int), 0),
    }


@table(
    key("step_id", "Identifies the step"),
    text("step", "Step of the sales process"),
    text("customisation_id", "The customisation it uses", refers="crm_customisations.customisation_id"),
    whole("weekly_uses", "How often it is used in a week", "uses"),
    number("minutes_saved", "Minutes that the customisation saves at a use, against the standard screen", "minutes", 1),
    topics="5.1",
)
def process_steps(draw: Draw, tailoring: Tailoring) -> dict[str, object]:
    """One row is a step of the sales process that uses a customisation."""
    count = 1 + (draw.rng.random(CUSTOMISATIONS) * 2).astype(int)
    which = np.repeat(np.arange(CUSTOMISATIONS), count)
    minutes = 0.7 * tailoring.fit[which] - 2 + 2 * draw.rng.random(which.size)
    names = [f"{words.pick(words.STEPS, u)}: {words.CUSTOMISATIONS[place].lower()}" for place, u in
             zip(which.tolist(), draw.rng.random(which.size).tolist(), strict=True)]  # fmt: skip
    return {
        "step_id": ids("ST", np.arange(which.size), 2),
        "step": names,
        "customisation_id": ids("CU", which, 2),
        "weekly_uses": np.round(5 + 90 * draw.rng.random(which.size)),
        "minutes_saved": minutes,
    }


PACK = 10


@dataclass(frozen=True)
class Books:
    """What is wrong in the ERP: the region whose prices were never renewed, and the product counted in packs."""

    stale: int
    packed: int


@latent
def books(draw: Draw) -> Books:
    """Choose a region with a currency of its own that does not slide, and a product."""
    able = [place for place, region in enumerate(WORLD) if region.currency not in ("EUR", draw.truth["slide_currency"])]
    packed = (PRODUCT_IDS.index("P-420"), PRODUCT_IDS.index("P-410"))
    return Books(able[int(draw.rng.random() * len(able))], packed[int(draw.rng.random() * len(packed))])


@table(
    text("region", "Sales region", refers="regions.region"),
    text("product_id", "The product", refers="products.product_id"),
    date("valid_from", "First day of the price; the quoting tool changed up to 45 days earlier"),
    text("currency", "Currency", *CURRENCIES),
    text("unit", "What the price is for", "each", "pack of 10"),
    money("price_local", "Price in the ERP", "local money"),
    topics="5.2",
)
def erp_prices(draw: Draw, rates: Money, books: Books) -> dict[str, Array]:
    """One row is a price in the ERP for a region and product, from a day on."""
    halves = np.arange(6)
    at = np.indices((len(REGIONS), len(PRODUCTS), halves.size)).reshape(3, -1)
    region, product, half = at
    keep = (region != books.stale) | (half == 0)
    region, product, half = region[keep], product[keep], half[keep]
    currency = rates.of_region[region]
    listed = rates.listed[currency, half * 6]
    price = np.round(np.array([item.price for item in PRODUCTS])[product] * listed, 2)
    price = np.where(region == books.stale, np.round(price * (1 - draw.truth["stale_price_gap"]), 2), price)
    packs = product == books.packed
    late = (draw.rng.random(region.size) * 45).astype(int)
    return {
        "region": take(REGIONS, region),
        "product_id": take(PRODUCT_IDS, product),
        "valid_from": MONTH_STARTS[half * 6] + np.where(half == 0, -365, late),
        "currency": take(CURRENCIES, currency),
        "unit": take(("each", "pack of 10"), packs.astype(int)),
        "price_local": np.where(packs, np.round(price * PACK, 2), price),
    }


@table(
    date("month", "First day of the month; the count is of its last day"),
    text("region", "Region of the warehouse", refers="regions.region"),
    text("product_id", "The device", refers="products.product_id"),
    text("unit", "What was counted", "each", "pack of 10"),
    whole("on_hand", "How many there were", "units counted"),
    whole("reserved", "How many were promised", "units counted"),
    topics="5.2",
)
def erp_stock(draw: Draw, books: Books) -> dict[str, Array]:
    """One row is a warehouse's stock of a device at the end of a month of 2025."""
    devices = np.array([place for place, item in enumerate(PRODUCTS) if item.line.startswith("series")])
    at = np.indices((12, len(REGIONS), devices.size)).reshape(3, -1)
    stock = np.round(np.exp(4.6 + 0.5 * draw.rng.standard_normal(at.shape[1])))
    packs = devices[at[2]] == books.packed
    stock = np.where(packs, np.ceil(stock / PACK), stock)
    return {
        "month": MONTH_STARTS[24 + at[0]],
        "region": take(REGIONS, at[1]),
        "product_id": take(PRODUCT_IDS, devices[at[2]]),
        "unit": take(("each", "pack of 10"), packs.astype(int)),
        "on_hand": stock,
        "reserved": np.floor(stock * 0.7 * draw.rng.random(stock.size)),
    }


@table(
    key("record_id", "Identifies the record"),
    text("name", "The firm's name as somebody typed it"),
    text("country", "Country; missing in some", nullable=True),
    text("town", "Town; missing in some", nullable=True),
    text("website", "Website; missing in many", nullable=True),
    date("created_on", "Day on which the record was made"),
    text("created_by", "Who or what made it", "salesperson", "import", "web form", "partner portal"),
    text(
        "audit_group",
        "Records of one group are one firm, as an auditor found; empty where nobody looked",
        nullable=True,
    ),
    topics="5.5",
)
def crm_accounts_raw(draw: Draw, accounts: pd.DataFrame) -> dict[str, object]:
    """One row is an account record as it stands in the CRM, duplicates included."""
    rng, size = draw.rng, len(accounts)
    twice = np.flatnonzero(rng.random(size) < draw.truth["duplicate_rate"])
    account = np.concatenate([np.arange(size), twice])
    copy = np.arange(account.size) >= size
    turns = rng.random(account.size)
    # one copy in six is misspelt, among those audited too
    audited = account % 10 < 3
    for own in (np.flatnonzero(copy & audited), np.flatnonzero(copy & ~audited)):
        turns[own] = (turns[own[:1]] + np.arange(own.size) * 0.6180339887498949) % 1
    given = accounts["name"].tolist()
    names = [
        words.rewritten(given[place], min(int(turn * 4.8), 4)) if again else given[place]
        for place, again, turn in zip(account.tolist(), copy.tolist(), turns.tolist(), strict=True)
    ]
    order = rng.permutation(account.size)
    account, copy = account[order], copy[order]
    missing = rng.random((3, account.size)) < np.array([[0.06], [0.11], [0.38]])
    country = accounts["country"].to_numpy(dtype=object)[account]
    town = accounts["town"].to_numpy(dtype=object)[account]
    audited = account % 10 < 3
    maker = np.where(copy, 1 + (rng.random(account.size) * 3).astype(int), 0)
    return {
        "record_id": ids("X", np.arange(account.size)),
        "name": [names[place] for place in order.tolist()],
        "country": np.where(missing[0], None, country),
        "town": np.where(missing[1], None, town),
        "website": [None if gone else f"www.a{place + 1:05d}.example" for gone, place in
                    zip(missing[2].tolist(), account.tolist(), strict=True)],
        "created_on": np.datetime64("2017-01-01") + (rng.random(account.size) * 3200).astype(int),
        "created_by": take(("salesperson", "import", "web form", "partner portal"), maker),
        "audit_group": ids("G", np.where(audited, account, -1)),
    }  # fmt: skip


@table(
    key("record_id", "Identifies the record"),
    text("contact_id", "The person, where the record was matched", nullable=True, refers="contacts.contact_id"),
    text("name", "Name as typed"),
    text("email", "E-mail address; missing in some", nullable=True),
    text("title", "Job title; missing in some", nullable=True),
    date("verified_on", "When somebody last checked it; empty if never", nullable=True),
    flag("bounced", "Whether the last message came back"),
    topics="5.5",
)
def crm_contacts_raw(draw: Draw, contacts: pd.DataFrame) -> dict[str, object]:
    """One row is a contact record as it stands in the CRM."""
    rng, size = draw.rng, len(contacts)
    twice = np.flatnonzero(rng.random(size) < 0.06)
    person = np.concatenate([np.arange(size), twice])
    person = person[rng.permutation(person.size)]
    luck = rng.random((3, person.size))
    given, email, title = (contacts[name].to_numpy(dtype=object)[person] for name in ("name", "email", "title"))
    shouted = np.array([name.upper() for name in given.tolist()], dtype=object)
    known = np.where(luck[0] < 0.8, person, -1)
    verified = LAST_DAY - (rng.random(person.size) ** 0.7 * 1400).astype(int)
    return {
        "record_id": ids("Y", np.arange(person.size)),
        "contact_id": ids("K", known),
        "name": np.where(luck[1] < 0.04, shouted, given),
        "email": np.where(luck[2] < 0.85, email, None),
        "title": np.where(luck[1] < 0.9, title, None),
        "verified_on": np.where(luck[0] < 0.3, np.datetime64("NaT"), verified),
        "bounced": rng.random(person.size) < np.where((LAST_DAY - verified).astype(int) > 700, 0.24, 0.05),
    }  # fmt: skip


FACTORS = 5


@latent
def factors(draw: Draw) -> Array:
    """Draw what KPIs measure: five things, by month. Shape (months, 5)."""
    steps = draw.rng.standard_normal((MONTHS, FACTORS))
    return np.asarray(np.cumsum(0.5 * steps, axis=0) + steps)


@table(
    date("month", "First day of the month"),
    text("kpi", "The KPI", *(name for name, _, _ in words.KPIS)),
    number("value", "Its value as an index, so that all KPIs can be compared: ten is a usual swing", "index points", 3),
    topics="5.6",
)
def kpi_history(draw: Draw, factors: Array) -> dict[str, Array]:
    """One row is a KPI in a month."""
    source = np.array([factor for _, factor, _ in words.KPIS])
    fidelity = np.array([share for _, _, share in words.KPIS])
    spread = factors.std(axis=0)
    noise = draw.rng.standard_normal((MONTHS, len(words.KPIS)))
    values = 50 + 10 * (fidelity * (factors / spread)[:, source] + np.sqrt(1 - fidelity**2) * noise)
    at = np.indices(values.shape).reshape(2, -1)
    return {
        "month": MONTH_STARTS[at[0]],
        "kpi": take([name for name, _, _ in words.KPIS], at[1]),
        "value": values.ravel(),
    }


ROLES = ("salesperson", "sales manager", "regional lead", "chief revenue officer")


@table(
    text("role", "Role of the people who looked", *ROLES),
    text("kpi", "The KPI", *(name for name, _, _ in words.KPIS)),
    whole("people", "People in the role who had a dashboard in 2025, leavers included", "people"),
    whole("weekly_views", "Views in an average week of 2025", "views"),
    whole("decisions_named", "Times the KPI was named as a reason in the minutes of 2025", "times"),
    topics="5.6",
)
def dashboard_usage(draw: Draw) -> dict[str, Array]:
    """One row is a role's use of a KPI on its dashboard."""
    at = np.indices((len(ROLES), len(words.KPIS))).reshape(2, -1)
    draw_named = draw.rng.random(at.shape[1])
    needed = (at[0] * 3 + at[1]) % 5 == 0
    people = np.array([62, 12, 6, 1])[at[0]]
    return {
        "role": take(ROLES, at[0]),
        "kpi": take([name for name, _, _ in words.KPIS], at[1]),
        "people": people,
        "weekly_views": np.round(people * np.where(needed, 2.5, 0.5) * (0.5 + draw.rng.random(at.shape[1]))),
        "decisions_named": np.where(needed, 4 + np.floor(draw_named * 14), np.floor(draw_named * 2)),
    }


OBJECTS = ("accounts", "contacts", "opportunities", "quotes", "price lists", "subscriptions")


@dataclass(frozen=True)
class Tools:
    """Which integration reads more than it may, and which fails without a word."""

    greedy: int
    silent: int


@latent
def tools(draw: Draw) -> Tools:
    """Choose the two."""
    order = draw.rng.permutation(len(words.TOOLS))
    return Tools(int(order[0]), int(order[1]))


@table(
    key("tool_id", "Identifies the tool"),
    text("tool", "What it is"),
    text("scope", "What it was allowed to read, separated by commas"),
    text("needs", "What its purpose needs, separated by commas"),
    text("owner", "Who answers for it; empty if nobody does", nullable=True),
    whole("records_a_day", "Records it should move on a working day, by its contract", "records"),
    topics="5.7",
)
def integrations(draw: Draw, tools: Tools) -> dict[str, object]:
    """One row is a tool that is connected to the CRM."""
    needs = [row[1] for row in words.TOOLS]
    wide = [tools.greedy, (tools.greedy + 3) % len(words.TOOLS)]
    scope = [", ".join(OBJECTS) if place in wide else own for place, own in enumerate(needs)]
    return {
        "tool_id": ids("TL", np.arange(len(words.TOOLS)), 2),
        "tool": [row[0] for row in words.TOOLS],
        "scope": scope,
        "needs": needs,
        "owner": [None if place == tools.silent else row[2] for place, row in enumerate(words.TOOLS)],
        "records_a_day": [row[3] for row in words.TOOLS],
    }


@table(
    date("day", "Day"),
    text("tool_id", "The tool", refers="integrations.tool_id"),
    text("object", "What was read or written", *OBJECTS),
    whole("calls", "Calls", "calls", low=1),
    whole("records_read", "Records read", "records"),
    whole("records_written", "Records written", "records"),
    whole("errors", "Calls that answered with an error", "calls"),
    topics="5.7",
)
def api_log(draw: Draw, tools: Tools) -> dict[str, Array]:
    """One row is a tool's traffic with one kind of object on a day of the last quarter of 2025."""
    rng = draw.rng
    days = np.arange(np.datetime64("2025-10-01"), np.datetime64("2026-01-01"))
    days = days[(days.astype(int) + 3) % 7 < 5]
    pairs = [
        (place, OBJECTS.index(name), row[3])
        for place, row in enumerate(words.TOOLS)
        for name in (OBJECTS if place == tools.greedy else row[1].split(", "))
    ]
    day = np.repeat(np.arange(days.size), len(pairs))
    tool = np.tile(np.array([pair[0] for pair in pairs]), days.size)
    what = np.tile(np.array([pair[1] for pair in pairs]), days.size)
    usual = np.tile(np.array([pair[2] for pair in pairs]), days.size)
    read = usual * np.exp(0.2 * rng.standard_normal(day.size))
    read = np.where(tool == tools.greedy, read * draw.truth["greedy_reads"], read)
    stopped = (tool == tools.silent) & (days[day] >= np.datetime64("2025-11-03"))
    written = np.where(stopped, 0, np.round(0.2 * read))
    read = np.where(stopped, 0, np.round(read))
    calls = np.maximum(np.round(usual / 40 * np.exp(0.1 * rng.standard_normal(day.size))), 1)
    errors = np.where(stopped, 0, np.floor(calls * 0.03 * rng.random(day.size) * 2))
    # others have more errors than the one that stopped without any
    most = np.delete(np.bincount(tool, weights=errors), tools.silent).max()
    own = np.flatnonzero(tool == tools.silent)
    errors[own[np.cumsum(errors[own]) >= most]] = 0
    return {
        "day": days[day],
        "tool_id": ids("TL", tool, 2),
        "object": take(OBJECTS, what),
        "calls": calls,
        "records_read": read,
        "records_written": written,
        "errors": np.minimum(errors, calls),
    }
