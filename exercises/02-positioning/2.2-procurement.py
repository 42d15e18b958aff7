# ---
# topic: "2.2"
# title: Price, service or technology
# tables: [opportunities, accounts, procurement_criteria]
# tasks:
#   recommendation:
#     points: 5
#     answer: {type: table, keys: [industry], columns: {lead_with: null, first_rate: 0.005, led_rate: 0.005, other_rate: 0.005, low_lift: 0.005}}
#   exceptions:
#     points: 3
#     answer: {type: mapping, tolerance: 0.005}
# ---
# %% [markdown]
# Every offer leads with one argument: price, service or technology. Which one is the salesperson's choice today. Ingrid
# Solheim wants a rule for 2026, by industry, and Luca Ferrante wants to know what the rule is worth when a customer
# of his does not behave like its industry.
#
# `sheets` holds one row for each account whose scoring of tenders somebody has seen, with its `industry` and `first`: the
# criterion with the highest weight. `deals` holds one row for each opportunity of the three years: its `industry`, its
# `status`, and `lead_argument` (what the offer led with).
# %% given
import numpy as np
import pandas as pd

from course.case import load

opportunities, accounts, criteria = load("opportunities", "accounts", "procurement_criteria")

ARGUMENTS = ["price", "service", "technology"]
industry = accounts[["account_id", "industry"]]
sheets = criteria.merge(industry, on="account_id")
weights = sheets[[f"{a}_weight" for a in ARGUMENTS]].set_axis(ARGUMENTS, axis=1)
sheets["first"] = weights.idxmax(axis=1)
sheets = sheets[["account_id", "industry", "first"]]
deals = opportunities[["opportunity_id", "account_id", "status", "lead_argument"]].merge(industry, on="account_id")


def low_end(rate, n, other_rate, other_n):
    """The lower end of the 95% interval of a difference between two rates (rate - other_rate)."""
    error = np.sqrt(rate * (1 - rate) / n + other_rate * (1 - other_rate) / other_n)
    return rate - other_rate - 1.96 * error


deals.head()
# %% given
from course.plot import bar

used = deals["lead_argument"].value_counts(normalize=True)
asked = sheets["first"].value_counts(normalize=True)
shown = pd.DataFrame({"argument": ARGUMENTS, "led_with_rate": used[ARGUMENTS].to_numpy(), "scored_first_rate": asked[ARGUMENTS].to_numpy()})
bar(shown, "argument", "led_with_rate", title="What offers lead with: price more often than anything else")
# %% [markdown] task="recommendation"
# **What should an offer lead with in each industry, and what do past deals say about it?**
#
# Build a DataFrame `recommendation` with one row for each of the six industries and the columns
#
# - `industry`
# - `lead_with`: the criterion that most of the industry's accounts in `sheets` put first
# - `first_rate`: the share of those accounts that do (a fraction)
# - `led_rate`: the win rate of the industry's deals that led with it (a fraction)
# - `other_rate`: the win rate of the industry's deals that led with one of the other two (a fraction)
# - `low_lift`: the lower end of the 95% interval of `led_rate` less `other_rate`, by `low_end`
#
# The steps: count first criteria by industry and take the commonest; keep the deals that have an outcome; mark those that led
# with the recommended argument; take win rate and number of deals on both sides. Rates count as right within 0.005.
# %% answer="recommendation"
### BEGIN SOLUTION
first = sheets.groupby("industry")["first"].value_counts(normalize=True).unstack()
recommendation = pd.DataFrame({"lead_with": first.idxmax(axis=1), "first_rate": first.max(axis=1)})

decided = deals[deals["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
decided["led"] = decided["lead_argument"] == decided["industry"].map(recommendation["lead_with"])

led = decided[decided["led"]].groupby("industry")["won"]
other = decided[~decided["led"]].groupby("industry")["won"]
recommendation["led_rate"], recommendation["other_rate"] = led.mean(), other.mean()
recommendation["low_lift"] = low_end(led.mean(), led.size(), other.mean(), other.size())
recommendation = recommendation.reset_index()
### END SOLUTION
# %% check="recommendation"
assert isinstance(recommendation, pd.DataFrame), "recommendation should be a DataFrame with one row for each industry"
seen = recommendation.reset_index()
wanted = ["industry", "lead_with", "first_rate", "led_rate", "other_rate", "low_lift"]
missing = [c for c in wanted if c not in seen.columns]
assert not missing, f"recommendation lacks the columns {missing}"
assert len(seen) == 6, f"there are six industries; recommendation has {len(seen)} rows"
assert set(seen["lead_with"]) <= set(ARGUMENTS), f"lead_with is one of {ARGUMENTS}"
assert (seen["low_lift"] < seen["led_rate"] - seen["other_rate"]).all(), "low_lift lies below the difference of the two rates"
# %% hidden="recommendation"
expect(recommendation)
rows = recommendation.reset_index().set_index("industry")
assert rows.loc["utilities", "lead_with"] == "service", "utilities buy on service level"
assert (rows["lead_with"] == "price").sum() == 1, "price leads in one industry only"
assert (rows["led_rate"] > rows["other_rate"]).all(), "leading with it won more often in each industry"
# %% after="recommendation"
bar(recommendation, "industry", "low_lift", title="Gain in win rate of which one can be fairly sure, by industry")
# %% [markdown] hint="recommendation"
# Two tables answer two questions. What do customers of an industry say that they buy on? And do offers that led with just
# that win more often than the others? Only the second needs deals.
# %% [markdown] hint="recommendation"
# `sheets.groupby("industry")["first"].value_counts(normalize=True).unstack()` has a row for each industry and a column for
# each argument; `idxmax(axis=1)` and `max(axis=1)` read it. An open deal has not been won or lost: leave it out.
# %% [markdown] hint="recommendation"
# `decided["led"] = decided["lead_argument"] == decided["industry"].map(lead_with)`; then a `groupby("industry")["won"]` for
# the rows where it is true and one for the others, with `mean()` and `size()`.
# %% [markdown] wrong="habit" task="recommendation"
# This recommends what is led with most already. It makes the sales force's habit the rule, so price leads everywhere and the
# customers who score something else hear it all year. Which of the tables is the customer's own voice?
# %% wrong="habit" task="recommendation"
first = deals.groupby("industry")["lead_argument"].value_counts(normalize=True).unstack()
recommendation = pd.DataFrame({"lead_with": first.idxmax(axis=1), "first_rate": first.max(axis=1)})
decided = deals[deals["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
decided["led"] = decided["lead_argument"] == decided["industry"].map(recommendation["lead_with"])
led = decided[decided["led"]].groupby("industry")["won"]
other = decided[~decided["led"]].groupby("industry")["won"]
recommendation["led_rate"], recommendation["other_rate"] = led.mean(), other.mean()
recommendation["low_lift"] = low_end(led.mean(), led.size(), other.mean(), other.size())
recommendation = recommendation.reset_index()
# %% [markdown] wrong="open_counted" task="recommendation"
# This divides by all deals, open ones included. An industry with a full pipeline then looks as if no argument worked in it, and
# every gain comes out smaller than it is. Which deals have an outcome?
# %% wrong="open_counted" task="recommendation"
first = sheets.groupby("industry")["first"].value_counts(normalize=True).unstack()
recommendation = pd.DataFrame({"lead_with": first.idxmax(axis=1), "first_rate": first.max(axis=1)})
decided = deals.copy()
decided["won"] = decided["status"] == "won"
decided["led"] = decided["lead_argument"] == decided["industry"].map(recommendation["lead_with"])
led = decided[decided["led"]].groupby("industry")["won"]
other = decided[~decided["led"]].groupby("industry")["won"]
recommendation["led_rate"], recommendation["other_rate"] = led.mean(), other.mean()
recommendation["low_lift"] = low_end(led.mean(), led.size(), other.mean(), other.size())
recommendation = recommendation.reset_index()
# %% [markdown] wrong="one_for_all" task="recommendation"
# This gives all industries the argument that wins most often over the whole company. It suits the industries that happen to be
# many, and buyers who score something else get a slogan. What do the sheets say, one industry at a time?
# %% wrong="one_for_all" task="recommendation"
decided = deals[deals["status"] != "open"].copy()
decided["won"] = decided["status"] == "won"
overall = decided.groupby("lead_argument")["won"].mean().idxmax()
share = (sheets["first"] == overall).groupby(sheets["industry"]).mean()
recommendation = pd.DataFrame({"lead_with": overall, "first_rate": share})
decided["led"] = decided["lead_argument"] == overall
led = decided[decided["led"]].groupby("industry")["won"]
other = decided[~decided["led"]].groupby("industry")["won"]
recommendation["led_rate"], recommendation["other_rate"] = led.mean(), other.mean()
recommendation["low_lift"] = low_end(led.mean(), led.size(), other.mean(), other.size())
recommendation = recommendation.rename_axis("industry").reset_index()
# %% [markdown]
# More than a quarter of the accounts whose sheet is known put something else first than their industry does. For them, Luca Ferrante
# holds, the rule is worse than his people's nose.
# %% [markdown] task="exceptions"
# **What wins where the customer does not score like its industry?**
#
# Take the decided deals of accounts that are in `sheets` **and** whose `first` is not the `lead_with` of their industry in
# `recommendation`. `exceptions` is a dict of three win rates (fractions, right within 0.005):
#
# - `"own"`: of the deals that led with the account's own first criterion
# - `"industry"`: of the deals that led with the industry's
# - `"third"`: of the deals that led with the argument that is neither
# %% answer="exceptions"
### BEGIN SOLUTION
rule = recommendation.set_index("industry")["lead_with"]
known = deals[deals["status"] != "open"].merge(sheets[["account_id", "first"]], on="account_id")
known["rule"] = known["industry"].map(rule)
known = known[known["first"] != known["rule"]]
won = known["status"] == "won"
on_own = known["lead_argument"] == known["first"]
on_rule = known["lead_argument"] == known["rule"]
exceptions = {"own": won[on_own].mean(), "industry": won[on_rule].mean(), "third": won[~on_own & ~on_rule].mean()}
### END SOLUTION
# %% check="exceptions"
assert set(dict(exceptions)) == {"own", "industry", "third"}, 'exceptions has the three keys "own", "industry" and "third"'
assert all(0 < v < 1 for v in dict(exceptions).values()), "the three values are win rates: fractions between 0 and 1"
# %% hidden="exceptions"
expect(exceptions)
found = dict(exceptions)
assert found["own"] > found["industry"] + 0.05, "what the account itself scores first beats what its industry scores first"
# %% [markdown] hint="exceptions"
# Two things decide whether a deal belongs here: somebody has seen the account's sheet, and the sheet disagrees with the rule.
# A merge that keeps only matches takes care of the first.
# %% [markdown] hint="exceptions"
# After the merge each deal has `lead_argument`, `first` and, by `map`, the industry's `lead_with`. Keep the rows where the
# last two differ, and split them by which of the two the offer led with, if either.
# %% [markdown] wrong="all_accounts" task="exceptions"
# This takes every account with a sheet. Most of them agree with their industry, so both rates are high and the rule seems to
# work for everybody. Which accounts did Luca ask about?
# %% wrong="all_accounts" task="exceptions"
rule = recommendation.set_index("industry")["lead_with"]
known = deals[deals["status"] != "open"].merge(sheets[["account_id", "first"]], on="account_id")
known["rule"] = known["industry"].map(rule)
won = known["status"] == "won"
on_own = known["lead_argument"] == known["first"]
on_rule = known["lead_argument"] == known["rule"]
exceptions = {"own": won[on_own].mean(), "industry": won[on_rule].mean(), "third": won[~on_own & ~on_rule].mean()}
# %% [markdown] wrong="unknown_counted" task="exceptions"
# This counts accounts whose sheet nobody has seen as if they disagreed with their industry. Most of them probably agree with it, so
# the rule looks almost as good as asking, and nobody will ask. What do you know about an account without a sheet?
# %% wrong="unknown_counted" task="exceptions"
rule = recommendation.set_index("industry")["lead_with"]
known = deals[deals["status"] != "open"].merge(sheets[["account_id", "first"]], on="account_id", how="left")
known["rule"] = known["industry"].map(rule)
known["first"] = known["first"].fillna("unknown")
known = known[known["first"] != known["rule"]]
won = known["status"] == "won"
on_own = known["lead_argument"] == known["first"]
on_rule = known["lead_argument"] == known["rule"]
exceptions = {"own": won[on_own].mean(), "industry": won[on_rule].mean(), "third": won[~on_own & ~on_rule].mean()}
