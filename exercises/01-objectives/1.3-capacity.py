# ---
# topic: "1.3"
# title: Targets that fit the factory
# tables: [demand_plan, backlog, product_components, supply_capacity]
# tasks:
#   binding:
#     points: 2
#     answer: {type: table, keys: [component_id, quarter], columns: {missing_units: 0.5}}
#   targets:
#     points: 4
#     answer: {type: table, keys: [product_id, quarter], columns: {target_units: 1.0}}
#   worth:
#     points: 2
#     answer: {type: number, tolerance: 0.5}
# ---
# %% [markdown]
# Sales asks the factory for `asked` new devices in each quarter of 2026. On top of them the company owes its customers `owed`
# devices that were sold before. Amara Okafor has written down what her suppliers confirmed for every component (`capacity`)
# and how many of it go into one device (`per_device`). What is not used in a quarter can't be kept for the next. `P-410` and
# `P-420` are Series 4, `P-710` is Series 7 Precision, `P-720` is Series 7 Line.
#
# You find out where the plan breaks, which targets are left, and what Amara may pay to bend the limit.
# %% given
import numpy as np
import pandas as pd

from course.case import load

demand, backlog, parts, supply = load("demand_plan", "backlog", "product_components", "supply_capacity")

# devices as rows, quarters as columns
asked = demand.pivot(index="product_id", columns="quarter", values="asked_units")
owed = backlog.pivot(index="product_id", columns="due_quarter", values="owed_units")
owed = owed.reindex(index=asked.index, columns=asked.columns).fillna(0)
# components as rows, devices or quarters as columns
per_device = parts.pivot(index="component_id", columns="product_id", values="units_per_product")
per_device = per_device.reindex(columns=asked.index).fillna(0)
capacity = supply.pivot(index="component_id", columns="quarter", values="capacity_units")
# EUR for one device
margin = demand.groupby("product_id")["unit_margin_eur"].first()


def as_rows(wide, column):
    """A table with quarters as columns, laid out in rows: one for each line and quarter, its values under the name `column`."""
    return wide.rename_axis(columns="quarter").reset_index().melt(wide.index.name, var_name="quarter", value_name=column)


print(per_device.astype(int))
# %% [markdown] task="binding"
# **Where does the plan break?** For each component and quarter work out how many of the component all devices need together, new
# and owed ones, and compare with `capacity`. Build the DataFrame `binding` with one row for each component and quarter in which
# there is too little, and the columns `component_id`, `quarter` and `missing_units` (how many of the component are missing).
# Tolerance: 0.5.
#
# `per_device @ devices` multiplies and adds up for all components at once. `as_rows(wide, "missing_units")` lays a table that has quarters as
# columns out in rows.
# %% answer="binding"
### BEGIN SOLUTION
needed = per_device @ (asked + owed)
missing = as_rows(needed - capacity, "missing_units")
binding = missing[missing["missing_units"] > 0].reset_index(drop=True)
### END SOLUTION
# %% check="binding"
assert isinstance(binding, pd.DataFrame), "binding should be a DataFrame."
columns = {"component_id", "quarter", "missing_units"}
assert columns <= set(binding.columns), f"The columns are {', '.join(sorted(columns))}."
assert (binding["missing_units"] > 0).all(), "Only what is missing belongs in the table, as a positive number."
# %% hidden="binding"
expect(binding)
assert binding["component_id"].nunique() == 1, "a single component limits the plan"
# %% after="binding"
used = per_device.loc[binding["component_id"].unique()]
used.loc[:, (used > 0).any()]
# %% [markdown] hint="binding"
# A quarter needs parts for what is asked and for what is owed.
# %% [markdown] hint="binding"
# For one component: its number in each device, times the devices, added up. What stands for `devices` in `per_device @ devices`?
# %% [markdown] hint="binding"
# `needed = per_device @ (asked + owed)` has components as rows and quarters as columns, as `capacity` has. Lay `needed - capacity` out in
# rows, and keep those above zero.
# %% [markdown] wrong="one_at_a_time" task="binding"
# This holds each device against the capacity on its own, as the head of each line does. Two lines then count the same parts as
# theirs, the gap looks smaller than it is, and it comes out when the quarter ends. Which devices share the component?
# %% wrong="one_at_a_time" task="binding"
rows = []
for component in per_device.index:
    for quarter in asked.columns:
        alone = per_device.loc[component] * (asked[quarter] + owed[quarter])
        gap = alone.max() - capacity.loc[component, quarter]
        if gap > 0:
            rows.append([component, quarter, gap])
binding = pd.DataFrame(rows, columns=["component_id", "quarter", "missing_units"])
# %% [markdown] task="targets"
# **Which targets are left?** Find the targets for new devices that earn the highest margin in the year:
#
# 1. Where nothing is short, the target is what was asked.
# 2. Where a component is short, take off what the owed devices need of it.
# 3. Hand out the rest to the devices that use the component, in the order in which it earns most. No device gets more than was
#    asked, and targets are whole devices: round down.
#
# Build the DataFrame `targets` with a row for each of the four devices and four quarters and the columns `product_id`, `quarter`
# and `target_units` (new devices, the owed ones not included). Tolerance: one device.
#
# The cell below does step 1, goes through what you found in `binding`, and lays the result out in rows. Steps 2 and 3 are missing: for one
# `component` and `quarter`, write the new targets into `best.loc[product, quarter]`. `uses` says which devices need the component, and how
# many of it each takes.
# %% answer="targets"
best = asked.astype(float)
for component, quarter in zip(binding["component_id"], binding["quarter"]):
    uses = per_device.loc[component]
    uses = uses[uses > 0]
    ### BEGIN SOLUTION
    left = capacity.loc[component, quarter] - (uses * owed.loc[uses.index, quarter]).sum()
    for product in (margin[uses.index] / uses).sort_values(ascending=False).index:
        best.loc[product, quarter] = min(asked.loc[product, quarter], left // uses[product])
        left = left - best.loc[product, quarter] * uses[product]
    ### END SOLUTION
targets = as_rows(best, "target_units")
# %% check="targets"
assert isinstance(targets, pd.DataFrame), "targets should be a DataFrame."
columns = {"product_id", "quarter", "target_units"}
assert columns <= set(targets.columns), f"The columns are {', '.join(sorted(columns))}."
assert len(targets) == 16, f"Four devices in four quarters make 16 rows; targets has {len(targets)}."
side = targets.merge(demand, on=["product_id", "quarter"])
assert (side["target_units"] <= side["asked_units"]).all(), "No target is above what sales asked for."
assert (side["target_units"] >= 0).all(), "No target is below zero."
built = targets.pivot(index="product_id", columns="quarter", values="target_units") + owed
assert (per_device @ built <= capacity + 8).all().all(), "Together with the devices owed, these targets need more parts than there are."
# %% hidden="targets"
expect(targets)
wide = targets.pivot(index="product_id", columns="quarter", values="target_units")
assert (per_device @ (wide + owed) <= capacity + 8).all().all(), "the targets and the backlog fit the capacity"
# %% after="targets"
result = targets.merge(demand, on=["product_id", "quarter"])
result["asked_margin_eur"] = result["asked_units"] * result["unit_margin_eur"]
result["target_margin_eur"] = result["target_units"] * result["unit_margin_eur"]
result.groupby("quarter")[["asked_margin_eur", "target_margin_eur"]].sum()
# %% [markdown] hint="targets"
# You are not selling devices here. You are selling the component that there is too little of.
# %% [markdown] hint="targets"
# What is left for new devices is `capacity.loc[component, quarter]` less what the owed ones take. Divide the margin of one device by the
# number of components in it, serve the highest first, up to what was asked, then the next with what is left.
# %% [markdown] hint="targets"
# `order = (margin[uses.index] / uses).sort_values(ascending=False).index`, where `uses` is the component's row of `per_device`
# without its zeros. `for product in order:` goes through it; `left // uses[product]` is how many devices the rest is enough for, and `min(a, b)`
# the smaller of two numbers.
# %% [markdown] wrong="dearest_first" task="targets"
# This serves the device with the highest margin first. It would fill the factory with Series 7 Precision, send the buyers of
# Series 7 Line to Aldermoor, and earn less for it. How much does one component earn in each of the two?
# %% wrong="dearest_first" task="targets"
free = capacity - per_device @ owed
best = asked.astype(float)
for component, quarter in zip(binding["component_id"], binding["quarter"]):
    uses = per_device.loc[component]
    uses = uses[uses > 0]
    left = free.loc[component, quarter]
    for product in margin[uses.index].sort_values(ascending=False).index:
        best.loc[product, quarter] = min(asked.loc[product, quarter], left // uses[product])
        left = left - best.loc[product, quarter] * uses[product]
targets = best.reset_index().melt(id_vars="product_id", var_name="quarter", value_name="target_units")
# %% [markdown] wrong="equal_cut" task="targets"
# This cuts every device by the same share. Nobody can complain, and the company gives up margin in one device that the same
# parts would have earned in the other. Is a component worth the same in both?
# %% wrong="equal_cut" task="targets"
free = capacity - per_device @ owed
best = asked.astype(float)
for component, quarter in zip(binding["component_id"], binding["quarter"]):
    uses = per_device.loc[component]
    uses = uses[uses > 0]
    share = free.loc[component, quarter] / (uses * asked.loc[uses.index, quarter]).sum()
    best.loc[uses.index, quarter] = np.floor(asked.loc[uses.index, quarter] * share)
targets = best.reset_index().melt(id_vars="product_id", var_name="quarter", value_name="target_units")
# %% [markdown] task="worth"
# **What may Amara pay?** A broker has a few crates of the short component for the quarters that lack it. Above its usual price, how
# much margin would one more component earn, given your targets? Give the number `worth`, in EUR for one component. (Crates are
# larger than one device's need, so rounding to whole devices doesn't matter.) Tolerance: EUR 0.50.
# %% answer="worth"
### BEGIN SOLUTION
component, quarter = binding.loc[0, "component_id"], binding.loc[0, "quarter"]
uses = per_device.loc[component]
uses = uses[uses > 0]
reached = targets[targets["quarter"] == quarter].set_index("product_id")["target_units"]
wanting = [product for product in uses.index if reached[product] < asked.loc[product, quarter]]
worth = (margin[wanting] / uses[wanting]).max()
### END SOLUTION
# %% check="worth"
assert np.isscalar(worth), "worth should be a single number."
assert worth > 0, "One more component is worth something, or nothing would be short."
# %% hidden="worth"
expect(worth)
# %% [markdown] hint="worth"
# One device already gets all that was asked. The next component can't go there.
# %% [markdown] hint="worth"
# Find the device whose target is below what was asked; divide its margin by the number of components in it.
# %% [markdown] wrong="best_product" task="worth"
# This is what the component earns in the device that comes first. That device is already served in full, so at this price Amara
# would buy crates that earn less than they cost. Which device would the next component go into?
# %% wrong="best_product" task="worth"
uses = per_device.loc[binding.loc[0, "component_id"]]
uses = uses[uses > 0]
worth = (margin[uses.index] / uses).max()
# %% [markdown] wrong="whole_device" task="worth"
# This is the margin of a whole device. It takes several of the component to build one, so Amara would pay the price of a device for
# a part of it. How many go into one?
# %% wrong="whole_device" task="worth"
uses = per_device.loc[binding.loc[0, "component_id"]]
worth = margin[uses[uses > 0].index].max()
# %% [markdown] wrong="average" task="worth"
# This is what a component earns on average over both devices. The average counts the ones that are well spent already, so the
# broker's crates look better than they are. Where would one more of them go?
# %% wrong="average" task="worth"
component, quarter = binding.loc[0, "component_id"], binding.loc[0, "quarter"]
uses = per_device.loc[component]
uses = uses[uses > 0]
reached = targets[targets["quarter"] == quarter].set_index("product_id")["target_units"][uses.index]
worth = (reached * margin[uses.index]).sum() / (reached * uses).sum()
