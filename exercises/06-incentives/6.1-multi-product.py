# ---
# topic: "6.1"
# title: Paying for more than one product
# tables: [bookings, commission_plan, quotes]
# tasks:
#   pay:
#     points: 3
#     answer: {type: table, keys: [kind], columns: {margin_eur: "1%", old_pay_eur: "1%", new_pay_eur: "1%", new_per_100_eur: 0.1}}
#   worth:
#     points: 5
#     answer: {type: mapping, tolerance: "2%"}
# ---
# %% [markdown]
# The reading looked at Insight. You take the devices, Series 4 and Series 7, which are sold alone, with days of commissioning, or
# with Insight Core. Since January 2025 a deal with two product lines earns a bonus on top of the commission. Ingrid
# Solheim has to say by Friday whether the bonus goes into the plan of 2026.
#
# `deals` holds one row for each device deal won from 2023 to 2025:
#
# - `kind`: `one line` or `two lines`; `after`: whether it was won in 2025, under the new plan
# - `list_eur`, `net_eur`, `cost_eur`: list value, what the customer pays, what making and delivering costs, all lines
# - `second_net_eur`, `second_margin_eur`: what the second line brings net, and what it leaves after its own cost (0 without one)
#
# `OLD`, `NEW` and `BONUS` are rates from the commission plans: commission under the old and the new plan, and the
# multi-product bonus. Commission is a fraction of a deal's net value; the bonus is a fraction of it too, if the deal has two lines.
# Accelerators and the target bonus are left for 6.5.
# %% given
import pandas as pd

from course.case import load
from course.plot import bar

bookings, commission_plan, quotes = load("bookings", "commission_plan", "quotes")

base = commission_plan[commission_plan["attainment_from_rate"] == 0].set_index(["plan", "element"])["pay_rate"]
OLD = float(base[("2023 plan", "commission")])
NEW = float(base[("2025 plan", "commission")])
BONUS = float(base[("2025 plan", "multi-product bonus")])

lines = quotes[quotes["status"] == "accepted"].copy()  # superseded and rejected quotes were never sold
lines["place"] = lines.groupby("opportunity_id").cumcount()
lines["margin_eur"] = lines["net_eur"] - lines["cost_eur"]
first = lines[lines["place"] == 0].set_index("opportunity_id")
second = lines[lines["place"] == 1].set_index("opportunity_id")

booked = bookings.groupby("opportunity_id").agg(
    net_eur=("amount_eur", "sum"), cost_eur=("cost_eur", "sum"), booked_on=("booked_on", "first")
)
deals = booked.loc[first.index[first["product_line"].isin(["series-4", "series-7"])]].copy()
deals["after"] = deals["booked_on"].dt.year == 2025
deals["list_eur"] = lines.groupby("opportunity_id")["list_eur"].sum()
deals["second_net_eur"] = second["net_eur"].reindex(deals.index).fillna(0)
deals["second_margin_eur"] = second["margin_eur"].reindex(deals.index).fillna(0)
deals["kind"] = deals["second_net_eur"].gt(0).map({True: "two lines", False: "one line"})
deals = deals.reset_index()
deals[["kind", "after", "list_eur", "net_eur", "cost_eur", "second_net_eur", "second_margin_eur"]].head()
# %% given
share = deals.groupby("after")["kind"].apply(lambda kinds: (kinds == "two lines").mean())
bar(
    share.rename({False: "2023 and 2024", True: "2025"}).rename("share").rename_axis("years").reset_index(),
    "years", "share",
    title="Share of device deals with two lines, before and under the bonus",
    alt="The share of device deals with two product lines rose steeply in 2025.",
)
# %% [markdown] task="pay"
# **1. What do the two plans pay for the deals of 2025, and for what?** Judged by the sum alone, a plan passes that pays best for the deals that leave least.
#
# The cell below is almost finished. It pays both plans' commission on every deal of 2025. Run it as it is and read what
# **Check** says. Then add the line that is missing: the multi-product bonus of the new plan.
#
# `pay` is a DataFrame with one row for each `kind` and the columns
#
# - `margin_eur`: what the deals leave, net less cost (EUR)
# - `old_pay_eur`, `new_pay_eur`: what the sellers get for them under each plan (EUR)
# - `new_per_100_eur`: what the new plan pays for each 100 euros of margin (EUR)
#
# Sums count as right within 1%, the last column within 0.1.
# %% answer="pay"
sold = deals[deals["after"]].copy()
sold["margin_eur"] = sold["net_eur"] - sold["cost_eur"]
sold["old_pay_eur"] = OLD * sold["net_eur"]
sold["new_pay_eur"] = NEW * sold["net_eur"]

### BEGIN SOLUTION
sold["new_pay_eur"] = sold["new_pay_eur"] + BONUS * sold["net_eur"] * (sold["kind"] == "two lines")
### END SOLUTION

pay = sold.groupby("kind")[["margin_eur", "old_pay_eur", "new_pay_eur"]].sum()
pay["new_per_100_eur"] = 100 * pay["new_pay_eur"] / pay["margin_eur"]
pay = pay.reset_index()
# %% check="pay"
assert isinstance(pay, pd.DataFrame), "pay should be a DataFrame with one row for each kind of deal"
seen = pay.reset_index()
missing = [c for c in ["kind", "margin_eur", "old_pay_eur", "new_pay_eur", "new_per_100_eur"] if c not in seen.columns]
assert not missing, f"pay lacks the columns {missing}"
assert set(seen["kind"]) == {"one line", "two lines"}, "pay has two rows, one line and two lines"
by_kind = seen.set_index("kind")
assert by_kind.loc["one line", "new_pay_eur"] < by_kind.loc["one line", "old_pay_eur"], "a deal with one line is paid less by the new plan"
assert by_kind.loc["two lines", "new_pay_eur"] > by_kind.loc["two lines", "old_pay_eur"], (
    "a deal with two lines is paid more by the new plan than by the old one; what is added for the second line?"
)
# %% hidden="pay"
expect(pay)
by_kind = pay.reset_index().set_index("kind")["new_per_100_eur"]
assert by_kind["two lines"] > 1.5 * by_kind["one line"], "a euro of margin is paid for far better in a deal with two lines"
# %% after="pay"
bar(pay, "kind", "new_per_100_eur", title="What the new plan pays for 100 euros of margin, by kind of deal", highlight="two lines")
# %% [markdown] hint="pay"
# The bonus is a fraction of the deal's net value, and only some deals earn it. Which column says which?
# %% [markdown] hint="pay"
# A comparison such as `sold["kind"] == "two lines"` counts as 1 where it holds and as 0 where it does not, so it can be
# multiplied with a column of money.
# %% [markdown] hint="pay"
# Add to `sold["new_pay_eur"]` the product of three things: `BONUS`, `sold["net_eur"]` and that comparison.
# %% [markdown] wrong="commission_only" task="pay"
# This pays the new plan's commission and no bonus. The plan then looks like a pay cut for everybody, and nobody in the
# meeting sees which deals it favours. Where does the commission plan put the money that it took from commission?
# %% wrong="commission_only" task="pay"
sold = deals[deals["after"]].copy()
sold["margin_eur"] = sold["net_eur"] - sold["cost_eur"]
sold["old_pay_eur"] = OLD * sold["net_eur"]
sold["new_pay_eur"] = NEW * sold["net_eur"]
pay = sold.groupby("kind")[["margin_eur", "old_pay_eur", "new_pay_eur"]].sum()
pay["new_per_100_eur"] = 100 * pay["new_pay_eur"] / pay["margin_eur"]
pay = pay.reset_index()
# %% [markdown] wrong="second_line" task="pay"
# This pays the bonus on the second line alone, which is what most people believe it does. The plan would then be cheap and harmless,
# and Tomasz Wieczorek would sign it again. What does the plan's `basis` say the rate is applied to?
# %% wrong="second_line" task="pay"
sold = deals[deals["after"]].copy()
sold["margin_eur"] = sold["net_eur"] - sold["cost_eur"]
sold["old_pay_eur"] = OLD * sold["net_eur"]
sold["new_pay_eur"] = NEW * sold["net_eur"] + BONUS * sold["second_net_eur"]
pay = sold.groupby("kind")[["margin_eur", "old_pay_eur", "new_pay_eur"]].sum()
pay["new_per_100_eur"] = 100 * pay["new_pay_eur"] / pay["margin_eur"]
pay = pay.reset_index()
# %% [markdown]
# Pay is not the point, Ingrid answers: the bonus has brought second lines that we would not have sold. Tomasz asks her to look at
# the discounts. Both can be put into euros.
# %% [markdown] task="worth"
# **2. What did the bonus bring in 2025, and what did it cost?** If a part is forgotten, the bonus goes into the plan of 2026 and is paid for another year.
#
# `worth` is a dict with four amounts, all in EUR:
#
# - `extra_margin_eur`: what the **extra** second lines left. Extra are the deals with two lines in 2025 beyond the number that the
#   share of 2023 and 2024 (both years together) would have given among the device deals of 2025. Value each at the mean `second_margin_eur` of
#   the deals with two lines in 2025.
# - `discount_eur`: what was given away on all deals with two lines in 2025 beyond the usual: their list value times the difference between
#   their discount rate and that of the deals with two lines of 2023 and 2024. A group's discount rate is 1 less its net value divided by its list value, both summed.
# - `bonus_eur`: the bonus paid on them
# - `left_eur`: the first, less the second, less the third
#
# Each counts as right within 2%.
# %% answer="worth"
### BEGIN SOLUTION
two = deals[deals["kind"] == "two lines"]
now, then = two[two["after"]], two[~two["after"]]

usual_share = (deals.loc[~deals["after"], "kind"] == "two lines").mean()
extra_deals = len(now) - usual_share * deals["after"].sum()

extra_discount = (1 - now["net_eur"].sum() / now["list_eur"].sum()) - (1 - then["net_eur"].sum() / then["list_eur"].sum())

worth = {
    "extra_margin_eur": extra_deals * now["second_margin_eur"].mean(),
    "discount_eur": extra_discount * now["list_eur"].sum(),
    "bonus_eur": BONUS * now["net_eur"].sum(),
}
worth["left_eur"] = worth["extra_margin_eur"] - worth["discount_eur"] - worth["bonus_eur"]
### END SOLUTION
# %% check="worth"
wanted = {"extra_margin_eur", "discount_eur", "bonus_eur", "left_eur"}
assert set(dict(worth)) == wanted, f"worth has the keys {sorted(wanted)}"
assert worth["extra_margin_eur"] > 0, "second lines of 2025 left some margin, so the extra ones did too"
assert worth["bonus_eur"] > 0, "bonus_eur is written as a positive amount; it is taken off in left_eur"
rest = worth["extra_margin_eur"] - worth["discount_eur"] - worth["bonus_eur"]
assert abs(worth["left_eur"] - rest) < 1, "left_eur is the first amount less the second and the third"
# %% hidden="worth"
expect(worth)
assert worth["discount_eur"] > worth["bonus_eur"], "the discounts cost more than the bonus itself"
assert worth["left_eur"] < 0, "what the bonus brought does not cover what it cost"
# %% after="worth"
shown = pd.DataFrame({"part": ["extra margin", "extra discount", "bonus", "left"], "eur": [
    worth["extra_margin_eur"], -worth["discount_eur"], -worth["bonus_eur"], worth["left_eur"]]})
bar(shown, "part", "eur", title="What the multi-product bonus brought and cost on devices in 2025, in EUR", highlight="left")
# %% [markdown] hint="worth"
# Some customers bought two lines before anybody was paid for it. How many would have done so among the deals of 2025, had
# nothing changed? Only what lies above that can be the bonus's doing.
# %% [markdown] hint="worth"
# Split the deals with two lines into those of 2025 and those before. You need from the first group: number, mean second margin,
# list and net value; from the second: list and net value. And from all deals before 2025 the share that had two lines.
# %% [markdown] hint="worth"
# `extra_deals = len(now) - usual_share * deals["after"].sum()`, and a group's rate is
# `1 - group["net_eur"].sum() / group["list_eur"].sum()`.
# %% [markdown] wrong="all_bundles" task="worth"
# This credits the bonus with every second line of 2025. Many of them would have been sold without it, as they
# were in the two years before, so the bonus is thanked for customers it never met. What share of deals had two lines when nobody
# was paid for them?
# %% wrong="all_bundles" task="worth"
two = deals[deals["kind"] == "two lines"]
now, then = two[two["after"]], two[~two["after"]]
extra_discount = (1 - now["net_eur"].sum() / now["list_eur"].sum()) - (1 - then["net_eur"].sum() / then["list_eur"].sum())
worth = {
    "extra_margin_eur": now["second_margin_eur"].sum(),
    "discount_eur": extra_discount * now["list_eur"].sum(),
    "bonus_eur": BONUS * now["net_eur"].sum(),
}
worth["left_eur"] = worth["extra_margin_eur"] - worth["discount_eur"] - worth["bonus_eur"]
# %% [markdown] wrong="no_discount" task="worth"
# This sets the margin of the extra lines against the bonus and takes the discount for something else. The bonus then about pays for
# itself and goes into the next plan, with the discounts that sellers give to earn it. What does a deal with two lines give away now
# that it did not give away before?
# %% wrong="no_discount" task="worth"
two = deals[deals["kind"] == "two lines"]
now, then = two[two["after"]], two[~two["after"]]
usual_share = (deals.loc[~deals["after"], "kind"] == "two lines").mean()
extra_deals = len(now) - usual_share * deals["after"].sum()
worth = {
    "extra_margin_eur": extra_deals * now["second_margin_eur"].mean(),
    "discount_eur": 0.0,
    "bonus_eur": BONUS * now["net_eur"].sum(),
}
worth["left_eur"] = worth["extra_margin_eur"] - worth["discount_eur"] - worth["bonus_eur"]
# %% [markdown] wrong="turnover" task="worth"
# This values the extra lines at what the customer pays for them. Days of commissioning cost nearly as much as they bring, so most of
# that money is gone before a bonus is paid, and the plan rewards sellers for moving it. What is left of a second line once
# it has been delivered?
# %% wrong="turnover" task="worth"
two = deals[deals["kind"] == "two lines"]
now, then = two[two["after"]], two[~two["after"]]
usual_share = (deals.loc[~deals["after"], "kind"] == "two lines").mean()
extra_deals = len(now) - usual_share * deals["after"].sum()
extra_discount = (1 - now["net_eur"].sum() / now["list_eur"].sum()) - (1 - then["net_eur"].sum() / then["list_eur"].sum())
worth = {
    "extra_margin_eur": extra_deals * now["second_net_eur"].mean(),
    "discount_eur": extra_discount * now["list_eur"].sum(),
    "bonus_eur": BONUS * now["net_eur"].sum(),
}
worth["left_eur"] = worth["extra_margin_eur"] - worth["discount_eur"] - worth["bonus_eur"]
