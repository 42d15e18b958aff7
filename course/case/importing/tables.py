"""Makes case tables of the files of an export and keeps account of what became of every value."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from course.case.columns import Column
from course.case.importing.mapping import FileMap, Map
from course.case.importing.names import WORDS
from course.case.importing.reading import RawTable
from course.case.importing.values import Parsed, date_order, parse_choices, parse_dates, parse_flags, parse_numbers
from course.case.registry import published

# Lists of words that every firm shares. Others, such as industries, are the firm's own and taken as they are.
_SHARED = {"status", "stage", "motion", "segment", "influence", "channel", "sales_model"}
_ORDER = ("accounts", "contacts", "reps", "opportunities", "leads", "quotes")
_PERSONAL = {
    "accounts": ("name",),
    "contacts": ("name", "email"),
    "reps": ("name", "rep_id"),
    "opportunities": ("rep_id",),
}
_EMPTY = ("", "nan", "none", "null", "n/a", "#n/a", "-")


@dataclass(frozen=True)
class ColumnAccount:
    """What became of one column: counts of rows, how it was read, and examples of what was refused."""

    file: str
    source: str
    table: str
    column: str
    taken: int
    coerced: int
    guessed: int
    refused: int
    empty: int
    notes: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass
class Imported:
    """The tables, with the account by column, by row (one frame a file) and what concerns whole tables."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    columns: list[ColumnAccount] = field(default_factory=list)
    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


@dataclass
class _Rows:
    """The account of one file's rows while it is read."""

    line: Any
    marks: dict[str, Any]

    def add(self, kind: str, column: str, mask: Any) -> None:
        chosen = np.asarray(mask, bool)
        if chosen.any():
            self.marks[kind][chosen] += f"{column} "


def make_tables(raws: Sequence[RawTable], mapping: Map, key: bytes | None = None) -> Imported:
    """Make the case tables. With `key`, names and e-mail addresses become pseudonyms, the same everywhere."""
    done = Imported()
    by_name = {raw.name: raw for raw in raws}
    files = sorted(
        mapping.files.items(), key=lambda f: _ORDER.index(f[1].table) if f[1].table in _ORDER else len(_ORDER)
    )
    for name, file in files:
        frame = _one(by_name[name], file, mapping, done)
        if file.table in done.tables:
            both = pd.concat([done.tables[file.table], frame], ignore_index=True)
            keys = _keys(file.table)
            done.tables[file.table] = both.drop_duplicates(keys) if keys else both
        else:
            done.tables[file.table] = frame
    _join(done)
    if key is not None:
        _hide(done, key)
    for table, frame in done.tables.items():
        order = [c.name for c in published()[table].columns if c.name in frame]
        done.tables[table] = frame[order].reset_index(drop=True)
    return done


def _keys(table: str) -> list[str]:
    return [c.name for c in published()[table].columns if c.key]


def _one(raw: RawTable, file: FileMap, mapping: Map, done: Imported) -> pd.DataFrame:
    source = raw.frame
    count = len(source)
    rows = _Rows(np.arange(2, count + 2), {k: np.full(count, "", object) for k in ("coerced", "guessed", "refused")})
    declared = {c.name: c for c in published()[file.table].columns}
    parsed: dict[str, pd.Series[Any]] = {}
    if file.dates is None:
        dated = [n for c, n in file.columns.items() if _is_date(c, declared.get(c))]
        file = file.model_copy(update={"dates": date_order(source[n].drop_duplicates() for n in dated)})
    for column, name in file.columns.items():
        # Cells of an export repeat: each different one is read once.
        codes, different = pd.factorize(source[name])
        text = pd.Series(different, dtype=object).str.strip()
        once = _parse(text, declared.get(column), column, file)
        blank = text.str.lower().isin(_EMPTY)
        parsed[column] = pd.Series(once.values.array.take(codes), index=source.index)
        empty, were_coerced, were_guessed = (m.to_numpy()[codes] for m in (blank, once.coerced, once.guessed))
        refused = (once.refused & ~blank).to_numpy()[codes]
        for kind, mask in (("coerced", were_coerced), ("guessed", were_guessed), ("refused", refused)):
            rows.add(kind, name, mask)
        guessed, coerced = int(were_guessed.sum()), int((were_coerced & ~were_guessed).sum())
        done.columns.append(
            ColumnAccount(
                raw.name, name, file.table, column,
                taken=count - guessed - coerced - int(refused.sum()) - int(empty.sum()),
                coerced=coerced, guessed=guessed, refused=int(refused.sum()), empty=int(empty.sum()),
                notes=tuple(once.notes), examples=tuple(text[once.refused & ~blank].head(3)),
            )
        )  # fmt: skip
    done.files[raw.name] = file.table
    done.left[raw.name] = [c for c in source.columns if c not in file.columns.values()]
    frame = pd.DataFrame(parsed, index=source.index)
    if file.table == "opportunities":
        frame = _opportunities(frame, file, mapping, rows, done, raw.name)
    if file.table == "contacts" and "name" not in frame and {"FIRST_NAME", "LAST_NAME"} & set(frame):
        names = [frame[c].fillna("") for c in ("FIRST_NAME", "LAST_NAME") if c in frame]
        frame["name"] = names[0] if len(names) == 1 else (names[0] + " " + names[1]).str.strip()
    return _unique(frame, file.table, rows, done, raw.name)


def _is_date(name: str, column: Column | None) -> bool:
    return name in ("CLOSE_DATE", "MODIFIED") or bool(column and column.kind == "date")


def _parse(text: pd.Series[Any], column: Column | None, name: str, file: FileMap) -> Parsed:
    if _is_date(name, column):
        return parse_dates(text, file.dates)
    if column and column.kind in ("number", "integer"):
        return parse_numbers(text, file.decimal)
    if name in ("IS_WON", "IS_CLOSED") or (column and column.kind == "boolean"):
        return parse_flags(text)
    if column and name in _SHARED:
        own = {word: word for word in column.choices}
        return parse_choices(
            text, WORDS.get(name, {}) | own | {k.lower(): v for k, v in file.words.get(name, {}).items()}
        )
    plain = text.str.strip()
    none = pd.Series(False, index=text.index)
    values = plain.where(~plain.str.lower().isin(_EMPTY), None)
    return Parsed(values, none, none.copy(), none.copy())


def _each(column: pd.Series[Any], change: Callable[[pd.Series[Any]], pd.Series[Any]]) -> pd.Series[Any]:
    """Change a column of text by changing each different text once."""
    codes, different = pd.factorize(column.fillna(""))
    return pd.Series(change(pd.Series(different)).array.take(codes), index=column.index)


def _opportunities(
    frame: pd.DataFrame, file: FileMap, mapping: Map, rows: _Rows, done: Imported, name: str
) -> pd.DataFrame:
    if "IS_WON" in frame and "IS_CLOSED" in frame:
        status = np.where(frame["IS_WON"], "won", np.where(frame["IS_CLOSED"], "lost", "open"))
        frame["status"] = status
    elif "STAGE" in frame:
        word = _each(frame["STAGE"], lambda text: text.str.strip().str.lower())
        known = WORDS["status"] | {k.lower(): v for k, v in file.words.get("status", {}).items()}
        sure = word.map(known)
        like = _each(word, lambda text: text.str.extract(r"\b(won|lost)\b")[0])
        frame["status"] = sure.fillna(like).fillna("open")
        rows.add("guessed", "status", sure.isna() & like.notna())
        if (sure.isna() & like.notna()).any():
            words = sorted(word[sure.isna() & like.notna()].unique())[:5]
            done.notes.append(f"{name}: status was guessed from the stages {', '.join(words)}.")
    if "STAGE" in frame:
        stages = WORDS["stage"] | {k.lower(): v for k, v in file.words.get("stage", {}).items()}
        stage = _each(frame["STAGE"], lambda text: text.str.strip().str.lower())
        frame["stage"] = stage.map(stages)
        unknown = sorted(
            stage[frame["stage"].isna() & (frame.get("status", "open") == "open") & (stage != "")].unique()
        )
        if unknown:
            done.notes.append(
                f"{name}: these stages have no counterpart and were left empty: {', '.join(unknown[:8])}."
            )
    if "CLOSE_DATE" in frame and "status" in frame:
        decided = frame["status"] != "open"
        frame["closed_on"] = frame["CLOSE_DATE"].where(decided)
        frame["expected_close_on"] = frame["CLOSE_DATE"].where(~decided)
        done.notes.append(
            f"{name}: the close date is when it closed for decided opportunities, expected for open ones."
        )
    if {"created_on", "closed_on"} <= set(frame):
        early = frame["closed_on"] < frame["created_on"]
        if early.any():
            done.notes.append(f"{name}: {int(early.sum())} opportunities close before they begin; both days were kept.")
    if "amount_local" in frame and "amount_eur" not in frame:
        if "currency" in frame:
            currency = frame["currency"].fillna(mapping.currency).str.upper()
        else:
            currency = pd.Series(mapping.currency, index=frame.index)
            rows.add("guessed", "currency", frame["amount_local"].notna())
            done.notes.append(
                f"{name}: amounts name no currency; {mapping.currency} was guessed. Set `currency` in the map."
            )
        frame["currency"] = currency
        rates = {"EUR": 1.0} | mapping.rates
        frame["amount_eur"] = (frame["amount_local"] * currency.map(rates)).round(2)
        without = sorted(set(currency.unique()) - set(rates))
        if without:
            missing = int(currency.isin(without).sum())
            done.notes.append(
                f"{name}: {missing} amounts in {', '.join(without)} lack a rate, so amount_eur; set `rates` in the map."
            )
    return frame


def _unique(frame: pd.DataFrame, table: str, rows: _Rows, done: Imported, name: str) -> pd.DataFrame:
    keys = [k for k in _keys(table) if k in frame]
    state = np.full(len(frame), "taken", object)
    state[rows.marks["refused"] != ""] = "taken in part"
    if keys:
        nameless = frame[keys].isna().any(axis=1)
        state[nameless.to_numpy()] = "refused: no id"
        order = (
            frame.sort_values("MODIFIED", kind="stable", na_position="first") if "MODIFIED" in frame else frame[::-1]
        )
        # The last by day of change is kept; where there is none, the first in the file.
        second = order.duplicated(keys, keep="last").reindex(frame.index) & ~nameless
        state[second.to_numpy()] = "refused: another row has this id"
        if nameless.any():
            done.notes.append(f"{name}: {int(nameless.sum())} rows have no id and were refused.")
        if second.any():
            which = "the one changed last" if "MODIFIED" in frame else "the first"
            done.notes.append(f"{name}: {int(second.sum())} rows repeat an id; {which} of each was kept.")
        keep = ~(nameless | second)
    else:
        keep = pd.Series(True, index=frame.index)
    label = frame[keys[0]] if keys else pd.Series("", index=frame.index)
    account = {"line": rows.line, "id": label.to_numpy(), "row": state}
    account |= {kind: np.char.strip(mark.astype(str)) for kind, mark in rows.marks.items()}
    done.rows[name] = pd.DataFrame(account)
    return frame[keep]


def _join(done: Imported) -> None:
    """Bring what one table knows to another that lacks it, and say so."""
    tables = done.tables
    deals = tables.get("opportunities")
    accounts = tables.get("accounts")
    if deals is not None and accounts is not None and "account_id" in deals:
        strange = deals["account_id"].notna() & ~deals["account_id"].isin(accounts["account_id"])
        if strange.any():
            done.notes.append(f"{int(strange.sum())} opportunities name an account that the export does not hold.")
        for column in ("region", "segment"):
            if column not in deals and column in accounts:
                deals[column] = deals["account_id"].map(accounts.set_index("account_id")[column])
                done.notes.append(f"opportunities.{column} was taken from the account.")
    if deals is not None and "bookings" not in tables and {"status", "closed_on", "amount_eur"} <= set(deals):
        won = deals[(deals["status"] == "won") & deals["closed_on"].notna() & deals["amount_eur"].notna()]
        bookings = won.rename(columns={"closed_on": "booked_on"}).assign(booking_id=won["opportunity_id"])
        names = [c.name for c in published()["bookings"].columns if c.name in bookings]
        tables["bookings"] = bookings[names]
        done.notes.append("bookings were derived: one for each opportunity won with a day and an amount.")
    if deals is not None and "reps" not in tables and "rep_id" in deals:
        tables["reps"] = pd.DataFrame({"rep_id": sorted(deals["rep_id"].dropna().unique())})
        done.notes.append("reps were derived: the owners of opportunities, known by their ids alone.")


def _hide(done: Imported, key: bytes) -> None:
    def pseudonym(kind: str, text: str) -> str:
        mark = hmac.new(key, text.strip().casefold().encode(), hashlib.sha256).hexdigest()[:10]
        return f"{mark}@example.invalid" if kind == "email" else f"{'Firm' if kind == 'firm' else 'Person'} {mark}"

    for table, columns in _PERSONAL.items():
        for column in columns:
            frame = done.tables.get(table)
            if frame is None or column not in frame:
                continue
            kind = "email" if column == "email" else "firm" if table == "accounts" else "person"
            names = {text: pseudonym(kind, text) for text in frame[column].dropna().unique()}
            frame[column] = frame[column].map(names)
    if "bookings" in done.tables and "rep_id" in done.tables["bookings"]:
        owners = done.tables["bookings"]["rep_id"]
        done.tables["bookings"]["rep_id"] = owners.map({t: pseudonym("person", t) for t in owners.dropna().unique()})
    for name, table in done.files.items():
        if _keys(table)[:1] == ["rep_id"]:
            rows = done.rows[name]
            done.rows[name] = rows.assign(
                id=rows["id"].map(lambda t: pseudonym("person", t) if isinstance(t, str) else t)
            )
