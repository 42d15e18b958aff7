"""Draws the editions that submissions are graded on: the references of their tests, and the data that learners load.

    drawn = draw([2026, 7], found, course, root, workers=2, bar=bar)

What was drawn before is kept in the course's folder. With several workers they are drawn side by side, by processes

    python -m grading.editions

that read from their input, a line each, {"root": …, "work": …, "seed": …, "topics": […]}, and print a line when the
references of that are there. They may outlive a grader that is killed, so they write nothing that the next one would
meet half done: the data are written by the grader itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from course.case.edition import Edition
from course.errors import CourseError
from grading.coursedir import Assignment, CourseFiles
from grading.engine import digest_of
from grading.expected import References

# With fewer topics to compute another process is not worth its start.
_WORTH = 8


@dataclass(frozen=True)
class Drawn:
    """An edition as it is graded on: its references, the data that learners load, and what stands for all of it."""

    seed: int
    references: References
    marks: dict[str, Any]
    folder: Path
    digest: str
    stamp: str

    @classmethod
    def make(cls, seed: int, root: Path, found: Sequence[Assignment], course: CourseFiles) -> Drawn:
        """Compute references and write data, unless that was done before."""
        references = _references(root, course.root, seed)
        marks = references.exercises(_topics(found))
        folder = _data(course.root, seed)
        digest = digest_of(folder) if _write_data(seed, _tables(found), folder) else ""
        stamp = hashlib.sha256(json.dumps([seed, marks], sort_keys=True).encode())
        for assignment in found:
            stamp.update((course.root / "source" / f"{assignment.module}.sha256").read_bytes())
        return cls(seed, references, marks, folder, digest, stamp.hexdigest())

    def environment(self) -> dict[str, str]:
        """What hidden tests need to know where nbgrader runs them."""
        return {
            "COURSE_EDITION": str(self.seed),
            "COURSE_ROOT": str(self.references.root),
            "COURSE_CACHE": str(self.references.cache),
            "COURSE_DATA": str(self.folder.resolve()) if self.digest else "",
        }


def draw(
    seeds: Sequence[int], found: Sequence[Assignment], course: CourseFiles, root: Path, workers: int, bar: Progress
) -> dict[int, Drawn]:
    """Draw the editions of these seeds, `workers` at once. Raises what an exercise raises that can't be solved."""
    missing = {seed: _references(root, course.root, seed).missing(_topics(found)) for seed in seeds}
    step = bar.add_task("Drawing editions", total=len(seeds), visible=any(missing.values()))
    if workers > 1 and sum(map(len, missing.values())) >= _WORTH:
        _draw_beside(missing, course.root, root, workers, lambda part: bar.advance(step, part))
    drawn = {}
    for seed in seeds:
        drawn[seed] = Drawn.make(seed, root, found, course)
        bar.update(step, completed=len(drawn))
    return drawn


def _draw_beside(
    missing: Mapping[int, list[str]], work: Path, root: Path, workers: int, done: Callable[[float], None]
) -> None:
    """Have other processes compute references. What one of them can't do is left, to be tried again here."""
    parts = workers if len(missing) == 1 else 1
    jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    for seed, topics in missing.items():
        for part in range(parts if topics else 0):
            jobs.put({"root": str(root), "work": str(work), "seed": seed, "topics": topics[part::parts]})

    def drive() -> None:
        command = [sys.executable, "-m", "grading.editions"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            assert process.stdout
            with suppress(queue.Empty, OSError):
                while True:
                    process.stdin.write(json.dumps(jobs.get_nowait()) + "\n")
                    process.stdin.flush()
                    if not process.stdout.readline():
                        break
                    done(1 / parts)

    threads = [threading.Thread(target=drive) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _references(root: Path, work: Path, seed: int) -> References:
    return References(root.resolve(), seed, (work / "references").resolve())


def _data(work: Path, seed: int) -> Path:
    return work / "data" / str(seed)


def _topics(found: Sequence[Assignment]) -> list[str]:
    return [exercise.topic for assignment in found for exercise in assignment.exercises.values()]


def _tables(found: Sequence[Assignment]) -> list[str]:
    return sorted({table for assignment in found for table in assignment.tables})


def _write_data(seed: int, tables: list[str], folder: Path) -> bool:
    """Write the data that learners' notebooks load, unless they are there. Says whether there are any."""
    mark = folder.parent / f"{folder.name}.tables"
    if tables and not (mark.exists() and mark.read_text() == " ".join(tables) and folder.is_dir()):
        for left in folder.parent.glob(f".{folder.name}-*"):
            shutil.rmtree(left)
        Edition(seed).write(folder, tables)
        mark.write_text(" ".join(tables))
    return bool(tables)


def main() -> None:
    """Compute what the lines of the input ask for until it ends."""
    for line in sys.stdin:
        job = json.loads(line)
        # Whoever asked tries again, and says why it can't be done.
        with suppress(CourseError), redirect_stdout(io.StringIO()):
            _references(Path(job["root"]), Path(job["work"]), job["seed"]).exercises(job["topics"])
        print("done", flush=True)


if __name__ == "__main__":
    main()
