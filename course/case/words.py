# ruff: noqa: E501
"""Texts of the case company: titles, claims, findings, moves, tools, offers, plays."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np

from course.case.columns import Array
from course.case.names import FIRST, LANGUAGES, LAST

REASONS = (
    "measuring accuracy",
    "service response",
    "total cost",
    "delivery date kept",
    "integration",
    "proof for regulators",
    "ease of use",
)
NOTICED = ("a customer's reference", "their salesperson", "web search", "a trade event", "a colleague", "a webinar")

TITLES = {
    "economic": (("Finance Director", "finance"), ("Managing Director", "general management"), ("Chief Financial Officer", "finance"), ("Plant Director", "general management"), ("Head of Procurement", "procurement")),
    "user": (("Shift Supervisor", "operations"), ("Metering Technician", "operations"), ("Laboratory Manager", "operations"), ("Network Operator", "operations"), ("Maintenance Lead", "operations")),
    "technical": (("Head of Engineering", "engineering"), ("Automation Engineer", "engineering"), ("IT Security Officer", "engineering"), ("Quality Manager", "engineering"), ("Instrumentation Engineer", "engineering")),
    "coach": (("Energy Manager", "operations"), ("Project Manager", "engineering"), ("Category Buyer", "procurement"), ("Sustainability Manager", "general management"), ("Asset Manager", "operations")),
}  # fmt: skip

TEAMS = ("meters", "analytics", "cloud", "services")
PARTNER_NAMES = {
    "distributor": ("Instruments", "Measuring Supplies", "Flow Products", "Process Supply"),
    "integrator": ("Automation", "Systems Engineering", "Plant Control", "Integration"),
    "reseller": ("Trading", "Technical Sales", "Industrial", "Equipment"),
}
PIECES = ("brochure", "web page", "price sheet", "trade-fair panel", "tender text", "presentation")
FINDINGS = (
    "claims an accuracy we do not promise",
    "shows an old logo and old names",
    "compares us with a rival by name",
    "quotes a price as a reason",
    "promises a delivery date",
    "names customers without leave",
)

PRICE_MOVES = (
    "List prices of flow meters cut by eight per cent, seen in two tenders",
    "Free first year of software with every meter",
    "Ten per cent off for contracts signed within the quarter",
    "Trade-in of our older devices at a fixed sum",
    "Frame contracts reopened at lower prices",
    "Calibration included for three years",
    "Twelve per cent off the whole range, told to us by a buyer",
    "Buy three, pay two on the mid-range meter",
)
OTHER_MOVES = (
    ("product", "Quantrel", "A clamp-on meter for small pipes"),
    ("product", "Brennick & Hale", "Their portal shows certificates of calibration"),
    ("people", "Quantrel", "Four salespeople hired from a valve maker"),
    ("alliance", "Brennick & Hale", "Service partnership with a crane inspector"),
    ("product", "Norvane Metering", "A cheaper housing for food plants"),
    ("people", "Norvane Metering", "The founder steps back from sales"),
    ("alliance", "Quantrel", "Joint stand with a maker of control systems"),
    ("product", "Quantrel", "Battery life of the radio module doubled"),
    ("people", "Brennick & Hale", "A second depot in Iberia"),
    ("alliance", "Norvane Metering", "Talks with a buyer are rumoured"),
)  # fmt: skip

FEATURES = (
    "accuracy at low flow", "days from order to delivery", "certificate of each reading", "access for several sites",
    "alarm on drift", "replacement without a shutdown", "data export to the plant's own system", "battery life",
    "hazardous-area approval", "remote update", "reading by telephone app", "service within 24 hours",
    "training in the local language", "spare parts for twenty years",
)  # fmt: skip

CLAIMS = (
    ("The most accurate meter at low flow", "measuring accuracy", "Independent test of low-flow accuracy"),
    ("A certificate for every reading", "proof for regulators", "Signed readings in Insight Plus"),
    ("An engineer at your site within 24 hours", "service response", "Second service depot and rota"),
    ("Connected to your control system in a day", "integration", "Connector for three control systems"),
    ("Half the cost over ten years", "total cost", "Cost study with four customers"),
    ("The date on the order is the date at your gate", "delivery date kept", "Confirmed dates from the factory system"),
    ("Your shift can use it without a course", "ease of use", "New start page for shifts"),
    ("Drift found before it costs you", "ease of use", "Drift alarm for all Series 7"),
)  # fmt: skip
MILESTONE_WHAT = (
    "Release",
    "Field test",
    "Approval",
    "Translation",
    "Security review",
    "Data migration",
    "Pilot",
    "Load test",
    "User test",
)
MILESTONE_FOR = (
    "of the portal",
    "of the radio module",
    "for hazardous areas",
    "of the alarm list",
    "of the mobile reader",
    "of the export",
    "of the tube in steel",
    "of the tenant model",
    "of the spare-parts shop",
)


def pick(options: Sequence[str], luck: float) -> str:
    """Return one of the options for a number in [0, 1)."""
    return options[int(luck * len(options))]


def people(rng: np.random.Generator, language: Array) -> Array:
    """Return a person for each language (a number), as a place in ``PEOPLE``; as in life, some share a name."""
    first, last = rng.random((2, language.size))
    given, family = (first * _GIVEN[language]).astype(int), (last * _FAMILY[language]).astype(int)
    return np.asarray(_FIRST_PERSON[language] + given * _FAMILY[language] + family)


@cache
def addresses() -> Array:
    """Return what stands before the @ in the e-mail address of each of ``PEOPLE``."""
    return np.array([plain(name) for name in PEOPLE], dtype=object)


def plain(name: str) -> str:
    """Return a name as it stands in an e-mail address: small letters without accents, joined by dots."""
    known = _PLAIN.get(name)
    if known is None:
        text = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ß", "ss"))
        known = _PLAIN[name] = "".join(
            sign if sign.isalnum() else "." for sign in text if not unicodedata.combining(sign)
        )
    return known


_PLAIN: dict[str, str] = {}

#: all names of people, language by language
PEOPLE = tuple(f"{first} {last}" for name in LANGUAGES for first in FIRST[name] for last in LAST[name])
_GIVEN: Array = np.array([len(FIRST[name]) for name in LANGUAGES])
_FAMILY: Array = np.array([len(LAST[name]) for name in LANGUAGES])
_FIRST_PERSON: Array = np.cumsum(_GIVEN * _FAMILY) - _GIVEN * _FAMILY


def rewritten(name: str, turn: int) -> str:
    """Return a firm's name as another firm's clerk wrote it: same firm, other spelling."""
    parts = name.split()
    if turn == 0:
        return name.upper()
    if turn == 1:
        return " ".join(part for part in parts if not _legal(part))
    if turn == 2:
        return plain(" ".join(parts)).replace("..", ".").replace(".", " ").strip().title()
    if turn == 3:
        return " ".join(parts[:-1]) + ", " + parts[-1]
    return parts[0][:2] + parts[0][3:] + name[len(parts[0]) :]


def _legal(part: str) -> bool:
    return part.rstrip(".,").lower() in _LEGAL


_LEGAL = {"gmbh", "ag", "ltd", "plc", "inc", "llc", "corp", "dac", "sas", "sa", "s.a", "nv", "n.v", "b.v", "ab", "a/s", "aps",
          "as", "asa", "oy", "oyj", "s.p.a", "s.r.l", "s.l", "lda", "&", "co", "kg"}  # fmt: skip


def foreign(name: str, place: int, luck: float) -> str:
    """Return the name of a firm that is like another, but is not it."""
    parts = name.split()
    return " ".join([pick(_OTHER_STEMS, luck) + pick(_OTHER_ENDS, place * 0.6180339887 % 1), *parts[1:]])


_OTHER_STEMS = (
    "Alden",
    "Bran",
    "Corvo",
    "Dorn",
    "Esk",
    "Fara",
    "Grim",
    "Holm",
    "Irve",
    "Jura",
    "Kolm",
    "Lund",
    "Marn",
    "Nord",
    "Orla",
    "Pell",
    "Quin",
    "Ros",
    "Sten",
    "Torv",
)
_OTHER_ENDS = ("bach", "mont", "wick", "by", "ona", "ell", "haven", "ford", "stad", "ville", "ura", "oso", "eth", "ian")


CUSTOMISATIONS = (
    "Approval chain in five steps", "Quote preview in the letterhead", "Own territory tree", "Weighted pipeline by hand", "Visit report with voice",
    "Mirror of the price list", "Account plan form", "Own lead inbox", "Discount traffic light", "Partner portal skin",
    "Currency lock", "Duplicate warning", "Own forecast sheet", "Service ticket window", "Contract calendar",
    "Trade-fair scanner", "Bulk mail window", "Commission preview", "Own activity types", "Org chart of the customer",
    "Competitor field set", "Route planner", "Old numbers field", "Tender checklist", "Export for the board",
    "Competitor price diary", "Spare-parts lookup", "Own search page", "Photo of the plant", "Reminder by text message",
)  # fmt: skip
STEPS = (
    "Qualify",
    "Prepare a visit",
    "Quote",
    "Ask for approval",
    "Hand over",
    "Forecast",
    "Renew",
    "Plan the account",
)
KPIS = (
    ("bookings", 0, 0.998), ("order intake", 0, 0.996), ("new orders value", 0, 0.995), ("win rate", 1, 0.99),
    ("hit rate", 1, 0.985), ("pipeline value", 2, 0.995), ("weighted pipeline", 2, 0.99), ("pipeline coverage", 2, 0.97),
    ("open opportunities", 2, 0.8), ("gross margin", 3, 0.99), ("average discount", 3, -0.985), ("price realisation", 3, 0.98),
    ("calls made", 4, 0.96), ("visits made", 4, 0.7), ("activities logged", 4, 0.97), ("forecast error", 1, -0.5),
    ("days in stage", 2, 0.45), ("renewal rate", 3, 0.4),
)  # fmt: skip
TOOLS = (
    ("e-mail sequencer", "contacts", "marketing", 900), ("quoting tool", "quotes, price lists", "sales operations", 700),
    ("dialler", "contacts", "inside sales", 500), ("route planner", "accounts", "field sales", 350),
    ("data house feed", "accounts", "marketing", 400), ("e-signature", "quotes", "legal", 150),
    ("board dashboard", "opportunities", "finance", 600), ("subscription billing", "subscriptions, accounts", "finance", 800),
    ("webinar platform", "contacts", "marketing", 250),
)  # fmt: skip


OFFERS = (
    ("Insight Plus, twelve weeks at your site", "P-820"), ("Core to Plus at half the fee for a year", "P-820"), ("Series 4 to Series 7 trade-in", "P-720"),
    ("Precision with two years' calibration", "P-710"), ("Commissioning at a fixed price", "P-910"), ("Ten seats for the price of eight", "P-810"),
    ("Audit check in a week", "P-920"), ("Try the Line for ninety days", "P-720"), ("Leasing for Precision", "P-710"), ("Core for the whole group", "P-810"),
)  # fmt: skip
WITHDRAWN = (
    "the factory can't deliver what it promises",
    "it was sold below cost",
    "the partner's terms changed",
    "customers took it as an admission",
)
CAMPAIGNS = (
    "Leak watch",
    "Proof week",
    "Quiet meters",
    "Plant breakfast",
    "Audit season",
    "Flow stories",
    "Shift talk",
    "Northern lights",
    "Open factory",
    "Numbers that hold",
)
OWNERS = (
    "Claire Whitcombe",
    "Henrike Althoff",
    "Maxence Delvaux",
    "Signe Lindahl",
    "Luca Ferrante",
    "Jordan Castellane",
)
CARDS = {
    "price": "{rival} is cheaper on the day. Ask for the cost over eight years, and show ours with the energy in it.",
    "product": "Let the customer list the three readings that matter. Compare {rival} on those, in writing, and on no others.",
    "service": "Ask {rival}'s customers how long the last visit took to come. Name our engineer before they ask.",
}

#: what customers speak of, and the plays that answer it
THEMES = {
    "delivery dates": (
        "Confirm dates with the factory before the offer",
        "Put the date and its penalty in the contract",
    ),
    "price transparency": ("Explain the price in three lines", "Show the tier table to the buyer"),
    "one contact": ("Name one owner in the first letter", "Hold a handover with the customer in the room"),
    "data access": ("Offer the connector in the first meeting", "Bring a data engineer to the second meeting"),
    "contract flexibility": ("Offer a yearly move between leasing and buying", "Let seats move between sites"),
    "training": ("Train the trainers of the customer", "Send a film per task"),
}
