"""Makes case tables of the files of an export and keeps account of what became of every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from course.case.columns import Column
from course.case.importing.mapping import FileMap, Map, written
from course.case.importing.names import RECORDS, SHARED, WORDS, declared
from course.case.importing.reading import RawTable
from course.case.importing.values import (
    Parsed,
    currencies,
    date_order,
    full_ids,
    joined,
    parse_choices,
    parse_currency,
    parse_dates,
    parse_flags,
    parse_numbers,
)

_ORDER = ("accounts", "contacts", "reps", "products", "opportunities", "leads", "quotes")
_EMPTY = ("", "nan", "none", "null", "n/a", "#n/a", "-")


@dataclass(frozen=True)
class ColumnAccount:
    """What became of one column: counts of rows, how it was read, and examples of what was refused.

    A column without a place in the tables has no `table` and no `column`; its filled cells count as `left`.
    """

    file: str
    source: str
    table: str
    column: str
    taken: int = 0
    coerced: int = 0
    guessed: int = 0
    refused: int = 0
    empty: int = 0
    left: int = 0
    notes: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """A table or column that no file holds and that follows from others: its rows, and from what it was worked out."""

    what: str
    rows: int
    how: str


@dataclass
class Imported:
    """The tables, with the account by column, by row (one frame a file) and what concerns whole tables.

    `records` are what the export holds in another shape than the tables, by kind; `derived` says what was worked out.
    `stand_ins` are the columns of ids that hold names, with what is named.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    records: dict[str, pd.DataFrame] = field(default_factory=dict)
    columns: list[ColumnAccount] = field(default_factory=list)
    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    derived: list[Derivation] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    stand_ins: dict[str, str] = field(default_factory=dict)


@dataclass
class _Rows:
    """The account of one file's rows while it is read."""

    line: Any
    marks: dict[str, Any]

    def add(self, kind: str, column: str, mask: Any) -> None:
        chosen = np.asarray(mask, bool)
        if chosen.any():
            self.marks[kind][chosen] += f"{column}; "

    def has(self, kind: str, column: str) -> Any:
        return np.array([f"{column}; " in mark for mark in self.marks[kind]], bool)


def read_tables(raws: Sequence[RawTable], mapping: Map) -> Imported:
    """Read each file into its table or kind of record; files that `mapping` sets aside are named as such."""
    done = Imported(aside=list(mapping.aside))
    if mapping.years_back:
        done.notes.append(f"Every day was moved back by {mapping.years_back} years, as the map says.")
    by_name = {raw.name: raw for raw in raws}
    for name, file in sorted(mapping.files.items(), key=lambda f: _place(f[1].table)):
        frame = _one(by_name[name], file, mapping, done)
        whole = done.records if file.table in RECORDS else done.tables
        there = whole.get(file.table)
        whole[file.table] = frame if there is None else _together(there, frame, file.table, name, done)
    done.columns += [
        ColumnAccount(raw.name, column, "", "", left=int((raw.frame[column] != "").sum()), notes=(_NO_PLACE,))
        for raw in raws
        for column in raw.frame.columns
        if raw.name in done.aside or column not in mapping.files[raw.name].columns.values()
    ]
    return done


def _together(first: pd.DataFrame, second: pd.DataFrame, table: str, name: str, done: Imported) -> pd.DataFrame:
    """The rows of two files of one table; of a record in both, the first file's values and what only the second has."""
    keys = keys_of(table)
    if not keys:
        return pd.concat([first, second], ignore_index=True)
    known = second.set_index(keys)
    of_first = pd.MultiIndex.from_frame(first[keys]) if len(keys) > 1 else pd.Index(first[keys[0]])
    in_both = known.index.isin(of_first)
    if in_both.any():
        count = _rows(int(in_both.sum()))
        done.notes.append(f"{name}: {count} of {table} in an earlier file too; that file's values were kept.")
        rows = done.rows[name]
        again = rows["row"].str.startswith("taken") & rows["id"].isin(known.index[in_both].get_level_values(0))
        state = "taken in part: an earlier file has this id, and its values were kept"
        done.rows[name] = rows.assign(row=rows["row"].mask(again, state))
        first = first.copy()
        for column in [c for c in known if c not in first]:
            first[column] = known[column].reindex(of_first).to_numpy()
    return pd.concat([first, second[~in_both]], ignore_index=True) if not in_both.all() else first


_NO_PLACE = "no column of the case tables is about it, so it was left out"


def _place(table: str) -> int:
    return _ORDER.index(table) if table in _ORDER else len(_ORDER)


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def keys_of(table: str) -> list[str]:
    """The columns that identify a row."""
    return [c.name for c in declared(table) if c.key]


def _one(raw: RawTable, file: FileMap, mapping: Map, done: Imported) -> pd.DataFrame:
    source = raw.frame
    count = len(source)
    rows = _Rows(raw.lines, {k: np.full(count, "", object) for k in ("coerced", "guessed", "refused")})
    columns = {c.name: c for c in declared(file.table)}
    parsed: dict[str, pd.Series[Any]] = {}
    signs: dict[str, Any] = {}
    stand_ins = file.stand_ins()
    done.stand_ins |= stand_ins
    if file.dates is None:
        dated = [n for c, n in file.columns.items() if _is_date(c, columns.get(c))]
        file = file.model_copy(update={"dates": date_order(source[n].drop_duplicates() for n in dated)})
    for column, name in file.columns.items():
        # Cells of an export repeat: each different one is read once.
        codes, different = pd.factorize(source[name])
        given = pd.Series(different, dtype=object).str.strip()
        text = _clean(given)
        once = _parse(text, columns.get(column), column, file)
        once.coerced |= (text != given) & ~once.guessed & ~once.refused & once.values.notna()
        if column in ("amount_local", "amount_eur") and file.table == "opportunities":
            for kind, found in zip(_SIGNS, currencies(text), strict=True):
                signs[f"{column} {kind}"] = found.array.take(codes)
        if column in stand_ins:
            once.guessed |= once.values.notna()
            once.notes.append(f"there are no ids, so it stands for {column}: what bears one name counts as one")
        blank = text.str.lower().isin(_EMPTY)
        parsed[column] = pd.Series(once.values.array.take(codes), index=source.index)
        empty, were_coerced, were_guessed = (m.to_numpy()[codes] for m in (blank, once.coerced, once.guessed))
        refused = (once.refused & ~blank).to_numpy()[codes]
        for kind, mask in (("coerced", were_coerced), ("guessed", were_guessed), ("refused", refused)):
            rows.add(kind, name, mask)
        guessed, coerced = int(were_guessed.sum()), int((were_coerced & ~were_guessed).sum())
        odd = text[once.refused & ~blank] if refused.any() else text[once.guessed & ~blank]
        done.columns.append(
            ColumnAccount(
                raw.name, name, file.table, column,
                taken=count - guessed - coerced - int(refused.sum()) - int(empty.sum()),
                coerced=coerced, guessed=guessed, refused=int(refused.sum()), empty=int(empty.sum()),
                notes=tuple(once.notes), examples=tuple(odd.head(3)),
            )
        )  # fmt: skip
    if mapping.years_back:
        for column in parsed:
            if _is_date(column, columns.get(column)):
                parsed[column] = parsed[column] - pd.DateOffset(years=mapping.years_back)
    done.files[raw.name] = file.table
    done.notes += [f"{raw.name}: {note}." for note in raw.notes]
    frame = pd.DataFrame(parsed, index=source.index)
    if "deal" in stand_ins.values():
        _told_apart(frame, source, rows, done, raw.name)
    if file.table == "opportunities":
        frame = _opportunities(frame, file, mapping, rows, done, raw.name, pd.DataFrame(signs, index=frame.index))
    if file.table == "contacts" and "name" not in frame and {"FIRST_NAME", "LAST_NAME"} & set(frame):
        names = [frame[c].fillna("") for c in ("FIRST_NAME", "LAST_NAME") if c in frame]
        frame["name"] = names[0] if len(names) == 1 else (names[0] + " " + names[1]).str.strip()
    return _unique(frame, file.table, rows, done, raw)


_SIGNS = ("sign", "unsure")  # of the currency in an amount's own cell
_SIGNED_ALIKE = ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "JPY", "CNY")  # written with $ or ¥


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _clean(text: pd.Series[Any]) -> pd.Series[Any]:
    """Text without what no table's file can hold or what protected it from a spreadsheet: control characters, ="…"."""
    whole = joined(text)
    if _CONTROL.search(whole):
        text = text.str.replace(r"\r\n?", "\n", regex=True).str.replace(_CONTROL, "", regex=True)
    if '="' in whole:
        text = text.str.replace(r'^="(.*)"$', r"\1", regex=True)
    return text.str.strip()


def _told_apart(frame: pd.DataFrame, source: pd.DataFrame, rows: _Rows, done: Imported, name: str) -> None:
    """Number different deals of one name; rows that are alike in every cell stay one."""
    ids = frame["opportunity_id"]
    again = ids[~source.duplicated()].groupby(ids).cumcount().reindex(ids.index, fill_value=0)
    numbered = again > 0
    if numbered.any():
        frame["opportunity_id"] = ids.where(~numbered, ids + " (" + (again + 1).astype(str) + ")")
        rows.add("guessed", "opportunity_id", numbered)
        done.notes.append(
            f"{name}: {_rows(int(numbered.sum()))} bear the name of another opportunity and differ from it; their ids "
            "got a number, such as “(2)”. Add the id to the report to be sure."
        )


def _is_date(name: str, column: Column | None) -> bool:
    return name in ("CLOSE_DATE", "MODIFIED") or bool(column and column.kind == "date")


def _parse(text: pd.Series[Any], column: Column | None, name: str, file: FileMap) -> Parsed:
    if _is_date(name, column):
        return parse_dates(text, file.dates)
    if column and column.kind in ("number", "integer"):
        found = parse_numbers(text, file.decimal)
        if name == "discount_rate":
            return _per_cent(found, text)
        return _fraction(found, text) if column.unit == "fraction" and column.high == 1 else found
    if name in ("IS_WON", "IS_CLOSED"):
        flags = parse_flags(text)
        flags.values = flags.values.astype(object).where(~flags.refused, None)
        return flags
    if column and column.kind == "boolean":
        return parse_flags(text)
    if name in ("currency", "EUR_CURRENCY"):
        return parse_currency(text.where(~text.str.lower().isin(_EMPTY), ""))
    # Stages are the firm's own in a record of changes; there they are matched where they are used.
    if column and name in SHARED and column.choices:
        words = {theirs: ours for theirs, ours in WORDS.get(name, {}).items() if ours in column.choices}
        words |= {word: word for word in column.choices}
        return parse_choices(text, words | {k.lower(): v for k, v in file.words.get(name, {}).items()})
    if name == "kind" and file.table == "activity_records":
        return parse_choices(text, WORDS["kind"] | {k.lower(): v for k, v in file.words.get(name, {}).items()})
    plain = text.str.strip()
    none = pd.Series(False, index=text.index)
    values = plain.where(~plain.str.lower().isin(_EMPTY), None)
    return full_ids(values) if name.endswith("_id") else Parsed(values, none, none.copy(), none.copy())


def _per_cent(found: Parsed, text: pd.Series[Any]) -> Parsed:
    """A discount of 5 is one of 5 per cent; where all are up to 1 they could be fractions, which is said."""
    given = found.values.notna() & (found.values != 0) & ~text.str.contains("%", regex=False, na=False)
    if (found.values[given] > 1).any():
        values = found.values.where(~given, found.values / 100)
        return Parsed(values, found.coerced | given, found.guessed, found.refused, [*found.notes, "read as per cent"])
    notes = [*found.notes, "guessed to be fractions: none is above 1"] if given.any() else found.notes
    return Parsed(found.values, found.coerced, found.guessed | given, found.refused, notes)


def _fraction(found: Parsed, text: pd.Series[Any]) -> Parsed:
    """A share of 35 is one of 35 per cent, for the tables' own are fractions."""
    if not (found.values > 1).any():
        return found
    return _per_cent(found, text)


def _each(column: pd.Series[Any], change: Callable[[pd.Series[Any]], pd.Series[Any]]) -> pd.Series[Any]:
    """Change a column of text by changing each different text once."""
    codes, different = pd.factorize(column.fillna(""))
    return pd.Series(change(pd.Series(different)).array.take(codes), index=column.index)


def _bare(text: pd.Series[Any]) -> pd.Series[Any]:
    """Stages as words: without case, and without the pipeline that HubSpot writes behind them."""
    return text.str.strip().str.lower().str.replace(r"\s*\([^()]*pipeline[^()]*\)$", "", regex=True)


def stages(column: pd.Series[Any], file_words: dict[str, dict[str, str]]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The stages of the case for those of an export, and the export's words."""
    word = _each(column, _bare)
    own = {s: s for s in ("exploring", "qualified", "proposed", "negotiating", "committed")}
    return word.map(WORDS["stage"] | own | {k.lower(): v for k, v in file_words.get("stage", {}).items()}), word


def _opportunities(
    frame: pd.DataFrame, file: FileMap, mapping: Map, rows: _Rows, done: Imported, name: str, signs: pd.DataFrame
) -> pd.DataFrame:
    if "STAGE" in frame and "PIPELINE" in frame:
        frame["STAGE"] = _without(frame["STAGE"], frame["PIPELINE"])
    _status(frame, file, rows, done, name)
    if "STAGE" in frame:
        frame["stage"], stage = stages(frame["STAGE"], file.words)
        unknown = frame["stage"].isna() & (frame.get("status", "open") == "open") & (stage != "")
        rows.add("refused", "stage", unknown)
        if unknown.any():
            found = stage[unknown].value_counts()
            done.notes.append(
                f"{name}: these stages have no counterpart and were left empty: {_counted(found)}. Say in the map what "
                f"they are, such as words: {{stage: {{{written(found.index[0])}: proposed}}}}."
            )
    if "CLOSE_DATE" in frame and "status" in frame:
        decided = frame["status"] != "open"
        frame["closed_on"] = frame["CLOSE_DATE"].where(decided)
        frame["expected_close_on"] = frame["CLOSE_DATE"].where(~decided)
        done.notes.append(
            f"{name}: the close date is when it closed for decided opportunities, expected for open ones."
        )
    if {"status", "closed_on"} <= set(frame):
        dayless = int((frame["status"].isin(["won", "lost"]) & frame["closed_on"].isna()).sum())
        if dayless:
            done.notes.append(
                f"{name}: {_rows(dayless)} won or lost without a day on which they closed; kept as they are."
            )
    if {"created_on", "closed_on"} <= set(frame):
        early = frame["closed_on"] < frame["created_on"]
        if early.any():
            done.notes.append(f"{name}: {int(early.sum())} opportunities close before they begin; both days were kept.")
    if "amount_local" in frame:
        without = frame["amount_local"].isna()
        closed = int((without & (frame.get("status", "open") == "won")).sum())
        if without.any():
            done.notes.append(
                f"{name}: {_rows(int(without.sum()))} without an amount kept as they are, {closed:,} of them won."
            )
    if "amount_local" in frame and (below := int((frame["amount_local"] < 0).sum())):
        done.notes.append(f"{name}: {_rows(below)} with an amount below 0 kept as they are.")
    if "amount_local" in frame or "amount_eur" in frame:
        _money(frame, file, mapping, rows, done, name, signs)
    return frame


def _without(stage: pd.Series[Any], pipeline: pd.Series[Any]) -> pd.Series[Any]:
    """Stages without the pipeline that HubSpot writes behind them in brackets, whatever it is called."""
    pairs = zip(stage.fillna(""), pipeline.fillna(""), strict=True)
    bare = [word.removesuffix(f"({line})").strip() if line else word for word, line in pairs]
    return pd.Series(bare, index=stage.index, dtype=object)


def _counted(found: pd.Series[Any]) -> str:
    return ", ".join(f"{word} ({count:,})" for word, count in found.head(8).items())


def _status(frame: pd.DataFrame, file: FileMap, rows: _Rows, done: Imported, name: str) -> None:
    """Say of each opportunity whether it is won, lost or open: by its status, else by its flags, else by its stage."""
    given = frame["status"] if "status" in frame and frame["status"].notna().any() else None
    if given is not None:
        none = given.isna() & ~rows.has("refused", file.columns["status"])
        rows.add("guessed", "status", none)
        frame["status"] = given.where(~none, "open")
        if none.any():
            done.notes.append(f"{name}: {_rows(int(none.sum()))} without a status were guessed to be open.")
        return
    if not {"STAGE", "IS_WON", "IS_CLOSED"} & set(frame):
        return
    nothing = pd.Series(None, index=frame.index, dtype=object)
    won, closed = frame.get("IS_WON", nothing), frame.get("IS_CLOSED", nothing)
    flagged = nothing.mask(won.eq(True), "won").mask(closed.eq(False) & ~won.eq(True), "open")
    flagged = flagged.mask(closed.eq(True) & won.eq(False), "lost")
    if "STAGE" not in frame:
        frame["status"] = flagged
        return
    word = _each(frame["STAGE"], _bare)
    sure = word.map(WORDS["status"] | {k.lower(): v for k, v in file.words.get("status", {}).items()})
    like = _each(word, _like)
    against = int((flagged.notna() & sure.notna() & (flagged != sure)).sum())
    if against:
        done.notes.append(
            f"{name}: {_rows(against)} whose stage says another status than the flags; the flags were taken."
        )
    status = flagged.fillna(sure)
    guessed = status.isna() & like.notna()
    status = status.fillna(like)
    if guessed.any():
        words = sorted(word[guessed].unique())[:5]
        done.notes.append(f"{name}: status was guessed from the stages {', '.join(words)}.")
    left = status.isna() & closed.eq(True)
    if left.any():
        done.notes.append(
            f"{name}: {_rows(int(left.sum()))} closed in a stage that says neither won nor lost have no status: "
            f"{_counted(word[left].value_counts())}. Say in the map which it is, such as words: "
            f"{{status: {{{written(word[left].iloc[0])}: won}}}}."
        )
    if not status.isin(["won", "lost"]).any():
        done.notes.append(
            f"{name}: no stage says won or lost, so all count as open. Say in the map which do, such as "
            "words: {status: {auftrag: won, absage: lost}}."
        )
    known = stages(frame["STAGE"], file.words)[0].notna()
    supposed = status.isna() & ~left & ~known
    if supposed.any():
        which = _counted(word[supposed].where(word[supposed] != "", "none").value_counts())
        done.notes.append(
            f"{name}: {_rows(int(supposed.sum()))} guessed to be open, for their stage says nothing else: {which}. Say "
            "in the map which are won or lost, such as words: {status: {auftrag: won}}."
        )
    rows.add("guessed", "status", guessed | supposed)
    frame["status"] = status.where(left, status.fillna("open"))


# In English, German, French, Spanish, Italian, Dutch and Swedish.
_ENDS = {
    "won": "won|gewonnen|gagnée?|ganad[ao]|vint[ao]|vunnen|vunnit",
    "lost": "lost|verloren|perdue?|perdid[ao]|pers[ao]|förlorad|förlorat",
}


def _like(word: pd.Series[Any]) -> pd.Series[Any]:
    """Won or lost for stages that hold one of the words for it, and neither one for the other nor a not."""
    says = {kind: word.str.contains(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])") for kind, words in _ENDS.items()}
    sure = (says["won"] ^ says["lost"]) & ~word.str.contains(r"\b(?:not|nicht|non|pas|no|inte|ikke|niet)\b")
    found = pd.Series(None, index=word.index, dtype=object)
    return found.mask(sure & says["won"], "won").mask(sure & says["lost"], "lost")


def _money(
    frame: pd.DataFrame, file: FileMap, mapping: Map, rows: _Rows, done: Imported, name: str, signs: pd.DataFrame
) -> None:
    """Give each amount its currency and its value in EUR: what the cell or its column says, else what the map does."""
    ours = mapping.currency
    if "amount_local" in frame:
        there = frame["amount_local"].notna()
        sign, unsure = (signs[f"amount_local {kind}"] for kind in _SIGNS)
        named = frame["currency"] if "currency" in frame else pd.Series(None, index=frame.index, dtype=object)
        differ = int(
            (there & named.notna() & sign.notna() & (named != sign) & ~(unsure & named.isin(_SIGNED_ALIKE))).sum()
        )
        if differ:
            done.notes.append(
                f"{name}: {differ:,} amounts bear the sign of another currency than their column names; the column was "
                "taken."
            )
        supposed = there & named.isna() & unsure
        if supposed.any():
            which = ", ".join(sorted(sign[supposed].unique()))
            done.notes.append(f"{name}: the sign of {int(supposed.sum()):,} amounts was guessed to be that of {which}.")
        nameless = there & named.isna() & sign.isna()
        rows.add("guessed", "currency", nameless | supposed)
        if nameless.any() and "currency" in frame:
            done.notes.append(
                f"{name}: {_rows(int(nameless.sum()))} without a currency; {ours} was guessed. Set `currency` in the "
                "map."
            )
        elif nameless.any():
            whose = "amounts name" if nameless.sum() == there.sum() else f"{int(nameless.sum()):,} amounts name"
            done.notes.append(f"{name}: {whose} no currency; {ours} was guessed. Set `currency` in the map.")
        frame["currency"] = named.fillna(sign).fillna(ours)
    if "amount_eur" in frame:
        _converted(frame, file, mapping, rows, done, name, signs["amount_eur sign"])
    if "amount_local" not in frame:
        return
    worked_out = in_eur(frame["amount_local"], frame["currency"], mapping)
    frame["amount_eur"] = frame["amount_eur"].fillna(worked_out) if "amount_eur" in frame else worked_out
    without = frame["amount_eur"].isna() & frame["amount_local"].notna()
    if without.any():
        which = ", ".join(sorted(frame.loc[without, "currency"].unique()))
        done.notes.append(
            f"{name}: {int(without.sum())} amounts in {which} lack a rate, so amount_eur; set `rates` in the map."
        )


def _converted(
    frame: pd.DataFrame, file: FileMap, mapping: Map, rows: _Rows, done: Imported, name: str, sign: pd.Series[Any]
) -> None:
    """Turn amounts that the CRM converted into EUR, for its own currency may be another."""
    nobody = pd.Series(None, index=frame.index, dtype=object)
    said = frame["EUR_CURRENCY"].fillna(sign) if "EUR_CURRENCY" in frame else sign.fillna(nobody)
    there = frame["amount_eur"].notna()
    nameless = there & said.isna()
    if "eur" not in file.columns["amount_eur"].lower() and nameless.any():
        said = said.fillna(mapping.currency)
        rows.add("guessed", "amount_eur", nameless)
        done.notes.append(
            f"{name}: amounts in {file.columns['amount_eur']} name no currency; {mapping.currency} was guessed. Set "
            "`currency` in the map."
        )
    frame["amount_eur"] = in_eur(frame["amount_eur"], said.fillna("EUR"), mapping)
    other = there & (said.fillna("EUR") != "EUR")
    if other.any():
        which = ", ".join(sorted(said[other].unique()))
        done.notes.append(
            f"{name}: {int(other.sum()):,} amounts in {file.columns['amount_eur']} are in {which}, not in EUR; turned "
            "by the map's rates where it has one."
        )


def in_eur(amount: pd.Series[Any], currency: pd.Series[Any], mapping: Map) -> pd.Series[Any]:
    """Amounts in EUR by the map's rates; empty where there is none."""
    return (amount * currency.map({"EUR": 1.0} | mapping.rates)).round(2)


def _unique(frame: pd.DataFrame, table: str, rows: _Rows, done: Imported, raw: RawTable) -> pd.DataFrame:
    keys = [k for k in keys_of(table) if k in frame]
    state = np.full(len(frame), "taken", object)
    state[rows.marks["refused"] != ""] = "taken in part"
    name = raw.name
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
            done.notes.append(f"{name}: {_rows(int(nameless.sum()))} without an id refused.")
        if second.any():
            which = "the one changed last" if "MODIFIED" in frame else "the first"
            done.notes.append(f"{name}: {_rows(int(second.sum()))} with the id of another; {which} of each was kept.")
        keep = ~(nameless | second)
    else:
        keep = pd.Series(True, index=frame.index)
    label = frame[keys[0]] if keys else pd.Series("", index=frame.index)
    account = {"line": rows.line, "id": label.to_numpy(), "row": state}
    account |= {kind: np.char.rstrip(mark.astype(str), "; ") for kind, mark in rows.marks.items()}
    found = pd.DataFrame(account)
    if len(raw.aside):
        found = pd.concat([found, raw.aside.rename(columns={"text": "id"})], ignore_index=True)
        found = found.fillna(dict.fromkeys(rows.marks, "")).sort_values("line", ignore_index=True)
    done.rows[name] = found
    return frame[keep]


def masked(text: str) -> str:
    """A text of which only the form is left: its letters are x."""
    return re.sub(r"[^\W\d_]", "x", text)
