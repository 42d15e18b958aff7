"""What follows from an export is worked out and said to be; nothing that needs a person's judgement is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from course.case.importing.derive import derive
from course.case.importing.make import make_tables
from course.case.importing.mapping import Map, recognise
from course.case.importing.reading import read_raw
from course.case.importing.run import import_files
from course.case.importing.support import _degenerate, support
from course.case.importing.tables import Imported
from course.case.registry import published
from course.curriculum import Curriculum

SALES = ["North", "South", "East", "West"]
SIZES = ["Enterprise", "Mid-Market", "SMB"]


def salesforce(folder: Path, deals: int = 1800) -> list[Path]:
    """A firm's export by Salesforce's API names: two segments stopped winning in the last quarter of 2025."""
    rng = np.random.default_rng(4)
    folder.mkdir(exist_ok=True)
    accounts = pd.DataFrame(
        {
            "Id": [f"001B{n:011d}IAA" for n in range(120)],
            "Name": [f"Firm {n}" for n in range(120)],
            "Industry": "Mining",
            "Region__c": [SALES[n % 4] for n in range(120)],
            "Segment__c": [SIZES[n % 3] for n in range(120)],
            "OwnerId": "005A00000000001IAA",
        }
    )
    whose = rng.integers(0, 120, deals)
    opened = pd.Timestamp("2022-12-01") + pd.to_timedelta(rng.integers(0, 1100, deals), "D")
    closed = opened + pd.to_timedelta(rng.integers(10, 90, deals), "D")
    fallen = (closed >= "2025-10-01") & np.isin(whose % 12, [0, 5])
    won = rng.random(deals) < np.where(fallen, 0.02, 0.45)
    frames = {
        "Account": accounts,
        "Opportunity": pd.DataFrame(
            {
                "Id": [f"006C{n:011d}IAA" for n in range(deals)],
                "AccountId": accounts["Id"].to_numpy()[whose],
                "StageName": np.where(won, "Closed Won", "Closed Lost"),
                "Amount": rng.integers(1000, 90_000, deals),
                "CloseDate": closed.strftime("%Y-%m-%d"),
                "CreatedDate": opened.strftime("%Y-%m-%dT08:00:00.000+0000"),
                "OwnerId": [f"005A{n:011d}IAA" for n in rng.integers(0, 5, deals)],
            }
        ),
        "User": pd.DataFrame(
            {
                "Id": [f"005A{n:011d}IAA" for n in range(8)],
                "Username": [f"u{n}@firm.example" for n in range(8)],
                "Name": [f"Person {n}" for n in range(8)],
                "ManagerId": ["", *["005A00000000000IAA"] * 7],
            }
        ),
        "OpportunityHistory": pd.DataFrame(
            {
                "Id": [f"008D{n:011d}IAA" for n in range(5)],
                "OpportunityId": ["006C00000000000IAA"] * 5,
                "StageName": ["Prospecting", "Proposal/Price Quote", "Qualification", "Qualification", "Closed Won"],
                "CreatedDate": [f"2025-0{n}-01T00:00:00.000+0000" for n in range(1, 6)],
            }
        ),
        "OpportunityLineItem": pd.DataFrame(
            {
                "Id": [f"00kJ{n:011d}IAA" for n in range(deals)],
                "OpportunityId": [f"006C{n:011d}IAA" for n in range(deals)],
                "Product2Id": [f"01tI0000000000{n % 2}IAA" for n in range(deals)],
                "Quantity": 2.0,
                "TotalPrice": 500.0,
            }
        ),
    }
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return sorted(folder.glob("*.csv"))


def made(paths: list[Path], **settings: object) -> Imported:
    raws = [read_raw(path) for path in paths]
    return make_tables(raws, Map(**settings).completed(raws))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return salesforce(tmp_path_factory.mktemp("export"))


def test_records_that_belong_to_opportunities_are_not_taken_for_opportunities(export: list[Path]):
    kinds = {path.stem: recognise(read_raw(path)) for path in export}
    assert {name: kind.table for name, kind in kinds.items() if kind} == {
        "Account": "accounts", "Opportunity": "opportunities", "User": "reps", "OpportunityHistory": "stage_changes",
        "OpportunityLineItem": "deal_lines",
    }  # fmt: skip


def test_a_plain_export_carries_the_task_whose_tables_follow_from_it(export: list[Path], tmp_path: Path):
    out = io.StringIO()
    import_files(export, None, tmp_path / "own", False, Console(file=out, width=200))
    assert "1 of 56 tasks run on these data: 8.2." in out.getvalue()
    report = (tmp_path / "own" / "report.md").read_text()
    assert "**segments** (12 rows) derived from: win rates of opportunities decided from January 2023" in report
    tasks = pd.read_csv(tmp_path / "own" / "tasks.csv", index_col="topic", dtype={"topic": str})
    assert len(tasks) == 56
    assert tasks.loc[~tasks["supported"], "why not"].str.len().min() > 10
    assert tasks.loc["1.6", "missing"] == "regions.lead regions.target_2026_eur"


def test_what_is_derived_agrees_with_what_it_is_derived_from(export: list[Path]):
    tables = made(export).tables
    deals, lines = tables["opportunities"], tables["bookings"]
    won = deals[deals["status"] == "won"]
    assert set(lines["opportunity_id"]) == set(won["opportunity_id"])
    assert tables["bookings_monthly"]["bookings_eur"].sum() == lines["amount_eur"].sum()
    flow = tables["pipeline"]
    assert (flow["created"].sum(), flow["won"].sum()) == (len(deals), len(won))
    assert flow[flow["month"] == flow["month"].max()]["open"].sum() == (deals["status"] == "open").sum()
    past = deals[deals["closed_on"].between("2023-01-01", "2025-08-31") & (deals["region"] == "North")]
    rate = (past[past["segment"] == "small"]["status"] == "won").mean()
    row = tables["segments"].set_index(["region", "segment"]).loc[("North", "small")]
    assert row["usual_win_rate"] == pytest.approx(rate, abs=1e-4)
    assert row["threshold_rate"] == pytest.approx(0.7 * rate, abs=2e-4)
    assert tables["stage_history"][["step", "stage", "back", "iteration"]].to_numpy().tolist() == [
        [1, "exploring", False, 1], [2, "proposed", False, 1], [3, "exploring", True, 2],
    ]  # fmt: skip
    assert set(tables["reps"]["rep_id"]) == set(deals["rep_id"])
    assert tables["managers"]["name"].tolist() == ["Person 0"]


def test_plans_quotas_and_costs_are_not_derived(export: list[Path]):
    tables = made(export).tables
    assert not {"plan", "quotas", "sales_costs", "discount_policy", "attainment"} & set(tables)
    assert not {"cost_eur", "target_2026_eur"} & {column for frame in tables.values() for column in frame}


def test_every_derived_column_is_one_of_the_case_table_and_every_derivation_is_said(export: list[Path]):
    done = made(export)
    said = {d.what.split(".")[0] for d in done.derived}
    for table, frame in done.tables.items():
        assert set(frame) <= {c.name for c in published()[table].columns}
        assert table in done.files.values() or table in said


def test_a_table_written_by_hand_is_completed_and_carries_its_task(export: list[Path], tmp_path: Path):
    regions = tmp_path / "regions.csv"
    pd.DataFrame({"region": SALES, "lead": list("ABCD"), "target_2026_eur": 2e5}).to_csv(regions, index=False)
    tables = made([*export, regions]).tables
    assert tables["regions"]["accounts"].tolist() == [30, 30, 30, 30]
    found = {s.topic: s for s in support(Curriculum(), tables)}
    assert found["1.6"].answers is not None, found["1.6"].reason
    assert found["1.6"].answers["targets"]["target_eur"].sum() == pytest.approx(8e5)


def test_opportunities_stand_as_they_did_at_the_end_of_2025(tmp_path: Path):
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal ID,Deal Stage,Amount,Create Date,Close Date\n"
        "1,Closed won,5,2022-01-01,2022-12-31\n2,Closed won,5,2022-12-01,2023-01-01\n"
        "3,Closed won,5,2025-12-01,2026-01-01\n4,Closed won,5,2026-01-01,2026-02-01\n"
    )
    done = made([path])
    deals = done.tables["opportunities"].set_index("opportunity_id")
    assert deals["status"].to_dict() == {"2": "won", "3": "open"}
    assert pd.isna(deals.loc["3", "closed_on"])
    assert done.tables["bookings"]["opportunity_id"].tolist() == ["2"]
    assert any("1 opportunities decided before January 2023 were left out" in note for note in done.notes)
    later = made([path], years_back=1).tables["opportunities"].set_index("opportunity_id")
    assert later["status"].to_dict() == {"3": "won", "4": "won"}
    assert later.loc["4", "closed_on"] == pd.Timestamp("2025-02-01")


def test_a_file_that_nobody_knows_is_left_out_by_name_with_each_of_its_columns(export: list[Path], tmp_path: Path):
    cases = tmp_path / "Case.csv"
    cases.write_text("Ticket,Wording\n1,leaks\n2,\n")
    out = io.StringIO()
    done = import_files([*export, cases], None, tmp_path / "own", False, Console(file=out, width=200))
    assert done.aside == ["Case.csv"]
    assert "left out: not recognised" in out.getvalue()
    columns = pd.read_csv(tmp_path / "own" / "columns.csv")
    assert columns[columns["file"] == "Case.csv"].set_index("source")["left"].to_dict() == {"Ticket": 2, "Wording": 1}
    assert "# Case.csv was not recognised and left out" in (tmp_path / "own" / "map.yml").read_text()


def test_the_map_that_was_used_can_be_changed_and_used_again(export: list[Path], tmp_path: Path):
    quiet = Console(file=io.StringIO())
    first = import_files(export, None, tmp_path / "own", False, quiet)
    again = import_files(export, tmp_path / "own" / "map.yml", tmp_path / "again", False, quiet)
    assert {n: f.to_csv() for n, f in again.tables.items()} == {n: f.to_csv() for n, f in first.tables.items()}


def test_an_export_without_regions_and_segments_gets_them_by_the_map_alone(tmp_path: Path):
    accounts = tmp_path / "Account.csv"
    accounts.write_text(
        "Id,Name,Industry,NumberOfEmployees,BillingCountry\n1,A,x,9,Chile\n2,B,x,100,Peru\n3,C,x,,Peru\n"
    )
    done = made([accounts])
    assert not {"region", "segment"} & set(done.tables["accounts"])
    assert [note for note in done.notes if "Accounts have no region" in note or "Accounts have no segment" in note]
    raw = read_raw(accounts)
    known = recognise(raw)
    assert known
    file = known.model_copy(update={"columns": known.columns | {"region": "BillingCountry"}})
    done = make_tables([raw], Map(files={raw.name: file}, segments={"small": 0, "mid-market": 100}))
    assert done.tables["accounts"]["region"].tolist() == ["Chile", "Peru", "Peru"]
    assert done.tables["accounts"]["segment"].fillna("").tolist() == ["small", "mid-market", ""]
    assert any("small from 0, mid-market from 100" in d.how for d in done.derived)


def test_a_map_may_hold_rates_alone(tmp_path: Path):
    deals = tmp_path / "deals.csv"
    deals.write_text("Deal ID,Deal Stage,Amount,Currency,Close Date\n1,Closed won,100,USD,2025-03-31\n")
    rates = tmp_path / "rates.yml"
    rates.write_text("rates: {USD: 0.9}\n")
    done = import_files([deals], rates, tmp_path / "own", False, Console(file=io.StringIO()))
    assert done.tables["opportunities"]["amount_eur"].tolist() == [90]


def test_owners_by_name_and_users_by_id_are_the_same_people_under_one_pseudonym(tmp_path: Path):
    (tmp_path / "deals.csv").write_text(
        "Opportunity ID,Opportunity Owner,Stage,Amount,Close Date,Loss Reason\n"
        "006A,Jane Doe,Closed Won,5,2025-01-31,\n006B,Jane Doe,Closed Lost,lots,2025-01-31,Ask John Roe\n"
    )
    (tmp_path / "users.csv").write_text("User ID,Full Name,Email\n005A,Jane Doe,jane@firm.example\n")
    raws = [read_raw(tmp_path / name) for name in ("deals.csv", "users.csv")]
    done = make_tables(raws, Map().completed(raws), key=b"a key")
    reps = done.tables["reps"]
    assert set(done.tables["opportunities"]["rep_id"]) == set(done.tables["bookings"]["rep_id"]) == set(reps["rep_id"])
    told = "".join(frame.to_csv() for frame in (*done.tables.values(), *done.rows.values()))
    told += json.dumps([str(vars(c)) for c in done.columns]) + "".join(done.notes)
    assert "Jane" not in told
    assert "jane@" not in told
    assert "lots" not in told
    assert any("opportunities.loss_reason" in note and "not searched for names" in note for note in done.notes)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (pd.DataFrame({"a": []}), "be empty"),
        (pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.nan]}), "have no values in b"),
        (pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, np.nan, 2.0]}), ""),
        (float("nan"), "not be a number"),
        (np.float64("inf"), "not be a number"),
        ({"rate": np.nan, "n": 3}, "have no number for rate"),
        ({"North": "act"}, ""),
        (set(), "be empty"),
        (0.0, ""),
    ],
)
def test_an_answer_that_answers_nothing_is_found_out(value: object, fault: str):
    assert _degenerate(value) == fault


def test_nothing_is_derived_from_nothing():
    done = Imported()
    derive(done, Map())
    assert done.tables == {}
