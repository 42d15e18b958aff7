"""Turns text into dates, numbers and truth values by the evidence of a whole column, and says what it had to guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from babel.dates import get_month_names

Order = Literal["day-first", "month-first"]
Mark = Literal["point", "comma"]

_TRUE = frozenset({"true", "yes", "y", "1", "t", "ja", "oui", "si", "sí", "x", "wahr", "vrai", "1.0", "sant"})
_FALSE = frozenset({"false", "no", "n", "0", "f", "nein", "non", "", "falsch", "faux", "0.0", "falskt", "nej"})
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs")
# A day with the month as a word, behind a weekday or not; commas and points are spaces by then.
_DAY_MONTH = r"^(?:[^\W\d]+ )?(\d{1,2})(?:st|nd|rd|th|er)? (?:de )?([^\W\d]+) (?:de )?(\d{4}|\d{2})$"
_MONTH_DAY = r"^(?:[^\W\d]+ )?([^\W\d]+) (\d{1,2})(?:st|nd|rd|th|er)? (\d{4}|\d{2})$"


@dataclass
class Parsed:
    """Values with, for each row, whether the value was coerced, guessed or refused; `notes` say how, for the column."""

    values: pd.Series[Any]
    coerced: pd.Series[Any]
    guessed: pd.Series[Any]
    refused: pd.Series[Any]
    notes: list[str] = field(default_factory=list)


def joined(text: pd.Series[Any]) -> str:
    """All cells in one text, a line each: to ask whether any holds a sign takes a hundredth of the time there."""
    return "\n".join(text.dropna().tolist())


def _start(text: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    text = text.astype(object).where(text.notna(), "").astype(str).str.replace("\u00a0", " ", regex=False).str.strip()
    return text, pd.Series(False, index=text.index)


def parse_dates(text: pd.Series[Any], order: Order | None = None) -> Parsed:
    """Read days from text: year first, numeric with any separator, with months' names in the languages of Europe,
    with or without a time; the numbers that Excel and databases keep days as.

    Whether day or month stands first is told by values in which one of them is above 12. Where none tells, and `order`
    does not say, day first is guessed; where both kinds occur, only values that tell by themselves are read.
    """
    text, none = _start(text)
    days = pd.Series(pd.NaT, index=text.index, dtype="datetime64[ns]")
    guessed = none.copy()
    notes: list[str] = []
    short = _short_years_first(text) if order is None else none
    if short.any():
        guessed |= short
        text = text.where(~short, "20" + text)
        notes.append("guessed to be year, month and day; set `dates: day-first` in the map if not")

    year_first = text.str.extract(r"^(\d{4})([-./]?)(\d{1,2})\2(\d{1,2})(?:[T ,].*)?$").dropna()
    year_first = year_first[(year_first[1] != "") | text[year_first.index].str.match(r"(?:19|20)\d{6}$")]
    iso = pd.Series(text.index.isin(year_first.index), index=text.index)
    days[year_first.index] = _days(year_first[0], year_first[2], year_first[3])
    coerced = iso & ~text.str.match(r"\d{4}-\d{2}-\d{2}$")

    numeric = text[~iso].str.extract(r"^(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})(?:[ ,T].*)?$").dropna()
    if len(numeric):
        first, second = numeric[0].astype(int), numeric[2].astype(int)
        day_first, month_first = _evidence(first, second)
        dotted = (numeric[1] == ".").all()
        if order is None and day_first and month_first:
            notes.append("dates are written both day first and month first; those that could be either were refused")
            tells = first.between(13, 31) ^ second.between(13, 31)
            by_day = first.between(13, 31)
        else:
            tells = pd.Series(True, index=numeric.index)
            if order:
                by_day = pd.Series(order == "day-first", index=numeric.index)
            elif day_first or month_first:
                by_day = pd.Series(day_first, index=numeric.index)
                notes.append(f"read as {'day' if day_first else 'month'} first, as values above 12 show")
            else:
                by_day = pd.Series(True, index=numeric.index)
                if not dotted:
                    guessed[numeric.index] = True
                    notes.append("guessed to be day first: no value tells; set `dates: month-first` in the map if not")
        day, month = first.where(by_day, second), second.where(by_day, first)
        days[numeric.index[tells]] = _days(numeric[3][tells], month[tells], day[tells])
        coerced[numeric.index] = True

    rest = text[days.isna() & (text != "")]
    if len(rest):
        plain = rest.str.replace(r"[,./-]+", " ", regex=True).str.replace(r"\s+", " ", regex=True)
        plain = plain.str.replace(r" \d{1,2}:\d{2}.*$", "", regex=True)
        for form, of_day, of_month in ((_DAY_MONTH, 0, 1), (_MONTH_DAY, 1, 0)):
            parts = plain.str.extract(form).dropna()
            months = parts[of_month].str.lower().map(_months()).dropna()
            days[months.index] = _days(parts.loc[months.index, 2], months, parts.loc[months.index, of_day])
            coerced[months.index] = True
        serial = rest[days[rest.index].isna() & rest.str.fullmatch(r"[2-6]\d{4}(?:[.,]\d+)?")]
        if len(serial):
            count = serial.str[:5].astype(int)  # what follows is the time
            days[serial.index] = pd.Timestamp("1899-12-30") + pd.to_timedelta(count, unit="D")
            guessed[serial.index] = True
            notes.append("numbers such as 45292 were guessed to be Excel's count of days")
        since = rest[days[rest.index].isna() & rest.str.fullmatch(r"1\d{9}(?:\d{3})?")]
        if len(since):
            seconds = since.astype(float) / since.str.len().map({10: 1, 13: 1000})
            days[since.index] = pd.to_datetime(seconds, unit="s").dt.normalize()
            guessed[since.index] = True
            notes.append("numbers such as 1735689600 were guessed to be seconds, or thousandths of them, since 1970")
    refused = days.isna() & (text != "")
    return Parsed(days.astype("datetime64[ns]"), coerced & ~refused, guessed & ~refused, refused, notes)


_SHORT = re.compile(r"^\d\d([-/])\d\d\1\d\d(?:[ T]|$)", re.MULTILINE)


def _short_years_first(text: pd.Series[Any]) -> pd.Series[Any]:
    """Which values are like 24-12-31, where a whole column says so: its years are few and its days are many."""
    if not _SHORT.search(joined(text)):
        return pd.Series(False, index=text.index)
    parts = text.str.extract(r"^(\d\d)([-/])(\d\d)\2(\d\d)(?:[ T].*)?$")
    given = parts.dropna()
    year, month, day = (given[part].astype(int) for part in (0, 2, 3))
    plausible = year.between(13, 39) & month.between(1, 12) & day.between(1, 31)
    if not len(given) or not plausible.all() or year.nunique() > day.nunique():
        return pd.Series(False, index=text.index)
    return parts[0].notna()


@cache
def _months() -> dict[str, int]:
    """Months' names and their short forms, in lower case, to their numbers; what means two months is not in it."""
    found: dict[str, set[int]] = {"sept": {9}}
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    found.setdefault(name.lower().rstrip("."), set()).add(number)
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1}


def _days(year: pd.Series[Any], month: pd.Series[Any], day: pd.Series[Any]) -> pd.Series[Any]:
    """Days of numbers; years of two digits are those from 1969 to 2068, as programs read them. No such day is NaT."""
    years = year.astype(int)
    years = years.where(years > 99, years + 1900 + 100 * (years < 69))
    years = years.where(years.between(1700, 2261))  # further off is no day of a deal, but a filler such as 9999
    parts = pd.DataFrame({"year": years, "month": month.astype(int), "day": day.astype(int)})
    return pd.to_datetime(parts, errors="coerce").astype("datetime64[ns]")


def date_order(columns: Iterable[pd.Series[Any]]) -> Order | None:
    """What the date columns of one file tell together: one program wrote them, so one that tells speaks for all."""
    day, month = False, False
    for text in columns:
        if _short_years_first(text.astype(str)).any():
            continue
        parts = text.astype(str).str.extract(r"^\s*(\d{1,2})[./-](\d{1,2})[./-](?:\d{4}|\d{2})(?:\D.*)?$").dropna()
        if len(parts):
            seen = _evidence(parts[0].astype(int), parts[1].astype(int))
            day, month = day or seen[0], month or seen[1]
    return None if day == month else "day-first" if day else "month-first"


def _evidence(first: pd.Series[Any], second: pd.Series[Any]) -> tuple[bool, bool]:
    return bool(first.between(13, 31).any()), bool(second.between(13, 31).any())


def parse_numbers(text: pd.Series[Any], mark: Mark | None = None) -> Parsed:
    """Read numbers from text with currency signs, thousands separators, decimal commas or points, (1,200) for minus.

    The decimal mark is told by the values: a number with both marks, or with other than three digits behind one. Where
    none tells, and `mark` does not say, a lone mark before three digits is guessed to separate thousands.
    """
    text, none = _start(text)
    guessed = none.copy()
    notes: list[str] = []
    values = pd.to_numeric(text.where(text != ""), errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    # A plain number needs no evidence unless its only point could be a thousands separator.
    unsure = text.str.fullmatch(r"-?\d{1,3}(?:\.\d{3})+") & (text.str.count(r"\.") == 1)
    rest = text[(values.isna() | unsure) & (text != "")]
    coerced = none.copy()
    if len(rest):
        bare = rest.str.replace(_CURRENCY, "", regex=True).str.replace(r"['’\s%]", "", regex=True)
        bare = bare.str.replace(r"(?<=\d)(?:[.,:][-–—]+)$", "", regex=True)  # 1.200,- is a price without cents
        minus = bare.str.match(r"^\(.*\)$") | bare.str.endswith("-") | bare.str.startswith(("-", "−"))
        bare = bare.str.replace(r"^[(\-−]+|[)\-−]+$", "", regex=True)  # a dash within makes it two numbers
        both = bare.str.contains(",") & bare.str.contains(r"\.")
        comma_last = both & (bare.str.rfind(",") > bare.str.rfind("."))
        # A mark that occurs twice separates thousands, so the other one is that of decimals.
        comma = bare.str.match(r"^\d+,(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:\.\d{3}){2,}$") | comma_last
        comma |= rest.str.contains(r"\d,[-–—]+$")
        # Plain numbers elsewhere in the column bear witness too.
        plain = text.str.match(r"^-?\d+\.(?:\d{1,2}|\d{4,})$")
        point = bare.str.match(r"^\d+\.(?:\d{1,2}|\d{4,})$|^\d{1,3}(?:,\d{3}){2,}$") | (both & ~comma_last)
        says_comma, says_point = bool(comma.any()), bool(point.any() or plain.any())
        if mark is None and says_comma and says_point:
            notes.append("both decimal commas and decimal points occur; numbers that could be either were refused")
            either = ~comma & ~point & bare.str.contains(r"[.,]\d{3}$")
            decimal_comma = comma
        else:
            either = pd.Series(False, index=bare.index)
            decimal_comma = pd.Series(mark == "comma" if mark else says_comma, index=bare.index)
            if mark is None and not says_comma and not says_point:
                lone = bare.str.fullmatch(r"\d{1,3}[.,]\d{3}")
                guessed[lone[lone].index] = True
                decimal_comma = decimal_comma | bare.str.fullmatch(r"\d{1,3}\.\d{3}")
                if lone.any():
                    notes.append("a mark before three digits was guessed to separate thousands; set `decimal` if not")
        as_comma = bare.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        as_point = bare.str.replace(",", "", regex=False)
        found = pd.to_numeric(as_comma.where(decimal_comma, as_point), errors="coerce").where(~either)
        found = found.where(np.isfinite(found))
        found = found.where(~minus, -found)
        share = rest.str.contains("%", regex=False)
        values[rest.index] = found.where(~share, found / 100)
        coerced[rest.index] = True
    refused = values.isna() & (text != "")
    return Parsed(values, coerced & ~refused, guessed & ~refused, refused, notes)


# What names a currency in an amount. Of the last three signs more than one country writes each.
_SIGNS = {
    "€": "EUR", "£": "GBP", "us$": "USD", "zł": "PLN", "kč": "CZK", "fr.": "CHF", "sfr": "CHF", "a$": "AUD",
    "c$": "CAD", "r$": "BRL", "₹": "INR", "$": "USD", "¥": "JPY", "￥": "JPY",
}  # fmt: skip
_UNSURE = frozenset({"$", "¥", "￥"})
_CODES = (
    "eur", "usd", "gbp", "sek", "chf", "jpy", "nok", "dkk", "isk", "pln", "czk", "huf", "ron", "bgn", "try", "inr",
    "cny", "aud", "nzd", "cad", "brl", "mxn", "zar", "sgd", "hkd",
)  # fmt: skip
_CURRENCY = re.compile(
    rf"(?<![a-z])(?:{'|'.join(_CODES)})(?![a-z])|{'|'.join(map(re.escape, _SIGNS))}|(?<![a-z])s?kr\.?(?![a-z])",
    re.IGNORECASE,
)
_NAMED = {
    "euro": "EUR", "euros": "EUR", "us dollar": "USD", "u.s. dollar": "USD", "british pound": "GBP",
    "pound sterling": "GBP", "swedish krona": "SEK", "norwegian krone": "NOK", "danish krone": "DKK",
    "swiss franc": "CHF", "schweizer franken": "CHF", "us-dollar": "USD",
}  # fmt: skip


def currencies(text: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The currency that each amount is written with, or None; and whether its sign leaves open which one it is.

    A krona alone names none: which of three it is, no one can tell from it.
    """
    text = _start(text)[0]
    written = text[pd.to_numeric(text, errors="coerce").isna()]  # a bare number names no currency
    found = written.str.extract(f"({_CURRENCY.pattern})", flags=re.IGNORECASE)[0].str.lower()
    code = found.map(_SIGNS).fillna(found.where(found.isin(_CODES)).str.upper())
    code = code.astype(object).where(code.notna(), None).reindex(text.index, fill_value=None)
    return code, found.isin(_UNSURE).reindex(text.index, fill_value=False)


def parse_currency(text: pd.Series[Any]) -> Parsed:
    """Read codes of currencies, and their names and signs, as codes; other words stay as they are, in capitals."""
    text, none = _start(text)
    low = text.str.lower()
    code = low.map(_NAMED | {sign: code for sign, code in _SIGNS.items() if sign not in _UNSURE})
    values = code.fillna(text.str.upper()).where(text != "", None)
    return Parsed(values, (values != text) & (text != ""), none, none.copy())


def parse_flags(text: pd.Series[Any]) -> Parsed:
    """Read truth values; an empty cell is false, as CRMs export an unticked box."""
    text, none = _start(text)
    low = text.str.lower()
    true, false = low.isin(_TRUE), low.isin(_FALSE)
    return Parsed(true, (true | false) & ~low.isin({"true", "false", ""}), none, ~(true | false))


def parse_choices(text: pd.Series[Any], synonyms: dict[str, str]) -> Parsed:
    """Read words of a fixed list; `synonyms` maps lower-case words to the list's own."""
    text, none = _start(text)
    low = text.str.lower()
    values = low.map(synonyms)
    values = values.fillna(low.str.replace("_", " ").map(synonyms))  # HubSpot's internal names
    refused = values.isna() & (text != "")
    return Parsed(values, (low != values) & ~refused & (text != ""), none, refused)


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def full_ids(ids: pd.Series[Any]) -> Parsed:
    """Write Salesforce's ids of 15 characters with the 3 that make them unique whatever the case, and take the first of
    several ids in a cell. Other ids stay as they are."""
    none = pd.Series(False, index=ids.index)
    values, notes = ids.copy(), []
    coerced, guessed = none.copy(), none.copy()
    given = ids.dropna().astype(str)
    rounded = none
    if "+" in joined(given):
        rounded = none | ids.index.isin(given.index[given.str.fullmatch(r"\d(?:[.,]\d+)?[Ee]\+\d+")])
    if rounded.any():
        values = ids = ids.where(~rounded, None)
        notes.append("a spreadsheet has rounded these ids, so many may look like one; export them again as text")
    elif len(given) and given.iloc[0].endswith(".0") and given.str.fullmatch(r"\d+\.0").all():
        values = ids = ids.str.removesuffix(".0")
        coerced = ids.notna()
        notes.append("ids were written without the .0 behind them")
    texts = ["" if pd.isna(text) else text for text in ids]
    short = pd.Series(
        [len(text) == 15 and text.isalnum() and text.isascii() for text in texts], index=ids.index, dtype=bool
    )
    if short.any() and _looks_like_salesforce(values[short]):
        values[short] = values[short].map(lambda text: text + _suffix(text))
        coerced |= short
        notes.append("ids of 15 characters were written with 18")
    several = pd.Series([";" in text for text in texts], index=ids.index, dtype=bool)
    if several.any():
        values[several] = values[several].str.split(";").str[0].str.strip()
        guessed = several
        notes.append("of several ids in a cell the first was taken")
    return Parsed(values, coerced, guessed, none | rounded, notes)


def _looks_like_salesforce(ids: pd.Series[Any]) -> bool:
    """Ids of few kinds of record: the first three characters name the kind, and begin with one of a few signs."""
    start = ids.str[:3].unique()
    return len(start) <= 6 and all(text[0] in "0578a" for text in start)


def _suffix(text: str) -> str:
    return "".join(
        _ALPHABET[sum(1 << place for place, sign in enumerate(text[at : at + 5]) if sign.isupper())]
        for at in (0, 5, 10)
    )
