# ---
# topic: "7.5"
# title: Attribution and what sales saw
# tables: [touchpoints, opportunities, win_loss_interviews]
# tasks:
#   credit:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {first: 0.002, last: 0.002, linear: 0.002, position: 0.002, shapley: 0.002}}
#   compare:
#     points: 3
#     answer: {type: table, keys: [model], columns: {gap: 0.002, moved: 0.002}}
#   report:
#     points: 1
#     answer: {type: table, keys: [channel], columns: {change: 0.002}}
# ---
# %% [markdown]
# The reading credited the new business won in 2024. Tomasz Wieczorek's report is on **2025**, and he wants one rule in it, with a reason.
#
# `journeys` holds the touches before each new-business opportunity that was **decided** in 2025 and whose touches are on record:
# `opportunity_id`, `position` (1 for the first touch), `touches` (how many the opportunity had), `channel`, `status` (`won` or `lost`).
# %% given
import numpy as np
import pandas as pd
from course.case import load
from course.plot import bar

touchpoints, opportunities, interviews = load("touchpoints", "opportunities", "win_loss_interviews")
new = opportunities[(opportunities["motion"] == "new") & opportunities["status"].isin(["won", "lost"])]
decided = new.loc[new["closed_on"].dt.year == 2025, ["opportunity_id", "status"]]
journeys = touchpoints[["opportunity_id", "position", "touches", "channel"]].merge(decided, on="opportunity_id")
CHANNELS = sorted(touchpoints["channel"].unique())
MODELS = ["first", "last", "linear", "position", "shapley"]


def share(rows, weight):
    """Add up a weight for each row by channel and divide by the total: a Series of fractions over CHANNELS."""
    total = pd.Series(weight, index=rows.index).groupby(rows["channel"]).sum().reindex(CHANNELS, fill_value=0.0)
    return total / total.sum()


def shapley(worth):
    """Each channel's Shapley value as a share of the whole: a Series of fractions over CHANNELS.

    worth: a function that says what a coalition could have brought by itself. It is given a frozenset of channels and
    returns a number. Each channel gets what it adds to the worth of those who were there before it, averaged over all
    orders in which the channels could have come.
    """
    coalitions = [frozenset(c for i, c in enumerate(CHANNELS) if number >> i & 1) for number in range(2 ** len(CHANNELS))]
    value = {coalition: worth(coalition) for coalition in coalitions}
    whole = value[coalitions[-1]]
    if not whole:
        raise ValueError("worth() gives nothing to all channels together; they brought every deal between them")
    n = len(CHANNELS)
    orders = np.cumprod([1.0, *range(1, n + 1)])  # factorials
    out = dict.fromkeys(CHANNELS, 0.0)
    for coalition in coalitions:
        weight = orders[len(coalition)] * orders[n - len(coalition) - 1] / orders[n] if len(coalition) < n else 0
        for channel in set(CHANNELS) - coalition:
            out[channel] += weight * (value[coalition | {channel}] - value[coalition])
    return pd.Series(out) / whole


def enter_twice(rows, channel):
    """The same journeys, if each touch of `channel` had been entered twice, one entry after the other."""
    again = rows.loc[rows.index.repeat(1 + (rows["channel"] == channel))].reset_index(drop=True)
    groups = again.groupby("opportunity_id")
    return again.assign(position=groups.cumcount() + 1, touches=groups["channel"].transform("size"))


journeys.head()
# %% [markdown] task="credit"
# **1. Which channel gets how much of the new business won?** Whoever gets the credit asks for the budget next.
#
# Most of the cell is there. `credit_of` makes a table with one row for each of the seven channels and the columns `channel`, `first`, `last`, `linear`, `position` and
# `shapley`; each column is a share of the **won** deals (fractions that add up to 1). As it is handed out, lost deals and every entry count. Put right
#
# 1. `won`: the rows that count;
# 2. `linear` and `position`: a weight for each of these rows. *linear*: each touch of a deal gets the same part of it. *position*: 40% for the first, 40% for the last, the rest shared
#    equally by those between; with two touches half each, with one all of it;
# 3. `worth(coalition)`, for Shapley's rule: the number of won deals that these channels could have brought by themselves, with every touch of the deal's journey coming from one of them.
#    `coalition` is a frozenset of channels.
#
# Every won deal counts one, whatever its amount. Shares count as right within 0.002.
# %% answer="credit"
def credit_of(journeys):
    """Each channel's share of the won deals under five rules; one row for each channel."""
    won = journeys  # as handed out, every journey counts
    linear = position = pd.Series(1.0, index=won.index)  # and every touch the same

    def worth(coalition):
        return won["channel"].isin(coalition).sum()

    ### BEGIN SOLUTION
    won = journeys[journeys["status"] == "won"]
    n = won["touches"]
    end = (won["position"] == 1) | (won["position"] == n)
    linear = 1 / n
    position = np.where(n == 1, 1.0, np.where(n == 2, 0.5, np.where(end, 0.4, 0.2 / (n - 2).clip(lower=1))))
    on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)

    def worth(coalition):
        return sum(path <= coalition for path in on_path)

    ### END SOLUTION
    columns = {
        "first": share(won, 1.0 * (won["position"] == 1)),
        "last": share(won, 1.0 * (won["position"] == won["touches"])),
        "linear": share(won, linear),
        "position": share(won, position),
        "shapley": shapley(worth),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% check="credit"
assert isinstance(credit, pd.DataFrame), "credit should be a DataFrame with one row for each channel"
seen = credit.reset_index()
missing = [c for c in ("channel", *MODELS) if c not in seen.columns]
assert not missing, f"credit lacks the columns {missing}"
assert sorted(seen["channel"]) == CHANNELS, "one row for each of the seven channels in CHANNELS, each once"
off = [m for m in MODELS if abs(seen[m].sum() - 1) > 0.001]
assert not off, f"all credit is given to somebody: the columns {off} do not add up to 1"
# %% hidden="credit"
expect(credit)
by = credit.set_index("channel").loc["branded search"]
assert by["last"] > 1.8 * by["shapley"], "the last touch flatters the search for our own name"
again = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")
assert (again["shapley"] - credit.set_index("channel")["shapley"]).abs().max() < 1e-9, "a touch entered twice earns nothing more by Shapley's rule"
# %% after="credit"
bar(credit, "channel", "last", title="By the last touch, the search for our own name leads")
# %% [markdown] hint="credit"
# The four simple rules differ only in the weight that a row gets. What does a row know about its place in the journey?
# %% [markdown] hint="credit"
# `won["position"] == won["touches"]` finds the last touch; `1 / won["touches"]` is the linear weight. For *position* make three cases with
# `np.where`: one touch, two touches, more. For *shapley* you need the set of channels of each deal.
# %% [markdown] hint="credit"
# `on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)` gives the sets, and `path <= coalition` asks whether all of a path lies within
# a coalition.
# %% [markdown] wrong="lost_too" task="credit"
# This shares out the lost deals as well. A channel that brings many who never buy would then look as good as one that brings customers, and the report
# would praise crowds. Which journeys ended in an order?
# %% wrong="lost_too" task="credit"
def credit_of(journeys):
    won = journeys
    first, last, n = won["position"] == 1, won["position"] == won["touches"], won["touches"]
    by_place = np.where(n == 1, 1.0, np.where(n == 2, 0.5, np.where(first | last, 0.4, 0.2 / (n - 2).clip(lower=1))))
    on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)
    columns = {
        "first": share(won, first.astype(float)),
        "last": share(won, last.astype(float)),
        "linear": share(won, 1 / n),
        "position": share(won, by_place),
        "shapley": shapley(lambda coalition: sum(path <= coalition for path in on_path)),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% [markdown] wrong="worth_in_touches" task="credit"
# Here a coalition is worth the touches that came from it. Nothing is then won together, Shapley's rule becomes a count of entries, and whoever logs most
# gets the credit. How many of the won deals could those channels have brought without any of the others?
# %% wrong="worth_in_touches" task="credit"
def credit_of(journeys):
    won = journeys[journeys["status"] == "won"]
    first, last, n = won["position"] == 1, won["position"] == won["touches"], won["touches"]
    by_place = np.where(n == 1, 1.0, np.where(n == 2, 0.5, np.where(first | last, 0.4, 0.2 / (n - 2).clip(lower=1))))
    columns = {
        "first": share(won, first.astype(float)),
        "last": share(won, last.astype(float)),
        "linear": share(won, 1 / n),
        "position": share(won, by_place),
        "shapley": shapley(lambda coalition: won["channel"].isin(coalition).sum()),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% [markdown] wrong="short_journeys" task="credit"
# Under *position* this gives a first or last touch 40% whatever the length of the journey. A deal with one touch then counts for less than half a deal, one
# with two for four fifths, and whoever wins customers quickly is paid least. Where does the rest of such a deal go?
# %% wrong="short_journeys" task="credit"
def credit_of(journeys):
    won = journeys[journeys["status"] == "won"]
    first, last, n = won["position"] == 1, won["position"] == won["touches"], won["touches"]
    by_place = np.where(first | last, 0.4, 0.2 / (n - 2).clip(lower=1))
    on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)
    columns = {
        "first": share(won, first.astype(float)),
        "last": share(won, last.astype(float)),
        "linear": share(won, 1 / n),
        "position": share(won, by_place),
        "shapley": shapley(lambda coalition: sum(path <= coalition for path in on_path)),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% [markdown] wrong="each_touch_one" task="credit"
# Under *linear* each touch still counts one. A deal with six touches then weighs six times as much as a deal with one, and channels that keep turning up on slow deals get the credit of quick ones. Into how many parts is
# one deal to be divided?
# %% wrong="each_touch_one" task="credit"
def credit_of(journeys):
    won = journeys[journeys["status"] == "won"]
    first, last, n = won["position"] == 1, won["position"] == won["touches"], won["touches"]
    by_place = np.where(n == 1, 1.0, np.where(n == 2, 0.5, np.where(first | last, 0.4, 0.2 / (n - 2).clip(lower=1))))
    on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)
    columns = {
        "first": share(won, first.astype(float)),
        "last": share(won, last.astype(float)),
        "linear": share(won, 1.0),
        "position": share(won, by_place),
        "shapley": shapley(lambda coalition: sum(path <= coalition for path in on_path)),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% [markdown] wrong="worth_in_rows" task="credit"
# What a coalition is worth is counted here in touches and not in deals. A deal that took six entries to win then counts six times, and a channel gains by being on long journeys. What does every won deal count?
# %% wrong="worth_in_rows" task="credit"
def credit_of(journeys):
    won = journeys[journeys["status"] == "won"]
    first, last, n = won["position"] == 1, won["position"] == won["touches"], won["touches"]
    by_place = np.where(n == 1, 1.0, np.where(n == 2, 0.5, np.where(first | last, 0.4, 0.2 / (n - 2).clip(lower=1))))
    on_path = won.groupby("opportunity_id")["channel"].agg(frozenset)
    touches = won.groupby("opportunity_id").size()
    columns = {
        "first": share(won, first.astype(float)),
        "last": share(won, last.astype(float)),
        "linear": share(won, 1 / n),
        "position": share(won, by_place),
        "shapley": shapley(lambda coalition: sum(size * (path <= coalition) for path, size in zip(on_path, touches))),
    }
    return pd.DataFrame(columns).rename_axis("channel").reset_index()


credit = credit_of(journeys)
# %% [markdown]
# Now the other witnesses. `said` counts what customers of new-business opportunities answered since 2024, won or lost, when they were asked **where they first took
# Tessaly seriously**; `a colleague` is a conversation that left no trace with us. `SAME` says which channel goes with which answer. A download goes
# with none.
# %% given
SAME = {
    "branded search": "web search",
    "generic search": "web search",
    "customer reference": "a customer's reference",
    "salesperson": "their salesperson",
    "trade event": "a trade event",
    "webinar": "a webinar",
}
asked = interviews[interviews["opportunity_id"].isin(new["opportunity_id"]) & (interviews["interviewed_on"] >= "2024-01-01")]
said = asked["first_noticed"].value_counts()
said
# %% [markdown] task="compare"
# **2. How far is each rule from what customers say, and can it be moved by logging?** A rule that can be moved will be, by the first department whose bonus hangs on it.
#
# `compare` is a DataFrame with one row for each rule and the columns
#
# - `model`: as in `MODELS`
# - `gap`: the distance between the rule and the customers over the **five** answers that a channel goes with. Leave out `content download` and `a colleague`,
#   scale both sides so that the five add up to 1, and take half of the sum of the absolute differences. 0 is agreement, 1 is none.
# - `moved`: the share of `salesperson` if every salesperson entered each of their touches twice, less the share in `credit`: 0.05 if it rises from 0.20 to 0.25.
#   `enter_twice`, given above, makes such journeys
#
# Both count as right within 0.002.
# %% answer="compare"
### BEGIN SOLUTION
table = credit.set_index("channel")[MODELS]
grouped = table.groupby(table.index.map(lambda channel: SAME.get(channel, "none"))).sum().drop("none")
grouped = grouped / grouped.sum()
answers = said.reindex(grouped.index, fill_value=0)
answers = answers / answers.sum()
twice = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")[MODELS]
compare = pd.DataFrame({
    "model": MODELS,
    "gap": [(grouped[model] - answers).abs().sum() / 2 for model in MODELS],
    "moved": [twice.loc["salesperson", model] - table.loc["salesperson", model] for model in MODELS],
})
### END SOLUTION
# %% check="compare"
assert isinstance(compare, pd.DataFrame), "compare should be a DataFrame with five rows"
seen = compare.reset_index()
missing = [c for c in ("model", "gap", "moved") if c not in seen.columns]
assert not missing, f"compare lacks the columns {missing}"
assert sorted(seen["model"]) == sorted(MODELS), "one row for each of the five rules"
assert seen["gap"].between(0, 1).all(), "gap lies between 0, agreement, and 1, none"
# %% hidden="compare"
expect(compare)
by = compare.set_index("model")
assert by["gap"].idxmax() == "last", "no rule is farther from the customers than the last touch"
assert by.loc[["linear", "position"], "moved"].min() > 0.01 > by.loc[["first", "last", "shapley"], "moved"].abs().max()
# %% after="compare"
bar(compare, "model", "gap", title="The last touch is farthest from what customers say")
# %% [markdown] hint="compare"
# Bring both sides to the same five names first: search is two channels and one answer. Only then scale.
# %% [markdown] hint="compare"
# Group `credit` by `SAME` (`channel` mapped), add up, and divide each column by its sum. Do the same with the five answers in `said`. For `moved` you have
# `credit_of` and `enter_twice`.
# %% [markdown] hint="compare"
# `twice = credit_of(enter_twice(journeys, "salesperson"))`; then compare its row of `salesperson` with that of `credit`, rule by rule.
# %% [markdown] wrong="colleague_kept" task="compare"
# This keeps the customers who named a colleague. No rule can give credit to a talk that left no trace, so each rule is blamed for it by the same
# amount, and the distance between the rules and the customers is overstated. Which answers have a channel that goes with them?
# %% wrong="colleague_kept" task="compare"
table = credit.set_index("channel")[MODELS]
grouped = table.groupby(table.index.map(lambda channel: SAME.get(channel, "none"))).sum().drop("none")
grouped = grouped / grouped.sum()
answers = said / said.sum()
grouped = grouped.reindex(answers.index, fill_value=0)
twice = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")[MODELS]
compare = pd.DataFrame({
    "model": MODELS,
    "gap": [(grouped[model] - answers).abs().sum() / 2 for model in MODELS],
    "moved": [twice.loc["salesperson", model] - table.loc["salesperson", model] for model in MODELS],
})
# %% [markdown] wrong="own_name_only" task="compare"
# This holds only the search for Tessaly's own name against the answer "web search" and drops the other searches. The rules then seem nearer to the customers or farther
# off than they are, and in a journey that begins with a general search that search gets lost. Which two channels would a customer call by one word?
# %% wrong="own_name_only" task="compare"
table = credit.set_index("channel")[MODELS]
one = {k: v for k, v in SAME.items() if k != "generic search"}
grouped = table.groupby(table.index.map(lambda channel: one.get(channel, "none"))).sum().drop("none")
grouped = grouped / grouped.sum()
answers = said.reindex(grouped.index, fill_value=0)
answers = answers / answers.sum()
twice = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")[MODELS]
compare = pd.DataFrame({
    "model": MODELS,
    "gap": [(grouped[model] - answers).abs().sum() / 2 for model in MODELS],
    "moved": [twice.loc["salesperson", model] - table.loc["salesperson", model] for model in MODELS],
})
# %% [markdown] wrong="not_scaled" task="compare"
# This takes the five shares as they are, of all credit on one side and of all customers on the other. What goes to downloads and to colleagues is then missing from the sums, and part of the distance is only that: a rule would be preferred for the
# credit it gives to downloads. What do the five have to add up to on each side?
# %% wrong="not_scaled" task="compare"
table = credit.set_index("channel")[MODELS]
grouped = table.groupby(table.index.map(lambda channel: SAME.get(channel, "none"))).sum().drop("none")
answers = said.reindex(grouped.index, fill_value=0)
answers = answers / said.sum()
twice = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")[MODELS]
compare = pd.DataFrame({
    "model": MODELS,
    "gap": [(grouped[model] - answers).abs().sum() / 2 for model in MODELS],
    "moved": [twice.loc["salesperson", model] - table.loc["salesperson", model] for model in MODELS],
})
# %% [markdown] wrong="by_its_own_share" task="compare"
# Here `moved` is the rise divided by the share that salespeople had before. A rule that gives them little then looks as if logging paid most, while the others lose few points of credit by it. From which share to which did it rise?
# %% wrong="by_its_own_share" task="compare"
table = credit.set_index("channel")[MODELS]
grouped = table.groupby(table.index.map(lambda channel: SAME.get(channel, "none"))).sum().drop("none")
grouped = grouped / grouped.sum()
answers = said.reindex(grouped.index, fill_value=0)
answers = answers / answers.sum()
twice = credit_of(enter_twice(journeys, "salesperson")).set_index("channel")[MODELS]
compare = pd.DataFrame({
    "model": MODELS,
    "gap": [(grouped[model] - answers).abs().sum() / 2 for model in MODELS],
    "moved": [twice.loc["salesperson", model] / table.loc["salesperson", model] - 1 for model in MODELS],
})
# %% [markdown] task="report"
# **3. Which rule goes into the report, and who loses by it?** It stays there for a year. Today the system reports `last`.
#
# Daniel Reyes and Claire Whitcombe agree that the rule must
#
# 1. give nobody more for entering a touch twice,
# 2. give something to every channel that was on the journey of at least one won deal in ten, and
# 3. of the rules that are left, be the nearest to what customers say.
#
# `report` is a DataFrame with one row for each `channel` and its `change`: the share of the credit that it gets under the rule that you choose, less the share that it gets today (a fraction, within 0.002; negative for those who lose).
# %% answer="report"
### BEGIN SOLUTION
won = journeys[journeys["status"] == "won"]
often = won.groupby("channel")["opportunity_id"].nunique() >= 0.1 * won["opportunity_id"].nunique()
present = often[often].index
shares = credit.set_index("channel")
allowed = [m for m in MODELS if compare.set_index("model").loc[m, "moved"] < 0.001 and (shares.loc[present, m] > 0).all()]
rule = compare.set_index("model").loc[allowed, "gap"].idxmin()
report = (shares[rule] - shares["last"]).rename("change").reset_index()
### END SOLUTION
# %% check="report"
assert isinstance(report, pd.DataFrame), "report should be a DataFrame with one row for each channel"
seen = report.reset_index()
assert {"channel", "change"} <= set(seen.columns), "report needs the columns channel and change"
assert sorted(seen["channel"]) == CHANNELS, "one row for each of the seven channels"
assert abs(seen["change"].sum()) < 0.01, "what one channel gains another loses: the changes add up to 0"
# %% hidden="report"
expect(report)
assert report["change"].min() < -0.02 < 0.02 < report["change"].max(), "the report that the system writes today pays the door for the visit"
# %% after="report"
bar(report, "channel", "change", title="Credit gained or lost against today's report, as a fraction of all")
# %% [markdown] hint="report"
# Strike out rules one condition at a time. The second condition needs the number of won deals on whose journeys each channel was.
# %% [markdown] hint="report"
# `won.groupby("channel")["opportunity_id"].nunique()`, against the number of won deals. Then look for a zero in `credit`.
# %% [markdown] hint="report"
# With the rule chosen, `credit.set_index("channel")` has a column for it and one for `last`. Subtract, name the result `change`, and `.reset_index()`.
# %% [markdown] wrong="nearest" task="report"
# This is the rule that is nearest to the customers, and they were asked where they *first* took Tessaly seriously. It gives nothing to what came later, so
# nobody would be thanked for a search page that most customers pass through. What did the second condition ask?
# %% wrong="nearest" task="report"
report = (credit.set_index("channel")["first"] - credit.set_index("channel")["last"]).rename("change").reset_index()
# %% [markdown] wrong="dashboard" task="report"
# This leaves what the system reports by itself. It can't be moved by logging, and it pays the door for the visit: customers name search least often, and it
# would lead. Which other rule is as firm and nearer to what they say?
# %% wrong="dashboard" task="report"
report = pd.DataFrame({"channel": CHANNELS, "change": 0.0})
# %% [markdown] wrong="even_split" task="report"
# An equal share for each touch is easy to explain, and fair as long as touches enter themselves. Salespeople enter their own, and by this rule each further
# entry pays. What does `moved` say?
# %% wrong="even_split" task="report"
report = (credit.set_index("channel")["linear"] - credit.set_index("channel")["last"]).rename("change").reset_index()
# %% [markdown] wrong="turned_round" task="report"
# The difference is taken the other way round: today's share less the new one. In the meeting those who lose would be told that they gain, and the search for Tessaly's own name would ask for the money. Which share is taken from which?
# %% wrong="turned_round" task="report"
report = (credit.set_index("channel")["last"] - credit.set_index("channel")["shapley"]).rename("change").reset_index()
