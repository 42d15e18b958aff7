"""Notes read as what six people wrote down of this deal: true of it, not said twice, and written as people write."""

from functools import cache
from itertools import product

import pandas as pd
import pytest

from course.case import notes
from course.case.edition import Edition

SEEDS = (2026, 5, 404)
ENGLISH = ("UK & Ireland", "North America")
LATECOMERS = ("sustainability manager", "category buyer", "energy manager", "asset manager", "project manager")


@cache
def made(seed):
    return Edition(seed)


def with_deal(seed, name):
    deals = made(seed).table("opportunities")
    deals = deals[["opportunity_id", "product_id", "motion", "region", "created_on", "closed_on", "competitor"]]
    frame = made(seed).table(name).merge(deals, on="opportunity_id", suffixes=("", "_met"))
    return frame.assign(low=frame.notes.str.lower())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_review_of_a_late_stakeholder_names_who_came_late_in_that_deal_and_in_which_week(seed):
    reviews = with_deal(seed, "post_mortems").query("finding == 'late stakeholder'")
    people = made(seed).table("influences").merge(made(seed).table("contacts")[["contact_id", "title"]])
    last = people.sort_values("joined_on").groupby("opportunity_id").last()
    came = last.loc[reviews.opportunity_id].set_index(reviews.index)
    week = (came.joined_on - reviews.created_on).dt.days // 7 + 1
    weeks = (reviews.closed_on - reviews.created_on).dt.days // 7 + 1
    named = 0
    for low, title, when, of in zip(reviews.low, came.title.str.lower(), week, weeks, strict=True):
        told = [who for who in LATECOMERS if who in low]
        assert told in ([], [title]), low
        named += bool(told)
        numbers = {int(word) for word in pd.Series([low]).str.extractall(r"(?:week|wk) (\d+)")[0]}
        assert numbers <= {when}, low
        assert {int(word) for word in pd.Series([low]).str.extractall(r"\d of (\d+)")[0]} <= {of}, low
    assert named > 0.7 * len(reviews)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_review_tells_of_what_was_offered_and_when(seed):
    reviews = with_deal(seed, "post_mortems")
    no_device = ~reviews.product_id.str.startswith(("P-4", "P-7"))
    assert not reviews.low.str.contains(r"\btube\b|\bzone\b")[no_device].any()
    assert not reviews.low.str.contains("ten years of the other|10 yrs incumbent")[reviews.motion == "expansion"].any()
    same = reviews.salesperson_says == reviews.finding
    assert not reviews.low.str.contains("saw it differently")[same].any()
    quoted = set(made(seed).table("quotes").opportunity_id)
    assert not reviews.low.str.contains("offer was on the table")[~reviews.opportunity_id.isin(quoted)].any()
    for months in ("in (\\w+) and again in (\\w+)", "question of (\\w+) was answered in (\\w+)"):
        for place, (early, later) in reviews.notes.str.extract(months).dropna().iterrows():
            deal = reviews.loc[place]
            between = pd.period_range(deal.created_on, deal.closed_on, freq="M").strftime("%B")
            assert {early, later} <= set(between)
            assert early != later


@pytest.mark.parametrize("seed", SEEDS)
def test_an_interviewer_writes_what_can_be_true_of_this_deal(seed):
    talks = with_deal(seed, "win_loss_interviews")
    low, device = talks.low, talks.product_id.str.startswith(("P-4", "P-7"))
    assert not low.str.contains("bench|leak rate|own test bench|samples")[~device].any()
    assert not low.str.contains("insight plus")[talks.product_id != "P-820"].any()
    assert not low.str.contains("in english|works council")[talks.region.isin(ENGLISH)].any()
    assert not low.str.contains("nine days over|nine days. i have|last autumn|on site last yr")[
        talks.motion == "new"
    ].any()
    assert not low.str.contains("yearly fee|every january")[device].any()
    assert not low.str.contains("also: nothing")[talks.main_reason != talks.second_reason].any()
    assert not low.str.contains("not bitter")[talks.outcome == "won"].any()
    assert not low.str.contains("first said it was all about price")[talks.main_reason == "total cost"].any()
    versions = made(seed).table("quotes").groupby("opportunity_id").version.max()
    once = talks.opportunity_id.map(versions) == 1
    assert not low.str.contains("changed twice|twice in a week|moved 2x|second offer|price moved")[once].any()
    assert (low.str.contains(r"\bshe\b") & low.str.contains("he read four") & ~low.str.contains("she read")).sum() == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_meeting_has_one_newest_member_and_nobody_asks_for_a_language_that_they_speak(seed):
    minutes = made(seed).table("advisory_board").merge(made(seed).table("accounts")[["account_id", "region"]])
    newest = minutes[minutes.note.str.contains("newest member")]
    assert (newest.groupby("meeting_on").account_id.nunique() == 1).all()
    assert not minutes.note.str.contains("own language|our language")[minutes.region.isin(ENGLISH)].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_review_and_no_minute_is_written_twice_word_for_word(seed):
    assert made(seed).table("post_mortems").notes.is_unique
    assert made(seed).table("advisory_board").note.is_unique
    assert made(seed).table("win_loss_interviews").notes.duplicated().mean() < 0.04


@pytest.mark.parametrize("seed", SEEDS)
def test_quotations_and_sentences_end_as_they_are_printed(seed):
    edition = made(seed)
    for name, column in (("post_mortems", "notes"), ("win_loss_interviews", "notes"), ("advisory_board", "note")):
        texts = edition.table(name)[column]
        for fault in (
            r"\.\.",
            r'[a-z]" [A-Z]',
            r'\?", said',
            r"\) [A-Z]",
            r"  ",
            r"[{}\[\]]",
            r"\w- ask earlier",
            r"\. the other bidder",
            r"(?<!1)[123]th\b",
        ):
            assert not texts.str.contains(fault).any(), (name, fault, texts[texts.str.contains(fault)].iloc[0])


def test_every_deal_leaves_each_voice_something_to_say():
    kinds = [
        ("device", "product"),
        ("software", "product", "yearly"),
        ("software", "product", "yearly", "plus"),
        ("service",),
        ("service", "yearly"),
    ]
    marks = ("revised", "abroad", "quoted", "holidays", "differs", "late", "long")
    banks = [(voices, notes._WON_ELSE.get(name, notes._NOTHING)) for name, voices in notes._WON.items()]
    banks += [(voices, notes._LOST_ELSE.get(name, notes._NOTHING)) for name, voices in notes._LOST.items()]
    banks += [(voices, notes._NOTHING) for voices in (*notes._CAUSES.values(), *notes._THEMES.values())]
    for kind, known, on in product(kinds, ("new", "known"), product((False, True), repeat=len(marks))):
        holds = frozenset((*kind, known, *(mark for mark, yes in zip(marks, on, strict=True) if yes)))
        for told, instead in banks:
            assert all(all(voice) for voice in notes._fitting(told, instead, holds))
