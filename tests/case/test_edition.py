"""What an edition promises whatever its seed: the same bytes, in any order, and keys, dates and money that agree."""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.case.dictionary import links, records
from course.case.edition import Draw, Edition, stream
from course.case.registry import Node, nodes, published
from course.case.schemas import validate
from course.errors import DataError

GOLDEN = Path(__file__).parent / "golden.json"


def checksum(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()).hexdigest()


def test_one_edition_is_pinned_so_that_no_change_moves_published_data_unnoticed():
    golden = json.loads(GOLDEN.read_text())
    edition = Edition(golden["seed"])
    assert set(golden["tables"]) == set(published()), "pin new tables with tests/case/pin.py"
    moved = [name for name, pinned in golden["tables"].items() if checksum(edition.table(name)) != pinned]
    assert moved == []


def test_the_order_in_which_tables_are_asked_for_changes_nothing(edition):
    names = sorted(published())
    random.Random(5).shuffle(names)
    other = Edition(edition.seed)
    assert [name for name in names if checksum(other.table(name)) != checksum(edition.table(name))] == []


def test_asking_for_one_table_makes_just_what_it_depends_on():
    edition = Edition(3)
    edition.table("exchange_rates")
    assert set(edition._made) == {"rates", "exchange_rates"}


def test_another_table_has_random_numbers_of_its_own():
    assert stream(1, "accounts").random() != stream(1, "quotes").random()
    assert stream(1, "accounts").random() == stream(1, "accounts").random()
    assert stream(1, "accounts").random() != stream(2, "accounts").random()


def test_what_a_caller_does_to_a_table_stays_with_the_caller(edition):
    mine = edition.table("regions")
    mine["region"] = "Atlantis"
    assert "Atlantis" not in set(edition.table("regions").region)


def test_no_two_columns_share_memory_so_that_writing_to_one_moves_no_other():
    owners = {}
    for name, frame in Edition(3).tables().items():
        for column in frame:
            place = frame[column].to_numpy().__array_interface__["data"][0]
            assert place not in owners, f"{name}.{column} shares the memory of {owners[place]}"
            owners[place] = f"{name}.{column}"


def test_a_builder_that_makes_other_columns_than_declared_is_found_out():
    node = published()["regions"]
    wrong = Node("regions", node.build, node.inputs, node.columns, node.about, ())
    from course.case.edition import frame

    with pytest.raises(ValueError, match="declared and made columns differ"):
        frame(wrong, {"region": ["DACH"]})


def test_an_unknown_table_is_named_with_the_nearest_or_where_all_are_described(edition):
    with pytest.raises(DataError, match=r"there is no table 'acounts'\. Did you mean accounts\?$"):
        edition.table("acounts")
    with pytest.raises(DataError, match=r"there is no table 'xylophone' among the \d+; .* page Data describes each$"):
        edition.table("xylophone")


@pytest.mark.parametrize(("seed", "scale"), [(-1, 1.0), (1, 0.01), (1, float("nan"))])
def test_seed_and_scale_out_of_bounds_are_refused(seed, scale):
    with pytest.raises(DataError, match="an edition's"):
        Edition(seed, scale)


def test_every_table_and_column_is_explained():
    for table in records():
        assert table["about"].startswith("One row is"), table["name"]
        for column in table["columns"]:
            assert column["about"], (table["name"], column["name"])
            if column["type"] in ("number", "whole number") and column["name"] != "year":
                assert column["unit"], (table["name"], column["name"])


def test_builders_take_a_draw_first():
    import inspect

    for node in nodes().values():
        first = next(iter(inspect.signature(node.build).parameters.values()))
        assert first.annotation in ("Draw", Draw), node.name


def test_who_writes_to_a_table_changes_no_other_edition_even_past_pandas_own_guard():
    frame = Edition(3).table("leads")
    frame.loc[0, "lead_id"] = "mine"
    frame["lead_id"].array[1] = "mine too"
    for edition in (Edition(3), Edition(4)):
        assert edition.table("leads")["lead_id"].tolist()[:2] == ["L-00001", "L-00002"]


sizes = st.one_of(st.just(0.1), st.floats(0.1, 0.5), st.floats(0.5, 3))
any_edition = st.builds(Edition, st.integers(0, 2**32 - 1), sizes)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_edition)
def test_tables_agree_whatever_the_seed_and_size(made):
    tables = made.tables()
    for name, frame in tables.items():
        validate(name, frame)
    for table, column, other, theirs in links():
        values = tables[table][column].dropna()
        lost = values[~values.isin(tables[other][theirs])]
        assert lost.empty, f"{table}.{column} refers to {other}.{theirs}, which has no {lost.iloc[0]}"
    deals, bookings, quotes = tables["opportunities"], tables["bookings"], tables["quotes"]

    won = deals[deals.status == "won"].set_index("opportunity_id")
    booked = bookings.groupby("opportunity_id").amount_eur.sum()
    assert set(booked.index) == set(won.index)
    assert np.allclose(booked.sort_index(), won.amount_eur.sort_index(), atol=0.011)
    first = bookings.drop_duplicates("opportunity_id").set_index("opportunity_id")
    assert (first.booked_on == won.closed_on.reindex(first.index)).all()

    accepted = quotes[quotes.status == "accepted"]
    pairs = bookings.merge(accepted, on=["opportunity_id", "product_id"], suffixes=("", "_quoted"))
    assert len(pairs) == len(bookings) == len(accepted)
    assert (pairs.amount_eur == pairs.net_eur).all()
    assert (pairs.quantity == pairs.quantity_quoted).all()
    assert np.allclose(
        quotes.net_local, quotes.quantity * quotes.list_price_local * (1 - quotes.discount_rate), atol=0.011
    )
    assert (quotes.quoted_on <= quotes.decided_on.fillna(pd.Timestamp("2026-01-05"))).all()

    assert (deals.created_on <= deals.closed_on.fillna(pd.Timestamp("2025-12-31"))).all()
    assert (deals.created_on <= deals.expected_close_on).all()
    assert deals.closed_on.notna().eq(deals.status != "open").all()
    assert deals.closed_on.dropna().between("2023-01-01", "2025-12-31").all()
    reps = deals.merge(tables["reps"], on="rep_id", suffixes=("", "_rep"))
    assert (reps.hired_on <= reps.created_on).all()
    assert (reps.left_on.isna() | (reps.left_on >= reps.closed_on)).all()
    assert (reps.region == reps.region_rep).all()
    accounts = deals.merge(tables["accounts"], on="account_id", suffixes=("", "_account"))
    assert (accounts.region == accounts.region_account).all()
    assert (accounts.segment == accounts.segment_account).all()
    assert (accounts.currency == accounts.region.map(tables["regions"].set_index("region").currency)).all()
    customers = set(tables["accounts"].dropna(subset=["customer_since"]).account_id)
    assert set(won.account_id) <= customers

    monthly = tables["bookings_monthly"]
    assert np.isclose(monthly.bookings_eur.sum(), bookings.amount_eur.sum())
    assert monthly.orders.sum() == len(bookings)
    pipeline = tables["pipeline"]
    last = pipeline[pipeline.month == pipeline.month.max()]
    assert last.open.sum() == (deals.status == "open").sum()
    assert pipeline.won.sum() == len(won)

    quotas = tables["quotas"]
    year = quotas.quarter.str[:4]
    sums = quotas.groupby(["rep_id", year]).agg(total=("quota_eur", "sum"), annual=("annual_quota_eur", "first"))
    assert np.allclose(sums.total, sums.annual)
    subs = tables["subscriptions"]
    assert (subs.ended_on.isna() | (subs.ended_on > subs.started_on)).all()
    assert tables["accounts"].name.is_unique
    assert tables["reps"].name.is_unique
    plan = tables["plan"]
    assert np.allclose(plan.plan_eur, plan.plan_units * plan.plan_price_eur, atol=0.01)


def test_a_larger_edition_has_more_of_everything_that_grows():
    small, large = Edition(4), Edition(4, scale=3)
    for name in ("accounts", "opportunities", "reps", "bookings", "quotes"):
        assert 2.5 < len(large.table(name)) / len(small.table(name)) < 3.5, name
    assert len(large.table("regions")) == 6


@pytest.mark.slow
def test_a_twentyfold_edition_keeps_its_promises():
    edition = Edition(8, scale=20)
    for name in ("opportunities", "quotes", "accounts"):
        validate(name, edition.table(name))
    assert edition.table("accounts").name.is_unique
