"""How fast the case company is made: python benchmarks/case.py [--large].

Prints the seconds for one topic's tables and for all tables of a new edition in a warm process, rows a second beside
the package leadforge where it is installed, and, with --large, the curve over scale up to a thousand divisions.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from course.case.edition import Edition
from course.case.registry import published

TOPICS = {
    "1.1": ["plan", "bookings", "products"],
    "1.4": ["accounts", "subscriptions", "sales_costs", "marketing_spend", "opportunities"],
    "1.7": ["quotes", "quotas", "products"],
    "2.3": ["contacts", "influences", "opportunities"],
    "3.6": ["activities", "sales_costs", "territories", "opportunities"],
    "5.4": ["leads", "lead_features"],
    "7.4": ["accounts", "engagement", "opportunities", "influences"],
    "8.7": ["post_mortems", "opportunities", "stage_history"],
}


def seconds(make, repeats=5):
    taken = []
    for seed in range(repeats):
        start = time.perf_counter()
        make(seed)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def ours():
    Edition(1).tables()
    print("tables of one topic of a new edition, warm process, median of 5 seeds:")
    for topic, names in TOPICS.items():
        taken = seconds(lambda seed, names=names: [Edition(100 + seed).table(name) for name in names] and None)
        print(f"  {topic}  {taken:6.3f} s  ({', '.join(names)})")
    everything = seconds(lambda seed: Edition(200 + seed).tables(), 3)
    rows = sum(len(frame) for frame in Edition(1).tables().values())
    print(
        f"all {len(published())} tables at scale 1: {everything:.3f} s, {rows:,} rows, {rows / everything:,.0f} rows/s"
    )
    # what leadforge makes too: accounts, contacts, leads, touches, sales activities, opportunities, subscriptions
    names = ["accounts", "contacts", "leads", "touchpoints", "activities", "opportunities", "subscriptions"]
    taken = seconds(lambda seed: [Edition(300 + seed).table(name) for name in names] and None)
    count = sum(len(Edition(300).table(name)) for name in names)
    print(f"{', '.join(names)}: {count:,} rows in {taken:.3f} s, {count / taken:,.0f} rows/s")
    return count / taken


def leadforge(own):
    """Time leadforge's simulated CRM in the same run, its start-up taken off, if it is there."""
    program = Path(sys.executable).parent / "leadforge"
    if not program.exists():
        print("leadforge: not installed here (pip install leadforge), so not compared")
        return
    import pandas as pd

    def run(*arguments):
        start = time.perf_counter()
        subprocess.run([str(program), *arguments], capture_output=True, check=True)
        return time.perf_counter() - start

    with tempfile.TemporaryDirectory() as folder:
        start_up = run("--help")
        options = ["--recipe", "b2b_saas_procurement_v1", "--seed", "42", "--mode", "student_public"]
        taken = run("generate", *options, "--out", f"{folder}/out") - start_up
        rows = sum(len(pd.read_parquet(path)) for path in Path(folder).rglob("*.parquet"))
    theirs = rows / taken
    print(f"leadforge: {rows:,} rows in {taken:.2f} s, {theirs:,.0f} rows/s; ours {own / theirs:,.0f} times as many")


def large():
    from course.case.divisions import write_large

    print("scale, opportunities and accounts as Parquet:")
    for count in (1, 10, 100, 1000):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            write_large(7, count, Path(folder) / "large", ("accounts", "opportunities"))
            taken = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  {count:5d}  {taken:8.1f} s  {taken / count:6.3f} s a division  peak {peak:.2f} GiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also the curve over scale; takes minutes, needs pyarrow")
    arguments = parser.parse_args()
    leadforge(ours())
    if arguments.large:
        large()
