"""One build at a time in a folder: the next one waits its turn.

The lock is the operating system's and ends with the process that holds it, so a build that was killed blocks nobody.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold `folder` for one build; where another one holds it, `say` so and wait until it has ended."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another build is running in {folder}; this one goes on when that has ended …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
