"""An organisation's export becomes case tables; every value is taken, coerced, guessed or refused, and said to be."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from course.answer import fingerprint, verdict
from course.case import load
from course.case.edition import PRACTICE_SEED, Edition
from course.case.importing.make import make_tables
from course.case.importing.mapping import FileMap, Map, draft, recognise
from course.case.importing.reading import read_raw
from course.case.importing.run import import_files
from course.case.importing.support import support
from course.case.importing.values import parse_dates, parse_numbers
from course.curriculum import Curriculum
from course.errors import ContentError, DataError
from course.exercise import Exercise

SALESFORCE = """\
Opportunity ID,Account ID,Opportunity Owner,Stage,Type,Amount,Opportunity Currency,Close Date,Created Date,Lead Source
006A,001A,Jane Doe,Closed Won,New Business,12000.50,EUR,2025-03-31,2025-01-02T10:11:12.000Z,Web
006B,001B,John Roe,Negotiation/Review,Existing Business,,EUR,2026-06-15,2025-02-01,Partner
006C,001A,Jane Doe,Closed Lost,New Business,1000,USD,2025-04-30,2025-02-01,
"""
HUBSPOT = """\
Record ID;Deal Name;Deal Stage;Deal owner;Associated Company IDs;Amount;Create Date;Close Date
1;Pumps;Closed won;a@firm.example;77;1.250,00;31.12.2024;31.01.2025
2;Valves;Appointment scheduled;b@firm.example;78;;02.01.2025;03.06.2026
"""
ACCOUNTS = """\
Account ID,Account Name,Billing Country,Industry,Employees,Segment,Region
001A,Müller & Söhne,Germany,Chemicals,1200,Enterprise,DACH
001B,Acme Ltd,United Kingdom,Food,45,SMB,UK
"""


def put(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def imported(*paths: Path, **settings: object):
    raws = [read_raw(path) for path in paths]
    files = {raw.name: file for raw in raws if (file := recognise(raw))}
    return make_tables(raws, Map(files=files, **settings))


def test_a_salesforce_export_is_recognised_and_read(tmp_path: Path):
    done = imported(put(tmp_path, "opps.csv", SALESFORCE), put(tmp_path, "accounts.csv", ACCOUNTS))
    deals = done.tables["opportunities"].set_index("opportunity_id")
    assert list(deals["status"]) == ["won", "open", "lost"]
    assert list(deals["motion"]) == ["new", "expansion", "new"]
    assert deals.loc["006A", "closed_on"] == pd.Timestamp("2025-03-31")
    assert pd.isna(deals.loc["006B", "closed_on"])
    assert deals.loc["006B", "expected_close_on"] == pd.Timestamp("2026-06-15")
    assert deals.loc["006A", "segment"] == "enterprise"
    assert list(done.tables["bookings"]["amount_eur"]) == [12000.50]


def test_a_hubspot_export_is_recognised_and_read(tmp_path: Path):
    done = imported(put(tmp_path, "deals.csv", HUBSPOT, "utf-16"))
    deals = done.tables["opportunities"].set_index("opportunity_id")
    assert deals.loc["1", "amount_eur"] == 1250
    assert deals.loc["1", "created_on"] == pd.Timestamp("2024-12-31")
    assert deals.loc["2", "created_on"] == pd.Timestamp("2025-01-02")
    assert pd.isna(deals.loc["2", "amount_eur"])


REPORT = """\
"Opportunity Owner","Account Name","Opportunity Name","Stage","Amount","Close Date","Created Date"
"Jane Doe","Acme Ltd","Pumps","Closed Won","12,000.00","3/31/2025","1/2/2025"
"Jane Doe","Acme Ltd","Renewal","Closed Lost","900.00","4/30/2025","1/2/2025"
"John Roe","Müller & Söhne","Renewal","Negotiation/Review","","6/15/2025","2/1/2025"
"John Roe","Müller & Söhne","Renewal","Negotiation/Review","","6/15/2025","2/1/2025"

"Copyright (c) 2000-2026 Example, inc. All rights reserved."
"""


def test_in_a_report_without_ids_names_stand_for_them_and_that_is_said(tmp_path: Path):
    done = imported(put(tmp_path, "report.csv", REPORT))
    deals = done.tables["opportunities"]
    assert list(deals["opportunity_id"]) == [
        "Pumps",
        "Renewal",
        "Renewal (2)",
    ]  # the row that stands there twice is one
    assert list(deals["account_id"]) == ["Acme Ltd", "Acme Ltd", "Müller & Söhne"]
    told = {c.column: c for c in done.columns}
    assert told["opportunity_id"].guessed == 4
    assert "stands for opportunity_id" in told["opportunity_id"].notes[0]
    assert any("bear the name of another opportunity" in note for note in done.notes)
    assert list(done.rows["report.csv"]["row"]).count("refused: another row has this id") == 1


def test_accounts_by_name_become_those_by_id_where_the_export_holds_both(tmp_path: Path):
    done = imported(put(tmp_path, "report.csv", REPORT), put(tmp_path, "accounts.csv", ACCOUNTS))
    deals = done.tables["opportunities"]
    assert list(deals["account_id"]) == ["001B", "001B", "001A"]
    assert list(deals["segment"]) == ["small", "small", "enterprise"]
    assert "opportunities.account_id" in {d.what for d in done.derived}


def test_names_that_stand_for_ids_are_hidden_with_the_others(tmp_path: Path):
    raws = [read_raw(put(tmp_path, "report.csv", REPORT))]
    by_hand = Map(files={"report.csv": FileMap(table="opportunities", columns={"opportunity_id": "Account Name"})})
    for mapping in (Map(files={"report.csv": recognise(raws[0])}), by_hand):
        done = make_tables(raws, mapping, key=b"a key")
        text = "".join(frame.to_csv() for frame in (*done.tables.values(), *done.rows.values()))
        assert not [name for name in ("Acme", "Söhne", "Pumps", "Renewal", "Jane") if name in text]
        assert done.tables["opportunities"]["opportunity_id"].nunique() == len(done.tables["opportunities"])


def test_a_status_of_its_own_goes_before_what_stages_tell(tmp_path: Path):
    text = "Deal ID,Stage,Status,Amount,Close Date\n1,Demo,Won,10,2025-01-02\n2,Demo,Lost,10,2025-01-02\n3,Demo,,5,\n"
    done = imported(put(tmp_path, "deals.csv", text))
    assert list(done.tables["opportunities"]["status"]) == ["won", "lost", "open"]
    assert any("1 row without a status" in note for note in done.notes)


def test_an_amount_in_another_currency_is_not_converted_without_a_rate(tmp_path: Path):
    path = put(tmp_path, "opps.csv", SALESFORCE)
    without = imported(path).tables["opportunities"].set_index("opportunity_id")
    assert pd.isna(without.loc["006C", "amount_eur"])
    assert without.loc["006C", "amount_local"] == 1000
    rated = imported(path, rates={"USD": 0.9}).tables["opportunities"].set_index("opportunity_id")
    assert rated.loc["006C", "amount_eur"] == 900


def test_every_value_is_accounted_for(tmp_path: Path):
    text = SALESFORCE + "006A,001A,Jane Doe,Closed Won,New Business,9,EUR,2025-03-31,2025-01-02,Web\n"
    text += ",001A,Jane Doe,Closed Won,Swap,lots,EUR,31.31.2025,2025-01-02,Web\n"
    done = imported(put(tmp_path, "opps.csv", text))
    assert {a.source for a in done.columns} == set(SALESFORCE.splitlines()[0].split(","))
    for account in done.columns:
        assert account.taken + account.coerced + account.guessed + account.refused + account.empty == 5
    amount = next(a for a in done.columns if a.source == "Amount")
    assert (amount.refused, amount.examples) == (1, ("lots",))
    rows = done.rows["opps.csv"]
    assert list(rows["line"]) == [2, 3, 4, 5, 6]
    assert rows["row"].iloc[3] == "refused: another row has this id"
    assert rows["row"].iloc[4] == "refused: no id"
    assert rows["refused"].iloc[4] == "Type; Close Date; Amount"
    assert len(done.tables["opportunities"]) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_encoding_and_separator_is_read(encoding: str, separator: str, tmp_path: Path):
    raw = read_raw(put(tmp_path, "accounts.csv", ACCOUNTS.replace(",", separator), encoding))
    assert raw.frame["Account Name"].iloc[0] == "Müller & Söhne"


days = st.lists(st.dates(pd.Timestamp("2000-01-01").date(), pd.Timestamp("2060-12-31").date()), min_size=1, max_size=30)


@settings(deadline=None)
@given(
    days,
    st.sampled_from(
        [
            "%d/%m/%Y",
            "%m/%d/%Y",
            "%d.%m.%Y",
            "%Y-%m-%d",
            "%d %b %Y",
            "%B %d, %Y",
            "%d-%b-%y",
            "%Y/%m/%d",
            "%Y%m%d",
            "%a %b %d %Y",
        ]
    ),
)
def test_dates_are_read_right_or_said_to_be_guessed(values, form: str):
    parsed = parse_dates(pd.Series([v.strftime(form) for v in values]))
    wrong = parsed.values != pd.Series(pd.to_datetime(pd.Series(values).astype(str)))
    assert not (wrong & ~parsed.guessed & ~parsed.refused).any()
    assert not (parsed.values.notna() & parsed.refused).any()


@pytest.mark.parametrize(
    "text",
    ["3. April 2025", "Do., 3. Apr. 2025", "3 avr. 2025", "3 de abril de 2025", "3 aprile 2025", "3 kwietnia 2025",
     "3 apr 2025 10:22", "April 3rd, 2025", "2025-4-3", "2025/04/03 10:22:00", "45750", "1743638400000", "1743638400"],
)  # fmt: skip
def test_days_are_read_in_the_forms_of_other_languages_and_programs(text: str):
    assert list(parse_dates(pd.Series([text])).values) == [pd.Timestamp("2025-04-03")]


@pytest.mark.parametrize("text", ["31/02/2025", "2025-13-01", "0000-00-00", "20251301", "3 Nonsense 2025", "2025-04"])
def test_what_is_no_day_is_refused(text: str):
    parsed = parse_dates(pd.Series([text]))
    assert parsed.values.isna().all()
    assert parsed.refused.all()


@settings(deadline=None)
@given(
    st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=30),
    st.sampled_from(["{:,.2f}", "{:.2f}", "€ {:,.2f}", "{:,.2f} EUR"]),
    st.booleans(),
)
def test_numbers_are_read_right_or_said_to_be_guessed(cents: list[int], form: str, comma: bool):
    texts = [form.format(c / 100) for c in cents]
    if comma:
        texts = [t.translate(str.maketrans(",.", ".,")) for t in texts]
    parsed = parse_numbers(pd.Series(texts))
    right = (parsed.values - pd.Series([c / 100 for c in cents])).abs() < 0.006
    assert (right | parsed.guessed | parsed.refused).all()


def test_a_column_that_mixes_orders_is_read_only_where_it_tells():
    parsed = parse_dates(pd.Series(["31/12/2024", "12/31/2024", "01/02/2025"]))
    assert list(parsed.values[:2]) == [pd.Timestamp("2024-12-31")] * 2
    assert list(parsed.refused) == [False, False, True]


def test_pseudonyms_are_the_same_everywhere_and_names_are_gone(tmp_path: Path):
    raws = [read_raw(put(tmp_path, "opps.csv", SALESFORCE)), read_raw(put(tmp_path, "accounts.csv", ACCOUNTS))]
    mapping = Map(files={raw.name: recognise(raw) for raw in raws})
    done = make_tables(raws, mapping, key=b"a key")
    text = "".join(frame.to_csv() for frame in (*done.tables.values(), *done.rows.values()))
    for name in ("Jane Doe", "John Roe", "Acme", "Söhne"):
        assert name not in text
    owners = set(done.tables["opportunities"]["rep_id"])
    assert owners == set(done.tables["reps"]["rep_id"])
    assert set(done.tables["bookings"]["rep_id"]) <= owners
    assert make_tables(raws, mapping, key=b"other").tables["reps"]["rep_id"].iloc[0] not in owners


def test_unknown_columns_get_a_drafted_map_that_works_when_filled_in(tmp_path: Path):
    path = put(tmp_path, "kunden.csv", "kundennr;firma;land;mitarbeiter\n1;Huber;Austria;1.250\n2;Meier;Germany;12\n")
    with pytest.raises(DataError, match=r"kunden.csv: .*own-map.yml"):
        import_files([path], None, tmp_path / "own", False, Console(file=io.StringIO()))
    assert not (tmp_path / "own").exists()
    text = (tmp_path / "own-map.yml").read_text()
    assert '# country: "land"' in text
    for column, source in [
        ("account_id", "kundennr"),
        ("name", "firma"),
        ("country", "land"),
        ("employees", "mitarbeiter"),
    ]:
        text = re.sub(rf'      # \S+: "{source}"', f'      {column}: "{source}"', text)
    filled = put(tmp_path, "map.yml", text.replace("    columns:   #", "    decimal: comma\n    columns:   #"))
    done = import_files([path], filled, tmp_path / "own", False, Console(file=io.StringIO()))
    assert list(done.tables["accounts"]["employees"]) == [1250, 12]
    assert list(load("accounts", folder=tmp_path / "own" / "data")["name"]) == ["Huber", "Meier"]
    assert {p.name for p in (tmp_path / "own").iterdir()} == {
        "data", "columns.csv", "rows-kunden.csv", "report.md", "map.yml", "tasks.csv", ".gitignore",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("map_text", "message"),
    [
        ("files: {other.csv: {table: accounts, columns: {}}}", "maps other.csv, which is not among the files"),
        ("files: {opps.csv: {table: deals, columns: {}}}", "there is no table deals"),
        ("files: {opps.csv: {table: opportunities, columns: {amount: Amount}}}", "has no column amount"),
        ("files: {opps.csv: {table: opportunities, columns: {source: Lead Sorce}}}", "Did you mean 'Lead Source'"),
        ("files: {opps.csv: {table: opportunities}}", "columns` is missing"),
    ],
)
def test_a_map_that_does_not_fit_is_refused_with_a_reason(map_text: str, message: str, tmp_path: Path):
    raw = read_raw(put(tmp_path, "opps.csv", SALESFORCE))
    with pytest.raises((DataError, ContentError), match=message):
        Map.read(put(tmp_path, "map.yml", map_text), [raw])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "the file is empty"),
        ("nothing.csv", b"\xef\xbb\xbf\n \n", "the file is empty"),
        ("header.csv", b"Account ID,Account Name,Industry\n", "a header and no rows"),
        ("book.xlsx", b"PK\x03\x04....", "a workbook .xlsx. or an archive. In Excel: File, Save As, CSV UTF-8"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1", "an old workbook"),
        ("report.pdf", b"%PDF-1.7\n", "found a PDF"),
        ("page.csv", b"<!DOCTYPE html><html>Your session has ended</html>", "found a web page"),
        ("deals.json", b'[{"Id": 1}]', "found JSON"),
        ("one.csv", b"text\nmore text\n", "expected several columns"),
        ("ragged.csv", b"a,b\n1,2,3\n1,2,3\n1,2,3\n1,2\n", "3 lines have more cells than the header's 2"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_reason(name: str, content: bytes, message: str, tmp_path: Path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_raw(tmp_path / name)


def test_columns_of_one_name_are_told_apart_and_none_is_lost(tmp_path: Path):
    assert list(read_raw(put(tmp_path, "twice.csv", "Id,Id\n1,2\n")).frame.columns) == ["Id", "Id.1"]


def test_a_drafted_map_names_every_column(tmp_path: Path):
    raw = read_raw(put(tmp_path, "opps.csv", SALESFORCE.replace("Lead Source", "Quelle")))
    text = draft([raw])
    assert all(f'"{c}"' in text for c in raw.frame.columns)


def test_the_company_exported_and_imported_again_carries_every_task_with_the_same_answers(tmp_path: Path):
    edition = Edition(PRACTICE_SEED)
    curriculum = Curriculum()
    written = [(m, t) for m, t in curriculum.topics() if m.id and curriculum.exercise(m, t).exists()]
    names = sorted({table for m, t in written for table in Exercise.read(curriculum.exercise(m, t)).tables})
    edition.write(tmp_path / "export", names)
    done = imported(*sorted((tmp_path / "export").glob("*.csv")))
    assert set(names) <= set(done.tables)
    verdicts = {s.topic: s for s in support(curriculum, done.tables)}
    for module, topic in written:
        exercise = Exercise.read(curriculum.exercise(module, topic))
        own = verdicts[topic.id]
        assert own.answers is not None, f"{topic.id}: {own.reason}"
        for task, value in exercise.solve(edition.load).items():
            assert verdict(own.answers[task], fingerprint(value, exercise.task(task).spec), {}).passed


def test_a_missing_table_or_column_is_named(tmp_path: Path):
    edition = Edition(PRACTICE_SEED)
    tables = {name: edition.table(name) for name in ("subscriptions", "sales_costs")}
    reasons = {s.topic: s.reason for s in support(Curriculum(), tables)}
    assert reasons["1.4"] == "there is no table marketing_spend"
    tables["marketing_spend"] = edition.table("marketing_spend").drop(columns="segment")
    tables["sales_costs"] = tables["sales_costs"].drop(columns="cost_eur", errors="ignore")
    tables["subscriptions"] = tables["subscriptions"].drop(columns="gross_margin_rate")
    reasons = {s.topic: s.reason for s in support(Curriculum(), tables)}
    assert "subscriptions.gross_margin_rate" in reasons["1.4"]
