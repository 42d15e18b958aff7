# ruff: noqa: E501
"""Notes of the case company: what six people with habits of their own wrote down of the same kinds of talk."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from course.case.columns import Array
from course.case.words import REASONS, pick
from course.case.world import COMPETITORS

#: what decided, in three voices: told in a sentence, said by the customer, jotted down
Voices = tuple[Sequence[str], Sequence[str], Sequence[str]]

_WON: dict[str, Voices] = {
    "measuring accuracy": (
        ("Their own test bench had us closest at low flow.", "Accuracy was the first line of the tender and we had the best figure.", "They lose money on every tenth of a per cent, so the meter that reads best wins.", "The leak rate could not be argued about with our meter."),
        ("If I can't trust the third digit I can't bill it", "We put all three on the bench for a month, yours drifted least", "Best at low flow, that is where our money leaks away"),
        ("own bench test, we = closest", "accuracy no. 1 in tender, best figure ours", "low flow decided, 0.1% = real money for them"),
    ),
    "service response": (
        ("When the old unit failed we had somebody there before the night shift; nobody forgot that.", "They chose us for the rota: a name and a number, also on Sundays.", "Rivals offered a hotline, we offered a person.", "The technician of last autumn's breakdown came up three times."),
        ("I buy the engineer, the meter comes with him", "Your man answered on a Sunday, from a christening", "When it stands still, I need a voice and not a ticket"),
        ("fast on site last yr, they remember", "named contact + weekend rota = won", "breakdown in autumn, we came within hrs, others next day"),
    ),
    "total cost": (
        ("Over eight years we came out cheapest, though not on day one.", "The sum that finance believed was ours, because the energy was in it.", "They liked that spare parts were priced in advance.", "Leasing let them start without asking the group for money."),
        ("Not the cheapest on the day, the cheapest by the time I retire", "You were the only ones who put the energy into the sum", "Leasing, otherwise I would have had to beg at headquarters"),
        ("TCO over 8 yrs ours lowest", "leasing -> no group approval needed", "finance checked our sum, held"),
    ),
    "delivery date kept": (
        ("Their shutdown is one week in May, and we alone put the date in the contract.", "The previous supplier was late three times running.", "They wanted a date that they could show the works council.", "We delivered the samples on the day promised and that settled it."),
        ("One week in May, then the water is back. You wrote the date down, they wrote 'approx.'", "Three times late, I had enough of the other lot", "Samples came on the Tuesday you said. I noticed"),
        ("fixed date in contract, others wouldn't", "prev supplier late 3x", "samples on time = trust"),
    ),
    "integration": (
        ("It talked to their control system on the second afternoon.", "The IT officer had a list of forty questions and we answered it in writing.", "No second database: that was the condition.", "Their integrator knew our interface already."),
        ("Second afternoon and it was in our system. I had planned two weeks", "Forty questions, forty answers, in writing. IT had nothing left to say", "I will not look after another database"),
        ("talked to their PLC on day 2", "IT list answered in writing, 40 items", "integrator knew us already; no 2nd database"),
    ),
    "proof for regulators": (
        ("The inspector accepts our certificate; that alone was worth the change.", "They had been fined for gaps in the records.", "With signed readings the audit takes a day instead of a week.", "The compliance lead wrote the specification around what Insight Plus does."),
        ("The auditor opened it, nodded and closed it. Ten minutes", "We paid a fine last year for two missing weeks. Never again", "Signed readings. I sleep better"),
        ("inspector accepts our cert", "fined for gaps last yr, wanted audit trail", "audit 1 day inst. of 5"),
    ),
    "ease of use": (
        ("The shift could read it without a manual.", "The laboratory tried all three and voted.", "New people learn it in a morning, and they have many new people."),
        ("One screen, not nine", "My people are on it after one coffee", "The night shift voted, I only signed"),
        ("shift can use it w/o training", "lab vote 7:2 for us", "one screen, they like it"),
    ),
}  # fmt: skip
_LOST: dict[str, Voices] = {
    "measuring accuracy": (
        ("The other laboratory certificate was better at low flow and they went by that.", "They did not trust our figure below five per cent of range.", "An internal test put us second."),
        ("Below five per cent yours is guessing", "The lab put you second, not by much, but second"),
        ("2nd in their own test", "low flow figure not believed", "other cert better <5% range"),
    ),
    "service response": (
        ("Last year we took nine days over a defect; they still count them.", "{rival} has a depot twenty minutes away.", "Nobody could tell them who would come at night.", "They wanted one phone number and got three."),
        ("Nine days. I have the mails", "I asked who comes at three in the morning and got a brochure", "Three numbers to ring, and each gave me another one"),
        ("9 days for a defect last yr!!", "{rival} depot 20 min away", "no answer on night cover; gave them 3 phone nos."),
    ),
    "total cost": (
        ("We were a third dearer and could not say what for.", "{rival} came in low and finance had the last word.", "Our offer changed twice in the last week, always downwards, which made them wonder what the first price had been.", "The yearly fee was the stone they stumbled over."),
        ("A third more, and for what? Nobody could tell me in one sentence", "If you can go down twice in a week, what was the first price?", "I can explain a price once to my board. Not every January"),
        ("1/3 dearer, no reason given", "price moved 2x in last wk, looked bad", "{rival} low, finance decided", "yearly fee = no go"),
    ),
    "delivery date kept": (
        ("We could not promise the week of the shutdown, {rival} could.", "They heard from a neighbour that we were late.", "They asked for a penalty clause and we declined."),
        ("The shutdown doesn't wait for your factory", "My neighbour got his in August, he was promised June", "No penalty clause, then it is not a date"),
        ("couldn't commit to shutdown wk, {rival} did", "neighbour told them we're late", "penalty clause refused -> out"),
    ),
    "integration": (
        ("IT stopped it: no connector for their version.", "Two systems side by side was one too many.", "Our answer on security came after the decision."),
        ("Your security paper came the week after we had signed. With the others", "Two systems side by side, who looks after that?", "IT said no in one line"),
        ("no connector f. their version", "security answers too late", "IT veto, 2 systems = 1 too many"),
    ),
    "proof for regulators": (
        ("The certificate we showed was for another directive.", "{rival} brought the inspector along to the second meeting.", "They needed an audit trail by January and ours was announced for spring."),
        ("Wrong directive. The auditor saw it before I did", "Spring is after January", "The others came with the inspector, you with a slide"),
        ("cert = wrong directive", "audit trail needed Jan, ours spring", "{rival} had inspector w/ them"),
    ),
    "ease of use": (
        ("Operators found the menu clumsy, and they were asked.", "It was too much for what they do; they want a number, not a cockpit.", "The demonstration was in English, the shift is not."),
        ("I want a number, not a cockpit", "Four clicks to see yesterday. The shift laughed", "Nice. In English"),
        ("operators: menu clumsy", "too complex for them, want 1 number", "demo in English, shift isn't"),
    ),
}  # fmt: skip
_ALSO = {
    "measuring accuracy": ("Accuracy came up, late.", "Precision was taken for granted.", "One question on low flow."),
    "service response": ("Service was the second thing named.", "Who comes, and how soon, was the other subject.", "Some talk of call-out times."),
    "total cost": ("Money mattered, not most.", "Cost was on the list too.", "Finance had asked for a figure over five years."),
    "delivery date kept": ("Dates were mentioned in passing.", "Delivery counted as well.", "A late delivery of two years ago is not forgotten."),
    "integration": ("The interface question took three meetings.", "IT had a say.", "Somebody from IT listened in and asked once."),
    "proof for regulators": ("The regulator sat at the table without being there.", "Audit was a topic.", "Certificates were asked for at the end."),
    "ease of use": ("The people on the shift were asked.", "Handling came second.", "The laboratory had tried it for a week."),
}  # fmt: skip
_SHORT = {
    "measuring accuracy": "accuracy", "service response": "service", "total cost": "cost", "delivery date kept": "delivery",
    "integration": "IT / interface", "proof for regulators": "audit", "ease of use": "handling",
}  # fmt: skip
_WHO = (
    "plant manager",
    "buyer",
    "head of maintenance",
    "project engineer",
    "lab manager",
    "operations manager",
    "purchasing lead",
    "energy manager",
)
_SETTING = (
    "Spoke for forty minutes.", "Short call between two shifts.", "She had the tender file open.", "Met on site.", "Two people on the line, the buyer did the talking.",
    "Asked for no names in the report.", "Friendly, if tired of the subject.", "Called back twice before we got through.", "They had scored all bidders on a sheet and read from it.",
    "By video, with the plant behind him.", "First said it was all about price, then it was not.", "Had changed jobs since, so speaks freely.", "On the phone from a lay-by.",
    "Eleven minutes, then a meeting.",
)  # fmt: skip
_SAME = "Said the others said the same of us."
_END = (
    "Would talk to us again.", "Not bitter.", "Thinks the last call from us was one too many.", "Suggests we visit before we write.", "Our proposal was forty pages; he read four.",
    "The trade press played no part.", "Next tender in two years.", _SAME, "Wanted to know what we do with these notes.", "Asked me to thank the technician by name.",
    "Would have liked to meet the factory.", _SAME, "The colleague who scored us has left.", "Asked who else had been interviewed.",
)  # fmt: skip
_SLIPS = {
    "their": "thier", "until": "untill", "received": "recieved", "which": "wich", "maintenance": "maintainance", "supplier": "suplier", "because": "becuase",
    "with": "wiht", "certificate": "certificat", "tender": "tendre", "accuracy": "acuracy", "decision": "descision", "directive": "directve", "interface": "inteface",
    "system": "sytem", "laboratory": "labratory", "figure": "figrue", "and": "adn", "the": "teh", "security": "securtiy", "contract": "contarct", "before": "befor",
    "people": "poeple", "procurement": "procurment", "customer": "costumer", "finance": "finace", "meeting": "meting", "delivery": "delivry", "group": "gruop",
}  # fmt: skip


_NAMES = ("Insight", "Quantrel", "Brennick", "Norvane", "Aldermoor", "Ingrid", "Amara", "Claire", "Mei ", "I ")


def _lower(text: str) -> str:
    """Return the text with a small first letter, unless it begins with a name or an abbreviation."""
    return text if text[1:2].isupper() or text.startswith(_NAMES) else text[0].lower() + text[1:]


def _said(options: Sequence[str], luck: float, after: str = "") -> str:
    """Return one of the sentences in quotation marks, and what follows it."""
    line = pick(options, luck)
    return f'"{line}"' + (after or ("" if line[-1] in "?!" else "."))


def hurried(text: str, luck: float) -> str:
    """Return the text as somebody types it who does not read it again: one slip, small letters, no full stop."""
    words = sorted({word for word in re.findall(r"[a-z]+", text) if word in _SLIPS}, key=lambda word: (len(word), word))
    turn = luck * 7 % 1
    if words and turn < 0.5:
        slip = words[-1] if turn < 0.42 else words[0]
        text = re.sub(rf"\b{slip}\b", _SLIPS[slip], text, count=1)
    return (_lower(text) if luck < 0.6 else text).rstrip(".")


#: a note-taker makes a note of: the three voices, a second subject ("" if none), its short name, whether it went well, five numbers
Taker = Callable[[Voices, str, str, bool, Sequence[float]], str]


def _plain(told: Voices, also: str, _: str, good: bool, luck: Sequence[float]) -> str:
    parts = [
        pick(_SETTING, luck[0] * 1.6 % 1) if luck[0] < 0.62 else "",
        pick(told[0], luck[1]),
        also,
        pick(_END, luck[3] * 2 % 1) if luck[3] < 0.5 else "",
    ]
    return " ".join(part for part in parts if part)


def _formal(told: Voices, also: str, _: str, good: bool, luck: Sequence[float]) -> str:
    lead = (
        "The {who} explained the choice as follows.",
        "I spoke with the {who}, who was on the committee.",
        "According to the {who} the matter was settled early.",
        "The {who} had prepared for the talk.",
    )
    rest = (
        "The tone was friendly throughout.",
        "I recommend a visit in spring.",
        "No further contact is wished for the present.",
        "A copy of the scoring sheet has been promised.",
        "",
    )
    text = f"{pick(lead, luck[0]).replace('{who}', pick(_WHO, luck[4]))} {pick(told[0], luck[1])}"
    return " ".join(part for part in (text, also, _SAME if luck[3] > 0.9 else pick(rest, luck[3] / 0.9)) if part)


def _quoting(told: Voices, also: str, _: str, good: bool, luck: Sequence[float]) -> str:
    said, who = _said(told[1], luck[1]), pick(_WHO, luck[4])
    lead = (
        said,
        f"Verbatim: {said}",
        f"{who.capitalize()}: {said}",
        _said(told[1], luck[1], " He said it and laughed."),
        _said(told[1], luck[1], " - she said it twice."),
        f"Asked for one sentence, the {who} gave me this. {said}",
    )
    return " ".join(
        part for part in (pick(lead, luck[0]), also, pick(_END, luck[3] * 2.5 % 1) if luck[3] < 0.4 else "") if part
    )


def _telegraphic(told: Voices, also: str, short: str, good: bool, luck: Sequence[float]) -> str:
    signs = ("+ " if good else "- ", "", "W: " if good else "L: ", "")
    text = f"{pick(signs, luck[0])}{pick(told[2], luck[1])}"
    text += pick((f"; 2nd {short}", f". also {short}", f" / {short}"), luck[2]) if short else ""
    return text + pick(
        (
            "",
            "",
            "",
            "; call again Q3",
            ". ok w/ being quoted",
            "; " + pick(_WHO, luck[4]),
            ". same said of us by others",
        ),
        luck[3],
    )


def _listing(told: Voices, also: str, _: str, good: bool, luck: Sequence[float]) -> str:
    text = f"Talked to: {pick(_WHO, luck[4])}. Why: {_lower(pick(told[0], luck[1]))}"
    text += f" Also: {_lower(also)}" if also else " Also: nothing."
    return text + pick(
        ("", " Mood: good.", " Mood: short.", " Next: send the drawing.", " Next: -", f" Note: {_lower(_SAME)}"),
        luck[3],
    )


def _hasty(told: Voices, also: str, short: str, good: bool, luck: Sequence[float]) -> str:
    text = pick((*told[0], *(f"he says {_lower(line)}" for line in told[1])), luck[1])
    if also:
        text = text.rstrip(".") + pick((". ", ", ", " - "), luck[2]) + _lower(also)
    end = pick(("", "", "", " ask him again in a year", " more on the phone if needed", f" {_SAME}"), luck[3])
    return hurried(text.rstrip(".") + ("." + end if end else ""), luck[0])


TAKERS: tuple[Taker, ...] = (_plain, _telegraphic, _quoting, _formal, _hasty, _listing)


def written_by(region: Array, luck: Array) -> Array:
    """Return the note-taker's number: each region has its own, who is sometimes stood in for."""
    return np.asarray(np.where(luck < 0.78, region, luck * 997 // 1) % len(TAKERS)).astype(int)


def interviews(
    rng: np.random.Generator, reason: Array, second: Array, won: Array, competitor: Array, region: Array
) -> list[str]:
    """Return an interviewer's notes for each interview."""
    luck = rng.random((5, reason.size))
    taker = written_by(region, rng.random(reason.size)).tolist()
    notes = []
    rows = zip(reason.tolist(), second.tolist(), won.tolist(), competitor.tolist(), taker, luck.T.tolist(), strict=True)
    for main, other, good, rival, who, turn in rows:
        told = (_WON if good else _LOST)[REASONS[main]]
        more = other != main and turn[2] < 0.7
        also, short = (pick(_ALSO[REASONS[other]], turn[2] / 0.7), _SHORT[REASONS[other]]) if more else ("", "")
        text = TAKERS[who](told, also, short, good, turn)
        notes.append(text.replace("{rival}", COMPETITORS[rival] if rival >= 0 else "the other bidder"))
    return notes


_THEMES: dict[str, Voices] = {
    "delivery dates": (
        ("wants a date that holds, not an early one", "had a crane waiting for meters that came on the Monday after", "asked who may promise a week on our side", "had planned a shutdown around our letter and moved it twice", "would accept eight weeks if they were eight"),
        ("Give me a late date and keep it", "The crane cost more than the meters", "Who at your place may promise a week?"),
        ("date must hold, early not needed", "crane waited, meters came Mon after", "who may promise wk?"),
    ),
    "price transparency": (
        ("does not see why two plants of one group pay differently", "found last year's price on this year's order", "would rather pay more and know why", "has four price lists of ours in a drawer", "asked what a tier is for if everybody is an exception"),
        ("Two plants, one group, two prices. Explain it to my auditor", "I would rather pay more and know why", "Is there a price list, or is it a mood?"),
        ("2 plants 2 prices, why", "old price on new order", "4 price lists, none applies"),
    ),
    "one contact": (
        ("counts five people from us in one quarter", "likes all of them and would like one of them", "asked whom to ring at seven in the morning", "tells each of us the same story from the start", "got two invitations to the same event from two of us"),
        ("Five people in one quarter. I like them all. Send one", "Whom do I ring at seven?", "I told it to the first, the second and the third"),
        ("5 people/quarter, wants 1", "whom to ring 7am?", "same story 3x to 3 of ours"),
    ),
    "data access": (
        ("cannot get yesterday's readings into their own system without a file", "says the export is for people who have time", "wants the interface in the contract", "types readings off the screen on Mondays", "asked whose data it is when the contract ends"),
        ("My people type off your screen. In 2025", "Export is for people who have time", "When I leave you, do I take my readings with me?"),
        ("export too slow, wants interface in contract", "typing readings off screen (!)", "who owns data after contract?"),
    ),
    "contract flexibility": (
        ("was asked by finance to move from buying to renting in the middle of the year", "would sign for ten years if the volume may breathe", "needs the right to pass seats between plants", "closed a line and still pays for its seats", "wants to start small without signing twice"),
        ("Ten years, gladly, if the volume may breathe", "I closed a line and pay for its ghosts", "Finance changed its mind in June. Your contract didn't"),
        ("10 yrs ok if volume flexible", "seats between plants?", "finance: buy -> rent mid-year, contract can't"),
    ),
    "training": (
        ("trains each new shift from scratch", "found the film helpful and the manual not", "asked for a day in their own language", "had eleven people leave who knew it", "would send two people to us for a week"),
        ("The film was good. Who wrote the manual?", "Eleven people gone, eleven who knew it", "A day in our language, that is all I ask"),
        ("new shift every few wks, no training", "film ok, manual not", "wants 1 day in own language"),
    ),
}  # fmt: skip
_MINUTES = (
    "Two nodded.",
    "Nobody spoke against it.",
    "Amara took it with her.",
    "Was told that it is known.",
    "To be taken up in spring.",
    "Claire asked for the file.",
    "No answer yet.",
)
_MEMBERS = (
    "a plant manager",
    "a buyer",
    "the member for operations",
    "a head of maintenance",
    "the newest member",
    "a finance director",
)


def board_notes(rng: np.random.Generator, themes: Sequence[str], meeting: Array) -> list[str]:
    """Return the note on each theme; each meeting has its own minute-taker."""
    luck = rng.random((5, len(themes))).T.tolist()
    notes = []
    for theme, taker, (a, b, c, d, e) in zip(themes, meeting.tolist(), luck, strict=True):
        told, said, jotted = _THEMES[theme]
        who, end = pick(_MEMBERS, a), pick(_MINUTES, c) if d < 0.55 else ""
        if taker == 0:  # full sentences, who spoke and what became of it
            text = f"{who} {pick(told, b)}. {end}"
        elif taker == 1:  # jotted down while pouring coffee
            text = pick(jotted, b) + pick(("", "", " -> Amara", " (2x)", " - again", "; open"), c)
        elif taker == 2:  # a collector of sentences
            text = _said(said, b, pick(("", f" ({who})", f", said {pick(_MEMBERS, e)}.", ""), c))
            text += f" {end}" if a < 0.4 else ""
        else:  # types along and does not read it again
            text = hurried(f"{who} {pick(told, b)}. {_lower(end)}" if end else f"{who} {pick(told, b)}", e)
        text = text.strip()
        notes.append(text if taker in (1, 3) else text[0].upper() + text[1:])
    return notes


_CAUSES: dict[str, Voices] = {
    "late stakeholder": (
        ("The finance director came in when the contract was on the table and asked what for. We began again and the rival did not.", "Nobody knew the IT officer before the offer was out. After that nothing else was talked about.", "A new plant manager in the last month. She had bought from the other side in her former post.", "The group's procurement joined for the final round with a form of its own; two rounds back.", "We had the users, we had the engineers. The one who signs we met at the farewell.", "A works council question in the last month but one, and a data protection officer in the last.", "Headquarters sent an auditor after the offer was agreed. He wanted the alternatives, all of them."),
        ("And who is this for?", "I sign this, and I have never seen you", "For him we have to go back to the start", "Nobody told me that there was a project"),
        ("CFO in at the end, back to start", "IT officer unknown till offer was out", "group procurement joined final round, 2 rounds back", "new plant mgr last month, old friend of theirs", "never met who signs"),
    ),
    "price": (
        ("They were a quarter below. We could name no figure that would have paid for the difference.", "The last offer came down by the same amount twice; the buyer took that for room.", "Budget was cut by the group; the cheaper one fitted."),
        ("Show me what the quarter more buys me", "You came down twice, so there was room"),
        ("25% below us, no figure against it", "budget cut by group", "down twice same amount = looked like room"),
    ),
    "product gap": (
        ("No approval for the zone. It was in the first letter and we hoped.", "The largest we have was one size short.", "Their interface is older than ours can speak."),
        ("It says zone 1 on the first page", "One size too small, everything else was fine"),
        ("no zone approval, knew from day 1", "1 size short", "interface too old f. ours"),
    ),
    "no business case": (
        ("Everybody liked it. Nobody had put a figure on it.", "The benefit was in one department and the cost in another.", "We asked for the numbers in the first month and again in the last."),
        ("Lovely. What does it bring?", "The saving is his, the bill is mine"),
        ("liked it, no figure", "benefit dept A, cost dept B", "asked for nos. twice, none"),
    ),
    "slow answer": (
        ("Three weeks for a drawing.", "The question on security lay in the inbox for a fortnight.", "Four people here thought another had answered."),
        ("I asked on the first day. It was a yes or no", "Three weeks for a drawing"),
        ("3 wks for drawing", "security q in inbox 2 wks", "4 of us, nobody answered"),
    ),
    "rival's relationship": (
        ("Their service head and the plant manager sail together.", "Ten years of the other name on the wall.", "They were asked to write the specification."),
        ("We have known them for ten years, you know how it is", "They wrote the spec, I only signed it"),
        ("they wrote spec", "10 yrs incumbent", "service head + plant mgr = friends"),
    ),
}  # fmt: skip
_ROOM = (
    "Talked over by five of us.",
    "The rep was not there.",
    "Short, nobody wanted it longer.",
    "Mei had brought the dates.",
    "Began with who was to blame, ended better.",
    "By telephone.",
)
_LESSON = (
    "Next time: ask in the first month who can stop it.", "We would lose it again today.", "The customer was fair about it.", "Costs are in the sheet.",
    "One of us had said so in spring.", "No action agreed.", "Ingrid wants the list of all such deals.",
)  # fmt: skip


_FOUND = (
    "The review agreed on the following.",
    "Four people took part.",
    "After some discussion the group found this.",
    "The dates in the CRM were compared first.",
    "The matter turned on one point.",
)
_STEPS = (
    "ask in the first month who can stop it",
    "nothing",
    "list of all such deals to Ingrid",
    "costs into the sheet",
    "nothing this time",
    "tell the two other teams",
    "call them again in a year",
)


def post_mortem_notes(rng: np.random.Generator, causes: Sequence[str], region: Array) -> list[str]:
    """Return the notes of a review for each cause; each region has somebody who writes them."""
    luck = rng.random((5, len(causes)))
    taker = written_by(region, rng.random(len(causes))).tolist()
    notes = []
    for cause, who, (a, b, c, d, e) in zip(causes, taker, luck.T.tolist(), strict=True):
        told, said, jotted = _CAUSES[cause]
        room, lesson = (pick(_ROOM, a) if a < 0.9 else ""), pick(_LESSON, c)
        if who == 0:
            text = " ".join(
                part for part in (room if d < 0.5 else "", pick(told, b), lesson if e < 0.6 else "") if part
            )
        elif who == 1:
            text = pick(jotted, b) + pick(
                (
                    "",
                    "; no action",
                    ". costs in sheet",
                    "; would lose again",
                    " - ask earlier who can stop it",
                    "; 5 of us, 20 min",
                ),
                c,
            )
        elif who == 2:
            text = f"{_said(said, b)} {lesson if d < 0.4 else pick(told, e)}"
        elif who == 3:
            text = f"{pick(_FOUND, a)} {pick(told, b)} {pick(('The regional lead was present.', 'The salesperson saw it differently.', 'It was decided to tell the team.', lesson), d)}"
        elif who == 4:
            text = hurried(f"{pick(told, b)} {lesson if d < 0.5 else room}".strip(), e)
        else:
            text = f"What happened: {_lower(pick(told, b))} What we do: {pick(_STEPS, d)}."
        notes.append(text)
    return notes
