"""Takes in a folder of submissions as it comes and writes, for each learner, the notebooks to grade.

    received = receive(folder, released, inbox)

Layouts, told apart by the names found (all as a folder or as the zip itself):

- ours: one folder `<learner>/` or archive `<learner>.zip` for each learner, holding notebooks anywhere within
- Moodle's "Download all submissions": `Full Name_12345_assignsubmission_file_/…`, or files with that prefix
- Canvas's "Download Submissions": `lastfirst[_LATE]_<user>_<attachment>_<file>[-n].ipynb`, or `anon_<id>…`

Who the learner is: in ours the name of folder or archive; in Moodle's the full name (its number differs between
assignments and is added only when two people of one name are in a download); in Canvas's name and user number.
Two versions of one notebook: the one handed in last that can be read counts (Canvas: the highest attachment number;
otherwise the latest time), and the gradebook says so.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from course.errors import SubmissionError
from grading.archive import (
    LONGEST_NAME,
    Budget,
    Leaf,
    Limits,
    check_directory,
    printable,
    read_entries,
    read_file,
    read_folder,
)
from grading.files import write_atomically
from grading.notebook import Rebuilt, rebuild, text_of

Layout = Literal["auto", "ours", "moodle", "canvas"]

_MOODLE = re.compile(r"(?P<who>[^_/]+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?$", re.S)
_CANVAS = re.compile(r"(?P<who>[^/]+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>[^/]+)$", re.S)
_CANVAS_ANON = re.compile(r"anon_(?P<user>[A-Za-z0-9]{5,})(?P<late>_LATE)?_(?P<attachment>\d+)_(?P<file>[^/]+)$", re.S)
_COPY = re.compile(r"(?:\s*\(\d+\)|-\d+|-Copy\d*|\s*-\s*Copy|_\d+)$", re.I)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_SLUG = 48


@dataclass(frozen=True)
class Released:
    """A notebook as it was released: its module's folder name, its own name without ending, and its cells."""

    module: str
    name: str
    notebook: NotebookNode


@dataclass(frozen=True)
class Handed:
    """What a learner handed in for one notebook: the rebuilt one at `path`, or the `problem` why there is none."""

    learner: str
    module: str
    notebook: str
    path: Path | None
    problem: str = ""
    notes: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    late: bool = False
    when: float = 0.0

    @property
    def received(self) -> str:
        """When it was handed in, as far as the files tell: ISO 8601, UTC, or empty."""
        try:
            return datetime.fromtimestamp(self.when, UTC).isoformat(timespec="seconds") if self.when else ""
        except (ValueError, OverflowError, OSError):
            # An archive may have given the file a time that no calendar has.
            return ""


@dataclass
class Learner:
    """A learner found: the id used everywhere, the name as it came, and remarks on what was handed in."""

    id: str
    name: str
    notes: list[str] = field(default_factory=list)
    handed: dict[tuple[str, str], Handed] = field(default_factory=dict)


@dataclass
class Received:
    """Everything taken in: the learners by id, and what could not be put down to any learner."""

    layout: str
    learners: dict[str, Learner] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Item:
    """One folder or file that belongs to a learner; `read` yields its notebooks."""

    who: str
    number: str
    shown: str
    read: Callable[[Budget], Iterator[Leaf]]
    rank: tuple[int, int] = (0, 0)
    late: bool = False
    file: str = ""


def receive(
    folder: Path,
    released: Mapping[tuple[str, str], Released],
    inbox: Path,
    layout: Layout = "auto",
    limits: Limits | None = None,
) -> Received:
    """Take in all submissions below `folder`, or in the zip `folder`.

    Writes `inbox/<learner>/<module>/<name>.ipynb`, rebuilt from the released notebooks. Raises SubmissionError only
    when there is nothing to take in at all; whatever is wrong with one submission is in its record.
    """
    if not folder.exists():
        raise SubmissionError(f"{folder}: there is no such folder or zip file of submissions.")
    with ExitStack() as opened:
        items, found, strays = _items(folder, layout, released, opened)
        if not items:
            raise SubmissionError(
                f"{folder}: found no submissions. Expected a folder or zip file for each learner "
                "(<learner>/01-objectives/….ipynb or <learner>.zip), or the zip of Moodle's or Canvas's download."
            )
        received = Received(found, strays=strays)
        for learner, mine in _by_learner(items):
            received.learners[learner.id] = learner
            _take(learner, mine, released, inbox, limits or Limits())
    return received


def learner_id(name: str) -> str:
    """Make the id of a learner, fit to be a file's name, from a name as it came; the same name gives the same id."""
    if _SAFE.fullmatch(name) and not name.lower().endswith(".zip"):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if slug and len(slug) <= _SLUG and re.fullmatch(r"[A-Za-z .'-]+", name):
        return slug
    return _told_apart(slug, name)


def _told_apart(slug: str, name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{slug[:_SLUG] or 'learner'}-{digest}"


# --- who handed in what ---


def _items(
    folder: Path, layout: Layout, released: Mapping[tuple[str, str], Released], opened: ExitStack
) -> tuple[list[_Item], str, list[str]]:
    if folder.is_file():
        tops = [folder]
    else:
        tops = sorted(p for p in folder.iterdir() if not p.name.startswith((".", "__MACOSX")))
        if any(p.is_dir() and p.name in {module for module, _ in released} for p in tops):
            # One learner's own folder, as the page's download gives it when unpacked.
            shown = folder.resolve().name
            return [_Item(shown, "", shown, partial(read_folder, folder, shown))], "ours", []
    items: list[_Item] = []
    strays: list[str] = []
    kinds = {p: _kind(p, layout) for p in tops if p.is_dir() or p.suffix.lower() in (".zip", ".ipynb")}
    ours = layout == "ours" or (layout == "auto" and "ours" in kinds.values())
    for path, kind in kinds.items():
        if path.is_symlink():
            strays.append(f"{printable(path.name)}: left out, it is a link.")
        elif ours:
            items += _own(path, kind, strays)
        elif kind == "ours":
            strays.append(f"{printable(path.name)}: left out, its name is not one that {layout.title()} gives.")
        elif kind.endswith(" download"):
            items += _download(path, kind.removesuffix(" download"), strays, opened)
        else:
            reader = read_folder if path.is_dir() else read_file
            items.append(_item(path.name, kind, partial(reader, path, path.name)))
    found = "ours" if ours else ", ".join(sorted({k.removesuffix(" download") for k in kinds.values() if k != "ours"}))
    return items, found, strays


def _kind(path: Path, layout: Layout) -> str:
    """Tell what something in the folder is: by its own name, or by all names in it when it is a whole class's zip."""
    kind = _match(path.name, layout)[0]
    if kind == "canvas" and path.is_dir():
        kind = "ours"
    if kind != "ours" or path.suffix.lower() != ".zip" or path.is_symlink() or not path.is_file():
        return kind
    try:
        names = [info.filename for info in _contents(path) if not info.filename.startswith("__MACOSX")]
    except SubmissionError:
        return "ours" if layout in ("auto", "ours") else f"{layout} download"
    kinds = {_match(name.split("/")[0], layout)[0] for name in names}
    if layout in ("moodle", "canvas"):
        return f"{layout} download"
    whole = len(kinds) == 1 and (kinds == {"moodle"} or (kinds == {"canvas"} and not any("/" in n for n in names)))
    return f"{kinds.pop()} download" if whole else "ours"


def _match(name: str, layout: str) -> tuple[str, re.Match[str] | None]:
    if layout in ("auto", "moodle") and (match := _MOODLE.fullmatch(name)):
        return "moodle", match
    if layout in ("auto", "canvas") and (match := _CANVAS_ANON.fullmatch(name) or _CANVAS.fullmatch(name)):
        return "canvas", match
    return "ours", None


def _own(path: Path, kind: str, strays: list[str]) -> list[_Item]:
    if path.is_dir():
        return [_Item(path.name, "", path.name, partial(read_folder, path, path.name))]
    if path.suffix.lower() != ".zip":
        strays.append(f"{printable(path.name)}: left out, it is in no learner's folder.")
        return []
    if kind.endswith(" download"):
        # A learner could name files so as to hand in for others; only a download by itself is believed.
        strays.append(
            f"{printable(path.name)}: looks like a {kind} but lies beside learners' own folders, so it was taken as "
            "one learner's. If it is a download, grade it by itself."
        )
    who = re.sub(r"\s*\(\d+\)$", "", path.stem) or path.stem
    return [_Item(who, "", path.name, partial(read_file, path, path.name))]


def _item(name: str, kind: str, read: Callable[[Budget], Iterator[Leaf]]) -> _Item:
    match = _match(name, kind)[1]
    if match is None:
        raise SubmissionError(f"{printable(name)}: this is not a name that {kind.title()} gives.")
    groups = match.groupdict()
    file = groups.get("file") or ""
    if kind == "moodle":
        return _Item(groups["who"].strip(), groups["number"], name, read, file=file)
    again = re.search(r"-(\d{1,9})\.[A-Za-z]+$", file)
    rank = (int(groups["attachment"][:18]), int(again[1]) if again else 0)
    who = f"{groups.get('who') or 'anon'}-{groups['user']}"
    return _Item(who, "", name, read, rank, bool(groups["late"]), file)


def _contents(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with path.open("rb") as file:
            check_directory(file, path.stat().st_size, 64 << 20)
            with zipfile.ZipFile(file) as archive:
                return archive.infolist()
    except (SubmissionError, OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as e:
        raise SubmissionError(f"{path}: expected a zip file of submissions; it can't be read: {e}") from None


def _download(path: Path, kind: str, strays: list[str], opened: ExitStack) -> list[_Item]:
    _contents(path)
    archive = opened.enter_context(zipfile.ZipFile(path))
    groups: dict[str, list[zipfile.ZipInfo]] = {}
    for info in archive.infolist():
        if not info.is_dir():
            groups.setdefault(info.filename.split("/")[0], []).append(info)
    items = []
    for top, mine in groups.items():
        if _match(top, kind)[1] is None:
            shown = f"{printable(path.name)}/{printable(top)}"
            strays.append(f"{shown}: left out, its name is not one that {kind.title()} gives.")
        else:
            items.append(_item(top, kind, partial(read_entries, archive, mine, "")))
    return items


def _by_learner(items: list[_Item]) -> list[tuple[Learner, list[_Item]]]:
    numbers: dict[str, set[str]] = {}
    for item in items:
        numbers.setdefault(item.who, set()).add(item.number)
    names = {item: f"{item.who} {item.number}" if len(numbers[item.who]) > 1 else item.who for item in items}
    alike: dict[str, set[str]] = {}
    for name in names.values():
        alike.setdefault(learner_id(name), set()).add(name)
    groups: dict[str, tuple[Learner, list[_Item]]] = {}
    for item, name in names.items():
        id = learner_id(name)
        if len(alike[id]) > 1 and id != name:
            # Jo Doe, jo doe and jo-doe are three people.
            id = _told_apart(id, name)
        groups.setdefault(id, (Learner(id, printable(name)), []))[1].append(item)
    return [groups[id] for id in sorted(groups)]


# --- one learner ---


def _take(
    learner: Learner,
    items: list[_Item],
    released: Mapping[tuple[str, str], Released],
    inbox: Path,
    limits: Limits,
) -> None:
    budget = Budget(limits)
    best: dict[tuple[str, str], tuple[bool, tuple[object, ...]]] = {}
    versions: dict[tuple[str, str], int] = {}
    shutil.rmtree(inbox / learner.id, ignore_errors=True)
    for item in items:
        try:
            for leaf in item.read(budget):
                target = identify(leaf.path if leaf.path != item.shown else item.file or leaf.path, released)
                if target is None:
                    budget.note(f"{printable(leaf.path)}: left out, it is no notebook of the modules that are graded.")
                    continue
                key = (target.module, target.name)
                versions[key] = versions.get(key, 0) + 1
                rebuilt, problem = _rebuild(leaf, target)
                rank = (rebuilt is not None, (*item.rank, leaf.times, leaf.path))
                if key in best and rank <= best[key]:
                    continue
                best[key] = rank
                path = None
                if rebuilt is not None:
                    path = inbox / learner.id / target.module / f"{target.name}.ipynb"
                    write_atomically(path, text_of(rebuilt.notebook))
                learner.handed[key] = Handed(
                    learner.id,
                    target.module,
                    target.name,
                    path,
                    problem,
                    tuple(rebuilt.notes) if rebuilt else (),
                    tuple(rebuilt.answered) if rebuilt else (),
                    item.late,
                    leaf.times[0],
                )
        except SubmissionError as e:
            budget.note(f"{e} The rest of it was not read.")
        except OSError as e:
            budget.note(f"{printable(item.shown)}: it can't be read ({e.strerror}). The rest of it was not read.")
    for key, count in versions.items():
        if count > 1:
            handed = learner.handed[key]
            more = f"Handed in {count} times; the latest that can be read counts ({handed.received or 'the last one'})."
            learner.handed[key] = replace(handed, notes=(*handed.notes, more))
    learner.notes = budget.notes


def _rebuild(leaf: Leaf, target: Released) -> tuple[Rebuilt | None, str]:
    try:
        return rebuild(leaf.data, target.notebook), ""
    except SubmissionError as e:
        return None, f"{printable(leaf.path)}: {e}"


def identify(path: str, released: Mapping[tuple[str, str], Released]) -> Released | None:
    """Find which released notebook a file is meant to be, by its name; copies such as `1.4-x (1).ipynb` count.

    The folder decides when the name alone is that of several. Returns None when it is none of them.
    """
    *folders, name = path.replace("\\", "/").split("/")
    if len(name) > LONGEST_NAME:
        return None
    stem = re.sub(r"\.ipynb$", "", name, flags=re.I).strip()
    stems = [stem]
    while _COPY.search(stems[-1]):
        stems.append(_COPY.sub("", stems[-1]))
    for candidate in stems:
        named = [r for r in released.values() if r.name.lower() == candidate.lower()]
        if len(named) > 1:
            named = [r for r in named if r.module in folders]
        if named:
            return named[0]
    topic = re.match(r"\d\.\d(?=\D|$)", stem)
    same = [r for r in released.values() if topic and r.name.startswith(f"{topic[0]}-")]
    return same[0] if len(same) == 1 else None
