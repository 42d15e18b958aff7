"""Times a full build of the site, and a rebuild after one reading was edited.

    .venv/bin/python benchmarks/site.py

The full build starts without any cached reading, exercise or page; the in-page Python and JupyterLite are taken from
the cache once they have been made, as on any machine after `make serve`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course.curriculum import ROOT, Curriculum
from course.site.stage import build_site
from course.training import Training


def copy_sources(folder: Path) -> None:
    """A copy of the sources with the made parts of the page, but without cached readings."""
    for name in ("modules", "exercises", "course"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)


def timed(curriculum: Curriculum, site: Path) -> float:
    began = time.perf_counter()
    build_site(Curriculum(curriculum.root), site, Training(), say=lambda _: None)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    console = Console()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "course"
        copy_sources(root)
        curriculum = Curriculum(root)
        with console.status("Making the in-page Python, if it is not cached …"):
            build_site(curriculum, Path(scratch) / "first", Training(), say=lambda _: None)
        shutil.rmtree(root / ".cache", ignore_errors=True)
        shutil.rmtree(root / ".build", ignore_errors=True)
        full = timed(curriculum, Path(scratch) / "site")
        module, topic = next(curriculum.topics(written=True))
        reading = curriculum.reading(module, topic)
        edited = []
        for n in range(3):
            reading.write_text(reading.read_text("utf-8") + f"\nEdited once more, for the {'abc'[n]} time.\n", "utf-8")
            edited.append(timed(curriculum, Path(scratch) / "site"))
    table = Table("build", "s", "of the full build", title="Building the site")
    table.add_row("full", f"{full:.1f}", "1.00")
    again = sorted(edited)[1]
    table.add_row("after editing one reading (median of 3)", f"{again:.1f}", f"{again / full:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
