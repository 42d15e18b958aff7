"""Which file is which table and which column is which: recognised, drafted for the user, or read from a map.yml."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from course.case.importing.names import BROAD, COLUMNS, HINTS, RECORDS, SHARED, SIGNS, STAND_INS, Sign, declared, plain
from course.case.importing.reading import RawTable
from course.case.registry import published
from course.errors import DataError
from course.source import Source, read_yaml

DERIVED = {
    "opportunities": {"CLOSE_DATE", "STAGE", "IS_WON", "IS_CLOSED", "MODIFIED", "EUR_CURRENCY", "PIPELINE"},
    "contacts": {"FIRST_NAME", "LAST_NAME"},
}


class FileMap(Source):
    """One file: its table, its columns (case column: column of the file), and how to read what values leave open."""

    table: str
    columns: dict[str, str]
    dates: Literal["day-first", "month-first"] | None = None
    decimal: Literal["point", "comma"] | None = None
    words: dict[str, dict[str, str]] = Field(default_factory=dict)

    @field_validator("columns", mode="before")
    @classmethod
    def _none(cls, columns: Any) -> Any:
        return {} if columns is None else columns

    @field_validator("words", mode="before")
    @classmethod
    def _texts(cls, words: Any) -> Any:
        """Stages that are numbers, as HubSpot names those of one's own pipeline, need no quotation marks."""
        if not isinstance(words, dict):
            return words
        return {
            c: {str(k): v for k, v in ours.items()} if isinstance(ours, dict) else ours for c, ours in words.items()
        }

    def stand_ins(self) -> dict[str, str]:
        """The columns of ids that are read from names, with what is named: a firm, a deal, an e-mail address."""
        known = {c: (kind, {plain(n) for n in names}) for c, (kind, names) in STAND_INS.get(self.table, {}).items()}
        return {c: kind for c, (kind, names) in known.items() if plain(self.columns.get(c, "")) in names}


class Map(Source):
    """A whole map.yml. `currency` is that of amounts without one; `rates` says what one unit of another is in EUR.

    `segments` says from how many employees on an account is of a segment, where it has no segment of its own.
    `years_back` moves every day back by so many years, for tasks ask about 2023 to 2025.
    A file that `files` does not name is recognised by its columns; where it is not, or where `files` names none of its
    columns, `aside` lists it and none of it is taken.
    """

    files: dict[str, FileMap] = Field(default_factory=dict)
    currency: str = "EUR"
    rates: dict[str, float] = Field(default_factory=dict)
    segments: dict[Literal["small", "mid-market", "enterprise"], int] = Field(default_factory=dict)
    years_back: int = Field(default=0, ge=0, le=100)
    aside: list[str] = Field(default_factory=list)

    @field_validator("currency")
    @classmethod
    def _code(cls, currency: str) -> str:
        if not re.fullmatch(r"[A-Za-z]{3}", currency):
            raise ValueError("expected a currency's code of three letters, such as EUR")
        return currency.upper()

    @field_validator("rates")
    @classmethod
    def _rates(cls, rates: dict[str, float]) -> dict[str, float]:
        found = {code.upper(): rate for code, rate in rates.items()}
        if wrong := [code for code, rate in found.items() if not 0 < rate < float("inf")]:
            raise ValueError(f"expected what one unit of {wrong[0]} is in EUR, a number above 0")
        if found.get("EUR", 1) != 1:
            raise ValueError("expected what one unit of another currency is in EUR; one EUR is 1")
        return found

    @classmethod
    def read(cls, path: Path, raws: Sequence[RawTable]) -> Map:
        """Read a map.yml and hold it against the files. Raises ContentError or DataError naming what does not fit."""
        mapping = read_yaml(path, cls)
        names = {raw.name: raw for raw in raws}
        for name, file in mapping.files.items():
            if name not in names:
                raise DataError(f"{path}: it maps {name}, which is not among the files: {', '.join(sorted(names))}.")
            allowed = _columns(file.table)
            if not allowed:
                raise DataError(
                    f"{path}: {name}: there is no table {file.table}. Tables: "
                    f"{', '.join(sorted({*published(), *RECORDS}))}."
                )
            for column, source in file.columns.items():
                if column not in allowed:
                    raise DataError(
                        f"{path}: {name}: {file.table} has no column {column}. It has {', '.join(sorted(allowed))}."
                    )
                if source not in names[name].frame.columns:
                    near = difflib.get_close_matches(source, names[name].frame.columns, 1)
                    hint = f" Did you mean {near[0]!r}?" if near else ""
                    raise DataError(f"{path}: {name} has no column {source!r}.{hint}")
            if file.columns and (lacking := _lacks_id(file)):
                raise DataError(
                    f"{path}: {name}: expected {lacking}, which tells one of {file.table} from another, under columns. "
                    "A column of names may stand for it."
                )
            _check_words(file, f"{path}: {name}")
        if strange := [name for name in mapping.aside if name not in names]:
            raise DataError(f"{path}: it leaves {strange[0]} aside, which is not among the files: {', '.join(names)}.")
        return mapping

    def completed(self, raws: Sequence[RawTable]) -> Map:
        """This map with the files that it does not name, recognised or set aside."""
        files, aside = dict(self.files), list(self.aside)
        for raw in raws:
            if raw.name in aside or (raw.name in files and files[raw.name].columns):
                continue
            if raw.name in files:  # of which no column is named
                del files[raw.name]
                aside.append(raw.name)
                continue
            if known := recognise(raw):
                files[raw.name] = known
            else:
                aside.append(raw.name)
        return self.model_copy(update={"files": files, "aside": aside})


def _lacks_id(file: FileMap) -> str:
    """The id that a table of records needs and the map does not give; nothing where it does, or none is needed."""
    keys = [c.name for c in declared(file.table) if c.key] if file.table in COLUMNS else []
    return keys[0] if keys and not set(keys) & set(file.columns) else ""


def _check_words(file: FileMap, where: str) -> None:
    """Raise DataError for words of a column that has no list of words, or for other words than those of its list."""
    lists = {c.name: c.choices for c in declared(file.table) if c.choices and c.name in SHARED}
    if file.table == "activity_records":
        lists["kind"] = next(c.choices for c in declared(file.table) if c.name == "kind")
    if file.table == "stage_changes":
        lists["stage"] = next(c.choices for c in declared("opportunities") if c.name == "stage")
    for column, words in file.words.items():
        if column not in lists:
            near = difflib.get_close_matches(column.lower(), lists, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise DataError(
                f"{where}: words: {column} has no list of words. Those of {file.table} that have one: "
                f"{', '.join(lists) or 'none'}.{hint}"
            )
        known = lists[column]
        if wrong := [ours for ours in words.values() if ours not in known]:
            raise DataError(
                f"{where}: words: {wrong[0]!r} is no {column} of the course; expected one of {', '.join(known)}."
            )


def _columns(table: str) -> set[str]:
    columns = {c.name for c in declared(table)}
    return columns | DERIVED.get(table, set()) if columns else columns


def recognise(raw: RawTable) -> FileMap | None:
    """The table or kind of record whose column names the file bears; None when they do not tell, or lack an id."""
    own = _own(raw)
    if own:
        return own
    there = {plain(c) for c in raw.frame.columns}
    for sign in SIGNS:
        if sign.fits(there) and (found := _found(raw, sign)):
            return found
    fitting = [sign for sign in BROAD if sign.fits(there)]
    broad = [found for sign in fitting if (found := _found(raw, sign)) and len(found.columns) >= 3]
    by_name = (found for sign in fitting if (found := _found(raw, sign, by_name=True)) and len(found.columns) > 3)
    return max(broad, key=lambda f: len(f.columns), default=None) or next(by_name, None)


def _found(raw: RawTable, sign: Sign, by_name: bool = False) -> FileMap | None:
    """The map of a file that bears the sign; None without an id, for which with `by_name` a name may stand."""
    there = {plain(c): c for c in reversed(raw.frame.columns)}
    found: dict[str, str] = {}
    for column, names in COLUMNS[sign.table].items():
        source = next((there[plain(n)] for n in (*names, column) if plain(n) in there), None)
        if source is not None and source not in found.values():
            found[column] = source
    for column, (_, names) in STAND_INS.get(sign.table, {}).items():
        source = next((there[plain(n)] for n in names if plain(n) in there), None)
        if source is not None and column not in found and (by_name or column != next(iter(COLUMNS[sign.table]))):
            found = {column: source, **found}
    keys = [c.name for c in declared(sign.table) if c.key] or [next(iter(COLUMNS[sign.table]))]
    # An id is what other tables join by; a table without one can't be told from a report.
    return FileMap(table=sign.table, columns=found) if any(k in found for k in keys) else None


def _own(raw: RawTable) -> FileMap | None:
    """A file that bears the name of a case table, and either most of its columns or no others."""
    node = published().get(raw.path.stem)
    columns = {c.name: c.name for c in node.columns if c.name in raw.frame} if node else {}
    if _lacks_id(FileMap(table=raw.path.stem, columns=columns)):
        return None
    whole = node is not None and (len(columns) >= 0.8 * len(node.columns) or len(columns) == raw.frame.shape[1])
    return FileMap(table=raw.path.stem, columns=columns) if whole else None


def draft(raws: Sequence[RawTable], mapping: Map | None = None) -> str:
    """A map.yml for these files: what is known filled in, what is not as comments with the nearest guesses."""
    mapping = mapping or Map()
    rates = ", ".join(f"{code}: {rate:g}" for code, rate in mapping.rates.items())
    lines = [
        "# Which file is which table, and which of its columns is which. Check each line, then run",
        "#   course case import FILES --map THIS-FILE --out data",
        "# Lines with # are guesses or open questions; nothing is taken from a column that is not named here. A file",
        "# that is not named here is recognised by its columns, or left out. In a file you may add, for example,",
        "#     dates: day-first     # or month-first: whether 03/04/2025 is 3 April or 4 March",
        "#     decimal: comma       # or point: whether 1.250 is a thousand or one and a quarter",
        "#     words: {stage: {technical audit: proposed}, status: {auftrag: won}}   # your words for the course's",
        f"currency: {mapping.currency}   # of amounts that have no currency of their own",
        f"rates: {{{rates}}}       # what one unit is in EUR, such as {{USD: 0.92}}; amounts without a rate stay out",
        f"segments: {{{', '.join(f'{name}: {least}' for name, least in mapping.segments.items())}}}   # from how many "
        "employees on, such as {small: 0, mid-market: 100, enterprise: 1000}, where accounts have no segment",
        f"years_back: {mapping.years_back}   # moves every day back by so many years; tasks ask about 2023 to 2025",
        "files:",
    ]
    for raw in raws:
        known = mapping.files.get(raw.name)
        if raw.name in mapping.aside:
            lines.append(
                f"  # {raw.name} was not recognised and left out; it is taken once its columns are named below."
            )
        lines += _block(raw, known if known or raw.name in mapping.aside else recognise(raw))
    return "\n".join(lines) + "\n"


def _block(raw: RawTable, known: FileMap | None) -> list[str]:
    """The lines of one file; without `known`, guesses."""
    table = known.table if known else _nearest_table(raw)
    columns = known.columns if known else {}
    lines = [f"  {_key(raw.name)}:", f"    table: {table}{'' if known else '   # guessed'}"]
    if known:
        lines += [f"    {name}: {value}" for name in ("dates", "decimal") if (value := getattr(known, name))]
        lines += ["    words:"] if known.words else []
        for column, words in known.words.items():
            pairs = ", ".join(f"{_quoted(theirs)}: {_quoted(ours)}" for theirs, ours in words.items())
            lines.append(f"      {column}: {{{pairs}}}")
    lines += ["    columns:"]
    lines += [f"      {column}: {_quoted(source)}" for column, source in columns.items()]
    left = [c for c in raw.frame.columns if c not in columns.values()]
    options = sorted(_columns(table) - set(columns))
    lines += _left(left, options, table)
    if not columns:
        lines[-len(left) - 1] = "    columns:   # take the # away where a guess is right"
    return [*lines, f"      # {table} may also have: {', '.join(options)}"] if options and left else lines


def _left(left: list[str], options: list[str], table: str) -> list[str]:
    """A comment for each column without a place, with the nearest guess; no guess is made twice."""
    lines, open_options = [], list(options)
    names = {plain(n): column for column, known in reversed(COLUMNS.get(table, {}).items()) for n in known}
    for source in left:
        if (known := names.get(plain(source))) in open_options:
            open_options.remove(known)
            lines.append(f"      # {known}: {_quoted(source)}")
            continue
        near = difflib.get_close_matches(plain(source), [plain(o) for o in open_options], 1, 0.6)
        guess = next((o for o in open_options for sign in HINTS.get(o, ()) if sign in source.lower()), None)
        guess = guess or next((o for o in open_options if near and plain(o) == near[0]), None)
        if guess:
            open_options.remove(guess)
        lines.append(f"      # {guess or '?'}: {_quoted(source)}")
    return lines


def _nearest_table(raw: RawTable) -> str:
    there = {plain(c) for c in raw.frame.columns}
    known = {
        t: sum(
            any(plain(n) in there for n in (*names, c))
            or any(sign in source.lower() for source in raw.frame.columns for sign in HINTS.get(c, ()))
            for c, names in cs.items()
        )
        for t, cs in COLUMNS.items()
    }
    near = difflib.get_close_matches(raw.path.stem.lower(), list(COLUMNS), 1)
    return near[0] if near else max(known, key=lambda t: known[t])


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*\.[A-Za-z]+", name, re.ASCII) else _quoted(name)


def written(text: str) -> str:
    """Text as a person would write it in a map: quoted only where YAML would read something else."""
    return text if re.fullmatch(r"(?!(?:yes|no|on|off|true|false|null)$)[^\W\d_][\w /&.()-]*", text) else _quoted(text)


def _quoted(text: str) -> str:
    """Text as YAML writes it in one line whatever is in it, such as a line break in a column's name."""
    text = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff]", lambda sign: f"\\u{ord(sign[0]):04x}", text)
