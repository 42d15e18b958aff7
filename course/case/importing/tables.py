"""Makes case tables of the files of an export and keeps account of what became of every value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from course.case.columns import Column
from course.case.importing.mapping import FileMap, Map
from course.case.importing.names import RECORDS, WORDS, declared
from course.case.importing.reading import RawTable
from course.case.importing.values import (
    Parsed,
    date_order,
    full_ids,
    parse_choices,
    parse_dates,
    parse_flags,
    parse_numbers,
)

# Lists of words that every firm shares. Others, such as industries, are the firm's own and taken as they are.
_SHARED = {"status", "stage", "motion", "segment", "influence", "sales_model"}
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
    stand_ins = file.stand_ins()
    done.stand_ins |= stand_ins
    if file.dates is None:
        dated = [n for c, n in file.columns.items() if _is_date(c, columns.get(c))]
        file = file.model_copy(update={"dates": date_order(source[n].drop_duplicates() for n in dated)})
    for column, name in file.columns.items():
        # Cells of an export repeat: each different one is read once.
        codes, different = pd.factorize(source[name])
        text = pd.Series(different, dtype=object).str.strip()
        once = _parse(text, columns.get(column), column, file)
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
        frame = _opportunities(frame, file, mapping, rows, done, raw.name)
    if file.table == "contacts" and "name" not in frame and {"FIRST_NAME", "LAST_NAME"} & set(frame):
        names = [frame[c].fillna("") for c in ("FIRST_NAME", "LAST_NAME") if c in frame]
        frame["name"] = names[0] if len(names) == 1 else (names[0] + " " + names[1]).str.strip()
    return _unique(frame, file.table, rows, done, raw)


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
        return _per_cent(found, text) if name == "discount_rate" else found
    if name in ("IS_WON", "IS_CLOSED") or (column and column.kind == "boolean"):
        return parse_flags(text)
    # Stages are the firm's own in a record of changes; there they are matched where they are used.
    if column and name in _SHARED and column.choices:
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
    frame: pd.DataFrame, file: FileMap, mapping: Map, rows: _Rows, done: Imported, name: str
) -> pd.DataFrame:
    given = frame["status"] if "status" in frame and frame["status"].notna().any() else None
    if given is not None:
        rows.add("guessed", "status", given.isna())
        frame["status"] = given.fillna("open")
        if given.isna().any():
            done.notes.append(f"{name}: {_rows(int(given.isna().sum()))} without a status were guessed to be open.")
    elif "IS_WON" in frame and "IS_CLOSED" in frame:
        frame["status"] = np.where(frame["IS_WON"], "won", np.where(frame["IS_CLOSED"], "lost", "open"))
    elif "STAGE" in frame:
        word = _each(frame["STAGE"], _bare)
        known = WORDS["status"] | {k.lower(): v for k, v in file.words.get("status", {}).items()}
        sure = word.map(known)
        like = _each(word, lambda text: text.str.extract(r"\b(won|lost)\b")[0])
        frame["status"] = sure.fillna(like).where(word != "", None).fillna("open")
        guessed = sure.isna() & like.notna()
        rows.add("guessed", "status", guessed)
        if guessed.any():
            words = sorted(word[guessed].unique())[:5]
            done.notes.append(f"{name}: status was guessed from the stages {', '.join(words)}.")
        if not frame["status"].isin(["won", "lost"]).any():
            done.notes.append(
                f"{name}: no stage says won or lost, so all count as open. Say in the map which do, such as "
                "words: {status: {gewonnen: won, verloren: lost}}."
            )
    if "STAGE" in frame:
        frame["stage"], stage = stages(frame["STAGE"], file.words)
        unknown = frame["stage"].isna() & (frame.get("status", "open") == "open") & (stage != "")
        rows.add("refused", "stage", unknown)
        if unknown.any():
            found = stage[unknown].value_counts()
            said = ", ".join(f"{word} ({count:,})" for word, count in found.head(8).items())
            done.notes.append(
                f"{name}: these stages have no counterpart and were left empty: {said}. Say in the map what they are, "
                f"such as words: {{stage: {{{found.index[0]}: proposed}}}}."
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
    if "amount_local" in frame:
        without = frame["amount_local"].isna()
        closed = int((without & (frame.get("status", "open") == "won")).sum())
        if without.any():
            done.notes.append(
                f"{name}: {_rows(int(without.sum()))} without an amount kept as they are, {closed:,} of them won."
            )
    if "amount_local" in frame and "amount_eur" not in frame:
        if "currency" in frame:
            nameless = frame["currency"].isna() & frame["amount_local"].notna()
            frame["currency"] = frame["currency"].fillna(mapping.currency).str.upper()
            rows.add("guessed", "currency", nameless)
            if nameless.any():
                done.notes.append(
                    f"{name}: {_rows(int(nameless.sum()))} without a currency; {mapping.currency} was guessed. Set "
                    "`currency` in the map."
                )
        else:
            frame["currency"] = pd.Series(mapping.currency, index=frame.index)
            rows.add("guessed", "currency", frame["amount_local"].notna())
            done.notes.append(
                f"{name}: amounts name no currency; {mapping.currency} was guessed. Set `currency` in the map."
            )
        frame["amount_eur"] = in_eur(frame["amount_local"], frame["currency"], mapping)
        without = frame["amount_eur"].isna() & frame["amount_local"].notna()
        if without.any():
            which = ", ".join(sorted(frame.loc[without, "currency"].unique()))
            done.notes.append(
                f"{name}: {int(without.sum())} amounts in {which} lack a rate, so amount_eur; set `rates` in the map."
            )
    return frame


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
