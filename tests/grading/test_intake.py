"""Submissions are untrusted bytes: whatever they are, intake ends with answers or with a reason."""

import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.errors import SubmissionError
from grading.archive import Limits
from grading.intake import Handed, Received, identify, learner_id, receive
from grading.notebook import rebuild

from .conftest import RIGHT, pack, write

MARGIN = ("01-objectives", "1.1-margin")
SHARES = ("01-objectives", "1.2-shares")


@pytest.fixture
def take(tmp_path, released):
    """Take in a folder; gives what was received."""

    def receive_(folder: Path, **settings) -> Received:
        return receive(folder, released, tmp_path / "inbox", **settings)

    return receive_


def source_of(handed, grade_id: str) -> str:
    notebook = nbformat.read(handed.path, as_version=4)
    return next(c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


# --- layouts ---


def test_our_layout_takes_folders_and_archives_named_for_the_learner(take, answer, tmp_path):
    files = answer(RIGHT)
    inbox = tmp_path / "class"
    write(inbox / "anna", files)
    pack(inbox / "s-02.zip", {f"01-objectives/{name}": text for name, text in files.items()})
    received = take(inbox)
    assert list(received.learners) == ["anna", "s-02"]
    for learner in received.learners.values():
        assert learner.handed[MARGIN].answered == ("margin", "best")
        assert source_of(learner.handed[SHARES], "shares") == RIGHT["shares"]


def test_the_download_of_the_page_is_graded_as_it_is(take, answer, tmp_path):
    archive = pack(tmp_path / "my-notebooks.zip", {f"01-objectives/{n}": t for n, t in answer(RIGHT).items()})
    assert take(archive).learners["my-notebooks"].handed[MARGIN].answered == ("margin", "best")


def test_an_unpacked_download_is_one_learners(take, answer, tmp_path):
    assert list(take(write(tmp_path / "anna", answer(RIGHT))).learners) == ["anna"]


def test_moodles_download_in_folders_names_learners_by_their_full_name(take, answer, tmp_path):
    files = answer(RIGHT)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"01-objectives/{name}", text)
    download = pack(
        tmp_path / "SALES-Module 1-4711.zip",
        {
            "Åsa Lind_1201_assignsubmission_file_/my-notebooks.zip": inner.getvalue(),
            "Åsa Lind_1201_assignsubmission_onlinetext_/onlinetext.html": "<p>Hello</p>",
            "Jo Doe_1202_assignsubmission_file_/1.1-margin.ipynb": files["1.1-margin.ipynb"],
            "Jo Doe_1203_assignsubmission_file_/1.1-margin.ipynb": files["1.1-margin.ipynb"],
        },
    )
    received = take(download)
    names = {learner.name for learner in received.learners.values()}
    assert received.layout == "moodle"
    assert names == {"Åsa Lind", "Jo Doe 1202", "Jo Doe 1203"}, "two people of one name are kept apart"
    asa = next(v for v in received.learners.values() if v.name == "Åsa Lind")
    assert set(asa.handed) == {MARGIN, SHARES, ("01-objectives", "01-memo")}


def test_moodles_download_with_prefixed_files_is_understood_packed_and_unpacked(take, answer, tmp_path):
    files = {f"Jo Doe_1202_assignsubmission_file_{n}": t for n, t in answer(RIGHT).items()}
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    packed = take(pack(tmp_path / "class.zip", files)).learners["jo-doe"].handed
    unpacked = take(folder).learners["jo-doe"].handed
    assert packed[MARGIN].answered == unpacked[MARGIN].answered == ("margin", "best")


def test_canvas_download_tells_resubmissions_and_lateness(take, answer, tmp_path):
    wrong = answer({**RIGHT, "best": 'best = "b"'})["1.1-margin.ipynb"]
    right = answer(RIGHT)
    download = pack(
        tmp_path / "submissions.zip",
        {
            "doejo_LATE_88_901_1.1-margin-1.ipynb": right["1.1-margin.ipynb"],
            "doejo_88_900_1.1-margin.ipynb": wrong,
            "lindasa_89_902_1.2-shares.ipynb": right["1.2-shares.ipynb"],
            "anon_Xy12z_903_1.2-shares.ipynb": right["1.2-shares.ipynb"],
        },
    )
    received = take(download)
    assert list(received.learners) == ["anon-Xy12z", "doejo-88", "lindasa-89"]
    handed = received.learners["doejo-88"].handed[MARGIN]
    assert source_of(handed, "best") == RIGHT["best"], "the attachment handed in last counts"
    assert handed.late
    assert "Handed in 2 times" in handed.notes[0]


def test_of_two_versions_the_latest_that_can_be_read_counts(take, answer, tmp_path):
    inbox = tmp_path / "class"
    folder = write(inbox / "anna", answer({**RIGHT, "best": 'best = "old"'}))
    for path in folder.rglob("*.ipynb"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    pack(inbox / "anna.zip", {"1.1-margin.ipynb": answer(RIGHT)["1.1-margin.ipynb"], "1.2-shares.ipynb": "{"})
    handed = take(inbox).learners["anna"].handed
    assert source_of(handed[MARGIN], "best") == RIGHT["best"]
    assert source_of(handed[SHARES], "shares") == RIGHT["shares"]
    assert all("Handed in 2 times" in handed[key].notes[-1] for key in (MARGIN, SHARES))


def test_a_learner_can_not_hand_in_for_others_by_naming_files_like_a_download(take, answer, tmp_path):
    inbox = tmp_path / "class"
    write(inbox / "anna", answer(RIGHT))
    forged = {"Anna_1_assignsubmission_file_/1.1-margin.ipynb": answer({})["1.1-margin.ipynb"]}
    pack(inbox / "mallory.zip", forged)
    received = take(inbox)
    assert list(received.learners) == ["anna", "mallory"]
    assert received.learners["anna"].handed[MARGIN].answered == ("margin", "best")
    assert "looks like a moodle download" in received.strays[0]


def test_nothing_to_take_in_is_said_plainly(take, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionError, match="found no submissions"):
        take(tmp_path / "empty")
    with pytest.raises(SubmissionError, match="there is no such folder"):
        take(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("01-objectives/1.1-margin.ipynb", "1.1-margin"),
        ("1.1-margin (1).ipynb", "1.1-margin"),
        ("1.1-margin-2.ipynb", "1.1-margin"),
        ("1.1-margin-Copy1.ipynb", "1.1-margin"),
        ("x/1.1 my answers.ipynb", "1.1-margin"),
        ("01-objectives/01-memo.ipynb", "01-memo"),
        ("Untitled.ipynb", None),
        ("1.10-other.ipynb", None),
    ],
)
def test_a_notebook_is_known_by_its_name(released, path, name):
    found = identify(path, released)
    assert (found.name if found else None) == name


@pytest.mark.parametrize("name", ["..", "a/b", "", "x" * 500, "-rf", "李雷", "a\nb", "CON ", "=1+1", "*"])
def test_a_learners_id_is_always_a_harmless_file_name(name):
    made = learner_id(name)
    assert made == Path(made).name
    assert made[0].isalnum()
    assert len(made) <= 64
    assert learner_id(name) == made


# --- hostile bytes ---


def handed_reason(take, inbox: Path) -> str:
    learner = take(inbox).learners["mallory"]
    return " ".join([*learner.notes, *(h.problem for h in learner.handed.values())])


def with_entry(path: Path, name: str, content: bytes, **attributes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in attributes.items():
            setattr(info, key, value)
        archive.writestr(info, content)
    return path


@pytest.mark.parametrize(
    ("name", "attributes", "reason"),
    [
        ("../../1.1-margin.ipynb", {}, "climbs out"),
        ("..\\1.1-margin.ipynb", {}, "climbs out"),
        ("/etc/1.1-margin.ipynb", {}, "absolute"),
        ("C:/1.1-margin.ipynb", {}, "absolute"),
        ("1.1-margin.ipynb", {"external_attr": 0o120777 << 16}, "is a link"),
        ("1.1-margin.ipynb", {"external_attr": 0o010644 << 16}, "not an ordinary file"),
    ],
)
def test_entries_that_reach_out_of_an_archive_are_left_out_with_the_reason(take, tmp_path, name, attributes, reason):
    with_entry(tmp_path / "class" / "mallory.zip", name, b"{}", **attributes)
    before = sorted(tmp_path.rglob("*"))
    assert reason in handed_reason(take, tmp_path / "class")
    assert [p for p in sorted(tmp_path.rglob("*")) if p.is_file()] == [p for p in before if p.is_file()]


def test_links_in_a_folder_are_never_followed(take, answer, tmp_path):
    secret = write(tmp_path / "elsewhere", answer(RIGHT))
    folder = tmp_path / "class" / "mallory"
    folder.mkdir(parents=True)
    (folder / "01-objectives").symlink_to(secret / "01-objectives")
    (folder / "1.1-margin.ipynb").symlink_to(secret / "01-objectives" / "1.1-margin.ipynb")
    os.mkfifo(folder / "1.2-shares.ipynb")
    (tmp_path / "class" / "other").symlink_to(secret)
    received = take(tmp_path / "class")
    assert list(received.learners) == ["mallory"]
    assert received.learners["mallory"].handed == {}
    assert sum("is a link" in note for note in received.learners["mallory"].notes) == 2
    assert "is a link" in received.strays[0]


def test_names_that_are_not_text_become_text(take, answer, tmp_path):
    inbox = os.fsencode(tmp_path / "class")
    folder = inbox + b"/\xff\xfemallory"
    os.makedirs(folder + b"/\xff")
    for name, text in answer(RIGHT).items():
        Path(os.fsdecode(folder), name).write_text(text)
    os.symlink("/etc", folder + b"/\xff/l\xfe.ipynb")
    os.rename(pack(tmp_path / "x.zip", answer(RIGHT)), inbox + b"/\xfeother.zip")
    received = take(tmp_path / "class")
    assert len(received.learners) == 2
    for learner in received.learners.values():
        assert learner.handed[MARGIN].answered == ("margin", "best")
        assert learner.name.isprintable()
        " ".join([learner.name, *learner.notes, *received.strays]).encode()


def test_names_that_only_look_alike_stay_different_people(take, answer, tmp_path):
    inbox = tmp_path / "class"
    people = ["Jo Doe", "JO DOE", "jo-doe", "J" * 60, "J" * 61, "=1+1", "\uff1d1+1", "<b>", "\u202eeoj"]
    for person in people:
        write(inbox / person, answer(RIGHT))
    received = take(inbox)
    assert len(received.learners) == len(people)
    assert "jo-doe" in received.learners, "who is called so keeps the id"
    again = take(inbox)
    assert list(again.learners) == list(received.learners)


@pytest.mark.parametrize(
    "name", ["1-1" + "-1" * 15_000, " " * 30_000 + "x", "a/" * 1500 + "x"], ids=["ends", "blank", "deep"]
)
def test_a_name_longer_than_a_files_costs_no_time(take, tmp_path, name):
    pack(tmp_path / "class" / "mallory.zip", {f"{name}{n}.ipynb": "{}" for n in range(12)})
    assert "longer than a file's can be" in handed_reason(take, tmp_path / "class")


def test_a_list_of_contents_longer_than_it_says_is_not_read(take, tmp_path):
    (tmp_path / "class").mkdir()
    listed = struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, *[0] * 10) * 100_000
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(listed), 0, 0)
    (tmp_path / "class" / "mallory.zip").write_bytes(listed + end)
    assert "not a zip archive that can be read" in handed_reason(take, tmp_path / "class")


def test_entries_that_share_their_bytes_count_each(take, tmp_path):
    data = os.urandom(60_000)
    body = struct.pack("<4sHHHHHLLLHH", b"PK\x03\x04", 20, 0, 0, 0, 33, zlib.crc32(data), *[len(data)] * 2, 7, 0)
    names = [b"%d.ipynb" % n for n in range(10, 100)]
    names = [b"1" + name[1:] if len(name) == 8 else name for name in names]
    listed = b"".join(
        struct.pack(
            "<4sHHHHHHLLLHHHHHLL", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, zlib.crc32(data), *[len(data)] * 2, 8, *[0] * 6
        )
        + name
        for name in names
    )
    body += b"a.ipynb" + data
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, len(names), len(names), len(listed), len(body), 0)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "mallory.zip").write_bytes(body + listed + end)
    learner = take(tmp_path / "class", limits=Limits(total=1 << 20)).learners["mallory"]
    assert learner.handed == {}
    assert learner.notes


def test_what_vanishes_while_it_is_read_costs_nobody_else(take, answer, tmp_path, monkeypatch):
    write(tmp_path / "class" / "anna", answer(RIGHT))
    write(tmp_path / "class" / "mallory", answer(RIGHT))
    plain = os.stat

    def stat(path, *args, dir_fd=None, **kwargs):
        if path == "01-objectives" and "mallory" in os.readlink(f"/proc/self/fd/{dir_fd}"):
            raise FileNotFoundError(2, "gone", path)
        return plain(path, *args, dir_fd=dir_fd, **kwargs)

    monkeypatch.setattr(os, "stat", stat)
    received = take(tmp_path / "class")
    assert received.learners["anna"].handed[MARGIN].answered
    assert "can't be read" in received.learners["mallory"].notes[0]


def test_a_time_that_no_calendar_has_is_no_time(released):
    handed = Handed("a", "m", "n", None, when=1e15)
    assert handed.received == ""


def test_a_bomb_is_not_unpacked(take, tmp_path):
    pack(tmp_path / "class" / "mallory.zip", {"1.1-margin.ipynb": b" " * (9 << 20)})
    assert "packed more than" in handed_reason(take, tmp_path / "class")


def test_a_bomb_that_lies_about_its_size_is_cut_off(take, tmp_path):
    path = pack(tmp_path / "class" / "mallory.zip", {"1.1-margin.ipynb": b" " * (9 << 20)})
    data = path.read_bytes()
    small = struct.pack("<L", 100)
    path.write_bytes(data.replace(struct.pack("<L", 9 << 20), small))
    assert handed_reason(take, tmp_path / "class")


def test_archives_in_archives_are_read_to_a_capped_depth(take, answer, tmp_path):
    content: dict[str, str | bytes] = {"1.1-margin.ipynb": answer(RIGHT)["1.1-margin.ipynb"]}
    for depth in range(2, 5):
        packed = pack(tmp_path / f"{depth}.zip", content).read_bytes()
        content = {"inner.zip": packed}
        if depth == 3:
            pack(tmp_path / "class" / "honest.zip", content)
    pack(tmp_path / "class" / "mallory.zip", content)
    received = take(tmp_path / "class")
    assert received.learners["honest"].handed[MARGIN].answered
    assert "nested more than 3 deep" in received.learners["mallory"].notes[0]


def test_too_much_of_anything_ends_this_submission_only(take, answer, tmp_path):
    write(tmp_path / "class" / "anna", answer(RIGHT))
    many = {f"{n}.ipynb": "{}" for n in range(50)}
    pack(tmp_path / "class" / "mallory.zip", many)
    received = take(tmp_path / "class", limits=Limits(files=20))
    assert received.learners["anna"].handed[MARGIN].answered
    assert any("more than 20 files" in note for note in received.learners["mallory"].notes)
    received = take(tmp_path / "class", limits=Limits(notebook=1000))
    assert "at most 0 MB" in " ".join(received.learners["anna"].notes)


BROKEN = {
    "empty": b"",
    "not json": b"{'cells': []}",
    "cut off": b'{"cells": [{"cell_type": "code", "sour',
    "not text": b"\xff\xfe\x00\x01",
    "deep": b"[" * 100_000,
    "a list": b"[]",
    "null": b"null",
    "format 3": b'{"worksheets": [], "nbformat": 3}',
    "cells are text": b'{"cells": "none"}',
    "too many cells": json.dumps({"cells": [{}] * 1001}).encode(),
    "too many values": b'{"cells": [' + b"{}," * 300_000 + b"{}]}",
    "long number": b'{"cells": [], "n": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_notebook_becomes_a_reason(take, tmp_path, data):
    folder = tmp_path / "class" / "mallory"
    folder.mkdir(parents=True)
    (folder / "1.1-margin.ipynb").write_bytes(data)
    handed = take(tmp_path / "class").learners["mallory"].handed[MARGIN]
    assert handed.path is None
    assert "mallory/1.1-margin.ipynb" in handed.problem
    assert "It " in handed.problem


@pytest.mark.parametrize(
    "data", [b"", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18, b"PK\x03\x04" + b"\0" * 400, b"x" * 9000]
)
def test_what_is_no_archive_becomes_a_remark(take, tmp_path, data):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "mallory.zip").write_bytes(data)
    assert "not a zip archive that can be read" in handed_reason(take, tmp_path / "class")


# --- rebuilding ---


def cells(text: str) -> list[dict]:
    return json.loads(text)["cells"]


def margin_cells(answer, answers=None) -> list[dict]:
    return cells(answer(answers or RIGHT)["1.1-margin.ipynb"])


def rebuilt(released, submitted: list[dict]):
    return rebuild(json.dumps({"cells": submitted, "nbformat": 4}).encode(), released[MARGIN].notebook)


def shape(notebook) -> list[tuple]:
    return [(c.cell_type, c.get("id"), dict(c.metadata.get("nbgrader", {}))) for c in notebook.cells]


def test_order_metadata_and_missing_cells_can_not_matter(released, answer):
    submitted = margin_cells(answer)
    plain = rebuilt(released, submitted).notebook
    forged = [json.loads(json.dumps(c)) for c in reversed(submitted)]
    for cell in forged:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade"):
            cell["source"] = "pass"
            meta.update(points=1000, grade=False, locked=False, solution=True)
    assert rebuilt(released, forged).notebook == plain
    answers_only = [c for c in submitted if c["metadata"].get("nbgrader", {}).get("solution")]
    assert rebuilt(released, answers_only).notebook == plain


def test_a_removed_answer_cell_counts_as_not_answered(released, answer):
    left = [c for c in margin_cells(answer) if c["metadata"].get("nbgrader", {}).get("grade_id") != "best"]
    out = rebuilt(released, left)
    assert out.answered == ["margin"]
    assert "best is missing" in out.notes[0]


def test_duplicate_ids_keep_the_first_as_the_answer_and_run_the_others_after_it(released, answer):
    submitted = margin_cells(answer)
    index = next(i for i, c in enumerate(submitted) if c["metadata"].get("nbgrader", {}).get("grade_id") == "best")
    copy = json.loads(json.dumps(submitted[index])) | {"source": 'best = "copied"'}
    out = rebuilt(released, [*submitted[: index + 1], copy, *submitted[index + 1 :]]).notebook
    sources = [c.source for c in out.cells]
    assert sources[index : index + 2] == [RIGHT["best"], 'best = "copied"']
    assert len({c.metadata.get("nbgrader", {}).get("grade_id") for c in out.cells} - {None}) == 4
    assert len({c["id"] for c in out.cells}) == len(out.cells)


def test_extra_cells_stay_where_the_learner_put_them_without_their_metadata(released, answer):
    submitted = margin_cells(answer)
    extra = {"cell_type": "code", "source": "half = 2", "metadata": {"nbgrader": {"grade_id": "mine", "points": 9}}}
    submitted.insert(3, extra)
    out = rebuilt(released, submitted).notebook
    assert out.cells[3].source == "half = 2"
    assert out.cells[3].metadata == {}
    nbformat.validate(out)


def test_a_lone_surrogate_does_not_break_the_batch(released, answer):
    submitted = margin_cells(answer, {**RIGHT, "best": 'best = "\ud800"'})
    nbformat.writes(rebuilt(released, submitted).notebook).encode("utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cell_type", "source", "metadata", "nbgrader", "grade_id", "id", "outputs"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JSON, max_size=6))
def test_whatever_the_cells_are_the_released_notebook_comes_out(released, submitted):
    out = rebuilt(released, submitted).notebook
    ours = [c for c in shape(out) if c[2]]
    assert ours == [c for c in shape(released[MARGIN].notebook) if c[2]]
    nbformat.validate(out)
