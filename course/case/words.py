# ruff: noqa: E501
"""Texts of the case company: titles, claims, findings, and notes that different people might have written."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from course.case.columns import Array
from course.case.names import FIRST, LAST
from course.case.world import COMPETITORS

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

_OPEN = (
    "", "", "", "Spoke for forty minutes. ", "Short call, he was between shifts. ", "She had the tender file open. ", "Met on site. ",
    "Two people on the line, the buyer did the talking. ", "Asked for no names in the report. ", "Friendly, if tired of the subject. ",
    "Called back twice before we got through. ", "They had scored all bidders on a sheet and read from it. ", "By video, with the plant behind him. ",
    "First said it was all about price, then it was not. ", "Had changed jobs since, so speaks freely. ",
)  # fmt: skip
_WON = {
    "measuring accuracy": ("Their own test bench had us closest at low flow.", "Said the leak rate could not be argued about with our meter.", "Accuracy was the first line of the tender and we had the best figure.", "They lose money on every tenth of a per cent, so the meter that reads best wins."),
    "service response": ("When the old unit failed we had somebody there before the night shift; nobody forgot that.", "Chose us for the rota: a name and a number, also on Sundays.", "\"I buy the engineer, the meter comes with him.\"", "Rivals offered a hotline, we offered a person."),
    "total cost": ("Over eight years we came out cheapest, though not on day one.", "The sum that finance believed was ours, because the energy was in it.", "Liked that spare parts were priced in advance.", "Leasing let them start without asking the group for money."),
    "delivery date kept": ("Their shutdown is one week in May. We were the only ones to put the date in the contract.", "Previous supplier was late three times running.", "A date they could show the works council.", "We delivered the samples on the day promised and that settled it."),
    "integration": ("It talked to their control system on the second afternoon.", "The IT officer had a list of forty questions and we answered it in writing.", "No second database: that was the condition.", "Their integrator knew our interface already."),
    "proof for regulators": ("The inspector accepts our certificate; that alone was worth the change.", "They had been fined for gaps in the records.", "With signed readings the audit takes a day instead of a week.", "The compliance lead wrote the specification around what Insight Plus does."),
    "ease of use": ("The shift could read it without a manual.", "The laboratory tried all three and voted.", "One screen, he said, not nine.", "New people learn it in a morning, and they have many new people."),
}  # fmt: skip
_LOST = {
    "measuring accuracy": ("The other laboratory certificate was better at low flow and they went by that.", "Did not trust our figure below five per cent of range.", "An internal test put us second."),
    "service response": ("Last year we took nine days over a defect; they still count them.", "{rival} has a depot twenty minutes away.", "Nobody could tell them who would come at night.", "Wanted one phone number and got three."),
    "total cost": ("We were a third dearer and could not say what for.", "{rival} came in low and finance had the last word.", "Our offer changed twice in the last week, always downwards, which made them wonder what the first price had been.", "The yearly fee was the stone they stumbled over."),
    "delivery date kept": ("We could not promise the week of the shutdown, {rival} could.", "Heard from a neighbour that we were late.", "Asked for a penalty clause and we declined."),
    "integration": ("IT stopped it: no connector for their version.", "Two systems side by side was one too many.", "Our answer on security came after the decision."),
    "proof for regulators": ("The certificate we showed was for another directive.", "{rival} brought the inspector along to the second meeting.", "They needed an audit trail by January and ours was announced for spring."),
    "ease of use": ("Operators found the menu clumsy, and they were asked.", "Too much for what they do; they want a number, not a cockpit.", "The demonstration was in English, the shift is not."),
}  # fmt: skip
_MORE = {
    "measuring accuracy": ("Accuracy came up, late.", "Precision was taken for granted."),
    "service response": ("Service was the second thing named.", "Also praised or blamed: how soon somebody comes."),
    "total cost": ("Money mattered, not most.", "Cost was on the list too."),
    "delivery date kept": ("Dates were mentioned in passing.", "Delivery counted as well."),
    "integration": ("The interface question took three meetings.", "IT had a say."),
    "proof for regulators": ("The regulator sat at the table without being there.", "Audit was a topic."),
    "ease of use": ("The people on the shift were asked.", "Handling came second."),
}  # fmt: skip
_CLOSE = (
    "", "", "", "", " Would talk to us again.", " Not bitter.", " Thinks the last call from us was one too many.", " Suggests we visit before we write.",
    " Our proposal was forty pages; he read four.", " The trade press played no part.", " Next tender in two years.", " Said the others said the same of us.",
    " Wanted to know what we do with these notes.", " Asked me to thank the technician by name.", " Would have liked to meet the factory.",
)  # fmt: skip


def interviews(rng: np.random.Generator, reason: Array, second: Array, won: Array, competitor: Array) -> list[str]:
    """Return an interviewer's notes for each interview."""
    luck = rng.random((4, reason.size)).T.tolist()
    notes = []
    rows = zip(reason.tolist(), second.tolist(), won.tolist(), competitor.tolist(), luck, strict=True)
    for main, other, good, rival, (a, b, c, d) in rows:
        sentences = (_WON if good else _LOST)[REASONS[main]]
        named = COMPETITORS[rival] if rival >= 0 else "The other bidder"
        text = pick(_OPEN, a) + pick(sentences, b).replace("{rival}", named)
        if other != main and c < 0.7:
            text += " " + pick(_MORE[REASONS[other]], c / 0.7)
        notes.append(text + pick(_CLOSE, d))
    return notes


def pick(options: Sequence[str], luck: float) -> str:
    """Return one of the options for a number in [0, 1)."""
    return options[int(luck * len(options))]


def names(rng: np.random.Generator, languages: Sequence[str]) -> list[str]:
    """Return a person's name for each language; as in life, some share one."""
    luck = rng.random((2, len(languages))).T.tolist()
    return [f"{pick(FIRST[own], a)} {pick(LAST[own], b)}" for own, (a, b) in zip(languages, luck, strict=True)]


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

THEMES = {
    "delivery dates": (("wants a date that holds, not an early one", "had a crane waiting for meters that came on the Monday after", "asked who may promise a week on our side"), ("Confirm dates with the factory before the offer", "Put the date and its penalty in the contract")),
    "price transparency": (("does not see why two plants of one group pay differently", "found last year's price on this year's order", "would rather pay more and know why"), ("Explain the price in three lines", "Show the tier table to the buyer")),
    "one contact": (("counts five people from us in one quarter", "likes all of them and would like one of them", "asked whom to ring at seven in the morning"), ("Name one owner in the first letter", "Hold a handover with the customer in the room")),
    "data access": (("cannot get yesterday's readings into their own system without a file", "says the export is for people who have time", "wants the interface in the contract"), ("Offer the connector in the first meeting", "Bring a data engineer to the second meeting")),
    "contract flexibility": (("was asked by finance to move from buying to renting in the middle of the year", "would sign for ten years if the volume may breathe", "needs the right to pass seats between plants"), ("Offer a yearly move between leasing and buying", "Let seats move between sites")),
    "training": (("trains each new shift from scratch", "found the film helpful and the manual not", "asked for a day in their own language"), ("Train the trainers of the customer", "Send a film per task")),
}  # fmt: skip
_BOARD_OPEN = (
    "",
    "",
    "Before lunch: ",
    "Late in the day. ",
    "In passing, ",
    "Asked twice. ",
    "With some heat: ",
    "Quietly. ",
    "The chair gave the floor to a plant manager who ",
    "A buyer ",
)
_BOARD_CLOSE = (
    "",
    "",
    "",
    " Two nodded.",
    " Nobody spoke against it.",
    " Amara took it with her.",
    " Was told that it is known.",
    " To be taken up in spring.",
    " Claire asked for the file.",
    " No answer yet.",
)

_CAUSE_NOTES = {
    "late stakeholder": ("The finance director came in when the contract was on the table and asked what for. We began again and the rival did not.", "Nobody knew the IT officer before week thirty. After that nothing else was talked about.", "A new plant manager in the last month. She had bought from the other side in her former post.", "The group's procurement joined for the final round with a form of its own; two rounds back.", "We had the users, we had the engineers. The one who signs we met at the farewell.", "A works council question in the eleventh month, and a data protection officer in the twelfth."),
    "price": ("They were a quarter below. We could name no figure that would have paid for the difference.", "The last offer came down by the same amount twice; the buyer took that for room.", "Budget was cut by the group; the cheaper one fitted."),
    "product gap": ("No approval for the zone. It was in the first letter and we hoped.", "The tube was one size short.", "Their interface is older than ours can speak."),
    "no business case": ("Everybody liked it. Nobody had put a figure on it.", "The benefit was in one department and the cost in another.", "We asked for the numbers in March and again in June."),
    "slow answer": ("Three weeks for a drawing.", "The question on security lay in the inbox over the holidays.", "Four people here thought another had answered."),
    "rival's relationship": ("Their service head and the plant manager sail together.", "Ten years of the other name on the wall.", "They were asked to write the specification."),
}  # fmt: skip
_PM_OPEN = (
    "",
    "",
    "",
    "Talked over by five of us. ",
    "The rep was not there. ",
    "Short, nobody wanted it longer. ",
    "Mei had brought the dates. ",
    "Began with who was to blame, ended better. ",
    "By telephone. ",
    "From my notes. ",
)
_PM_CLOSE = (
    "",
    "",
    "",
    " Next time: ask in the first month who can stop it.",
    " We would lose it again today.",
    " The customer was fair about it.",
    " Costs are in the sheet.",
    " One of us had said so in spring.",
    " No action agreed.",
    " Ingrid wants the list of all such deals.",
)


def board_notes(rng: np.random.Generator, themes: Sequence[str]) -> list[str]:
    """Return a minute-taker's note for each theme."""
    luck = rng.random((3, len(themes))).T.tolist()
    rows = (
        pick(_BOARD_OPEN, a) + pick(THEMES[theme][0], b) + "." + pick(_BOARD_CLOSE, c)
        for theme, (a, b, c) in zip(themes, luck, strict=True)
    )
    return [text[0].upper() + text[1:] for text in rows]


def post_mortem_notes(rng: np.random.Generator, causes: Sequence[str]) -> list[str]:
    """Return the notes of a review for each cause."""
    luck = rng.random((3, len(causes))).T.tolist()
    return [
        pick(_PM_OPEN, a) + pick(_CAUSE_NOTES[cause], b) + pick(_PM_CLOSE, c)
        for cause, (a, b, c) in zip(causes, luck, strict=True)
    ]
