"""How fast the case company is made: python benchmarks/case.py [--large].

Prints the seconds for one topic's tables and for all tables of a new edition in a warm process; rows a second beside
the package leadforge (`make rivals` installs it), in memory against in memory and written against written, each in its
own documented way (Parquet against Parquet, and our CSV beside it); and, with --large, the curve over scale up to a
thousand divisions.
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

from course.case.divisions import write_large
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


# what leadforge makes too, in its order: accounts with those that are customers, contacts, leads, touches, sessions on
# the site (ours added up by lead), sales activities, opportunities, subscriptions
COMPARABLE = [
    "accounts", "contacts", "leads", "touchpoints", "lead_features", "activities", "opportunities", "subscriptions",
]  # fmt: skip
#: leads that leadforge is asked for (5,000 if nobody says), and the scale at which ours have about as many rows
ALIKE = {5_000: 2.2, 15_000: 6.6}


def in_memory(seed, scale, editions=10):
    """Return the medians of several editions: a single one is made in less time than a processor takes to settle."""
    each = [_in_memory(seed * editions + number, scale) for number in range(editions)]
    return tuple(statistics.median(values) for values in zip(*each, strict=True))


def _in_memory(seed, scale):
    start, worked = time.perf_counter(), time.process_time()
    edition = Edition(seed, scale)
    rows = sum(len(edition.table(name)) for name in COMPARABLE)
    return rows, time.perf_counter() - start, time.process_time() - worked


def written(seed, form):
    """What `course case --seed N --format FORM --out DIR` does: all tables with their descriptor."""
    with tempfile.TemporaryDirectory() as folder:
        start, worked = time.perf_counter(), time.process_time()
        if form == "parquet":
            write_large(seed, 1, Path(folder) / "data")
        else:
            Edition(seed).write(Path(folder) / "data")
        taken, worked = time.perf_counter() - start, time.process_time() - worked
        resources = json.loads((Path(folder) / "data" / "datapackage.json").read_text())["resources"]
    return sum(found["rows"] for found in resources), taken, worked


RIVAL = """
import sys, time
from pathlib import Path
from pandas import read_parquet
from pyarrow.parquet import read_metadata
from leadforge.api.generator import Generator
from leadforge.render.relational import to_dataframes
for line in sys.stdin:
    seed, leads, how, folder = line.split()
    generator = Generator.from_recipe("b2b_saas_procurement_v1", seed=int(seed), exposure_mode="student_public")
    start, worked = time.perf_counter(), time.process_time()
    bundle = generator.generate(n_leads=int(leads))
    if how == "inner":  # the function that its save() calls, which its documentation does not name
        made = to_dataframes(bundle.simulation_result, bundle.population)
        taken, worked = time.perf_counter() - start, time.process_time() - worked
        rows = sum(len(frame) for frame in made.values())
    elif how == "documented":  # its only documented way to tables: save() them, then read them
        bundle.save(folder)
        made = [read_parquet(path) for path in sorted(Path(folder, "tables").glob("*.parquet"))]
        taken, worked = time.perf_counter() - start, time.process_time() - worked
        rows = sum(len(frame) for frame in made)
    else:  # what `leadforge generate --out DIR` does
        bundle.save(folder)
        taken, worked = time.perf_counter() - start, time.process_time() - worked
        rows = sum(read_metadata(path).num_rows for path in Path(folder).rglob("*.parquet"))
    print(rows, taken, worked, flush=True)
    bundle = made = None  # as with ours, what was made is given back outside of the time
"""


def leadforge(rounds=5):
    """Time leadforge's simulated CRM and ours by turns, in two warm processes: as frames, then written to disk."""
    python = Path(".venv-benchmarks/bin/python")
    if not python.exists():
        raise SystemExit("leadforge, which this compares with, is not installed: run `make rivals` first")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([str(python), "-c", RIVAL], **pipes) as rival, tempfile.TemporaryDirectory() as beside:

        def theirs(seed, how, leads=5_000):
            print(seed, leads, how, f"{beside}/{how}{seed}", file=rival.stdin, flush=True)
            return tuple(float(value) for value in rival.stdout.readline().split())

        for how in ("inner", "documented", "disk"):
            theirs(0, how)
        in_memory(0, 1), written(0, "parquet"), written(0, "csv")
        seeds = range(1, rounds + 1)
        for how, leads, said in (
            (
                "documented",
                5_000,
                "tables as frames, each in its documented way (leadforge writes files and reads them)",
            ),
            ("inner", 5_000, "the same with leadforge's own function for frames, which it keeps to itself"),
            ("inner", 15_000, "the same, three times as many"),
        ):
            scale = ALIKE[leads]
            print(f"{said}, by turns, and how many times leadforge's rows a second:")
            turns = [(theirs(seed, how, leads), in_memory(seed, 1), in_memory(seed, scale)) for seed in seeds]
            ours = "eight tables as its nine, scale 1", f"the same, scale {scale}"
            by_turns(turns, f"leadforge, {leads:,} leads", *ours)
        print("written to disk, by turns:")
        turns = [(theirs(seed, "disk"), written(seed, "parquet"), written(seed, "csv")) for seed in seeds]
        tables = f"all {len(published())} tables"
        by_turns(
            turns, "leadforge generate (Parquet)", f"course case, {tables}, Parquet", f"course case, {tables}, CSV"
        )


def by_turns(turns, *labels):
    """Print the median of each; other programs on the machine lengthen the time taken, processor time hardly."""
    print(f"  {'':36}       rows    taken       rows/s  times   processor       rows/s  times")
    theirs = None
    for label, own in zip(labels, zip(*turns, strict=True), strict=True):
        rows, taken, worked = (statistics.median(values) for values in zip(*own, strict=True))
        speeds = rows / taken, rows / worked
        theirs = theirs or speeds
        times = [ours / other for ours, other in zip(speeds, theirs, strict=True)]
        print(f"  {label:36}  {rows:9,.0f}  {taken:5.2f} s  {speeds[0]:11,.0f}  {times[0]:5.1f}", end="")
        print(f"     {worked:5.2f} s  {speeds[1]:11,.0f}  {times[1]:5.1f}")


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
    ours()
    leadforge()
    if arguments.large:
        large()
