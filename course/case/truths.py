"""What is planted: named parameters, each drawn from the seed within bounds, and one sentence for each topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.case.world import REGIONS

Stream = Callable[[str], np.random.Generator]


@dataclass(frozen=True)
class Truth:
    """One topic's planted effect: the topic id, what is true, and the parameters with which this edition plants it."""

    topic: str
    statement: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A planted number between ``low`` and ``high``, or one or several of ``choices``."""

    name: str
    topic: str
    unit: str
    low: float = 0
    high: float = 0
    whole: bool = False
    choices: Sequence[Any] = ()
    many: int = 0

    def draw(self, rng: np.random.Generator) -> Any:
        """Return this edition's value."""
        if self.choices and self.many:
            return tuple(self.choices[i] for i in rng.permutation(len(self.choices))[: self.many])
        if self.choices:
            return self.choices[int(rng.random() * len(self.choices))]
        if self.whole:
            return int(self.low + rng.random() * (self.high - self.low + 1))
        return round(float(self.low + rng.random() * (self.high - self.low)), 4)


def _between(name: str, topic: str, low: float, high: float, unit: str) -> Parameter:
    return Parameter(name, topic, unit, low, high)


def _whole(name: str, topic: str, low: int, high: int, unit: str) -> Parameter:
    return Parameter(name, topic, unit, low, high, whole=True)


def _one(name: str, topic: str, choices: Sequence[Any], many: int = 0) -> Parameter:
    return Parameter(name, topic, "", choices=choices, many=many)


_DECLINING = ("DACH", "UK & Ireland", "North America")
_PLANTED = (
    # 1 Strategic sales objectives
    _between("legacy_decline_rate", "1.1", 0.18, 0.26, "fraction a year"),
    _between("legacy_q1_share", "1.1", 0.11, 0.135, "fraction of the year"),
    _between("legacy_q4_share", "1.1", 0.40, 0.45, "fraction of the year"),
    _between("analytics_growth_rate", "1.2", 0.08, 0.16, "fraction a year"),
    _between("analytics_share_loss", "1.2", 0.22, 0.34, "fraction of the share of 2023 lost by 2025"),
    _between("smart_growth_rate", "1.2", 0.30, 0.36, "fraction a year"),
    _one("capped_quarters", "1.3", ((0, 1), (1, 2), (2, 3), (0, 2), (1, 3))),
    _between("capped_fill", "1.3", 0.62, 0.78, "fraction of the component that is there"),
    _between("small_payback_over_lifetime", "1.4", 1.4, 1.75, "payback as a multiple of the lifetime"),
    _between("small_new_churn_rate", "1.4", 0.36, 0.46, "fraction a year"),
    _whole("entry_month", "1.5", 26, 29, "months after January 2023"),
    _between("entry_loss", "1.5", 0.58, 0.66, "fraction of the Series 7 Line deals won before"),
    _whole("regulation_month", "1.5", 13, 18, "months after January 2023"),
    _between("regulation_lift", "1.5", 2.5, 2.8, "multiple of demand in regulated industries"),
    _one(
        "twin_regions",
        "1.6",
        (
            ("UK & Ireland", "North America"),
            ("North America", "UK & Ireland"),
            ("France & Benelux", "Southern Europe"),
            ("Southern Europe", "France & Benelux"),
            ("DACH", "North America"),
            ("UK & Ireland", "France & Benelux"),
        ),
    ),
    _between("twin_deal_size_ratio", "1.6", 1.9, 2.5, "multiple"),
    _one("budget_quarters", "1.6", (0, 1, 2, 3), many=4),
    _between("budget_peak", "1.6", 1.68, 1.92, "multiple of an average quarter"),
    _between("quarter_end_discount", "1.7", 0.1, 0.145, "discount points as a fraction"),
    # 2 Positioning
    _between("argument_lift", "2.2", 0.9, 1.2, "log odds"),
    _one("price_industry", "2.2", ("food", "automotive", "buildings")),
    _between("launch_advantage", "2.5", 0.30, 0.36, "win-rate points as a fraction"),
    _between("launch_half_life", "2.5", 3.5, 6.5, "months"),
    _between("decisive_stance", "2.3", 1.0, 1.3, "points of stance"),
    _between("blind_spot_gap", "2.4", 1.8, 2.4, "points"),
    _between("median_slip_days", "2.6", 18, 30, "days"),
    _between("stray_compliance", "2.7", 0.28, 0.42, "fraction"),
    # 3 Coverage
    _between("regulated_match_lift", "3.1", 0.9, 1.1, "log odds"),
    _whole("simple_span", "3.2", 8, 9, "people"),
    _whole("complex_span", "3.2", 5, 6, "people"),
    _between("overspan_loss", "3.2", 0.08, 0.11, "attainment for each person past the span"),
    _between("remote_large_penalty", "3.6", 0.8, 1.2, "log odds"),
    _between("specialist_lift", "3.3", 0.7, 0.95, "log odds in deals above EUR 60,000"),
    _between("overlap_rate", "3.4", 0.26, 0.36, "fraction of Norvane's accounts that are ours too"),
    _between("rich_protected_rate", "3.5", 0.5, 0.65, "fraction of the richest accounts that are protected"),
    _between("break_even_density", "3.6", 1.0, 2.2, "accounts for 1,000 square kilometres"),
    _between("break_even_travel_hours", "3.6", 1.5, 1.9, "hours a visit at that density"),
    # 4 Pricing
    _between("small_deal_leak", "4.1", 0.05, 0.07, "discount points as a fraction"),
    _one("slide_currency", "4.5", ("GBP", "SEK", "USD")),
    _between("slide", "4.5", 0.13, 0.19, "fraction of the currency's value lost in three years"),
    _between("discount_ceiling", "4.6", 0.12, 0.16, "discount beyond which nothing is won"),
    _between("discount_pull", "4.6", 9.5, 11.0, "log odds for a discount of 1"),
    _one("leak_region", "4.7", REGIONS),
    _between("leak", "4.7", 0.07, 0.10, "discount points as a fraction"),
    _between("cliff_reach", "4.2", 0.62, 0.78, "fraction of orders below the cliff that are raised to it"),
    _whole("promotion_month", "4.3", 15, 24, "months after January 2023"),
    _between("promotion_uplift", "4.3", 0.65, 0.85, "fraction of usual orders"),
    _between("pulled_forward", "4.3", 0.44, 0.56, "fraction of the uplift"),
    _between("cannibalised", "4.3", 0.12, 0.2, "fraction of the uplift"),
    # 5 Technology
    _between("stale_price_gap", "5.2", 0.08, 0.11, "fraction of the price"),
    _one("underserved_region", "5.4", REGIONS),
    _between("duplicate_rate", "5.5", 0.1, 0.16, "fraction of accounts with a second record"),
    _between("greedy_reads", "5.7", 4.0, 7.0, "multiple of what the contract says"),
    # 6 Incentives
    _between("bundle_discount", "6.1", 0.075, 0.105, "discount points as a fraction"),
    _between("best_team_share", "6.4", 0.22, 0.32, "fraction"),
    _between("cliff_bunching", "6.5", 0.72, 0.85, "fraction of near misses that end just above the target"),
    _whole("spiff_month", "6.7", 14, 16, "months after January 2023"),
    _between("spiff_lift", "6.7", 0.9, 1.2, "log odds"),
    _between("gaming_rate", "6.3", 0.4, 0.55, "fraction of two people's orders"),
    # 7 Alignment
    _between("blind_hot_rate", "7.4", 0.34, 0.46, "fraction of accounts with an open deal whose payer nobody met"),
    _between("branded_last_rate", "7.5", 0.55, 0.7, "fraction of last touches"),
    # 8 Review
    _between("loud_share", "8.5", 0.62, 0.72, "fraction of what is said, by small members"),
    _between("search_days", "8.6", 75, 105, "days"),
    _whole("ramp_months", "8.6", 7, 9, "months"),
    _between("late_entry_lost_rate", "8.7", 0.56, 0.68, "fraction of lost strategic deals"),
    _one("decline_region", "8.2", _DECLINING),
    _between("decline_depth", "8.2", 1.4, 1.8, "log odds"),
    _between("rising_region_growth_rate", "8.3", 0.29, 0.35, "fraction a year"),
    _between("saturated_cost_growth_rate", "8.3", 0.24, 0.32, "fraction a year"),
    _between("price_move_loss", "8.4", 0.95, 1.25, "log odds"),
)

_BY_NAME = {parameter.name: parameter for parameter in _PLANTED}

STATEMENTS = {
    "1.1": "The series-4 line declines and is strongly seasonal; an even split misses Q1 and sandbags Q4.",
    "1.2": "Analytics grows in revenue and loses share in a faster market.",
    "1.3": "One component caps two products in two quarters of 2026.",
    "1.4": "New business in the small segment never pays back; the average over segments hides it.",
    "1.5": "A competitor's entry and a regulation shift demand in two dated months.",
    "1.6": "Two regions have the same total with another budget cycle and another deal size.",
    "1.7": "The quarter-end discount spike sits in the premium line in the last ten days; the volume line stays flat.",
    "2.1": "Measuring accuracy leads the sales deck and is no longer among the reasons that customers give.",
    "2.2": "Utilities buy on service level; price leads in one industry only.",
    "2.3": "The technical influence decides in mid-market, the economic one in enterprise.",
    "2.4": "The feature that sales people like most is at parity; a hidden one leads.",
    "2.5": "The lead of a release wears off by half every few months.",
    "2.6": "Two live claims precede the delivery of what they claim.",
    "2.7": "One distributor drags the average; most partners comply.",
    "3.1": "Knowing the industry lifts the win rate in regulated industries only.",
    "3.2": "Attainment falls past a span that is smaller where territories are complex.",
    "3.3": "Specialists are called into large deals: raw value compares sizes; the lift is in large deals alone.",
    "3.4": "The two companies share accounts, not all of them marked, and leave others with nobody.",
    "3.5": "The richest white space is partly protected by partners' registrations.",
    "3.6": "Remote selling is cheaper below a density, except for large deals.",
    "3.7": "A hierarchy of grounds settles the claims as they were rightly settled, ties left to escalation.",
    "4.1": "Small deals give away more margin unseen, in total, than the large ones that executives look at.",
    "4.2": "Today's schedule has a cliff at 50 devices, and customers order around it.",
    "4.3": "Half of a promotion's uplift is pulled forward from later months, and some is taken from the new meter.",
    "4.4": "Most price differences are justified; pairs that differ by relationship, or without approval, are not.",
    "4.5": "One currency slid for three years and its price list was never made anew.",
    "4.6": "Beyond a level, discount does not raise the win rate.",
    "4.7": "One region and two people account for most unauthorised concessions.",
    "5.1": "A few customisations cause most of what upgrades cost.",
    "5.2": "One region's prices in the ERP are stale, and one product is counted in packs.",
    "5.3": "Handovers between teams cause the tail of the response times.",
    "5.4": "History under-served one region, so that a score that learns from it keeps under-serving it.",
    "5.5": "There are near-duplicates among the accounts and stale close dates among the open deals.",
    "5.6": "Several KPIs are near copies of each other.",
    "5.7": "One tool reads far more than it needs; one has stopped without an error.",
    "6.1": "The multi-product bonus pays for bundles that are sold at a discount.",
    "6.2": "Disputed deals have a right split: owner 6, finder 3, supporter 1, of those there were.",
    "6.3": "Two people's cancellations cluster shortly after day 90.",
    "6.4": "The weight of team goals has an interior optimum.",
    "6.5": "The cliff at target bunches attainment just above it.",
    "6.6": "A few people hold back what they will book; a few others win what is easy and lose the rest.",
    "6.7": "One SPIFF paid for year-end sales that would have come anyway.",
    "7.1": "The largest source of leads converts worst.",
    "7.2": "Conversion falls steeply after the first hours; quick answers of poor quality do not help.",
    "7.3": "The favoured channel is saturated.",
    "7.4": "There are accounts of high intent with an open deal whose economic influence nobody has contacted.",
    "7.5": "Last touch flatters branded search.",
    "7.6": "Two campaigns push an offer that sales has withdrawn.",
    "7.7": "A hierarchy of grounds settles inbound interest as it was rightly settled.",
    "8.1": "The headline miss of 2025 is mix, not volume.",
    "8.2": "One segment really declines; another below its threshold is a small sample's mirage.",
    "8.3": "The region with the best average return is past its margin.",
    "8.4": "Two price moves came after the last update of the battle cards.",
    "8.5": "The loudest theme is not the weightiest by the revenue behind it.",
    "8.6": "Hiring at the need date is two quarters late: search and ramp take that long.",
    "8.7": "Late entry of a stakeholder explains most strategic losses.",
}


class Planted(Mapping[str, Any]):
    """Every planted parameter by its name, each drawn with the random numbers of its own name when first asked for."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._drawn: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._drawn:
            value = _BY_NAME[name].draw(self._stream(name))
            if name == "decline_region" and value == self["twin_regions"][0]:
                # the region of few large deals decides too few for a fall to show in a quarter
                value = _DECLINING[_DECLINING.index(value) - 1]
            self._drawn[name] = value
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_BY_NAME)

    def __len__(self) -> int:
        return len(_BY_NAME)


def truths(planted: Mapping[str, Any]) -> dict[str, Truth]:
    """Return the planted effects by topic id."""
    return {
        topic: Truth(topic, statement, {p.name: planted[p.name] for p in _PLANTED if p.topic == topic})
        for topic, statement in STATEMENTS.items()
    }
