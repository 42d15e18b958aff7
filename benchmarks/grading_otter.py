"""Grades a class with otter-grader; benchmarks/grading.py starts it with the Python that has otter installed.

    python grading_otter.py SUBMISSIONS AUTOGRADERS RESULT

SUBMISSIONS holds learner/module/notebook.ipynb, AUTOGRADERS one zip for each notebook's name. RESULT is a CSV of what
each task got; the seconds that grading took are printed. One process grades all, so that otter is imported once.
"""

import csv
import sys
import time
from pathlib import Path

from otter.api import grade_submission


def main() -> None:
    submissions, autograders, result = map(Path, sys.argv[1:])
    rows = []
    started = time.monotonic()
    for path in sorted(submissions.glob("*/*/*.ipynb")):
        autograder = autograders / f"{path.stem}.zip"
        if not autograder.exists():
            continue
        learner, module = path.parts[-3:-1]
        found = grade_submission(str(path), str(autograder), quiet=True)
        for task, made in found.results.items():
            rows.append([learner, module, path.stem.partition("-")[0], task, made.score])
    seconds = time.monotonic() - started
    with result.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "module", "topic", "task", "points"])
        writer.writerows(rows)
    print(seconds)


if __name__ == "__main__":
    main()
