"""How fast the case company is made: python benchmarks/case.py [--large].

Prints the seconds for one topic's tables and for all tables of a new edition in a warm process, rows a second beside
the package leadforge (`make rivals` installs it), and, with --large, the curve over scale up to a thousand divisions.
"""

import argparse
import json
import resource
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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


RIVAL = """
import statistics, time
from leadforge.api.generator import Generator
from leadforge.render.relational import to_dataframes
taken, rows = [], 0
for seed in range(1, 4):
    generator = Generator.from_recipe("b2b_saas_procurement_v1", seed=seed, exposure_mode="student_public")
    start = time.perf_counter()
    bundle = generator.generate()
    frames = to_dataframes(bundle.simulation_result, bundle.population)
    taken.append(time.perf_counter() - start)
    rows = sum(len(frame) for frame in frames.values())
print(rows, statistics.median(taken))
"""


def leadforge(own):
    """Time leadforge's simulated CRM in the same run: made in memory as ours is, in a warm process, nothing written."""
    python = Path(".venv-benchmarks/bin/python")
    if not python.exists():
        raise SystemExit("leadforge, which this compares with, is not installed: run `make rivals` first")
    done = subprocess.run([str(python), "-c", RIVAL], capture_output=True, text=True, check=True)
    rows, taken = done.stdout.split()
    theirs = int(rows) / float(taken)
    print(f"leadforge: {int(rows):,} rows in {float(taken):.2f} s, {theirs:,.0f} rows/s")
    print(f"rows a second, ours as a multiple of leadforge's: {own / theirs:,.0f}")


PROCESSES = 2
SALES = ["accounts", "contacts", "leads", "activities", "opportunities", "quotes", "bookings", "subscriptions"]


def large(counts=(1, 10, 100, 1000)):
    """Write each scale in a process of its own, so that each peak of memory is its own."""
    print(f"scale, {', '.join(SALES)} as Parquet by {PROCESSES} processes:")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1, get_context("spawn")) as process:
            rows, taken, worked, peak = process.submit(_large, count, Path(folder) / "large").result()
        each = f"{taken / count:6.3f} s a division ({worked / count:.3f} s of processor time)"
        print(f"  {count:5,d}  {rows:13,d} rows  {taken:8.1f} s  {each}  peak {peak:.2f} GiB", flush=True)


def _large(count, folder):
    from course.case.divisions import write_large

    start = time.perf_counter()
    write_large(7, count, folder, SALES, processes=PROCESSES)
    taken = time.perf_counter() - start
    resources = json.loads((folder / "datapackage.json").read_text())["resources"]
    own, helpers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = sum(used.ru_utime + used.ru_stime for used in (own, helpers))
    # of the helpers only the largest is known: no more than all of them as large as that one
    peak = (own.ru_maxrss + PROCESSES * helpers.ru_maxrss) / 2**20
    return sum(found["rows"] for found in resources), taken, worked, peak


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also the curve over scale; takes minutes")
    arguments = parser.parse_args()
    leadforge(ours())
    if arguments.large:
        large()
