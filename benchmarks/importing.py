"""How fast a CRM export is imported: python benchmarks/importing.py [--rows 1000000].

Writes a Salesforce export of that many opportunities and their accounts, with the faults that exports have, imports it
by the command in a process of its own, and prints its seconds and its peak of memory.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

STAGES = ["Closed Won", "Closed Lost", "Negotiation/Review", "Prospecting", "closed won"]


def export(folder: Path, rows: int) -> list[Path]:
    """Two CSV files; one amount in twenty is missing, one id in a thousand is there twice."""
    rng = np.random.default_rng(7)
    created = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1000, rows), "D")
    closed = created + pd.to_timedelta(rng.integers(10, 200, rows), "D")
    amounts = pd.Series(np.round(rng.lognormal(10, 1, rows), 2)).mask(rng.random(rows) < 0.05)
    number = np.where(rng.random(rows) < 0.001, 0, np.arange(rows))
    account = rng.integers(0, rows // 5, rows)
    deals = pd.DataFrame(
        {
            "Opportunity ID": [f"006{n:09d}" for n in number],
            "Account ID": [f"001{n:09d}" for n in account],
            "Opportunity Owner": rng.choice([f"Person {n}" for n in range(200)], rows),
            "Stage": rng.choice(STAGES, rows),
            "Type": rng.choice(["New Business", "Existing Business"], rows),
            "Amount": amounts,
            "Opportunity Currency": rng.choice(["EUR", "USD"], rows, p=[0.9, 0.1]),
            "Close Date": closed.strftime("%Y-%m-%d"),
            "Created Date": created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "Lead Source": rng.choice(["Web", "Partner", "Event", ""], rows),
        }
    )
    accounts = pd.DataFrame(
        {
            "Account ID": [f"001{n:09d}" for n in range(rows // 5)],
            "Account Name": [f"Firm {n}" for n in range(rows // 5)],
            "Industry": rng.choice(["Chemicals", "Food", "Pharma"], rows // 5),
            "Employees": rng.integers(5, 5000, rows // 5),
            "Segment": rng.choice(["Enterprise", "SMB", "Mid-Market"], rows // 5),
            "Region": rng.choice(["DACH", "UK", "Nordics"], rows // 5),
        }
    )
    paths = [folder / "opportunities.csv", folder / "accounts.csv"]
    deals.to_csv(paths[0], index=False)
    accounts.to_csv(paths[1], index=False)
    return paths


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = export(folder, rows)
        size = sum(path.stat().st_size for path in paths) / 1e6
        command = [sys.executable, "-m", "course.cli", "case", "import", *map(str, paths), "--out", str(folder / "own")]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        taken = time.perf_counter() - began
        if done.returncode:
            raise SystemExit(done.stderr)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{rows:,} opportunities, {size:.0f} MB of CSV: {taken:.1f} s, of which {used.ru_utime:.1f} s of processor"
        )
        print(f"peak of memory {used.ru_maxrss / 2**20:.2f} GiB")
        print(done.stdout[-600:])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    main(parser.parse_args().rows)
