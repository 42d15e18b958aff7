# ---
# topic: "8.4"
# title: Battle cards that are current
# tables: [battle_cards, competitor_moves, competitors, opportunities]
# tasks:
#   stale:
#     points: 2
#     answer: {type: set}
#   effect:
#     points: 3
#     answer: {type: table, keys: [move_id], columns: {deals: 0.5, rate: 0.002, change: 0.002}}
#   missed_eur:
#     points: 2
#     answer: {type: number, tolerance: "1%"}
# ---
# %% [markdown]
# Twelve battle cards, all gone through in May and June 2025. Mei Tanaka has the log of what the rivals have done since
# 2023, and Daniel Reyes can pay for a few new cards, not for twelve.
#
# `cards` holds each card with its rival, its `topic` (`price`, `product`, `service`), `updated_on`, and in `opened_2025` how often sellers opened it. `moves` holds the
# rivals' moves with `moved_on` and `kind` (`price`, `product`, `people`, `alliance`). `rivals` says in `left_on` who no longer
# competes. `decided` holds the deals won or lost against a named rival, with `closed_on`, `won` (true or false) and
# `amount_eur`. Today is the end of 2025.
# %% given
import numpy as np
import pandas as pd

from course.case import load

cards, moves, rivals, opportunities = load("battle_cards", "competitor_moves", "competitors", "opportunities")
decided = opportunities[(opportunities["status"] != "open") & opportunities["competitor"].notna()].copy()
decided["won"] = decided["status"] == "won"
decided = decided[["opportunity_id", "competitor", "closed_on", "won", "amount_eur"]]
price_moves = moves[moves["kind"] == "price"].reset_index(drop=True)
cards[["card_id", "competitor", "topic", "updated_on", "opened_2025"]]
# %% given
moves.tail(8)
# %% [markdown] task="stale"
# **Which cards has a rival overtaken?** A card that is listed for nothing costs Daniel a rewrite; one that is missed goes on telling buyers a price that is gone.
#
# A move concerns one card: that of the same rival whose `topic` is the move's `kind`. Moves of people and alliances concern no card. A card is
# stale if a move that concerns it came **after** `updated_on`. Cards about a rival who has left the market are withdrawn,
# not rewritten: leave them out.
#
# The steps: drop the rivals who have left; join each card with the moves that concern it; compare the two dates. `stale` is
# a list of `card_id`.
# %% answer="stale"
### BEGIN SOLUTION
competing = rivals.loc[rivals["left_on"].isna(), "competitor"]
pairs = cards.merge(moves, left_on=["competitor", "topic"], right_on=["competitor", "kind"])
overtaken = pairs[(pairs["moved_on"] > pairs["updated_on"]) & pairs["competitor"].isin(competing)]
stale = sorted(overtaken["card_id"].unique())
### END SOLUTION
# %% check="stale"
strange = sorted(set(stale) - set(cards["card_id"]))
assert not strange, f"stale holds what is not a card_id: {strange[:3]}"
assert 0 < len(set(stale)) < 12, "Some of the twelve cards are stale, and not all of them are."
# %% hidden="stale"
expect(stale)
topics = cards.set_index("card_id").loc[sorted(stale), "topic"]
assert (topics == "price").sum() == 2, "two rivals have moved their prices since"
# %% [markdown] hint="stale"
# A card can be old and right. What has to happen in the market to make it wrong?
# %% [markdown] hint="stale"
# Merge `cards` with `moves` on two pairs of columns, the rival and the subject: `left_on=["competitor", "topic"]` and
# `right_on=["competitor", "kind"]`. Each row is then a card beside one move that concerns it.
# %% [markdown] hint="stale"
# Keep the rows with `moved_on` later than `updated_on` whose rival has no `left_on`. A card with two such moves must be
# listed once.
# %% [markdown] wrong="by_age" task="stale"
# This lists every card that has not been touched for half a year. Daniel pays for a dozen new cards, most of which
# say what they said before because nothing has happened. What did the rival on each card do since?
# %% wrong="by_age" task="stale"
age = pd.Timestamp("2025-12-31") - cards["updated_on"]
stale = list(cards.loc[age > pd.Timedelta(days=182), "card_id"])
# %% [markdown] wrong="any_move" task="stale"
# This takes any move of a rival as a reason to rewrite all of its cards. A cut in price then sends somebody to rewrite what is said about
# service, and the card that matters waits its turn. Which card does each kind of move concern?
# %% wrong="any_move" task="stale"
competing = rivals.loc[rivals["left_on"].isna(), "competitor"]
latest = moves.groupby("competitor")["moved_on"].max()
late = cards["updated_on"] < cards["competitor"].map(latest)
stale = list(cards.loc[late & cards["competitor"].isin(competing), "card_id"])
# %% [markdown] wrong="most_opened" task="stale"
# This renews the three cards that sellers open most. They may be right; what sellers open says where they meet a
# rival and nothing about what the rival has done. Which dates tell whether a card still holds?
# %% wrong="most_opened" task="stale"
stale = list(cards.nlargest(3, "opened_2025")["card_id"])
# %% given
def after(move):
    """Mark the deals against the move's rival that were decided in the three months from the move (a boolean Series)."""
    until = move.moved_on + pd.DateOffset(months=3)
    return (decided["competitor"] == move.competitor) & decided["closed_on"].between(
        move.moved_on, until, inclusive="left"
    )
# %% [markdown] task="effect"
# **What did each price move do to the win rate?**
#
# Overstate it, and Ingrid answers a price with a price. `after(move)` above marks the deals against that rival that were decided in the three months from the move.
# Go through the moves with `for move in price_moves.itertuples():`; a move is then one row, with its `move_id`, `competitor` and `moved_on`.
#
# Build a DataFrame `effect` with one row for each of the eight moves in `price_moves` and the columns
#
# - `move_id`
# - `deals`: deals decided against that rival in the three months from the move
# - `rate`: share of them won, a fraction
# - `change`: `rate` less the rival's **usual** rate, a fraction (minus 0.1 for ten points lower)
#
# The usual rate is the share won against the same rival at a time when none of its price moves was under way. The steps: mark, for each
# rival, every deal that lies in the three months of any of its moves; take the rate of the others; subtract. Fractions count as right within 0.002.
# %% answer="effect"
### BEGIN SOLUTION
under_way = pd.Series(False, index=decided.index)
for move in price_moves.itertuples():
    under_way = under_way | after(move)
usual = decided[~under_way].groupby("competitor")["won"].mean()

rows = []
for move in price_moves.itertuples():
    hit = decided[after(move)]
    rate = hit["won"].mean()
    rows.append({"move_id": move.move_id, "deals": len(hit), "rate": rate, "change": rate - usual[move.competitor]})
effect = pd.DataFrame(rows)
### END SOLUTION
# %% check="effect"
assert isinstance(effect, pd.DataFrame), "effect should be a DataFrame with one row for each price move"
seen = effect.reset_index()
missing = [c for c in ("move_id", "deals", "rate", "change") if c not in seen.columns]
assert not missing, f"effect lacks the columns {missing}"
assert len(seen) == len(price_moves), f"there are {len(price_moves)} price moves; effect has {len(seen)} rows"
assert seen["rate"].between(0, 1).all(), "rate is a fraction: 0.2 for 20%"
assert seen["change"].between(-1, 1).all(), "change is a difference of two fractions"
# %% hidden="effect"
expect(effect)
rows = effect.reset_index()
assert (rows["change"] * rows["deals"]).sum() / rows["deals"].sum() < -0.05, "price moves cost wins while they are new"
# %% after="effect"
from course.plot import bar

shown = effect.merge(price_moves[["move_id", "competitor", "moved_on"]], on="move_id")
shown["move"] = shown["competitor"].str.split().str[0] + " " + shown["moved_on"].dt.strftime("%Y-%m")
bar(shown, "move", "change", title="Win rate in the three months after a price move, less the usual rate")
# %% [markdown] hint="effect"
# What would the rate have been if the rival had done nothing? Deals against the same rival come closest, at times when it
# did nothing.
# %% [markdown] hint="effect"
# Start with a Series of `False` as long as `decided`. Go through `price_moves.itertuples()` and join each `after(move)` to it
# with `|`. What is still `False` at the end was decided in quiet times.
# %% [markdown] hint="effect"
# `usual = decided[~under_way].groupby("competitor")["won"].mean()`; then one row for each move, with
# `decided[after(move)]["won"].mean()` and the rival's entry of `usual`.
# %% [markdown] wrong="noise_inside" task="effect"
# This takes all deals against the rival as the usual, those hit by its price moves among them. Each move is then compared
# with a rate that it has helped to lower, and looks milder than it was. Which deals show what is usual when nothing is going on?
# %% wrong="noise_inside" task="effect"
usual = decided.groupby("competitor")["won"].mean()
rows = []
for move in price_moves.itertuples():
    hit = decided[after(move)]
    rate = hit["won"].mean()
    rows.append({"move_id": move.move_id, "deals": len(hit), "rate": rate, "change": rate - usual[move.competitor]})
effect = pd.DataFrame(rows)
# %% [markdown] wrong="before_after" task="effect"
# This compares all that came after a move with all that came before. A loss that lasts a season is spread over years in which it
# is long over, so most moves seem to have done little and nobody would hurry with a card. How long is `after(move)`?
# %% wrong="before_after" task="effect"
rows = []
for move in price_moves.itertuples():
    own = decided[decided["competitor"] == move.competitor]
    late = own["closed_on"] >= move.moved_on
    rate = own.loc[late, "won"].mean()
    rows.append({"move_id": move.move_id, "deals": late.sum(), "rate": rate,
                 "change": rate - own.loc[~late, "won"].mean()})
effect = pd.DataFrame(rows)
# %% [markdown] wrong="any_rival" task="effect"
# This compares deals against one rival with deals against all of them. A rival who is always hard to beat would seem to have hurt
# you by its price, and one who is easy would be let off. Whom else did the customer have in mind in quiet times?
# %% wrong="any_rival" task="effect"
under_way = pd.Series(False, index=decided.index)
for move in price_moves.itertuples():
    under_way = under_way | after(move)
usual = decided.loc[~under_way, "won"].mean()
rows = []
for move in price_moves.itertuples():
    hit = decided[after(move)]
    rate = hit["won"].mean()
    rows.append({"move_id": move.move_id, "deals": len(hit), "rate": rate, "change": rate - usual})
effect = pd.DataFrame(rows)
# %% [markdown] wrong="own_months" task="effect"
# This takes only the move's own months out of the usual. The rival has moved its prices several times, and the other moves are still in there, so a rate that is low already stands for quiet times.
# Which months against this rival were quiet?
# %% wrong="own_months" task="effect"
rows = []
for move in price_moves.itertuples():
    hit, against = after(move), decided["competitor"] == move.competitor
    rate = decided.loc[hit, "won"].mean()
    rows.append({"move_id": move.move_id, "deals": hit.sum(), "rate": rate,
                 "change": rate - decided.loc[against & ~hit, "won"].mean()})
effect = pd.DataFrame(rows)
# %% [markdown] wrong="months_before" task="effect"
# This compares with the three months just before the move. They are few deals, and where one move follows another they lie in the wake of the last, which makes the second look harmless. In which of all the months was
# nothing going on?
# %% wrong="months_before" task="effect"
rows = []
for move in price_moves.itertuples():
    rate = decided.loc[after(move), "won"].mean()
    since = move.moved_on - pd.DateOffset(months=3)
    before = (decided["competitor"] == move.competitor) & decided["closed_on"].between(since, move.moved_on, inclusive="left")
    rows.append({"move_id": move.move_id, "deals": after(move).sum(), "rate": rate,
                 "change": rate - decided.loc[before, "won"].mean()})
effect = pd.DataFrame(rows)
# %% [markdown] wrong="per_cent" task="effect"
# This gives the fall as a part of the usual rate. Half of the wins lost sounds dreadful against a rival and mild against another at the same number of points, and the next task can't multiply it by deals. How many
# wins in a hundred deals are missing?
# %% wrong="per_cent" task="effect"
under_way = pd.Series(False, index=decided.index)
for move in price_moves.itertuples():
    under_way = under_way | after(move)
usual = decided[~under_way].groupby("competitor")["won"].mean()
rows = []
for move in price_moves.itertuples():
    hit = decided[after(move)]
    rate = hit["won"].mean()
    rows.append({"move_id": move.move_id, "deals": len(hit), "rate": rate, "change": rate / usual[move.competitor] - 1})
effect = pd.DataFrame(rows)
# %% [markdown] task="missed_eur"
# **What did the moves cost that the cards do not know of?** Daniel's people are paid from this figure, so a sum of old losses buys cards that save nothing.
#
# Take the price moves that came after the last update of their rival's price card. For each, the wins that are missing are
# `deals` times the fall in win rate; value them at the mean `amount_eur` of the deals **won** against that rival in the three years.
# `missed_eur` is the sum over those moves: one number, in EUR and above zero, compared to within 1%. `effect` has what you need.
# %% answer="missed_eur"
### BEGIN SOLUTION
price_card = cards[cards["topic"] == "price"].set_index("competitor")["updated_on"]
late = price_moves.merge(effect, on="move_id")
late = late[late["moved_on"] > late["competitor"].map(price_card)]
mean_won = decided[decided["won"]].groupby("competitor")["amount_eur"].mean()
missed_eur = (-late["change"] * late["deals"] * late["competitor"].map(mean_won)).sum()
### END SOLUTION
# %% check="missed_eur"
assert np.isscalar(missed_eur), "missed_eur is one number"
assert 100_000 < missed_eur < 20_000_000, "missed_eur is in EUR and above zero: some hundred thousand or a few million"
# %% hidden="missed_eur"
expect(missed_eur)
# %% [markdown] hint="missed_eur"
# A deal lost in those months would often have been lost anyway. How many wins are missing, compared with what is usual?
# %% [markdown] hint="missed_eur"
# Merge `price_moves` with `effect` on `move_id`, keep the moves later than their rival's price card, and multiply three
# things: the fall (`-change`), the deals, and a mean amount.
# %% [markdown] wrong="all_losses" task="missed_eur"
# This adds up every deal lost in those months. Two in three would have been lost without any price cut, so the sum scares
# people into matching prices. How many more were lost than usual?
# %% wrong="all_losses" task="missed_eur"
price_card = cards[cards["topic"] == "price"].set_index("competitor")["updated_on"]
missed_eur = 0.0
for move in price_moves.itertuples():
    if move.moved_on > price_card[move.competitor]:
        hit = decided[after(move)]
        missed_eur += hit.loc[~hit["won"], "amount_eur"].sum()
# %% [markdown] wrong="all_moves" task="missed_eur"
# This counts all eight moves. Most of them came before the cards were last gone through, and no new card can be justified by
# what an old one already knew. Which moves came after their card?
# %% wrong="all_moves" task="missed_eur"
mean_won = decided[decided["won"]].groupby("competitor")["amount_eur"].mean()
late = price_moves.merge(effect, on="move_id")
missed_eur = (-late["change"] * late["deals"] * late["competitor"].map(mean_won)).sum()
