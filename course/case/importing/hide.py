"""Puts pseudonyms in the place of people's and firms' names and e-mail addresses, the same one everywhere."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from typing import Any

import pandas as pd

from course.case.importing.reading import EMAIL
from course.case.importing.tables import Imported, keys_of, masked
from course.case.registry import published

# Columns that name somebody, in whatever table they stand.
_PEOPLE = re.compile(r"(?:^|_)(?:rep_id|manager_id|specialist_id|norvane_rep|lead|owner|sponsor)$")
_NAMES = {
    "accounts": "firm", "acquired_accounts": "firm", "crm_accounts_raw": "firm", "partners": "firm",
    "contacts": "person", "reps": "person", "managers": "person", "crm_contacts_raw": "person",
}  # fmt: skip


def hide(done: Imported, key: bytes) -> None:
    """Change `done` in place; without `key` nobody finds the names again, and it is not kept.

    Ids of records stay, so that tables join; where names stand for ids, they too become pseudonyms. E-mail addresses
    are found wherever they stand. Text in which somebody wrote freely is not searched for names: `done.notes` says
    which columns those are.
    """

    def pseudonym(kind: str, text: str) -> str:
        # One name, whether its ä is one sign or two, with one space or more.
        one = " ".join(unicodedata.normalize("NFC", text).split()).casefold()
        mark = hmac.new(key, one.encode(), hashlib.sha256).hexdigest()[:10]
        return f"{mark}@example.invalid" if kind == "email" else f"{kind.capitalize()} {mark}"

    def scrubbed(text: str) -> str:
        return EMAIL.sub(lambda found: pseudonym("email", found[0].rstrip(".")), text)

    def changed(column: pd.Series[Any], kind: str) -> pd.Series[Any]:
        return column.map({text: pseudonym(kind, text) for text in column.dropna().unique()})

    names = done.stand_ins | {column: kind for column, kind in _IDS.items() if _are_names(done, column)}
    if "opportunity_id" in names:
        names["booking_id"] = "deal"  # bookings without lines bear their opportunity's id
    free: list[str] = []
    for table, frame in done.tables.items():
        for column in frame.columns:
            kind = names.get(column) or _kind(table, column)
            if kind:
                done.tables[table] = done.tables[table].assign(**{column: changed(frame[column], kind)})
                continue
            if not pd.api.types.is_numeric_dtype(frame[column]) and frame[column].dtype.kind not in "Mmb":
                texts = frame[column].dropna().unique()
                written = {t: s for t in texts if isinstance(t, str) and "@" in t and (s := scrubbed(t)) != t}
                if written:
                    done.tables[table] = done.tables[table].assign(**{column: frame[column].replace(written)})
            if _is_free(table, column) and frame[column].notna().any():
                free.append(f"{table}.{column}")
    for name, table in done.files.items():
        key_column = next(iter(keys_of(table)), "")
        kind = names.get(key_column) or _kind(table, key_column)
        rows = done.rows[name]
        there = rows["row"].str.startswith("refused: ") & ~rows["row"].isin(_BY_ID)
        ids = changed(rows["id"], kind) if kind else rows["id"].map(scrubbed, na_action="ignore")
        done.rows[name] = rows.assign(id=ids.where(~there, "left out: it may name somebody"))
    done.columns = [
        type(account)(
            **vars(account)
            | {"examples": tuple(masked(text) for text in account.examples), "source": scrubbed(account.source)}
        )
        for account in done.columns
    ]
    done.notes = [scrubbed(note) for note in done.notes]
    done.notes.append(
        "Names and e-mail addresses are pseudonyms now, the same everywhere; ids of records are as they were"
        + (f", but for {', '.join(sorted(names))}, for which names stood. " if names else ". ")
        + (
            "These columns hold your own words; e-mail addresses in them are pseudonyms too, but they were not "
            f"searched for names: {', '.join(free)}. Read them before you pass the tables on."
            if free
            else "No column of free text was taken."
        )
    )


_IDS = {"account_id": "firm", "contact_id": "person", "opportunity_id": "deal"}


def _are_names(done: Imported, column: str) -> bool:
    """Whether a map gave names as ids: no system's ids have spaces or are e-mail addresses."""
    frames = [frame for frame in (*done.tables.values(), *done.records.values()) if column in frame]
    return any(frame[column].astype(str).str.contains(r"\s|@").any() for frame in frames)


# Words of a list, the firm's or the course's.
_SHORT = (
    "region", "segment", "industry", "country", "town", "currency", "quarter", "product_line", "tier", "status",
    "stage", "motion", "influence", "sales_model", "channel", "kind",
)  # fmt: skip
_BY_ID = ("refused: no id", "refused: another row has this id")


def _kind(table: str, column: str) -> str:
    """What a column names: a firm, a person, an e-mail address, or nobody."""
    if column == "email":
        return "email"
    if column == "name":
        return _NAMES.get(table, "")
    return "person" if _PEOPLE.search(column) else ""


def _is_free(table: str, column: str) -> bool:
    """Text that is neither an id nor one of a list that the course fixes."""
    node = published().get(table)
    declared = next((c for c in node.columns if c.name == column), None) if node else None
    return bool(declared and declared.kind == "text" and not column.endswith("_id") and column not in _SHORT)
