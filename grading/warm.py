"""The forking parent: Python with pandas and IPython loaded, one thread, nothing else in its memory.

    python -m grading.warm FD

It gets requests over the socket FD, forks a process for each, locks it up and lets it serve the socket that came with
the request. Hidden tests, expected answers and what other learners wrote never pass through here, so a fork holds none.

    {"op": "again", "core": number or null} + one socket        -> {"pid": …}
    {"op": "fork", "data": folder or null, "tables": [names], "files": folder or null, "memory": …, "cpu": …,
     "locked": bool, …} + one socket                            -> {"pid": …}
    {"op": "stand", … as fork} + one socket                     -> {"pid": …}
    {"op": "end", "pid": …}                                     -> {"ended": true}

What "again" forks is a parent like this one, for a worker of its own. What "stand" forks is one too, for learners who
were given the same: over its socket it gets
{"given": [sources], "seconds": …}, runs these cells of the release, replies {"outputs": [[…], …]} and takes requests.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from grading.forking import READY, answer
from grading.learner import Shell, serve
from grading.sandbox import CELL, ROOM, Box, address_space, fork, furnish, lock, spaces, system_calls
from grading.wire import receive, send

_EDITIONS = 2
# Python rewrites code that ran a few times; forks shall find it rewritten.
_REHEARSALS = 5


def main() -> None:
    """Serve the socket whose number is the first argument until it closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    parent = Parent(_warm_up())
    system_calls()
    gc.collect()
    gc.freeze()
    control.send(READY)
    parent.serve(control)


class Parent:
    """A process that forks others. One that `stands` has a root of its own, in which its forks are locked up."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.stands = False
        self.space = address_space()
        self._tables: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def serve(self, control: socket.socket) -> NoReturn:
        """Do what is asked for over `control` until it closes."""
        answer(control, lambda request, fd: self._fork(request, fd, control))
        os._exit(0)

    def _load(self, folder: str, names: list[str]) -> None:
        """Read tables of an edition once; forks have them too."""
        from course.case.package import read

        tables = self._tables.setdefault(folder, {})
        self._tables.move_to_end(folder)
        tables.update({name: read(name, folder) for name in names if name not in tables})
        while len(self._tables) > _EDITIONS:
            self._tables.popitem(last=False)

    def _fork(self, request: dict[str, Any], fd: int, control: socket.socket) -> int:
        if request["op"] == "again":
            return self._fork_alike(request["core"], fd, control)
        if request["data"] and not self.stands:
            self._load(request["data"], request["tables"])
        stand, locked = request["op"] == "stand", request["locked"]
        users = None if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        into = CELL if self.stands else spaces(ROOM if stand else CELL)
        child = fork(into) if locked else os.fork()
        if child:
            return child
        try:
            os.setsid()
            control.close()
            data, files = (Path(p) if p else None for p in (request["data"], request["files"]))
            box = Box(fd, data, files, memory=request["memory"], cpu=request["cpu"], user=request["user"])
            if not self.stands:
                self._move_in(box, request, users)
            if stand:
                self._stand(socket.socket(fileno=fd))
            if locked:
                lock(box, self.space)
            serve(socket.socket(fileno=fd), self.shell)
        except BaseException as e:
            os.write(2, f"{type(e).__name__}: {e}\n".encode())
        finally:
            os._exit(1)

    def _fork_alike(self, core: int | None, fd: int, control: socket.socket) -> int:
        # Those before it end when their workers do, and nobody else waits for them.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        child = os.fork()
        if child:
            return child
        try:
            control.close()
            if core is not None:
                # With all that it forks, as its worker: what they hand to each other stays in that core's cache.
                os.sched_setaffinity(0, {core})
            self.serve(socket.socket(fileno=fd))
        finally:
            os._exit(1)

    def _move_in(self, box: Box, request: dict[str, Any], users: tuple[int, int] | None) -> None:
        mine = self._tables.get(request["data"] or "", {})
        self._tables.clear()
        if request["locked"]:
            furnish(box, users)
            self.shell.lock()
        else:
            os.chdir(request["files"] or request["scratch"])
            os.environ["COURSE_DATA"] = request["data"] or ""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # As in a kernel, modules beside the notebook can be imported.
        sys.path.insert(0, "")
        if mine:
            _hand_out(mine)

    def _stand(self, control: socket.socket) -> NoReturn:
        self.stands = True
        asked, _ = receive(control)
        outputs = [self.shell.run(source, asked["seconds"]) for source in asked["given"]]
        if threading.active_count() > 1:
            raise RuntimeError("a process with threads can't be forked")
        send(control, {"outputs": outputs})
        gc.freeze()
        self.serve(control)


_REHEARSAL = """
import numpy as np
import pandas as pd

frame = pd.DataFrame({
    "key": [f"K-{n % 7}" for n in range(60)], "name": [f"n{n}" if n % 9 else None for n in range(60)],
    "year": [2023 + n % 3 for n in range(60)], "won": [n % 2 == 0 for n in range(60)],
    "eur": np.arange(60.0) + 0.5, "on": pd.date_range("2024-01-01", periods=60, freq="5D"),
})
frame["month"] = frame["on"].dt.to_period("M").dt.to_timestamp()
frame["quarter"] = frame["year"].astype(str) + "Q" + frame["on"].dt.quarter.astype(str)
frame.loc[frame["eur"] > 40, "eur"] *= 1.1
by_key = frame.groupby(["key", "year"], as_index=False).agg(eur=("eur", "sum"), n=("name", "size"), won=("won", "mean"))
share = frame["eur"] / frame.groupby("key")["eur"].transform("sum")
table = frame.pivot_table(index="key", columns="year", values="eur", aggfunc="sum").fillna(0)
wide = by_key.pivot(index="key", columns="year", values="eur").reindex(columns=[2023, 2024, 2025]).round(2)
merged = frame.merge(by_key[["key", "year", "n"]], on=["key", "year"], how="left").sort_values(["year", "eur"])
kept = merged[merged["name"].notna() & merged["key"].isin(["K-1", "K-2"]) & merged["eur"].between(1, 50)].copy()
kept["band"] = pd.cut(kept["eur"], [0, 10, 20, 60], labels=["low", "middle", "high"])
kept["log"] = np.log(kept["eur"]).clip(lower=0).where(kept["won"], 0.0)
counts = kept["band"].value_counts(normalize=True).sort_index()
stacked = table.stack().rename("eur").reset_index().set_index(["key", "year"])["eur"].unstack().T
best = by_key.sort_values("eur", ascending=False).drop_duplicates("key").set_index("key")["eur"].map(float)
stats = frame.groupby("key")["eur"].agg(["mean", "var", "size", "median"])
stats = stats.assign(error=lambda t: np.sqrt(t["var"] / t["size"]))
ranks = frame.groupby("key")["eur"].rank() + frame["eur"].cumsum() + frame["eur"].shift(1).rolling(3).mean().fillna(0)
days = (frame["on"].max() - frame["on"]).dt.days // 30 + (pd.Timestamp("2025-12-31") - frame["on"].min()).days
named = {key: float(group["eur"].quantile(0.9)) for key, group in frame.groupby("key")}
joined = pd.concat([by_key.head(3), by_key.tail(3)], ignore_index=True).rename(columns={"n": "count"})
joined = joined.drop(columns="won")
text = frame["name"].fillna("").str.contains("n1") | frame["key"].str.startswith("K").astype(bool) & ~frame["won"]
ordered = list(stats.index[stats["mean"] > stats["mean"].mean()]), sorted(set(frame["key"])), stats["mean"].idxmax()
smooth = np.where(share.to_numpy() > 0.1, share, np.nan).tolist(), np.interp(3.0, [1, 5], [2, 4]), frame["eur"].std()
first = frame.iloc[0]["eur"], frame.loc[3, "key"], frame["eur"].min(), frame["won"].sum(), len(frame.columns)
applied = frame.groupby("key")["name"].agg(lambda names: ", ".join(sorted(set(names.dropna()))))
records = by_key.to_dict("records"), stats["mean"].to_dict()
for row in by_key.itertuples():
    assert row.eur > 0, f"{row.key} has {row.eur:,.2f}"
print(f"{len(frame):,} rows of {frame['key'].nunique()} keys")
by_key.head()
"""


def _warm_up() -> Shell:
    """Do what learners' cells do. What Python and pandas set up at first use is then there for all forks, which would
    each do it anew and copy the memory that it is written to.
    """
    import course.case
    import course.case.package
    import course.plot  # noqa: F401

    shell = Shell()
    for _ in range(_REHEARSALS):
        shell.run(_REHEARSAL, 30)
        shell.run("counts.to_frame()", 30)
        shell.run("stats['mean'].round(1)", 30)
        shell.run("from course.plot import bar\nbar(by_key, 'key', 'eur', title='t')", 30)
        shell.run("best = 1 / 0", 30)
    shell.shell.reset(new_session=True)
    return shell


def _hand_out(mine: dict[str, Any]) -> None:
    import pandas

    from course.case import package

    plain: Callable[..., Any] = package.read
    # From pandas 3 on, whoever changes a table copies of it what changes.
    deep = int(pandas.__version__.split(".")[0]) < 3

    def read(name: str, folder: Any = None) -> Any:
        return mine[name].copy(deep=deep) if folder is None and name in mine else plain(name, folder)

    package.read = read


if __name__ == "__main__":
    main()
