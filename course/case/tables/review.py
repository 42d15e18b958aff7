"""Review: segments watched, battle cards, the advisory board, hiring and ramp, stages, lost strategic deals."""

from __future__ import annotations

from calendar import month_name
from dataclasses import dataclass

import numpy as np
import pandas as pd

from course.case import notes, words
from course.case.columns import Array, date, flag, key, money, number, rate, text, whole
from course.case.edition import Draw
from course.case.registry import latent, table
from course.case.sampling import chosen, pick
from course.case.tables.customers import Customers
from course.case.tables.deals import Deals
from course.case.tables.positioning import Groups, offers
from course.case.tables.staff import Staff
from course.case.world import (
    COMPETITORS,
    LAST_DAY,
    MONTH_STARTS,
    REGIONS,
    SEGMENTS,
    STAGES,
    by_today,
    ids,
    month_of,
    take,
)


@table(
    key("watch_id", "Identifies the segment watched"),
    text("region", "Sales region", refers="regions.region"),
    text("segment", "Segment of the accounts", *SEGMENTS),
    whole("accounts", "Accounts", "accounts"),
    rate("usual_win_rate", "Win rate of January 2023 to August 2025"),
    rate("threshold_rate", "Win rate below which a month counts as bad: seven tenths of the usual"),
    text("owner", "Who must act"),
    topics="8.2",
)
def segments(draw: Draw, deals: Deals, customers: Customers) -> dict[str, object]:
    """One row is a segment of a region that is watched month by month."""
    code = deals.region * 3 + deals.segment
    month = np.where(deals.status > 0, month_of(np.where(deals.status > 0, deals.closed_on, LAST_DAY)), 99)
    old = month < 32
    usual = np.bincount(code[old & deals.won], minlength=18) / np.maximum(np.bincount(code[old], minlength=18), 1)
    region, segment = np.divmod(np.arange(18), 3)
    return {
        "watch_id": ids("WS", np.arange(18), 2),
        "region": take(REGIONS, region),
        "segment": take(SEGMENTS, segment),
        "accounts": np.bincount(customers.region * 3 + customers.segment, minlength=18),
        "usual_win_rate": usual,
        "threshold_rate": usual * 0.7,
        "owner": take(words.OWNERS, region),
    }


@table(
    key("card_id", "Identifies the card"),
    text("competitor", "The rival", refers="competitors.competitor"),
    text("topic", "What the card is about", "price", "product", "service"),
    text("says", "What it tells salespeople to say"),
    date("updated_on", "Day of the last change"),
    whole("opened_2025", "How often it was opened in 2025", "times"),
    topics="8.4",
)
def battle_cards(draw: Draw) -> dict[str, object]:
    """One row is a battle card."""
    rows = [(who, topic) for who in COMPETITORS for topic in ("price", "product", "service")]
    who = np.array([COMPETITORS.index(row[0]) for row in rows])
    # all cards were gone through in May or June 2025; two rivals have moved their prices since
    updated = np.datetime64("2025-05-05") + (draw.rng.random(len(rows)) * 50).astype(int)
    # no card is older than the first deal in which its rival was met
    updated = np.where(
        who == COMPETITORS.index("Aldermoor Systems"),
        np.maximum(updated, MONTH_STARTS[draw.truth["entry_month"]] + 7),
        updated,
    )
    return {
        "card_id": ids("BC", np.arange(len(rows)), 2),
        "competitor": take(COMPETITORS, who),
        "topic": [row[1] for row in rows],
        "says": [words.CARDS[row[1]].replace("{rival}", row[0]) for row in rows],
        "updated_on": updated,
        "opened_2025": np.round(20 + 180 * draw.rng.random(len(rows))),
    }


THEMES = tuple(words.THEMES)


@dataclass(frozen=True)
class Voices:
    """Statements at the advisory board: account and theme of each; the loud theme and the weighty one."""

    account: Array
    theme: Array
    loud: int
    weighty: int


@latent
def voices(draw: Draw, customers: Customers, deals: Deals) -> Voices:
    """Draw who said what: many small members share one theme, a few large ones another."""
    rng = draw.rng
    spent = np.bincount(deals.account[deals.won], weights=deals.amount_eur[deals.won], minlength=customers.region.size)
    ranked = np.argsort(-spent, kind="stable")
    part = min(draw.scale, 1.0)  # in a small edition fewer have bought
    large, small = ranked[: max(round(40 * part), 1)], ranked[round(200 * part) : round(700 * part)]
    loud, weighty = (int(place) for place in rng.permutation(len(THEMES))[:2])
    size = 120
    many = chosen(np.full(size, draw.truth["loud_share"]), rng.random())
    account = np.where(
        many, small[(rng.random(size) * small.size).astype(int)], large[(rng.random(size) * large.size).astype(int)]
    )
    other = np.array([place for place in range(len(THEMES)) if place not in (loud, weighty)])
    theme = other[(rng.random(size) * other.size).astype(int)]
    theme = np.where(many & (rng.random(size) < 0.68), loud, theme)
    theme = np.where(~many & (rng.random(size) < 0.58), weighty, theme)

    def weight(what: int) -> float:
        return float(spent[np.unique(account[theme == what])].sum())

    # those who spend most speak of the weighty theme too, where chance left it no heavier than the loud one
    for speech in np.flatnonzero(~many)[np.argsort(-spent[account[~many]], kind="stable")].tolist():
        if weight(weighty) > 1.4 * weight(loud):
            break
        theme[speech] = weighty
    return Voices(account, theme, loud, weighty)


@table(
    key("note_id", "Identifies the note"),
    date("meeting_on", "Day of the meeting"),
    text(
        "account_id",
        "The member's firm; a few were guests then and became customers later",
        refers="accounts.account_id",
    ),
    text("theme", "What it was about, as the minute-taker filed it", *THEMES),
    text("note", "The minute-taker's note"),
    topics="8.5",
)
def advisory_board(draw: Draw, customers: Customers, voices: Voices) -> dict[str, object]:
    """One row is something a member of the customer advisory board said."""
    size = voices.account.size
    meeting = np.array(["2025-02-12", "2025-05-14", "2025-09-10", "2025-11-19"], dtype="datetime64[D]")
    turn = np.sort((draw.rng.random(size) * 4).astype(int))
    abroad = notes.abroad(customers.region[voices.account])
    themes = [THEMES[place] for place in voices.theme.tolist()]
    texts = notes.board_notes(draw.rng, themes, turn, voices.account, abroad, draw.fresh("notes"))
    return {
        "note_id": ids("AB", np.arange(size), 3),
        "meeting_on": meeting[turn],
        "account_id": ids("A", voices.account),
        "theme": take(THEMES, voices.theme),
        "note": texts,
    }


@table(
    key("play_id", "Identifies the play"),
    text("play", "What salespeople are to do"),
    text("theme", "The theme that it answers", *THEMES),
    date("revised_on", "Day of the last revision"),
    rate("used_rate", "Share of the opportunities of 2025 in which it was used"),
    topics="8.5",
)
def playbook(draw: Draw) -> dict[str, object]:
    """One row is a play of the sales playbook."""
    rows = [(theme, play) for theme in THEMES for play in words.THEMES[theme]]
    return {
        "play_id": ids("PL", np.arange(len(rows)), 2),
        "play": [row[1] for row in rows],
        "theme": [row[0] for row in rows],
        "revised_on": np.datetime64("2023-06-01") + (draw.rng.random(len(rows)) * 850).astype(int),
        "used_rate": 0.05 + 0.5 * draw.rng.random(len(rows)),
    }


@table(
    key("requisition_id", "Identifies the vacancy"),
    text("region", "Sales region", refers="regions.region"),
    date(
        "needed_on",
        "Day from which the seat was to be filled; somebody may have given notice by then and still be there",
    ),
    date("opened_on", "Day on which the search began"),
    date("started_on", "Day on which the person started; empty while it is open", nullable=True),
    text("rep_id", "Who was hired; empty while it is open", nullable=True, refers="reps.rep_id"),
    text("because", "Why there was a vacancy", "growth", "replacement"),
    topics="8.6",
)
def hiring(draw: Draw, staff: Staff) -> dict[str, Array]:
    """One row is a vacancy in the sales force, filled since 2023 or open at the end of 2025."""
    rng = draw.rng
    hired = np.flatnonzero(staff.hired >= np.datetime64("2023-01-01"))
    still = 5
    size = hired.size + still
    filled = np.arange(size) < hired.size
    started = np.concatenate([staff.hired[hired], np.repeat(LAST_DAY, still)])
    search = np.exp(np.log(draw.truth["search_days"]) + 0.22 * np.clip(rng.standard_normal(size), -2, 2)).astype(int)
    opened = np.where(filled, started - search, LAST_DAY - (rng.random(size) * 70).astype(int))
    # people were looked for when they were needed, not before
    needed = opened + (rng.random(size) * 14).astype(int)
    home = staff.seat_region[staff.rep_seat[hired]]
    region = np.concatenate([home, (rng.random(still) * len(REGIONS)).astype(int)])
    replaced = np.concatenate([staff.seat_first[staff.rep_seat[hired]] >= 0, rng.random(still) < 0.5])
    order = np.argsort(opened, kind="stable")
    rep = np.concatenate([hired, np.full(still, -1)])
    return {
        "requisition_id": ids("RQ", np.arange(size), 3),
        "region": take(REGIONS, region[order]),
        "needed_on": needed[order],
        "opened_on": opened[order],
        "started_on": np.where(filled, started, np.datetime64("NaT"))[order],
        "rep_id": ids("R", rep[order], 3),
        "because": take(("growth", "replacement"), replaced[order].astype(int)),
    }


@table(
    text("sales_model", "Field or remote selling", "field", "remote"),
    whole("month_since_start", "Months since the person started", "months"),
    rate("productivity_rate", "Bookings of such people as a fraction of those fully ramped", high=2),
    whole("people", "People it was measured on", "people"),
    topics="8.6",
)
def ramp(draw: Draw) -> dict[str, Array]:
    """One row is how productive new salespeople were in a month after their start, from hires of 2018 to 2024."""
    at = np.indices((2, 19)).reshape(2, -1)
    months = np.where(at[0] == 0, draw.truth["ramp_months"], draw.truth["ramp_months"] - 2)
    level = 1 / (1 + np.exp(-(at[1] - 0.55 * months) / (0.14 * months)))
    return {
        "sales_model": take(("field", "remote"), at[0]),
        "month_since_start": at[1],
        "productivity_rate": np.clip(level + 0.03 * np.clip(draw.rng.standard_normal(at.shape[1]), -2, 2), 0, 1.3),
        "people": np.round(np.array([58, 26])[at[0]] * np.power(0.985, at[1])),
    }


STATES = (
    "exploration", "orientation", "framing", "co-design", "validation", "commitment", "mobilisation", "delivery",
    "reflection and renewal",
)  # fmt: skip
PHASES = ("awareness", "buying", "implementation")
#: the furthest state before the signature that goes with each stage, and the stage of each state
_STATE_OF_STAGE = np.array([1, 2, 3, 4, 5])
_STAGE_OF_STATE = np.array([0, 0, 1, 2, 3, 4, 4, 4, 4])
_HOLD = STATES.index("validation")


@table(
    text("opportunity_id", "The opportunity", refers="opportunities.opportunity_id"),
    whole("step", "1 for the first", "place", low=1),
    text("stage", "Stage of the sales process that goes with the state", *STAGES),
    text("state", "State of the engagement that was entered", *STATES),
    text("phase", "Phase of the buyer", *PHASES),
    whole("iteration", "How many times the group has gone round; grows by 1 with each step back", "rounds", low=1),
    date("entered_on", "Day"),
    flag("back", "Whether it was a step back"),
    topics="8.7 A3 D1 D2",
)
def stage_history(draw: Draw, deals: Deals, buying_groups: Groups) -> dict[str, Array]:
    """One row is a state that an enterprise or mid-market opportunity entered, steps back and the time after the
    signature included, where the order was cancelled too: what had begun was wound up.

    Whoever joins late sends the group back by a state or two, once or twice, and it comes forward again.
    """
    rng = draw.rng
    deal = np.flatnonzero(deals.segment < 2)
    size, late, reached = deal.size, buying_groups.late[deal], deals.stage[deal]
    # the last state before the signature; of those that never got further than exploring half found their orientation
    top = np.where((reached == 0) & (draw.fresh("orientation").random(size) < 0.5), 0, _STATE_OF_STAGE[reached])
    twice, stray = rng.random(size) < 0.45, rng.random(size) < 0.06
    backs = np.where(reached == 0, 0, np.where(late, 1 + twice, stray)).astype(int)
    hold = np.where(backs > 0, np.minimum(top, _HOLD), top)
    luck = draw.fresh("back").random((6, size))
    depth = 1 + (luck[:2] < 0.4)

    # when: forward until somebody joins, back on that day, forward again
    won = deals.status[deal] == 1
    created, until = deals.created_on[deal], np.where(deals.status[deal] > 0, deals.closed_on[deal], LAST_DAY)
    span = np.maximum((until - created).astype(int), 1)
    joined = np.full(deals.product.size, deals.created_on.min(), dtype="datetime64[D]")
    np.maximum.at(joined, buying_groups.deal, buying_groups.joined_on)
    known = late & np.isin(deal, buying_groups.deal)
    turn = np.where(known, (joined[deal] - created).astype(int) / span, 0.55 + 0.3 * luck[2])
    turn = np.where(backs > 0, np.clip(turn, 0.05, 0.93), np.where(won, 0.98, 0.86))

    # what was entered: runs of states that follow each other; (deal, first state, how many) in the order of the columns
    after = np.cumsum([6 + luck[3] * 25, 20 + luck[4] * 50, 240 + luck[5] * 150], axis=0).astype(int)
    finished = np.where(won, ((until + after) <= LAST_DAY).sum(axis=0), 0)
    first = np.column_stack([np.zeros(size, dtype=int), hold - depth[0], hold - depth[1], hold + 1, np.full(size, 6)])
    length = np.column_stack(
        [hold + 1, (backs > 0) * (depth[0] + 1), (backs > 1) * (depth[1] + 1), top - hold, finished]
    )
    run = np.repeat(np.arange(size * 5), length.ravel())
    row, kind = np.divmod(run, 5)
    within = np.arange(run.size) - np.repeat(np.cumsum(length.ravel()) - length.ravel(), length.ravel())
    state = first[row, kind] + within
    step = np.arange(run.size) - np.repeat(np.cumsum(length.sum(axis=1)) - length.sum(axis=1), length.sum(axis=1))

    forward = turn[row] * step / np.maximum(hold[row], 1)
    again = step - length[row, 0]
    rounds = np.maximum(length[:, 1:4].sum(axis=1)[row], 1)
    share = np.where(
        kind == 0, np.where(backs[row] > 0, 0.96, 1.0) * forward, turn[row] + (0.98 - turn[row]) * again / rounds
    )
    entered = created[row] + np.floor(span[row] * share + 1e-6).astype(int)
    entered = np.where(kind == 4, until[row] + after[np.minimum(within, 2), row], entered)
    back = np.isin(kind, (1, 2)) & (within == 0)
    return {
        "opportunity_id": ids("O", deal[row]),
        "step": step + 1,
        "stage": take(STAGES, _STAGE_OF_STATE[state]),
        "state": take(STATES, state),
        "phase": take(PHASES, np.searchsorted([3, 6], state, side="right")),
        "iteration": 1 + np.minimum(np.where(kind == 0, 0, np.where(kind == 1, 1, backs[row])), backs[row]),
        "entered_on": entered,
        "back": back,
    }


CAUSES = ("late stakeholder", "price", "product gap", "no business case", "slow answer", "rival's relationship")


@table(
    key("post_mortem_id", "Identifies the post-mortem"),
    text("opportunity_id", "The opportunity lost", refers="opportunities.opportunity_id"),
    date("held_on", "Day on which it was talked over"),
    text("salesperson_says", "The cause as the salesperson entered it first", *CAUSES),
    text("finding", "The cause on which the review agreed", *CAUSES),
    money(
        "amount_eur",
        "What was lost, as the review reckoned it; the salesperson's estimate differs where nothing was quoted",
    ),
    number("pursuit_hours", "Hours spent on it, as the review estimated", "hours", 0, low=0),
    text("notes", "Notes of the review"),
    topics="8.7",
)
def post_mortems(
    draw: Draw, deals: Deals, buying_groups: Groups, contacts: pd.DataFrame, quotes: pd.DataFrame
) -> dict[str, object]:
    """One row is the review of a strategic deal that was lost: enterprise, and by the review's reckoning EUR 150,000 or
    more."""
    rng = draw.rng
    lost = np.flatnonzero(buying_groups.strategic & (deals.status == 2))
    size = lost.size
    late = buying_groups.late[lost]
    others = 1 + pick(rng.random(size), np.array([0.34, 0.2, 0.18, 0.12, 0.16]))
    finding = np.where(late & (rng.random(size) < 0.93), 0, others)
    says = np.where(
        rng.random(size) < 0.62, 1, np.where(rng.random(size) < 0.25, finding, 1 + (rng.random(size) * 5).astype(int))
    )
    texts = notes.post_mortem_notes(
        rng,
        [CAUSES[place] for place in finding.tolist()],
        deals.region[lost],
        _true_of(deals, lost, finding != says, late, quotes),
        _facts(deals, lost, buying_groups, contacts),
        draw.fresh("notes"),
    )
    held = deals.closed_on[lost] + 10 + (rng.random(size) * 25).astype(int)
    return {
        "post_mortem_id": ids("PM", np.arange(size), 3),
        "opportunity_id": ids("O", lost),
        "held_on": by_today(held, deals.closed_on[lost], draw.fresh("by today")),
        "salesperson_says": take(CAUSES, says),
        "finding": take(CAUSES, finding),
        "amount_eur": deals.amount_eur[lost],
        "pursuit_hours": np.exp(4.6 + 0.4 * rng.standard_normal(size)) * np.where(late, 1.3, 1.0),
        "notes": texts,
    }


def _true_of(deals: Deals, lost: Array, differs: Array, late: Array, quotes: pd.DataFrame) -> list[set[str]]:
    """Return what holds of each lost deal, as the sentences of a review need it."""
    versions = offers(quotes, lost)
    holds = notes.true_of(deals.product[lost], versions, deals.new[lost], deals.region[lost])
    began, ended = deals.created_on[lost], deals.closed_on[lost]
    # 24 December of the year in which the deal began lies in it
    holidays = began.astype("datetime64[Y]").astype("datetime64[M]") + 11
    holidays = holidays.astype("datetime64[D]") + 23
    marks = {
        "quoted": versions > 0,
        "holidays": (began < holidays - 7) & (ended > holidays + 7),
        "differs": differs,
        "late": late,
        "long": (ended - began).astype(int) >= 60,
    }
    for mark, where in marks.items():
        for place in np.flatnonzero(where).tolist():
            holds[place].add(mark)
    return holds


def _facts(deals: Deals, lost: Array, groups: Groups, contacts: pd.DataFrame) -> list[dict[str, str]]:
    """Return what the review of each lost deal can name: who joined last and in which week, two months, the amount."""
    newest = groups.joined_on.argsort(kind="stable")
    last = np.full(deals.product.size, -1)
    last[groups.deal[newest]] = newest
    person = last[lost]
    titles = contacts["title"].to_numpy(dtype=object)[groups.contact[person]]
    began, ended = deals.created_on[lost], deals.closed_on[lost]
    span = (ended - began).astype(int)
    week = (groups.joined_on[person] - began).astype(int) // 7 + 1
    early, later = (_month(began + (span * share).astype(int)) for share in (0.2, 0.8))
    return [
        {
            "who": who,
            "a_who": f"{'an' if who[0] in 'aeiou' else 'a'} {who}",
            "week": str(w),
            "weeks": str(of),
            "early": e,
            "later": f,
            "amount": f"EUR {round(eur, -3):,.0f}",
        }
        for who, w, of, e, f, eur in zip(
            [title.lower() for title in titles],
            week.tolist(),
            (span // 7 + 1).tolist(),
            early,
            later,
            deals.amount_eur[lost].tolist(),
            strict=True,
        )
    ]


def _month(day: Array) -> list[str]:
    return [month_name[month + 1] for month in (day.astype("datetime64[M]").astype(int) % 12).tolist()]
