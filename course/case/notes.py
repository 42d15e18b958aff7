# ruff: noqa: E501
"""Notes of the case company: what six people with habits of their own wrote down of the same kinds of talk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np

from course.case.columns import Array
from course.case.words import REASONS, pick
from course.case.world import COMPETITORS, PRODUCT_IDS, WORLD

#: what decided, in three voices: told in a sentence, said by the customer, jotted down; a mark in brackets before a
#: sentence names what must hold of the deal for it to be true
Voices = tuple[Sequence[str], Sequence[str], Sequence[str]]

_WON: dict[str, Voices] = {
    "measuring accuracy": (
        ("[device] Their own test bench had us closest at low flow.", "Accuracy was the first line of the tender and we had the best figure.", "[device] They lose money on every tenth of a per cent, so the meter that reads best wins.", "[device] The leak rate could not be argued about with our meter."),
        ("If I can't trust the third digit I can't bill it", "[device] We put all three on the bench for a month, yours drifted least", "[device] Best at low flow, that is where our money leaks away"),
        ("[device] own bench test, we = closest", "accuracy no. 1 in tender, best figure ours", "[device] low flow decided, 0.1% = real money for them"),
    ),
    "service response": (
        ("[known] When the old unit failed we had somebody there before the night shift; nobody forgot that.", "They chose us for the rota: a name and a number, also on Sundays.", "Rivals offered a hotline, we offered a person.", "[known] The technician of last autumn's breakdown came up three times."),
        ("[device] I buy the engineer, the meter comes with him", "Your man answered on a Sunday, from a christening", "When it stands still, I need a voice and not a ticket"),
        ("[known] fast on site last yr, they remember", "named contact + weekend rota = won", "[known] breakdown in autumn, we came within hrs, others next day"),
    ),
    "total cost": (
        ("[device] Over eight years we came out cheapest, though not on day one.", "The sum that finance believed was ours, because the energy was in it.", "[device] They liked that spare parts were priced in advance.", "[device] Leasing let them start without asking the group for money."),
        ("Not the cheapest on the day, the cheapest by the time I retire", "You were the only ones who put the energy into the sum", "[device] Leasing, otherwise I would have had to beg at headquarters"),
        ("[device] TCO over 8 yrs ours lowest", "[device] leasing -> no group approval needed", "finance checked our sum, held"),
    ),
    "delivery date kept": (
        ("Their shutdown is one week in May, and we alone put the date in the contract.", "The previous supplier was late three times running.", "[abroad] They wanted a date that they could show the works council.", "[device] We delivered the samples on the day promised and that settled it."),
        ("One week in May, then the water is back. You wrote the date down, they wrote 'approx.'", "Three times late, I had enough of the other lot", "[device] Samples came on the Tuesday you said. I noticed"),
        ("fixed date in contract, others wouldn't", "prev supplier late 3x", "[device] samples on time = trust"),
    ),
    "integration": (
        ("[product] It talked to their control system on the second afternoon.", "The IT officer had a list of forty questions and we answered it in writing.", "No second database: that was the condition.", "Their integrator knew our interface already."),
        ("[product] Second afternoon and it was in our system. I had planned two weeks", "Forty questions, forty answers, in writing. IT had nothing left to say", "I will not look after another database"),
        ("[product] talked to their PLC on day 2", "IT list answered in writing, 40 items", "integrator knew us already; no 2nd database"),
    ),
    "proof for regulators": (
        ("The inspector accepts our certificate; that alone was worth the change.", "They had been fined for gaps in the records.", "With signed readings the audit takes a day instead of a week.", "[plus] The compliance lead wrote the specification around what Insight Plus does."),
        ("The auditor opened it, nodded and closed it. Ten minutes", "We paid a fine last year for two missing weeks. Never again", "Signed readings. I sleep better"),
        ("inspector accepts our cert", "fined for gaps last yr, wanted audit trail", "audit 1 day inst. of 5"),
    ),
    "ease of use": (
        ("[product] The shift could read it without a manual.", "[product] The laboratory tried all three and voted.", "[product] New people learn it in a morning, and they have many new people."),
        ("[software] One screen, not nine", "[product] My people are on it after one coffee", "The night shift voted, I only signed"),
        ("[product] shift can use it w/o training", "lab vote 7:2 for us", "[software] one screen, they like it"),
    ),
}  # fmt: skip
_LOST: dict[str, Voices] = {
    "measuring accuracy": (
        ("[device] The other laboratory certificate was better at low flow and they went by that.", "[device] They did not trust our figure below five per cent of range.", "An internal test put us second."),
        ("[device] Below five per cent yours is guessing", "The lab put you second, not by much, but second"),
        ("2nd in their own test", "[device] low flow figure not believed", "[device] other cert better <5% range"),
    ),
    "service response": (
        ("[known] Last year we took nine days over a defect; they still count them.", "{rival} has a depot twenty minutes away.", "Nobody could tell them who would come at night.", "They wanted one phone number and got three."),
        ("[known] Nine days. I have the mails", "I asked who comes at three in the morning and got a brochure", "Three numbers to ring, and each gave me another one"),
        ("[known] 9 days for a defect last yr!!", "{rival} depot 20 min away", "no answer on night cover; gave them 3 phone nos."),
    ),
    "total cost": (
        ("We were a third dearer and could not say what for.", "{rival} came in low and finance had the last word.", "[revised] Our second offer was well below the first, which made them wonder what the first price had been.", "[yearly] The yearly fee was the stone they stumbled over."),
        ("A third more, and for what? Nobody could tell me in one sentence", "[revised] If you can go down like that, what was the first price?", "[yearly] I can explain a price once to my board. Not every January"),
        ("1/3 dearer, no reason given", "[revised] price moved at the end, looked bad", "{rival} low, finance decided", "[yearly] yearly fee = no go"),
    ),
    "delivery date kept": (
        ("We could not promise the week of the shutdown, {rival} could.", "[device] They heard from a neighbour that we were late.", "They asked for a penalty clause and we declined."),
        ("[device] The shutdown doesn't wait for your factory", "[device] My neighbour got his in August, he was promised June", "No penalty clause, then it is not a date"),
        ("couldn't commit to shutdown wk, {rival} did", "[device] neighbour told them we're late", "penalty clause refused -> out"),
    ),
    "integration": (
        ("[product] IT stopped it: no connector for their version.", "[product] Two systems side by side was one too many.", "Our answer on security came after the decision."),
        ("Your security paper came the week after we had signed. With the others", "[product] Two systems side by side, who looks after that?", "IT said no in one line"),
        ("[product] no connector f. their version", "security answers too late", "[product] IT veto, 2 systems = 1 too many"),
    ),
    "proof for regulators": (
        ("The certificate we showed was for another directive.", "{rival} brought the inspector along to the second meeting.", "They needed an audit trail by January and ours was announced for spring."),
        ("Wrong directive. The auditor saw it before I did", "Spring is after January", "The others came with the inspector, you with a slide"),
        ("cert = wrong directive", "audit trail needed Jan, ours spring", "{rival} had inspector w/ them"),
    ),
    "ease of use": (
        ("[product] Operators found the menu clumsy, and they were asked.", "[product] It was too much for what they do; they want a number, not a cockpit.", "[abroad] The demonstration was in English, the shift is not."),
        ("[product] I want a number, not a cockpit", "[software] Four clicks to see yesterday. The shift laughed", "[abroad] Nice. In English"),
        ("[product] operators: menu clumsy", "[product] too complex for them, want 1 number", "[abroad] demo in English, shift isn't"),
    ),
}  # fmt: skip
#: what is said instead where none of a voice's sentences is true of the deal
_WON_ELSE: dict[str, Voices] = {
    "measuring accuracy": (
        ("Their laboratory checked our figures for a month and found nothing.", "Our report and their own log agreed to the litre."),
        ("I checked your numbers against mine for a month. I have stopped checking", "Your report and my log say the same. That is all I wanted"),
        ("their lab checked our figures 1 month, no diff", "our report = their log"),
    ),
    "service response": (
        ("They rang our night number before they signed, and somebody answered.", "Two customers in their street told them how soon we come.", "We introduced the engineer who would come before we sent the offer.", "Their old supplier had taken eleven days over a repair, and ours were asked for by name."),
        ("I rang your night number to see who comes. Somebody came to the phone", "My neighbour has had you for years, I asked him", "The one who will come sat at the table. With the others it was a salesman"),
        ("rang night no. as a test, answered", "neighbours praised our service", "met the engineer before the offer"),
    ),
    "total cost": (
        ("They added up five years and we came out below the others.", "Nothing in our offer was to be paid twice, and finance said so."),
        ("I added it up for five years and you were under the others",),
        ("5 yrs added up, ours lowest", "nothing paid twice in our offer, finance liked it"),
    ),
    "integration": (
        ("Our people asked for the drawings of their network first, and IT liked that.",),
        ("You asked for my network plan before you sent anybody",),
        ("asked for network plan first, IT liked it",),
    ),
    "ease of use": (
        ("One call to arrange it and one page to sign.", "They know at eight in the morning what we shall do by noon."),
        ("One call, one page, done", "I don't have to explain my plant to anybody twice"),
        ("1 call, 1 page, done", "no explaining twice, they like it"),
    ),
}  # fmt: skip
_LOST_ELSE: dict[str, Voices] = {
    "measuring accuracy": (
        ("Two of our reports gave two figures for the same week.", "Their laboratory could not repeat our example."),
        ("Two reports, two figures. Which one do I bill?",),
        ("2 reports, 2 figures, same wk", "lab couldn't repeat our example"),
    ),
    "total cost": (
        ("They could not tell from our offer what the third year would cost.", "The offer had eleven positions and the buyer had one line.", "Travel was not in our sum and it was in theirs.", "The buyer compared two totals and turned no page.",),
        ("What does the third year cost? I asked twice", "Eleven positions. I have one line in my form", "I compare totals. I don't read stories"),
        ("3rd year cost not in offer", "travel not in our sum", "buyer compared totals only", "too many lines in the offer, finance gave up"),
    ),
    "delivery date kept": (
        ("We offered a quarter where they needed a week.",),
        ("I asked for a week and got a quarter",),
        ("needed a wk, got a quarter",),
    ),
    "integration": (
        ("Our people were to have a login of their own, and IT said no.",),
        ("Nobody from outside gets a login here. It is in the tender",),
        ("login for our people refused by IT",),
    ),
    "ease of use": (
        ("Five forms before anybody came, with the same questions on each.", "They had to explain their plant to three of our people."),
        ("Five forms, and each asks my name again", "I explained my plant three times"),
        ("5 forms, same questions", "explained plant 3x"),
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
    asked = line[-1] in "?!"
    if after.startswith(","):
        return f'"{line}"' + (after[1:] if asked else after)
    return f'"{line}"' + ("" if asked or after[:2] in (" -", " (") else ".") + after


def _fit(marked: str, holds: frozenset[str]) -> str:
    """Return a sentence without its mark, or nothing where it isn't true of a deal of which all that ``holds`` does."""
    mark, _, sentence = marked[1:].partition("] ") if marked.startswith("[") else ("", "", marked)
    return sentence if holds.issuperset(mark.split()) else ""


@cache
def _fitting(told: Voices, instead: Voices, holds: frozenset[str]) -> Voices:
    """Return the voices with every sentence that isn't true of the deal exchanged for one that is, each in its place."""

    def voice(options: Sequence[str], others: Sequence[str]) -> Sequence[str]:
        fit = [_fit(option, holds) for option in options]
        spare = [*(sentence for other in others if (sentence := _fit(other, holds))), *filter(None, fit)]
        return tuple(sentence or spare[place % len(spare)] for place, sentence in enumerate(fit))

    return (voice(told[0], instead[0]), voice(told[1], instead[1]), voice(told[2], instead[2]))


_NOTHING: Voices = ((), (), ())


def abroad(region: Array) -> Array:
    """Return for each region (a number) whether English is a foreign language there."""
    return np.array([own.name not in ("UK & Ireland", "North America") for own in WORLD])[region]


def true_of(product: Array, versions: Array, new: Array, region: Array) -> list[set[str]]:
    """Return for each deal what holds of it, as marks of sentences name it: what was sold, whether we were known to the
    customer, whether there was a second offer, and whether English is foreign there."""
    rows = zip(product.tolist(), versions.tolist(), new.tolist(), abroad(region).tolist(), strict=True)
    return [
        {
            *_SOLD[PRODUCT_IDS[sold][:3]],
            *(("yearly",) if PRODUCT_IDS[sold] == "P-920" else ()),
            *(("plus",) if PRODUCT_IDS[sold] == "P-820" else ()),
            *(("revised",) if count > 1 else ()),
            "new" if unknown else "known",
            *(("abroad",) if foreign else ()),
        }
        for sold, count, unknown, foreign in rows
    ]


_SOLD = {
    "P-4": ("device", "product"),
    "P-7": ("device", "product"),
    "P-8": ("software", "product", "yearly"),
    "P-9": ("service",),
}


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
    text += pick(
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
    return text.replace("..", ".")


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
    rng: np.random.Generator,
    reason: Array,
    second: Array,
    won: Array,
    competitor: Array,
    region: Array,
    holds: Sequence[set[str]],
) -> list[str]:
    """Return an interviewer's notes for each interview; ``holds`` is what ``true_of`` says of each deal."""
    luck = rng.random((5, reason.size))
    taker = written_by(region, rng.random(reason.size)).tolist()
    notes = []
    rows = zip(reason.tolist(), second.tolist(), won.tolist(), competitor.tolist(), taker, luck.T.tolist(), strict=True)
    for (main, other, good, rival, who, turn), holding in zip(rows, holds, strict=True):
        name = REASONS[main]
        bank, instead = (_WON, _WON_ELSE) if good else (_LOST, _LOST_ELSE)
        told = _fitting(bank[name], instead.get(name, _NOTHING), frozenset(holding))
        # a list has a line for what came second, and "nothing" there says that nothing did
        more = other != main and (turn[2] < 0.7 or TAKERS[who] is _listing)
        also, short = (pick(_ALSO[REASONS[other]], turn[2] / 0.7 % 1), _SHORT[REASONS[other]]) if more else ("", "")
        text = TAKERS[who](told, also, short, good, turn)
        if name == "total cost":
            text = text.replace(
                "First said it was all about price, then it was not.",
                "First said the price was no matter, then it was.",
            )
        if good:
            text = text.replace("Not bitter.", "In good spirits.")
        if re.search(r"\bshe\b", text, re.IGNORECASE):
            text = text.replace("he read four", "she read four")
        if rival < 0:
            begins = r"(?:^|(?<=[.] ))\{rival\}" if TAKERS[who] in (_plain, _formal) else r"(?<=[.] )\{rival\}"
            text = re.sub(begins, "The other bidder", text)
        notes.append(text.replace("{rival}", COMPETITORS[rival] if rival >= 0 else "the other bidder"))
    return notes


_THEMES: dict[str, Voices] = {
    "delivery dates": (
        ("wants a date that holds, not an early one", "had a crane waiting for meters that came on the Monday after", "asked who may promise a week on our side", "had planned a shutdown around our letter and moved it twice", "would accept eight weeks if they were eight", "was told three dates by three people and kept the slips", "lost a night shift to a lorry that had the wrong gate", "asked why a date moves without a letter"),
        ("Give me a late date and keep it", "The crane cost more than the meters", "Who at your place may promise a week?", "Three people, three dates. I kept the slips", "A date that moves without a letter is a rumour", "I book the crane when your lorry is in the yard"),
        ("date must hold, early not needed", "crane waited, meters came Mon after", "who may promise wk?", "3 dates from 3 people", "lorry at wrong gate, night shift lost", "date moved, no letter"),
    ),
    "price transparency": (
        ("does not see why two plants of one group pay differently", "found last year's price on this year's order", "would rather pay more and know why", "has four price lists of ours in a drawer", "asked what a tier is for if everybody is an exception", "read the surcharge for energy twice and still can't work it out", "pays for a calibration that the offer called free", "found that the smaller plant pays less for more", "asked for the arithmetic on one page", "learnt of the new price from the invoice", "could not explain our invoice to the auditor"),
        ("Two plants, one group, two prices. Explain it to my auditor", "I would rather pay more and know why", "Is there a price list, or is it a mood?", "The smaller plant pays less for more. Well done, them", "I learnt of the new price from the invoice", "One page, with the arithmetic on it", "Free, it said. Then came position nine", "My auditor asked, I rang you, you rang somebody", "If I knew what the surcharge is for I might even like it"),
        ("2 plants 2 prices, why", "old price on new order", "4 price lists, none applies", "surcharge unclear", "'free' calibration on invoice pos. 9", "smaller plant pays less, why", "wants arithmetic on 1 page", "new price seen on invoice first", "auditor asked, no answer"),
    ),
    "one contact": (
        ("counts five people from us in one quarter", "likes all of them and would like one of them", "asked whom to ring at seven in the morning", "tells each of us the same story from the start", "got two invitations to the same event from two of us", "has our numbers on a sheet on the wall, with three crossed out", "was asked by two of us in one week for the same drawing", "lost the third person in two years"),
        ("Five people in one quarter. I like them all. Send one", "Whom do I ring at seven?", "I told it to the first, the second and the third", "Three crossed out on my list since spring", "Two of you asked for one drawing in one week", "I had just got used to the last one"),
        ("5 people/quarter, wants 1", "whom to ring 7am?", "same story 3x to 3 of ours", "2 of ours asked f. same drawing", "3rd person in 2 yrs", "list on wall, 3 crossed out"),
    ),
    "data access": (
        ("cannot get yesterday's readings into their own system without a file", "says the export is for people who have time", "wants the interface in the contract", "types readings off the screen on Mondays", "asked whose data it is when the contract ends", "waits for a file that arrives after the meeting for which it is wanted", "built a small program to read our screen", "was told that the interface costs extra"),
        ("My people type off your screen. In 2025", "Export is for people who have time", "When I leave you, do I take my readings with me?", "The file comes at nine, the meeting is at eight", "A trainee built something that reads your screen. It works, God help us", "Extra? They are my readings"),
        ("export too slow, wants interface in contract", "typing readings off screen (!)", "who owns data after contract?", "file comes after the meeting", "trainee built screen reader", "interface costs extra, annoyed"),
    ),
    "contract flexibility": (
        ("was asked by finance to move from buying to renting in the middle of the year", "would sign for ten years if the volume may breathe", "needs the right to pass seats between plants", "closed a line and still pays for its seats", "wants to start small without signing twice", "wants to hand seats to a sister company for a season", "may not sign beyond three years any more", "pays in winter for what runs in summer"),
        ("Ten years, gladly, if the volume may breathe", "I closed a line and pay for its ghosts", "Finance changed its mind in June. Your contract didn't", "Three years is all I may sign. Yours is five", "We run from May to October. We pay from January", "A sister company needs six of my seats until autumn"),
        ("10 yrs ok if volume flexible", "seats between plants?", "finance: buy -> rent mid-year, contract can't", "seasonal use, pays 12 months", "may only sign 3 yrs", "seats to sister company f. season?"),
    ),
    "training": (
        ("trains each new shift from scratch", "found the film helpful and the manual not", "[abroad] asked for a day in their own language", "had eleven people leave who knew it", "would send two people to us for a week", "has one person who knows it, and that person retires", "was shown everything in one morning and remembers lunch", "asked for cards that fit into a breast pocket"),
        ("The film was good. Who wrote the manual?", "Eleven people gone, eleven who knew it", "[abroad] A day in our language, that is all I ask", "One of us knows it, and he goes in March", "A morning, ninety slides. I remember lunch", "Make me a card for the pocket"),
        ("new shift every few wks, no training", "film ok, manual not", "[abroad] wants 1 day in own language", "1 person knows it, retires soon", "90 slides in a morning", "wants pocket cards"),
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
    "a finance director",
    "the newest member",
)


def board_notes(
    rng: np.random.Generator,
    themes: Sequence[str],
    meeting: Array,
    account: Array,
    abroad: Array,
    again: np.random.Generator,
) -> list[str]:
    """Return the note on each theme; each meeting has its own minute-taker and one newest member.

    ``abroad`` says of each member whether English is foreign there; ``again`` gives further numbers for what would
    repeat a note word for word.
    """
    luck = rng.random((5, len(themes))).T.tolist()
    newest: dict[int, int] = {}
    written: set[str] = set()
    notes = []
    rows = zip(themes, meeting.tolist(), account.tolist(), abroad.tolist(), luck, strict=True)
    for theme, taker, member, foreign, turn in rows:
        told = _fitting(_THEMES[theme], _NOTHING, frozenset({"abroad"} if foreign else ()))
        joined = newest.get(taker, member) == member
        for _ in range(30):
            text = _minuted(told, taker, _MEMBERS if joined else _MEMBERS[:-1], turn)
            if text not in written:
                break
            turn = again.random(5).tolist()
        if _MEMBERS[-1].removeprefix("the ") in text:
            newest[taker] = member
        written.add(text)
        notes.append(text)
    return notes


def _minuted(told: Voices, taker: int, members: Sequence[str], luck: Sequence[float]) -> str:
    """Return a note of what was said, as one of four minute-takers writes it."""
    a, b, c, d, e = luck
    heard, said, jotted = told
    who, end = pick(members, a), pick(_MINUTES, c) if d < 0.55 else ""
    if taker == 0:  # full sentences, who spoke and what became of it
        text = f"{who} {pick(heard, b)}. {end}"
    elif taker == 1:  # jotted down while pouring coffee
        text = pick(jotted, b) + pick(("", "", " -> Amara", " (2x)", " - again", "; open"), c)
    elif taker == 2:  # a collector of sentences
        text = _said(said, b, pick(("", f" ({who})", f", said {pick(members, e)}.", ""), c))
        text += ("." if end and text.endswith(")") else "") + f" {end}" if a < 0.4 else ""
    else:  # types along and does not read it again
        text = hurried(f"{who} {pick(heard, b)}. {_lower(end)}" if end else f"{who} {pick(heard, b)}", e)
    text = text.strip()
    return text if taker in (1, 3) else text[0].upper() + text[1:]


_CAUSES: dict[str, Voices] = {
    "late stakeholder": (
        (
            "[quoted] The {who} came in when the offer was on the table and asked what for. We began again and the others did not.",
            "Nobody here knew the {who} before week {week}. After that nothing else was talked about.",
            "In week {week} {a_who} whom none of us had met. The others had, it turned out.",
            "The {who} joined with a form of questions that nobody had seen, and back we went.",
            "We had the users, we had the engineers. The {who} we met in week {week} of {weeks}.",
            "Well past the middle somebody asked whether the {who} had been told. Nobody had.",
            "The {who} came late and wanted the alternatives, all of them.",
            "By week {week} they had agreed among themselves. Then came the {who} and they had not.",
            "The {who}'s name is in the minutes of week {week}. It should have been in those of week one.",
            "They forgot the {who}, and so did we; week {week} was the first anybody heard.",
            "{weeks} weeks, and in week {week} {a_who} who asked for every sum again.",
            "What was settled came open when the {who} sat down with us, in {later}.",
            "One person was missing from our list of people, the {who}, and that person turned it.",
        ),
        (
            "And who is this for?", "I shall live with this for ten years and I have never seen you", "Nobody told me that there was a project", "You have talked to everybody except me",
            "I read of it on the notice board", "Week {week}, and now you ask what I need?", "Has anybody asked the {who}?", "Start again, please. I wasn't there", "Nice drawings. Whose idea was it?",
        ),
        (
            "{who} in at wk {week}, another round", "{who} unknown till wk {week}", "never met {who} before wk {week} of {weeks}", "wk {week}: {who}; old friend of theirs", "{who} joined late, wanted all alternatives",
            "nobody rang {who}, wk {week} too late", "{who} not on our list of people", "back to start in {later}, {who}",
        ),
    ),
    "price": (
        (
            "They were a quarter below. We could name no figure that would have paid for the difference.", "[revised] The second offer was so far below the first that the buyer took it for room.", "Budget was cut by the group; the cheaper one fitted.",
            "The buyer had {amount} from us and a smaller figure from somebody else, and a form with one column.", "We were asked what the difference buys and answered with our history.", "In {later} the budget of the plant was halved. Ours was the offer that could not be halved.",
            "The price was known to be high from {early} on, and none of us prepared an answer.", "They took the cheaper one and told us that they would have liked ours.",
        ),
        (
            "Show me what the quarter more buys me", "[revised] You came down, so there was room", "{amount} is a roof. We need a roof", "I like yours. I can pay for theirs", "Find me the line where I get it back",
        ),
        (
            "25% below us, no figure against it", "budget cut by group", "[revised] 2nd offer far below 1st = looked like room", "{amount} too much, nobody had the counter-figure", "price known as problem since {early}", "budget halved in {later}",
        ),
    ),
    "product gap": (
        (
            "[device] No approval for the zone. It was in the first letter and we hoped.", "[device] The tube was one size short.", "[product] Their interface is older than ours can speak.",
            "[software] The report that their auditor asks for is not in ours.", "[software] They wanted to keep ten years of readings, and we keep five.", "[software abroad] The alarm list is not in their language.",
            "[service] They wanted the visits at night, and we have no night team there.", "[service] Our certificate does not cover one class of their instruments.",
            "One line of the specification, and we had hoped that nobody would read it.", "We said 'planned' for what they need in {later}.", "It was known in {early} that we cannot do it. We wrote the offer to be polite.",
        ),
        (
            "[device] It says zone 1 on the first page", "[device] One size too small, everything else was fine", "[software] Where is the report for the auditor?", "[service] At night, I said. It is in the tender", "Planned is not a feature", "You could have told me in {early}",
        ),
        (
            "[device] no zone approval, knew from day 1", "[device] tube 1 size short", "[product] interface too old f. ours", "[software] no auditor's report", "[software] 5 yrs of readings, want 10", "[service] no night team there", "[service] cert misses 1 class", "gap known since {early}",
        ),
    ),
    "no business case": (
        (
            "Everybody liked it. Nobody had put a figure on it.", "The benefit was in one department and the cost in another.", "[long] We asked for their numbers in {early} and again in {later}.", "{amount}, and on the other side of the sheet a sentence.",
            "The plant wanted it; the board asked what it brings, and the plant looked at us.", "{weeks} weeks of visits and not one sum that the customer had made.", "The sum was ours alone. Nobody over there would defend it.",
        ),
        ("Lovely. What does it bring?", "The saving is his, the bill is mine", "I can't take a sentence to the board", "Your sum, not mine", "{amount} for a feeling?"),
        ("liked it, no figure", "benefit dept A, cost dept B", "[long] asked for nos. {early} + {later}, none", "{weeks} wks, 0 sums by customer", "board asked what it brings; silence", "our sum, nobody there defends it"),
    ),
    "slow answer": (
        (
            "Three weeks for a drawing.", "[holidays] The question on security lay in the inbox over the holidays.", "Four people here thought another had answered.", "[long] Their question of {early} was answered in {later}.",
            "Each answer was right and came when they had stopped waiting for it.", "They counted: nine questions, and the median answer took twelve days.", "The others answered the same evening; we met about it.",
        ),
        ("I asked in {early}. It was a yes or no", "Three weeks for a drawing", "I had forgotten the question when your answer came", "Is anybody in?"),
        ("3 wks for drawing", "[holidays] security q in inbox over xmas", "4 of us, nobody answered", "[long] q of {early} answered {later}", "9 questions, median 12 days", "others replied same evening"),
    ),
    "rival's relationship": (
        (
            "Their service head and the plant manager sail together.", "[new] Ten years of the other name on the wall.", "They were asked to write the specification.", "The annex of the tender had their drawing in it.",
            "The other side has a desk in the plant and a mug.", "We were the second offer that procurement needed, for {weeks} weeks.", "The decision was made on a boat, before {early}.",
        ),
        ("We have known them for ten years, you know how it is", "They wrote the spec, I only signed it", "You are good people. They are our people", "I needed three offers. Thank you for yours", "He rings on my birthday"),
        ("they wrote spec", "[new] 10 yrs incumbent", "service head + plant mgr = friends", "their drawing in tender annex", "they have a desk in the plant", "we = 2nd offer f. procurement"),
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
    "[late] Next time: ask in the first month who can stop it.", "We would lose it again today.", "The customer was fair about it.", "Costs are in the sheet.",
    "One of us had said so early on.", "No action agreed.", "Ingrid wants the list of all such deals.", "The sheet says what it cost us.", "Nobody disagreed.",
)  # fmt: skip


_FOUND = (
    "The review agreed on the following.",
    "Four people took part.",
    "After some discussion the group found this.",
    "The dates in the CRM were compared first.",
    "The matter turned on one point.",
)
_STEPS = (
    "[late] ask in the first month who can stop it",
    "nothing",
    "list of all such deals to Ingrid",
    "costs into the sheet",
    "nothing this time",
    "tell the two other teams",
    "call them again in a year",
)


_CLOSING = (
    "The regional lead was present.",
    "[differs] The salesperson saw it differently.",
    "It was decided to tell the team.",
)
_JOTTED_END = (
    "",
    "; no action",
    ". costs in sheet",
    "; would lose again",
    "[late]  - ask earlier who can stop it",
    "; 5 of us, 20 min",
)  # fmt: skip


def post_mortem_notes(
    rng: np.random.Generator,
    causes: Sequence[str],
    region: Array,
    holds: Sequence[set[str]],
    facts: Sequence[Mapping[str, str]],
    again: np.random.Generator,
) -> list[str]:
    """Return the notes of a review for each cause; each region has somebody who writes them.

    ``holds`` is what is true of each deal, ``facts`` what sentences name: who came late, in which week of how many, two
    months and the amount. ``again`` gives further numbers for what would repeat a note word for word.
    """
    luck = rng.random((5, len(causes)))
    taker = written_by(region, rng.random(len(causes))).tolist()
    written: set[str] = set()
    notes = []
    for cause, who, turn, holding, fact in zip(causes, taker, luck.T.tolist(), holds, facts, strict=True):
        true = frozenset(holding)
        told = _fitting(_CAUSES[cause], _NOTHING, true)
        lessons, steps, closing, ends = (
            tuple(filter(None, (_fit(line, true) for line in lines)))
            for lines in (_LESSON, _STEPS, _CLOSING, _JOTTED_END)
        )
        for _ in range(30):
            text = _reviewed(told, who, turn, lessons, steps, closing, ("", *ends)).format_map(fact)
            if text not in written:
                break
            turn = again.random(5).tolist()
        written.add(text)
        notes.append(text)
    return notes


def _reviewed(
    told: Voices,
    who: int,
    luck: Sequence[float],
    lessons: Sequence[str],
    steps: Sequence[str],
    closing: Sequence[str],
    ends: Sequence[str],
) -> str:
    """Return the note of a review as one of six people writes it."""
    a, b, c, d, e = luck
    sentences, said, jotted = told
    room, lesson = (pick(_ROOM, a) if a < 0.9 else ""), pick(lessons, c)
    if who == 0:
        parts = (room if d < 0.5 else "", pick(sentences, b), lesson if e < 0.6 else "")
        return " ".join(part for part in parts if part)
    if who == 1:
        return pick(jotted, b) + pick(ends, c)
    if who == 2:
        return f"{_said(said, b)} {lesson if d < 0.4 else pick(sentences, e)}"
    if who == 3:
        return f"{pick(_FOUND, a)} {pick(sentences, b)} {pick((*closing, lesson), d)}"
    if who == 4:
        return hurried(f"{pick(sentences, b)} {lesson if d < 0.5 else room}".strip(), e)
    return f"What happened: {_lower(pick(sentences, b))} What we do: {pick(steps, d)}."
