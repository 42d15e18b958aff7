"""The same opportunity, person or territory agrees with itself across tables, whatever the edition."""

from functools import cache

import pandas as pd
import pytest

from course.case.edition import Edition
from course.case.tables.review import STATES
from course.case.world import LAST_DAY, STAGES

SEEDS = (2026, 4, 1017)


@cache
def made(seed):
    return Edition(seed)


def histories(edition):
    history = edition.table("stage_history").merge(
        edition.table("opportunities")[["opportunity_id", "created_on", "closed_on", "status", "stage"]],
        on="opportunity_id",
        suffixes=("", "_furthest"),
    )
    history["place"] = history.state.map(STATES.index)
    return history


@pytest.mark.parametrize("seed", SEEDS)
def test_an_engagement_goes_through_nine_states_forward_by_one_and_back_by_one_or_two(seed):
    history = histories(made(seed))
    assert set(history.state) == set(STATES)
    moves = history.groupby("opportunity_id").place.diff()
    first = history.step == 1
    assert (history.place[first] == 0).all(), "each begins with exploration"
    assert (moves[~first & ~history.back] == 1).all()
    assert moves[history.back].isin([-1, -2]).all()
    assert (history.groupby("opportunity_id").iteration.diff()[~first] == history.back[~first]).all()
    assert history.groupby("opportunity_id").iteration.max().max() == 3, "back once or twice"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_tells_of_the_days_and_the_stage_that_its_opportunity_tells(seed):
    history = histories(made(seed))
    days = history.groupby("opportunity_id").entered_on.diff().dropna()
    assert (days >= pd.Timedelta(0)).all()
    assert (history.entered_on >= history.created_on).all()
    assert (history.entered_on <= pd.Timestamp(LAST_DAY)).all()
    signed = history.place >= STATES.index("mobilisation")
    assert (history.status[signed] == "won").all(), "only who signed is served"
    assert (history.entered_on[signed] > history.closed_on[signed]).all()
    assert (history.entered_on[~signed] <= history.closed_on[~signed].fillna(pd.Timestamp(LAST_DAY))).all()
    reached = history.assign(stage=history.stage.map(STAGES.index)).groupby("opportunity_id").stage.max()
    told = history.groupby("opportunity_id").stage_furthest.first().map(STAGES.index)
    assert (reached == told).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_who_joins_late_sends_the_group_back_on_that_day(seed):
    edition = made(seed)
    history = histories(edition)
    people = edition.table("influences").merge(
        edition.table("opportunities")[["opportunity_id", "created_on", "closed_on"]], on="opportunity_id"
    )
    span = (people.closed_on.fillna(pd.Timestamp(LAST_DAY)) - people.created_on).dt.days
    late = people[(people.joined_on - people.created_on).dt.days > 0.5 * span]
    joined = late.groupby("opportunity_id").joined_on.max()
    got_on = history.groupby("opportunity_id").stage_furthest.first() != "exploring"
    joined = joined[joined.index.isin(got_on.index[got_on])]
    back = history[history.back].groupby("opportunity_id").entered_on.min().reindex(joined.index)
    assert back.notna().mean() > 0.95
    assert ((back - joined).dt.days.abs() <= 1).mean() > 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_most_deals_belong_to_whoever_works_the_accounts_territory(seed):
    edition = made(seed)
    deals = edition.table("opportunities").merge(edition.table("accounts")[["account_id", "territory_id"]])
    deals = deals.merge(
        edition.table("territories")[["territory_id", "rep_id"]], on="territory_id", suffixes=("", "_of")
    )
    own, field = deals.rep_id == deals.rep_id_of, deals.sales_model == "field"
    recent = field & (deals.created_on >= "2025-01-01")
    assert own[field].mean() > 0.55
    assert own[recent].mean() > 0.6, "some territories changed hands before 2025"
    won = deals[(deals.status == "won") & field]
    by_person = won.groupby("rep_id").amount_eur.sum()
    by_territory = won.groupby("rep_id_of").amount_eur.sum()
    assert by_person.reindex(by_territory.index).fillna(0).corr(by_territory) > 0.5, "both tell one story"
