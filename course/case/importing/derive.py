"""Works out tables and columns that an export does not hold but that follow from what it holds, and says from what.

Nothing here is an estimate: a count, a sum, a rate of what is there, or the same fact in the shape of a case table.
What needs a person's judgement (plans, quotas, costs, policies) is not derived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from course.case.importing.mapping import Map
from course.case.importing.tables import Derivation, Imported, in_eur, keys_of, stages
from course.case.registry import published

_STAGES = ("exploring", "qualified", "proposed", "negotiating", "committed")
_WATCHED_FROM, _WATCHED_UNTIL = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-09-01")
_ALARM = 0.7  # of the usual win rate; below it a month of a watched segment counts as bad
_YEAR = 2025  # the last year of the case company's history, which columns and tasks name
_FIRST, _LAST = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-12-31")  # that history

Tables = dict[str, pd.DataFrame]


def derive(done: Imported, mapping: Map) -> None:
    """Add to `done` what follows from its tables and records. Tables that the export holds are never replaced."""
    _period(done)
    _by_name(done)
    _strange(done)
    for step in _STEPS:
        step(done, mapping)


def _has(done: Imported, table: str, *columns: str) -> bool:
    return table in done.tables and set(columns) <= set(done.tables[table])


def _add(done: Imported, table: str, frame: pd.DataFrame, how: str, by: Sequence[str] = ()) -> None:
    """Add a table, or to one that the export holds the columns it lacks, row by row of the same `by`."""
    if not len(frame):
        return
    if table in done.tables:
        if by and set(by) <= set(done.tables[table]):
            known = frame.drop_duplicates(list(by)).set_index(list(by))
            rows = pd.MultiIndex.from_frame(done.tables[table][list(by)]) if len(by) > 1 else done.tables[table][by[0]]
            for column in [c.name for c in published()[table].columns if c.name in known]:
                _fill(done, table, column, known[column].reindex(rows).to_numpy(), how)
        return
    names = [c.name for c in published()[table].columns if c.name in frame]
    done.tables[table] = frame[names].reset_index(drop=True)
    done.derived.append(Derivation(table, len(frame), how))


def _fill(done: Imported, table: str, column: str, values: Any, how: str) -> None:
    """Add a column that the table lacks."""
    frame = done.tables[table]
    if column in frame:
        return
    filled = pd.Series(values, index=frame.index)
    if filled.notna().any():
        done.tables[table] = frame.assign(**{column: filled})
        done.derived.append(Derivation(f"{table}.{column}", int(filled.notna().sum()), how))


def _period(done: Imported) -> None:
    """Show opportunities as they stood at the end of 2025, where the case tables and so the tasks end."""
    if not _has(done, "opportunities", "status", "closed_on"):
        return
    deals = done.tables["opportunities"]
    closed = deals["closed_on"]
    if closed.notna().any():
        done.notes.append(
            f"Opportunities were decided from {closed.min():%d %B %Y} to {closed.max():%d %B %Y}. Tasks ask about "
            "January 2023 to December 2025. If your years are later, `years_back` in the map moves every day back by "
            "whole years."
        )
    before = closed < _FIRST
    later = deals["created_on"] > _LAST if "created_on" in deals else pd.Series(False, index=deals.index)
    after = (closed > _LAST) & ~later
    if after.any():
        done.notes.append(
            f"{int(after.sum()):,} opportunities decided after December 2025 count as open, as they were at its end; "
            "stage and expected day of then are not known and left empty."
        )
        deals = deals.assign(status=deals["status"].mask(after, "open"), closed_on=closed.mask(after))
        for column in {"stage", "expected_close_on", "loss_reason"} & set(deals):
            deals[column] = deals[column].mask(after)
    for rows, what in ((before, "decided before January 2023"), (later, "opened after December 2025")):
        if rows.any():
            done.notes.append(f"{int(rows.sum()):,} opportunities {what} were left out.")
    done.tables["opportunities"] = deals[~(before | later)].reset_index(drop=True)


def _by_name(done: Imported) -> None:
    """Owners and accounts by name become those by id where the export tells which record bears the name."""
    for table, column, other in (
        ("opportunities", "rep_id", "reps"), ("opportunities", "account_id", "accounts"),
        ("contacts", "account_id", "accounts"),
    ):  # fmt: skip
        if not (_has(done, table, column) and _has(done, other, column, "name")):
            continue
        rows, known = done.tables[table], done.tables[other]
        ids = known.drop_duplicates("name", keep=False).set_index("name")[column]
        named = ~rows[column].isin(known[column]) & rows[column].isin(ids.index)
        if named.any():
            done.tables[table] = rows.assign(**{column: rows[column].where(~named, rows[column].map(ids))})
            how = f"the ids of {'users' if other == 'reps' else other} that were given by name"
            done.derived.append(Derivation(f"{table}.{column}", int(named.sum()), how))


def _strange(done: Imported) -> None:
    """Say which references lead nowhere; the rows stay."""
    for table, column, other in (
        ("opportunities", "account_id", "accounts"), ("contacts", "account_id", "accounts"),
        ("quotes", "opportunity_id", "opportunities"), ("leads", "opportunity_id", "opportunities"),
        ("opportunities", "rep_id", "reps"),
    ):  # fmt: skip
        if _has(done, table, column) and _has(done, other, keys_of(other)[0]):
            ids = done.tables[table][column]
            strange = int((ids.notna() & ~ids.isin(done.tables[other][keys_of(other)[0]])).sum())
            if strange:
                one = {"opportunities": "an opportunity", "accounts": "an account", "reps": "an owner"}[other]
                done.notes.append(f"{strange:,} {table} name {one} that the export does not hold; they were kept.")


def _segment(done: Imported, mapping: Map) -> None:
    """Segments by the limits in the map; nobody else's limits are assumed."""
    if mapping.segments and _has(done, "accounts", "employees"):
        limits = sorted(mapping.segments.items(), key=lambda found: found[1])
        employees = done.tables["accounts"]["employees"]
        segment = pd.Series(None, index=employees.index, dtype=object)
        for name, least in limits:
            segment[employees >= least] = name
        said = ", ".join(f"{name} from {least:,}" for name, least in limits)
        _fill(done, "accounts", "segment", segment, f"the account's employees and the map: {said}")
    if not _has(done, "accounts", "account_id"):
        return
    ways = {
        "region": 'a column that tells, such as region: "Billing Country", under the file\'s columns',
        "segment": "limits of employees, such as segments: {small: 0, mid-market: 100, enterprise: 1000}",
    }
    for column, way in ways.items():
        if column not in done.tables["accounts"] and not _has(done, "opportunities", column):
            done.notes.append(f"Accounts have no {column}, which many tasks ask by. Give in the map {way}.")


def _of_account(done: Imported, mapping: Map) -> None:
    if not _has(done, "opportunities", "account_id") or "accounts" not in done.tables:
        return
    accounts = done.tables["accounts"].drop_duplicates("account_id").set_index("account_id")
    for column in ("region", "segment"):
        if column in accounts:
            values = done.tables["opportunities"]["account_id"].map(accounts[column])
            _fill(done, "opportunities", column, values, f"the {column} of the opportunity's account")


def _lines(done: Imported) -> pd.DataFrame | None:
    """The lines of opportunities that are there, with the opportunity's currency turned into EUR."""
    lines = done.records.get("deal_lines")
    if lines is None or not _has(done, "opportunities", "opportunity_id") or "product_id" not in lines:
        return None
    there = lines["opportunity_id"].isin(done.tables["opportunities"]["opportunity_id"])
    return lines[there & lines["product_id"].notna()]


def _products(done: Imported, mapping: Map) -> None:
    lines = done.records.get("deal_lines")
    if lines is None or "product_id" not in lines:
        return
    known = lines.dropna(subset=["product_id"]).drop_duplicates("product_id").rename(columns={"product": "name"})
    known = known.drop(columns="name") if "name" in known and known["name"].isna().all() else known
    _add(done, "products", known, "the different products of the opportunities' lines", ["product_id"])


def _main_product(done: Imported, mapping: Map) -> None:
    lines = _lines(done)
    if lines is not None and "amount_local" in lines:
        largest = lines.sort_values("amount_local", ascending=False, kind="stable").drop_duplicates("opportunity_id")
        main = largest.set_index("opportunity_id")["product_id"]
        values = done.tables["opportunities"]["opportunity_id"].map(main)
        _fill(done, "opportunities", "product_id", values, "the product of the opportunity's largest line")
    _of_product(done, "opportunities")


def _of_product(done: Imported, table: str) -> None:
    if _has(done, table, "product_id") and _has(done, "products", "product_line"):
        lines = done.tables["products"].drop_duplicates("product_id").set_index("product_id")["product_line"]
        _fill(done, table, "product_line", done.tables[table]["product_id"].map(lines), "the product's family")


def _bookings(done: Imported, mapping: Map) -> None:
    if "bookings" in done.tables or not _has(done, "opportunities", "status", "closed_on", "amount_eur"):
        return
    deals = done.tables["opportunities"]
    won = deals[(deals["status"] == "won") & deals["closed_on"].notna()].rename(columns={"closed_on": "booked_on"})
    lines = _lines(done)
    whose = [c for c in ("account_id", "rep_id", "region", "segment", "currency") if c in won]
    if lines is not None and "amount_local" in lines:
        lines = lines.drop(columns="product_line", errors="ignore")
        booked = lines.merge(won[["opportunity_id", "booked_on", *whose]], on="opportunity_id")
        currency = booked["currency"] if "currency" in booked else pd.Series(mapping.currency, index=booked.index)
        booked["amount_eur"] = in_eur(booked["amount_local"], currency, mapping)
        booked = booked[booked["amount_eur"].notna()]
        _add(done, "bookings", booked, "the lines of opportunities won, on the day they were won")
        _differ(done, booked, won)
        without = ~won["opportunity_id"].isin(booked["opportunity_id"])
        if without.any():
            done.notes.append(f"{int(without.sum()):,} opportunities won have no lines in EUR, so no bookings.")
    else:
        amounts = won[won["amount_eur"].notna()]
        amounts = amounts.assign(booking_id=amounts["opportunity_id"])
        _add(done, "bookings", amounts, "one for each opportunity won with a day and an amount in EUR")
    if "bookings" in done.tables:
        _of_product(done, "bookings")
        _cost(done, "bookings")


def _cost(done: Imported, table: str) -> None:
    if _has(done, "products", "unit_cost_eur") and _has(done, table, "product_id", "quantity"):
        unit = done.tables["products"].drop_duplicates("product_id").set_index("product_id")["unit_cost_eur"]
        cost = (done.tables[table]["quantity"] * done.tables[table]["product_id"].map(unit)).round(2)
        _fill(done, table, "cost_eur", cost, "the quantity times what a unit of the product costs")


def _differ(done: Imported, booked: pd.DataFrame, won: pd.DataFrame) -> None:
    total = booked.groupby("opportunity_id")["amount_eur"].sum()
    amounts = won.set_index("opportunity_id")["amount_eur"].reindex(total.index)
    differ = int(((amounts - total).abs() > 1).sum())
    if differ:
        done.notes.append(
            f"{differ:,} opportunities won have lines that add up to another amount than their own; bookings take the "
            "lines, opportunities keep theirs."
        )


def _monthly(done: Imported, mapping: Map) -> None:
    by = ["month", "region", "product_id"]
    if _has(done, "bookings", "booked_on", "region", "product_id", "amount_eur"):
        bookings = done.tables["bookings"].dropna(subset=by[1:]).copy()
        bookings["month"] = _month(bookings["booked_on"])
        sums = {"orders": ("amount_eur", "size"), "bookings_eur": ("amount_eur", "sum")}
        if "quantity" in bookings:
            sums["quantity"] = ("quantity", "sum")
        found = bookings.groupby(by).agg(**sums)
        _add(done, "bookings_monthly", _grid(found).reset_index(), "sums of bookings by month, region and product")
    if _has(done, "opportunities", "created_on", "closed_on", "status", "region", "product_id", "amount_eur"):
        deals = done.tables["opportunities"].dropna(subset=["region", "product_id", "created_on"])
        deals = deals.assign(amount_eur=deals["amount_eur"].fillna(0))
        opened = deals.assign(month=_month(deals["created_on"])).groupby(by)["amount_eur"].agg(["size", "sum"])
        closed = deals.dropna(subset=["closed_on"])
        closed = closed.assign(month=_month(closed["closed_on"]))
        ended = closed.groupby(by)["amount_eur"].agg(["size", "sum"])
        results = closed.groupby([*by, "status"]).size().unstack(fill_value=0)
        flow = _grid(
            pd.DataFrame(
                {
                    "created": opened["size"], "created_eur": opened["sum"], "ended": ended["size"],
                    "ended_eur": ended["sum"], "won": results.get("won"), "lost": results.get("lost"),
                }
            )
        )  # fmt: skip
        each = flow.groupby(["region", "product_id"])
        flow["open"] = each["created"].cumsum() - each["ended"].cumsum()
        flow["open_eur"] = (each["created_eur"].cumsum() - each["ended_eur"].cumsum()).round(2)
        _add(done, "pipeline", flow.reset_index(), "counts of opportunities by month, region and product")
    for table in ("bookings_monthly", "pipeline"):
        if table in done.tables:
            _of_product(done, table)


def _month(days: pd.Series[Any]) -> pd.Series[Any]:
    return days.dt.to_period("M").dt.to_timestamp().astype("datetime64[ns]")


def _grid(found: pd.DataFrame) -> pd.DataFrame:
    """Each month for each region and product that occur; where nothing happened, zero."""
    months = found.index.get_level_values("month")
    pairs = found.index.to_frame(index=False).drop(columns="month").drop_duplicates()
    every = pd.MultiIndex.from_tuples(
        [(m, *pair) for m in pd.date_range(months.min(), months.max(), freq="MS") for pair in pairs.to_numpy()],
        names=found.index.names,
    )
    return found.reindex(every).fillna(0)


def _people(done: Imported, mapping: Map) -> None:
    if not _has(done, "opportunities", "rep_id"):
        return
    owners = done.tables["opportunities"]["rep_id"].dropna().unique()
    if "reps" not in done.tables:
        _add(done, "reps", pd.DataFrame({"rep_id": sorted(owners)}), "the owners of opportunities, known by their ids")
        return
    reps = done.tables["reps"]
    if not reps["rep_id"].isin(owners).any():
        return
    if {"manager_id", "name"} <= set(reps):
        led = reps[reps["rep_id"].isin(owners)].groupby("manager_id").size()
        heads = reps[reps["rep_id"].isin(led.index)]
        heads = heads.rename(columns={"manager_id": "above", "rep_id": "manager_id"})
        heads = heads.assign(team_size=heads["manager_id"].map(led))
        _add(done, "managers", heads, "the users whom owners of opportunities report to", ["manager_id"])
    selling = reps["rep_id"].isin(owners)
    if not selling.all():
        done.tables["reps"] = reps[selling].reset_index(drop=True)
        done.notes.append(f"{int((~selling).sum()):,} users own no opportunity and were left out of reps.")


def _regions(done: Imported, mapping: Map) -> None:
    if not _has(done, "accounts", "region"):
        return
    regions = done.tables["accounts"].groupby("region").size().rename("accounts").reset_index()
    how = "the different regions of accounts, with their numbers of accounts"
    if _has(done, "bookings", "region", "booked_on", "amount_eur"):
        bookings = done.tables["bookings"]
        year = bookings[bookings["booked_on"].dt.year == _YEAR].groupby("region")["amount_eur"].sum()
        regions[f"bookings_{_YEAR}_eur"] = regions["region"].map(year).fillna(0).round(2)
        how += f" and bookings of {_YEAR}"
    _add(done, "regions", regions, how, ["region"])


def _segments(done: Imported, mapping: Map) -> None:
    by = ["region", "segment"]
    if not _has(done, "opportunities", *by, "status", "closed_on"):
        return
    deals = done.tables["opportunities"].dropna(subset=by)
    past = deals[deals["closed_on"].between(_WATCHED_FROM, _WATCHED_UNTIL, inclusive="left")]
    usual = (past["status"] == "won").groupby([past[c] for c in by]).mean()
    if not len(usual):
        return
    found = usual.rename("usual_win_rate").reset_index()
    found["threshold_rate"] = (_ALARM * found["usual_win_rate"]).round(4)
    found["usual_win_rate"] = found["usual_win_rate"].round(4)
    found["watch_id"] = [f"W-{n:02d}" for n in range(1, len(found) + 1)]
    if _has(done, "accounts", *by):
        accounts = done.tables["accounts"].groupby(by).size().rename("accounts").reset_index()
        found = found.merge(accounts, on=by, how="left")
        found["accounts"] = found["accounts"].fillna(0)
    how = (
        "win rates of opportunities decided from January 2023 to August 2025, by region and segment; the threshold is "
        "seven tenths of them, as the case company sets it"
    )
    _add(done, "segments", found, how, by)


def _territories(done: Imported, mapping: Map) -> None:
    if not _has(done, "accounts", "territory_id"):
        return
    accounts = done.tables["accounts"].dropna(subset=["territory_id"])
    each = accounts.groupby("territory_id")
    found = each.size().rename("accounts").reset_index()
    if "region" in accounts:
        one = each["region"].nunique() == 1
        found["region"] = found["territory_id"].map(each["region"].first().where(one))
    how = "the different territories of accounts, with their numbers of accounts"
    _add(done, "territories", found, how, ["territory_id"])


def _competitors(done: Imported, mapping: Map) -> None:
    if _has(done, "opportunities", "competitor"):
        names = sorted(done.tables["opportunities"]["competitor"].dropna().unique())
        found = pd.DataFrame({"competitor": names})
        _add(done, "competitors", found, "the different competitors of opportunities", ["competitor"])


def _stage_history(done: Imported, mapping: Map) -> None:
    changes = done.records.get("stage_changes")
    if changes is None or not {"stage", "entered_on"} <= set(changes):
        return
    words: dict[str, dict[str, str]] = {}
    for name, table in done.files.items():
        if table in ("stage_changes", "opportunities") and name in mapping.files:
            words.setdefault("stage", {}).update(mapping.files[name].words.get("stage", {}))
    found = changes.dropna(subset=["opportunity_id", "entered_on"])
    stage, word = stages(found["stage"], words)
    found = found.assign(stage=stage)[stage.notna()]
    lost = int((stage.isna() & ~word.str.contains("won|lost", regex=True)).sum())
    if lost:
        done.notes.append(f"{lost:,} changes of stage are to stages without a counterpart and were left out.")
    found = found.sort_values(["opportunity_id", "entered_on"], kind="stable")
    same = (found["stage"] == found["stage"].shift()) & (found["opportunity_id"] == found["opportunity_id"].shift())
    found = found[~same]
    if not len(found):
        return
    each = found.groupby("opportunity_id")
    rank = found["stage"].map({name: n for n, name in enumerate(_STAGES)})
    found["step"] = each.cumcount() + 1
    found["back"] = (rank < rank.groupby(found["opportunity_id"]).shift()).fillna(False)
    found["iteration"] = 1 + found["back"].astype(int).groupby(found["opportunity_id"]).cumsum()
    _add(done, "stage_history", found, "the opportunities' changes of stage, in order of their days")


def _influences(done: Imported, mapping: Map) -> None:
    roles = done.records.get("contact_roles")
    if roles is None:
        return
    found = roles.dropna(subset=["opportunity_id", "contact_id"]).drop_duplicates(["opportunity_id", "contact_id"])
    if _has(done, "opportunities", "opportunity_id", "segment"):
        deals = done.tables["opportunities"].set_index("opportunity_id")
        found = found.assign(segment=found["opportunity_id"].map(deals["segment"]))
    how = "the contact roles of opportunities; joined_on is the day on which the role was noted"
    _add(done, "influences", found, how)


def _activities(done: Imported, mapping: Map) -> None:
    records = done.records.get("activity_records")
    if records is None or not _has(done, "opportunities", "opportunity_id") or "kind" not in records:
        return
    deals = done.tables["opportunities"].set_index("opportunity_id")
    counted = records["opportunity_id"].isin(deals.index) & records["kind"].notna()
    if not counted.all():
        done.notes.append(
            f"{int((~counted).sum()):,} activities belong to no opportunity of the export or have no kind that the "
            "course knows, and were left out."
        )
    each = records[counted].groupby(["opportunity_id", "kind"])
    found = each.size().rename("count").reset_index()
    if "minutes" in records and each["minutes"].count().sum() == len(records[counted]):
        found["hours"] = (each["minutes"].sum() / 60).round(2).to_numpy()
    if _has(done, "accounts", "territory_id") and "account_id" in deals:
        territory = done.tables["accounts"].set_index("account_id")["territory_id"]
        found["territory_id"] = found["opportunity_id"].map(deals["account_id"]).map(territory)
    _add(done, "activities", found, "counts of tasks and events by opportunity and kind")


def _quotes(done: Imported, mapping: Map) -> None:
    heads, lines = done.records.get("quote_headers"), done.records.get("quote_lines")
    if heads is None or lines is None:
        if heads is not None or lines is not None:
            other = "lines" if lines is None else "quotes themselves"
            done.notes.append(f"Quotes need the {other} too (QuoteLineItem and Quote); without, they were left out.")
        return
    found = lines.merge(heads, on="quote_id")
    lost = len(lines) - len(found)
    if lost:
        done.notes.append(f"{lost:,} lines of quotes name a quote that the export does not hold and were left out.")
    if _has(done, "opportunities", "opportunity_id"):
        deals = done.tables["opportunities"].set_index("opportunity_id")
        for column in ("account_id", "rep_id", "region", "currency"):
            if column in deals and column not in found:
                found[column] = found["opportunity_id"].map(deals[column])
    if "quoted_on" in found:
        order = heads.sort_values("quoted_on", kind="stable").groupby("opportunity_id").cumcount() + 1
        found["version"] = found["quote_id"].map(dict(zip(heads["quote_id"].reindex(order.index), order, strict=True)))
    currency = found["currency"] if "currency" in found else pd.Series(mapping.currency, index=found.index)
    if {"quantity", "list_price_local"} <= set(found):
        found["list_eur"] = in_eur(found["quantity"] * found["list_price_local"], currency, mapping)
    if "net_local" in found:
        found["net_eur"] = in_eur(found["net_local"], currency, mapping)
    if "discount_rate" not in found and {"list_eur", "net_eur"} <= set(found):
        found["discount_rate"] = (1 - found["net_eur"] / found["list_eur"].replace(0, np.nan)).round(4)
    _add(done, "quotes", found, "quotes and their lines")
    _of_product(done, "quotes")
    _cost(done, "quotes")


def _attainment(done: Imported, mapping: Map) -> None:
    if not (_has(done, "quotas", "rep_id", "quarter", "quota_eur") and _has(done, "bookings", "rep_id", "amount_eur")):
        return
    quotas, bookings = done.tables["quotas"], done.tables["bookings"]
    asked = quotas["quota_eur"].groupby([quotas["rep_id"], quotas["quarter"].str[:4].astype(int).rename("year")]).sum()
    booked = bookings["amount_eur"].groupby([bookings["rep_id"], bookings["booked_on"].dt.year.rename("year")]).sum()
    found = asked[asked > 0].to_frame().assign(booked_eur=booked)
    found["booked_eur"] = found["booked_eur"].fillna(0).round(2)
    found["attainment_rate"] = (found["booked_eur"] / found["quota_eur"]).round(4)
    _add(done, "attainment", found.reset_index(), "bookings by quotas, by salesperson and year")


_STEPS: tuple[Callable[[Imported, Map], None], ...] = (
    _segment, _of_account, _products, _main_product, _bookings, _monthly, _people, _regions, _segments, _territories,
    _competitors, _stage_history, _influences, _activities, _quotes, _attainment,
)  # fmt: skip
