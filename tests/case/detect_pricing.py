"""How an analyst finds the truths of module 4, and what the naive reading of each gives."""

import numpy as np
import pandas as pd

from course.case.tables.deals import Deals
from tests.case.detect_objectives import planted
from tests.case.detect_positioning import decided


def policed(edition):
    """Return the lines of decided quotes with the policy's standard and limit, and whether going beyond was granted."""
    quotes = edition.table("quotes").query("status in ('accepted', 'rejected')")
    policy = edition.table("discount_policy").sort_values("min_quantity")
    both = pd.merge_asof(
        quotes.sort_values("quantity"), policy, by="product_id", left_on="quantity", right_on="min_quantity"
    )
    both["limit"] = np.where(both.list_eur < 40_000, both.small_limit_rate, both.limit_rate)
    both["excess"] = both.discount_rate - both.standard_rate
    granted = edition.table("approvals").query("decision == 'granted'").drop_duplicates("quote_line_id")
    return both.merge(granted[["quote_line_id", "reason", "level"]], on="quote_line_id", how="left")


def topic_4_1(edition):
    lines = policed(edition).query("status == 'accepted'")
    lines["beyond"] = (lines.discount_rate - lines.target_rate).clip(lower=0) * lines.list_eur
    unseen = lines[lines.reason.isna()]
    small, large = unseen[unseen.list_eur < 40_000], unseen[unseen.list_eur > 200_000]
    assert small.beyond.sum() > 1.2 * large.beyond.sum()
    every_large = lines[lines.list_eur > 200_000]
    assert small.beyond.mean() < every_large.beyond.mean(), "deal by deal the large ones look worse"
    seen = lines.reason.notna().groupby(pd.cut(lines.list_eur, [0, 40_000, 200_000, 1e9])).mean()
    assert seen.iloc[0] < 0.5 * seen.iloc[2], "approvals look at large deals"


def topic_4_2(edition):
    orders = edition.table("orders")
    below, above = orders.quantity.between(38, 49).sum(), orders.quantity.between(50, 61).sum()
    assert above > 2 * below, "customers order around the cliff"
    tiers = edition.table("price_tiers").drop_duplicates("min_quantity").sort_values("min_quantity")
    price = 1 - tiers.discount_rate.to_numpy()
    least = tiers.min_quantity.to_numpy()
    assert least[2] * price[2] < (least[2] - 5) * price[1], "50 cost less than 45"
    near = orders[orders.quantity.between(50, 52)]
    far = orders[orders.quantity.between(70, 120)]
    assert (near.returned > 0).mean() > 5 * (far.returned > 0).mean(), "and send back what they did not want"


def uplift(edition):
    orders = edition.table("orders")
    promo = edition.table("promotions").query("name.str.endswith('flow days')")
    month = (orders.ordered_on.dt.year - 2023) * 12 + orders.ordered_on.dt.month - 1
    first = (promo.starts_on.iloc[0].year - 2023) * 12 + promo.starts_on.iloc[0].month - 1
    length = (promo.ends_on.iloc[0].year - 2023) * 12 + promo.ends_on.iloc[0].month - first
    treated = orders.region.isin(promo.region)

    def change(product, start, months):
        own = orders.product_id == product
        before = month.between(first - 9, first - 1)
        window = month.between(start, start + months - 1)
        rates = {}
        for side in (True, False):
            rows = own & (treated == side)
            rates[side] = (rows & window).sum() / months, (rows & before).sum() / 9
        expected = rates[True][1] * rates[False][0] / rates[False][1]
        return (rates[True][0] - expected) * months

    return {
        "during": change("P-410", first, length),
        "after": change("P-410", first + length, length),
        "new": change("P-720", first, length),
    }


def topic_4_3(edition):
    found, truth = uplift(edition), planted(edition, "4.3")
    assert found["during"] > 15
    share = -found["after"] / found["during"]
    assert abs(share - truth["pulled_forward"]) < 0.3
    net = found["during"] + found["after"] + min(found["new"], 0)
    assert net < 0.75 * found["during"], "what the promotion sold is much less than its uplift"


def topic_4_4(edition):
    lines = policed(edition).query("status == 'accepted'").sort_values("decided_on")
    deals = edition.part("deals", Deals)
    number = lines.opportunity_id.str[2:].astype(int) - 1
    lines["planted"] = deals.favoured[number]
    accounts = edition.table("accounts")[["account_id", "segment", "industry"]]
    lines = lines.merge(accounts, on="account_id")
    usual = lines.groupby(["product_id", "segment"]).excess.transform("median")
    dear = lines[(lines.excess - usual) > 0.1]
    justified = dear.reason.isin(["volume", "competing offer", "cost to serve", "quarter-end campaign"])
    assert dear[justified].planted.mean() < 0.05, "most differences are justified"
    assert justified.mean() > 0.25
    unjustified = dear[~justified]
    assert (unjustified.reason == "relationship").sum() >= 3
    by_relationship = lines[lines.reason == "relationship"]
    assert by_relationship.planted.mean() > 0.9
    assert dear.planted.mean() < 0.5 * by_relationship.planted.mean(), (
        "a large difference alone convicts the wrong ones"
    )


def topic_4_5(edition):
    quotes, truth = edition.table("quotes"), planted(edition, "4.5")
    products = edition.table("products").set_index("product_id").list_price_eur
    quotes["kept"] = quotes.list_eur / quotes.quantity / quotes.product_id.map(products)
    last = quotes[quotes.quoted_on >= "2025-07-01"].groupby("currency").kept.mean()
    assert last.idxmin() == truth["slide_currency"]
    assert last[truth["slide_currency"]] < 1 - truth["slide"] * 0.6
    assert (last.drop(truth["slide_currency"]) > 0.96).all()
    rates = edition.table("exchange_rates").groupby("currency").list_local_per_eur.nunique()
    assert rates[truth["slide_currency"]] == 1, "its price list was never made anew"
    discount = quotes[quotes.quoted_on >= "2025-07-01"].groupby("currency").discount_rate.mean()
    assert discount.max() - discount.min() < truth["slide"] * 0.6, "discounts show nothing of it"


def topic_4_6(edition):
    lines = policed(edition).drop_duplicates("opportunity_id")
    lines["won"] = lines.status == "accepted"
    usual = lines.product_id.map(lines.groupby("product_id").standard_rate.median())
    beyond = lines.discount_rate - usual
    rates = lines.groupby(pd.cut(beyond, [-1, -0.02, 0.02, 0.06, 0.11, 1])).won.mean()
    assert rates.iloc[3] > rates.iloc[0] + 0.02, "some discount helps"
    assert rates.iloc[4] < rates.iloc[3] + 0.05, "beyond a level it does not"
    values = edition.table("value_drivers")
    total = values.yearly_eur * values.years * np.where(values.sign == "plus", 1, -1)
    worth = total.groupby(values.opportunity_id).sum() + values.groupby("opportunity_id").reference_price_eur.first()
    paid = decided(edition).set_index("opportunity_id").amount_eur
    assert (worth > paid.reindex(worth.index)).mean() > 0.5, "most offers are worth more than they cost"


def topic_4_7(edition):
    lines, truth = policed(edition), planted(edition, "4.7")
    silent = lines[(lines.discount_rate > lines.limit) & lines.reason.isna()]
    lost = ((silent.discount_rate - silent.limit) * silent.list_eur).groupby(silent.region).sum()
    by_volume = (lost / lines.groupby("region").list_eur.sum()).fillna(0)
    assert by_volume.idxmax() == truth["leak_region"]
    assert by_volume.max() > 2 * by_volume.nlargest(2).iloc[1]
    people = silent.groupby("rep_id").size().sort_values(ascending=False)
    assert people.iloc[:2].sum() > 0.4 * len(silent), "two people account for most of it"
    asked = (
        edition.table("approvals").merge(lines[["quote_line_id", "region"]], on="quote_line_id").region.value_counts()
    )
    rates = (asked / lines.region.value_counts()).sort_values()
    assert rates.index[-1] != truth["leak_region"], "who asks most often is not who leaks most"
    usual = lines.groupby("region").excess.mean()
    assert usual.max() - usual.min() < 0.05, "the average discount hardly shows it"
