# ---
# topic: "2.7"
# title: One story, direct and channel
# tables: [collateral_audit, partners]
# tasks:
#   channels:
#     points: 4
#     answer: {type: table, keys: [channel], columns: {compliance_rate: 0.002, low_rate: 0.002, high_rate: 0.002, typical_rate: 0.002}}
#   act_on:
#     points: 4
#     answer: {type: set}
# ---
# %% [markdown]
# Sales material was audited for ten months: brochures, web pages, tenders, ours and that of 42 partners. Daniel Reyes reports that the
# distributors do not tell our story, and asks for a budget to train all of them. Ingrid Solheim's standard is that **90%** of the audited
# material complies. She wants to know how the channels stand, and whom to act on.
#
# `audit` has one row for each piece that was checked: `channel` (direct, distributor, integrator, reseller), `partner_id` (empty
# for our own material), `compliant` (whether it says what our positioning says). `partners` names the partners. The function
# `wilson(successes, n, z)` gives the ends of an interval; with z = 1.96 it is the usual one of 95%.
# %% given
import numpy as np
import pandas as pd

from course.case import load

audit, partners = load("collateral_audit", "partners")
STANDARD = 0.90


def wilson(successes, n, z=1.96):
    """The interval of a rate, as two values or Series: its lower and its upper end, fractions."""
    rate = successes / n
    middle = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


audit.head()
# %% [markdown] task="channels"
# **1. Which channels tell our story?**
#
# Answer: a DataFrame `channels` with one row for each `channel` and the columns (all fractions, right within 0.002)
#
# - `compliance_rate`: the share of the channel's audited pieces that comply
# - `low_rate`, `high_rate`: the ends of its 95% interval, by `wilson`
# - `typical_rate`: the rate of the channel's typical partner: work out each partner's own rate, then take the median over the
#   channel's partners. For `direct`, which has no partners, it is the same as `compliance_rate`.
# %% answer="channels"
### BEGIN SOLUTION
pieces = audit.groupby("channel")["compliant"].agg(["sum", "size"])
channels = pd.DataFrame({"compliance_rate": pieces["sum"] / pieces["size"]})
channels["low_rate"], channels["high_rate"] = wilson(pieces["sum"], pieces["size"])
own = audit.dropna(subset=["partner_id"]).groupby(["channel", "partner_id"])["compliant"].mean()
channels["typical_rate"] = own.groupby("channel").median()
channels["typical_rate"] = channels["typical_rate"].fillna(channels["compliance_rate"])
channels = channels.reset_index()
### END SOLUTION
# %% check="channels"
assert set(channels["channel"]) == {"direct", "distributor", "integrator", "reseller"}, "one row for each of the four channels"
columns = ["compliance_rate", "low_rate", "high_rate", "typical_rate"]
assert channels[columns].stack().between(0, 1).all(), "rates are fractions between 0 and 1"
assert channels.notna().all().all(), "direct has no partners: its typical_rate is its compliance_rate"
# %% hidden="channels"
expect(channels)
found = channels.set_index("channel")
assert found.loc["distributor", "high_rate"] < 0.9, "as a channel, the distributors miss the standard"
assert found.loc["distributor", "typical_rate"] > found.loc["distributor", "high_rate"], "and the typical distributor does not"
# %% after="channels"
from course.plot import bar

shown = channels.melt("channel", ["compliance_rate", "typical_rate"], "measure", "rate")
shown["measure"] = shown["measure"].map({"compliance_rate": "all pieces", "typical_rate": "typical partner"})
bar(shown, "channel", "rate", colour="measure", title="Compliance by channel: all pieces, and the typical partner")
# %% [markdown] hint="channels"
# Two questions are asked of each channel. One counts pieces, so that whoever has much material weighs much. The other counts
# partners.
# %% [markdown] hint="channels"
# For the first, group by `channel` and give `wilson` the sums and the sizes. For the second, group by `channel` and
# `partner_id`, take the mean, then group the result by `channel` again.
# %% [markdown] hint="channels"
# `audit.dropna(subset=["partner_id"]).groupby(["channel", "partner_id"])["compliant"].mean().groupby("channel").median()`
# gives the typical rates of three channels; `direct` is missing in it.
# %% [markdown] wrong="plain_interval" task="channels"
# This takes the rate plus and minus 1.96 standard errors. Near 100% such an interval is lopsided and may end above 1, and for a partner with six
# clean pieces it has no width at all, so that the next task would trust six pieces completely. Which function was given for it?
# %% wrong="plain_interval" task="channels"
pieces = audit.groupby("channel")["compliant"].agg(["sum", "size"])
rate = pieces["sum"] / pieces["size"]
error = 1.96 * np.sqrt(rate * (1 - rate) / pieces["size"])
channels = pd.DataFrame({"compliance_rate": rate, "low_rate": rate - error, "high_rate": rate + error})
own = audit.dropna(subset=["partner_id"]).groupby(["channel", "partner_id"])["compliant"].mean()
channels["typical_rate"] = own.groupby("channel").median()
channels["typical_rate"] = channels["typical_rate"].fillna(channels["compliance_rate"])
channels = channels.reset_index()
# %% [markdown] wrong="mean_partner" task="channels"
# The typical partner here is the mean of the partners' rates. One partner far below the others pulls a mean down, so all distributors
# seem a little guilty and the training for all of them looks reasonable. Which partner stands in the middle when they are put in order?
# %% wrong="mean_partner" task="channels"
pieces = audit.groupby("channel")["compliant"].agg(["sum", "size"])
channels = pd.DataFrame({"compliance_rate": pieces["sum"] / pieces["size"]})
channels["low_rate"], channels["high_rate"] = wilson(pieces["sum"], pieces["size"])
own = audit.dropna(subset=["partner_id"]).groupby(["channel", "partner_id"])["compliant"].mean()
channels["typical_rate"] = own.groupby("channel").mean()
channels["typical_rate"] = channels["typical_rate"].fillna(channels["compliance_rate"])
channels = channels.reset_index()
# %% [markdown] task="act_on"
# **2. On which partners should Ingrid act?**
#
# She will speak to a partner only if the audit shows, beyond bad luck, that it misses the standard: if even the **upper** end of its
# interval lies below 90%. Forty-two partners are looked at, and with 42 chances somebody is always unlucky. So use wider intervals here, with
# **z = 3**.
#
# Answer: `act_on`, a list of the `partner_id`s.
# %% answer="act_on"
### BEGIN SOLUTION
each = audit.dropna(subset=["partner_id"]).groupby("partner_id")["compliant"].agg(["sum", "size"])
high = wilson(each["sum"], each["size"], z=3)[1]
act_on = list(high[high < STANDARD].index)
### END SOLUTION
# %% check="act_on"
strange = sorted(set(act_on) - set(partners["partner_id"]))
assert not strange, f'act_on holds ids such as "PT-001"; these are none: {strange}'
assert 0 < len(act_on) < 42, "at least one partner has to be spoken to, and not all of them"
# %% hidden="act_on"
expect(act_on)
rest = audit[(audit["channel"] == "distributor") & ~audit["partner_id"].isin(act_on)]
assert len(act_on) <= 3, "most partners comply"
assert rest["compliant"].mean() > 0.85, "without those few, the distributors are as good as anybody"
# %% after="act_on"
names = partners.loc[partners["partner_id"].isin(act_on), ["partner_id", "name", "kind", "region"]]
failed = audit[~audit["compliant"]].dropna(subset=["partner_id"])
print(f"Of {len(failed)} pieces that failed at partners, {failed['partner_id'].isin(act_on).sum()} come from these:")
names
# %% [markdown] hint="act_on"
# What you know of a partner depends on how many of its pieces were audited. Three failures out of eleven and thirty out of a hundred and
# ten have the same rate.
# %% [markdown] hint="act_on"
# Group by `partner_id`, take the sum and the size of `compliant`, and ask `wilson` for the upper end with `z=3`.
# %% [markdown] hint="act_on"
# `wilson(...)` returns two Series; the second is the upper end. Keep the index of those below `STANDARD`.
# %% [markdown] wrong="below_standard" task="act_on"
# This lists every partner whose rate is below 90%. Most of them had a dozen pieces audited and failed two or three, which happens by luck
# to partners who comply as well as we do, and they would get a letter that they have not earned. For which of them does the whole
# interval lie below the standard?
# %% wrong="below_standard" task="act_on"
each = audit.dropna(subset=["partner_id"]).groupby("partner_id")["compliant"].mean()
act_on = list(each[each < STANDARD].index)
# %% [markdown] wrong="whole_channel" task="act_on"
# This lists all distributors, because their channel misses the standard. Its failures are not spread over its firms: the training would be paid for
# twelve, of which nearly all tell the story already. Whose pieces are the ones that failed?
# %% wrong="whole_channel" task="act_on"
rates = audit.groupby("channel")["compliant"].agg(["sum", "size"])
missed = rates.index[wilson(rates["sum"], rates["size"])[1] < STANDARD]
act_on = list(partners.loc[partners["kind"].isin(missed), "partner_id"])
