"""How an analyst finds the truths of module 2, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from tests.case.detect_objectives import planted

WINDOW = pd.Timestamp("2024-07-01")


def decided(edition):
    deals = edition.table("opportunities").query("status != 'open'").copy()
    deals["won"] = deals.status == "won"
    return deals


def topic_2_1(edition):
    interviews = edition.table("win_loss_interviews").merge(
        edition.table("opportunities")[["opportunity_id", "closed_on"]], on="opportunity_id"
    )
    strongest = edition.table("claims").sort_values("deck_rank").theme.iloc[0]
    every = interviews.main_reason.value_counts(normalize=True)
    recent = interviews[interviews.closed_on >= WINDOW].main_reason.value_counts(normalize=True)
    assert recent.get(strongest, 0) < 0.04, "nobody names it in the last 18 months"
    assert every[strongest] > 0.06, "over all three years it looks like a reason"
    deals = decided(edition)
    recent = deals[(deals.closed_on >= WINDOW) & (deals.product_id == "P-720")].groupby("competitor").won.mean()
    assert recent["Aldermoor Systems"] < 0.26, "against the price fighter the proposition does not win"


def topic_2_2(edition):
    deals = decided(edition).merge(edition.table("accounts")[["account_id", "industry"]], on="account_id")
    rates = deals.groupby(["industry", "lead_argument"]).won.mean().unstack()
    best = rates.idxmax(axis=1)
    assert best["utilities"] == "service"
    assert list(best[best == "price"].index) == [planted(edition, "2.2")["price_industry"]]
    written = deals.loss_reason.dropna()
    written = written[written.isin(["price", "service", "technology"])].value_counts()
    assert written.idxmax() == "price", "what salespeople write down says price everywhere"


def topic_2_3(edition):
    groups = edition.table("influences").merge(decided(edition)[["opportunity_id", "won"]], on="opportunity_id")
    means = groups.groupby(["segment", "influence", "won"]).stance.mean().unstack()
    gap = (means[True] - means[False]).unstack()
    assert gap.loc["enterprise"].idxmax() == "economic"
    assert gap.loc["mid-market"].idxmax() == "technical"
    pooled = groups.groupby(["influence", "won"]).stance.mean().unstack()
    pooled = pooled[True] - pooled[False]
    assert pooled.drop("economic").max() > 0.5 * pooled["economic"], "over both segments two of them look alike"
    assert pooled.drop("technical").max() > 0.5 * pooled["technical"]


def topic_2_4(edition):
    matrix = edition.table("feature_matrix")
    scores = matrix.pivot(index="feature", columns="vendor", values="score")
    about = matrix.drop_duplicates("feature").set_index("feature")
    gap = scores["Tessaly Instruments"] - scores.drop(columns="Tessaly Instruments").max(axis=1)
    liked = about.sales_votes.idxmax()
    assert abs(gap[liked]) < 0.3, "the feature sales people like most is at parity"
    assert about.importance[liked] >= about.importance.nlargest(2).min(), "by importance alone it would lead"
    rank = (about.importance * gap).sort_values(ascending=False)
    assert gap[rank.index[0]] > 1.2
    assert about.sales_votes[rank.index[0]] < 5


def topic_2_5(edition):
    deals, months = decided(edition), edition.table("releases").set_index("release_id")
    rows = []
    for release, row in months.iterrows():
        after = months[(months.product_id == row.product_id) & (months.released_on > row.released_on)].released_on.min()
        until = after if pd.notna(after) else pd.Timestamp("2026-01-01")
        part = deals[
            (deals.product_id == row.product_id) & (deals.closed_on >= row.released_on) & (deals.closed_on < until)
        ]
        age = (part.closed_on.dt.year - row.released_on.year) * 12 + part.closed_on.dt.month - row.released_on.month
        rows.append(pd.DataFrame({"age": age, "offered": part.release_id == release, "won": part.won}))
    every = pd.concat(rows).query("age < 18")
    lead = every.groupby([every.age // 3, "offered"]).won.mean().unstack()
    lead = lead[True] - lead[False]
    ages = lead.index.to_numpy() * 3 + 1
    halves = np.arange(1.0, 20, 0.25)

    def error(half):
        curve = 0.5 ** (ages / half)
        return ((lead - curve * (curve @ lead) / (curve @ curve)) ** 2).sum()

    half = min(halves, key=error)
    truth = planted(edition, "2.5")["launch_half_life"]
    assert truth / 2.2 < half < truth * 2.2
    assert lead.iloc[0] > 0.12, "the lead at launch"
    assert lead.iloc[-2:].mean() < 0.6 * lead.iloc[0], "a constant lead would carry the price for ever"


def topic_2_6(edition):
    both = edition.table("claims").merge(edition.table("milestones"), on="milestone_id")
    ahead = both[both.delivered_on.isna() | (both.delivered_on > both.live_on)]
    assert len(ahead) == 2
    assert (both.planned_on < both.live_on).all(), "by the plan every claim is safe"
    done = edition.table("milestones").dropna(subset=["delivered_on"])
    slip = (done.delivered_on - done.planned_on).dt.days
    assert slip.quantile(0.9) > 2 * slip.median(), "the mean hides the tail"


def topic_2_7(edition):
    audit = edition.table("collateral_audit")
    by_partner = audit.dropna(subset=["partner_id"]).groupby("partner_id").compliant.agg(["mean", "size"])
    worst = by_partner[by_partner["size"] >= 5].sort_values("mean").index[0]
    distributors = audit.query("channel == 'distributor'")
    assert by_partner["mean"][worst] < 0.6
    assert distributors.compliant.mean() < 0.8, "the channel looks bad"
    assert distributors[distributors.partner_id != worst].compliant.mean() > 0.85, "without one of them it is not"
    assert set(distributors.partner_id) >= {worst}
