"""The same opportunity, person or territory agrees with itself across tables, whatever the edition."""

from functools import cache

import pandas as pd
import pytest

from course.case.edition import Edition
from course.case.tables.review import STATES
from course.case.world import LAST_DAY, STAGES, TODAY

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


#: seed and scale: small ones have few people to choose from
EDITIONS = ((2026, 1.0), (1, 1.0), (77, 0.1), (31337, 0.5))


@cache
def sized(seed, scale):
    return Edition(seed, scale)


def employed(rows, reps, since, until):
    """Return whether the person of each row's ``rep_id`` was employed from one day to the other."""
    people = rows[["rep_id"]].merge(reps[["rep_id", "hired_on", "left_on"]], on="rep_id", how="left")
    there = (people.hired_on <= since.to_numpy()) & ~(people.left_on < until.to_numpy())
    return there.to_numpy()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_who_shares_a_deal_was_there_and_who_passed_it_on_is_its_finder(seed, scale):
    edition = sized(seed, scale)
    days = edition.table("opportunities")[["opportunity_id", "created_on", "closed_on"]]
    shares = edition.table("deal_splits").merge(days, on="opportunity_id")
    shares = shares.merge(edition.table("referrals")[["opportunity_id", "from_rep_id"]], how="left")
    assert not shares.duplicated(["opportunity_id", "rep_id"]).any()
    passed_on = (shares.role == "finder") & shares.from_rep_id.notna()
    assert (shares.rep_id == shares.from_rep_id)[passed_on].all()
    until = shares.closed_on.where(~passed_on, shares.created_on)
    assert employed(shares, edition.table("reps"), shares.created_on, until).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_who_claims_an_account_was_there_from_the_first_thing_the_case_tells_to_the_ruling(seed, scale):
    edition = sized(seed, scale)
    cases = edition.table("ownership_claims")
    for side in "ab":
        told = cases[[f"{side}_{what}" for what in ("open_since", "active_on", "registered_on")]].min(axis=1)
        claims = cases.rename(columns={f"{side}_rep_id": "rep_id"})
        assert employed(claims, edition.table("reps"), told, cases.decided_on).all()
    assert (cases.a_rep_id != cases.b_rep_id).all()
    for claimant in ("a_rep_id", "b_rep_id"):
        assert (
            cases[claimant].map(edition.table("reps").set_index("rep_id").region)
            == cases.account_id.map(edition.table("accounts").set_index("account_id").region)
        ).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_nobody_forecasts_before_the_first_day_at_work_or_after_the_quarter(seed, scale):
    edition = sized(seed, scale)
    forecasts = edition.table("forecasts")
    assert employed(forecasts, edition.table("reps"), forecasts.made_on, forecasts.made_on).all()
    assert (forecasts.made_on <= pd.PeriodIndex(forecasts.quarter, freq="Q").end_time).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
@pytest.mark.parametrize(("table", "day"), [("win_loss_interviews", "interviewed_on"), ("post_mortems", "held_on")])
def test_a_deal_is_talked_over_on_a_workday_after_its_end_and_not_after_today(seed, scale, table, day):
    edition = sized(seed, scale)
    closed = edition.table("opportunities").set_index("opportunity_id").closed_on
    talks = edition.table(table)
    assert (talks[day] > talks.opportunity_id.map(closed)).all()
    assert (talks[day] <= pd.Timestamp(TODAY)).all()
    assert (talks[day].dt.day_of_week < 5).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_quotes_and_requests_for_discount_are_dated_on_workdays_once_there_is_an_opportunity(seed, scale):
    edition = sized(seed, scale)
    quotes, requests = edition.table("quotes"), edition.table("approvals")
    for day in (quotes.quoted_on, quotes.decided_on.dropna(), requests.asked_on, requests.decided_on):
        assert (day.dt.day_of_week < 5).all()
    assert (
        quotes.quoted_on
        >= quotes.opportunity_id.map(edition.table("opportunities").set_index("opportunity_id").created_on)
    ).all()
    assert (requests.decided_on >= requests.asked_on).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_rival_moves_and_has_a_battle_card_only_while_it_competes(seed, scale):
    edition = sized(seed, scale)
    rivals = edition.table("competitors")
    moves = edition.table("competitor_moves").merge(rivals, on="competitor")
    assert (moves.moved_on >= moves.entered_on).all()
    assert not (moves.moved_on >= moves.left_on).any()
    cards = edition.table("battle_cards").merge(rivals, on="competitor")
    assert (cards.updated_on >= cards.entered_on).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_nobody_subscribed_to_a_product_before_its_launch(seed, scale):
    edition = sized(seed, scale)
    subscriptions = edition.table("subscriptions")
    launched = subscriptions.product_id.map(edition.table("products").set_index("product_id").launched_on)
    assert (subscriptions.started_on >= launched).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_no_engagement_grew_out_of_an_order_that_was_cancelled(seed, scale):
    edition = sized(seed, scale)
    engagements = edition.table("engagements")
    assert not engagements.opportunity_id.isin(edition.table("cancellations").opportunity_id).any()
    assert engagements.opportunity_id.is_unique


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_discount_is_asked_for_once_the_opportunity_is_open(seed, scale):
    edition = sized(seed, scale)
    lines = edition.table("quotes")[["quote_line_id", "opportunity_id"]]
    asked = edition.table("approvals").merge(lines, on="quote_line_id")
    asked = asked.merge(edition.table("opportunities")[["opportunity_id", "created_on"]], on="opportunity_id")
    assert (asked.asked_on >= asked.created_on).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_the_campaigns_of_a_year_cost_no_more_than_marketing_spent_in_it(seed, scale):
    edition = sized(seed, scale)
    campaigns, spend = edition.table("campaigns"), edition.table("marketing_spend")
    budget = campaigns.budget_eur[campaigns.starts_on < "2026"].sum()
    assert budget <= spend.spend_eur[spend.month.dt.year == 2025].sum()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_an_expansion_is_one_of_who_was_a_customer_when_it_closed(seed, scale):
    edition = sized(seed, scale)
    deals = edition.table("opportunities")
    since = deals.account_id.map(edition.table("accounts").set_index("account_id").customer_since)
    until = deals.closed_on.fillna(pd.Timestamp(LAST_DAY))
    assert (since <= until)[deals.motion == "expansion"].all()
    assert not (since < until)[deals.motion == "new"].any()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_payout_is_the_commission_up_to_the_target_and_goes_to_the_owner(seed, scale):
    edition = sized(seed, scale)
    deals = edition.table("opportunities").set_index("opportunity_id")
    plan = edition.table("commission_plan")
    base = plan[(plan.element == "commission") & (plan.attainment_from_rate == 0)].set_index("plan").pay_rate
    payouts = edition.table("payouts")
    assert (payouts.rep_id == payouts.opportunity_id.map(deals.rep_id)).all()
    old = payouts.opportunity_id.map(deals.closed_on) < "2025-01-01"
    rate = old.map({True: base["2023 plan"], False: base["2025 plan"]})
    assert ((payouts.opportunity_id.map(deals.amount_eur) * rate - payouts.commission_eur).abs() < 0.011).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_spiff_pays_for_deals_whose_main_product_it_was(seed, scale):
    edition = sized(seed, scale)
    lines = edition.table("bookings").merge(
        edition.table("opportunities")[["opportunity_id", "product_id"]], on=["opportunity_id", "product_id"]
    )
    for spiff in edition.table("spiffs").itertuples():
        own = (lines.product_id == spiff.product_id) & lines.booked_on.between(spiff.starts_on, spiff.ends_on)
        assert abs(lines.amount_eur[own].sum() * spiff.pay_rate - spiff.paid_eur) < 0.011


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_review_reckons_with_what_was_quoted_and_a_quote_with_the_rate_of_the_month_of_its_end(seed, scale):
    edition = sized(seed, scale)
    deals = edition.table("opportunities").set_index("opportunity_id")
    reviews = edition.table("post_mortems")
    quoted = reviews.opportunity_id.isin(edition.table("quotes").opportunity_id)
    told = reviews.opportunity_id.map(deals.amount_eur)
    assert ((reviews.amount_eur - told).abs()[quoted] < 0.011).all()
    assert (reviews.amount_eur >= 150_000).all()
    quotes = edition.table("quotes")
    end = quotes.opportunity_id.map(deals.closed_on).fillna(pd.Timestamp(LAST_DAY))
    quotes["month"] = end.dt.to_period("M").dt.to_timestamp()
    quotes = quotes.merge(edition.table("exchange_rates"), on=["month", "currency"])
    same = (quotes.net_local / quotes.local_per_eur - quotes.net_eur).abs() < 0.011
    assert same.mean() > 0.99, "few of those won are booked in the month after"


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_the_buying_groups_of_larger_deals_are_listed_from_2024_and_of_strategic_ones_before(seed, scale):
    edition = sized(seed, scale)
    deals = edition.table("opportunities")
    listed = deals.opportunity_id.isin(edition.table("influences").opportunity_id)
    larger, since = deals.segment != "small", deals.created_on >= "2024-01-01"
    assert listed[larger & since].all()
    assert not listed[~larger].any()
    assert (deals.segment == "enterprise")[listed & ~since].all()
    quoted = deals.opportunity_id.isin(edition.table("quotes").opportunity_id)
    strategic = (deals.segment == "enterprise") & (deals.amount_eur >= 150_000) & quoted
    assert listed[strategic].all()


@pytest.mark.parametrize(("seed", "scale"), [*EDITIONS, (900001, 3.0)])
def test_no_manager_has_the_name_of_a_salesperson_or_of_another_manager(seed, scale):
    edition = sized(seed, scale)
    names = pd.concat([edition.table("reps").name, edition.table("managers").name])
    assert names.is_unique


@pytest.mark.parametrize(("seed", "scale"), [*EDITIONS, (900001, 3.0)])
def test_no_specialist_works_more_hours_than_one_person_can(seed, scale):
    worked = sized(seed, scale).table("specialist_involvement")
    by_year = worked.groupby(["specialist_id", worked.called_on.dt.year]).hours.sum()
    assert by_year.max() < 2_400


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_a_promotion_is_named_after_its_product_and_its_season(seed, scale):
    promotions = sized(seed, scale).table("promotions")
    assert (promotions.product_id == "P-710")[promotions.name.str.contains("Precision")].all()
    assert promotions.starts_on.dt.month.isin([9, 10, 11])[promotions.name.str.contains("Autumn")].all()
    assert promotions.starts_on.dt.month.isin([3, 4, 5])[promotions.name.str.contains("Spring")].all()


@pytest.mark.parametrize(("seed", "scale"), [(2026, 1.0), (77, 1.0), (900001, 0.5)])
def test_a_first_value_that_is_known_was_confirmed_by_now(seed, scale):
    engagements = sized(seed, scale).table("engagements")
    confirmed = engagements.started_on + pd.to_timedelta(7 * engagements.weeks_to_first_value, unit="D")
    assert (confirmed <= pd.Timestamp(TODAY)).all()


@pytest.mark.parametrize(("seed", "scale"), EDITIONS)
def test_the_customer_advisory_board_has_customers_and_few_guests(seed, scale):
    edition = sized(seed, scale)
    said = edition.table("advisory_board")
    since = said.account_id.map(edition.table("accounts").set_index("account_id").customer_since)
    assert (since <= said.meeting_on).mean() > 0.8


@pytest.mark.parametrize("seed", [2026, 5, 404])
def test_no_two_colleagues_and_no_two_partners_are_called_the_same(seed):
    edition = made(seed)
    colleagues = [*edition.table("reps").name, *edition.table("managers").name, *edition.table("regions").lead]
    assert len(set(colleagues)) == len(colleagues)
    assert edition.table("partners").name.is_unique


@pytest.mark.parametrize("seed", SEEDS)
def test_a_promotion_is_called_after_its_season_and_its_product(seed):
    promotions = made(seed).table("promotions").merge(made(seed).table("products"), on="product_id")
    seasons = ["Winter", "Spring", "Summer", "Autumn"]
    began = promotions.starts_on.dt.month.map(lambda month: seasons[month % 12 // 3])
    assert (promotions.name_x.str.split().str[0] == began).all()
    subject = {"flow days": "flow meter", "pressure weeks": "pressure transmitter", "of the Line": "Line"}
    for name, product in zip(promotions.name_x, promotions.name_y, strict=True):
        assert subject[name.split(" ", 1)[1]] in product
