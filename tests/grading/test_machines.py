"""The same grading on several processes, on a Dask cluster and into PostgreSQL: real parts, the same gradebook."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from grading.batch import grade
from grading.coursedir import CourseFiles, assignments

from .test_resuming import hand_in

COUNT = 15


@pytest.fixture(scope="module")
def one(root, answer, tmp_path_factory):
    """A class, and its gradebook as one worker and SQLite give it."""
    folder = hand_in(tmp_path_factory.mktemp("class"), answer, COUNT)
    out = tmp_path_factory.mktemp("one")
    grade(folder, edition=77, out=out, root=root, pages=False, progress=False)
    return folder, (out / "gradebook.csv").read_bytes()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_two_workers_give_the_same_gradebook(one, root, tmp_path):
    grade(one[0], edition=77, out=tmp_path, root=root, workers=2, pages=False, progress=False)
    assert (tmp_path / "gradebook.csv").read_bytes() == one[1]


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers, each a process of its own in a folder of its own."""
    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    base = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--no-dashboard"]
    processes = [subprocess.Popen([*base, "--port", address.rsplit(":", 1)[1]], **quiet)]
    for number in range(2):
        folder = tmp_path / f"machine-{number}"
        folder.mkdir()
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        arguments = [*command, "--no-nanny", "--host", "127.0.0.1", "--local-directory", str(folder)]
        processes.append(subprocess.Popen(arguments, cwd=folder, **quiet))
    yield address, processes
    for process in processes:
        process.kill()
        process.wait()


def test_a_cluster_gives_the_same_gradebook_though_a_worker_is_killed(one, root, tmp_path, cluster):
    address, processes = cluster
    out = tmp_path / "out"
    code = (
        "import sys\nfrom pathlib import Path\nfrom grading.batch import grade\n"
        "grade(Path(sys.argv[1]), edition=77, out=Path(sys.argv[2]), root=Path(sys.argv[3]), scheduler=sys.argv[4],"
        " pages=False, progress=False)"
    )
    grader = subprocess.Popen([sys.executable, "-c", code, str(one[0]), str(out), str(root), address])
    while grader.poll() is None and sum(len(n) for _, _, n in os.walk(out / "nbgrader" / "records")) < 4:
        time.sleep(0.05)
    processes[1].send_signal(signal.SIGKILL)
    assert grader.wait(200) == 0
    assert (out / "gradebook.csv").read_bytes() == one[1]


def test_who_joins_a_gradebook_leaves_what_is_released_there_alone(root, tmp_path):
    found = assignments(root)
    shared = f"sqlite:///{tmp_path / 'shared.db'}"
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    CourseFiles(tmp_path / "a", shared).build(found)
    with closing(sqlite3.connect(tmp_path / "shared.db")) as gradebook, gradebook:
        tables = [name for (name,) in gradebook.execute("select name from sqlite_master where type = 'table'")]
        assert {"notebook", "base_cell", "source_cell", "course_released"} <= set(tables)
        for table in tables:
            for change in ("insert", "update", "delete"):
                refuse = "begin select raise(abort, 'touched'); end"
                gradebook.execute(f"create trigger {table}_{change} before {change} on {table} {refuse}")
    CourseFiles(tmp_path / "b", shared).build(found)
    made = [sorted(path.name for path in (tmp_path / name / "release").rglob("*.ipynb")) for name in ("a", "b")]
    assert made[0] == made[1] != []


@pytest.fixture
def postgres():
    """PostgreSQL as Debian packages it, on a loopback port, in a temporary folder, as an unprivileged user."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.fail("PostgreSQL is missing: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    port = free_port()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    command = {"user": user, "check": True, "cwd": folder, "capture_output": True, "env": {"PATH": os.environ["PATH"]}}
    data = str(folder / "data")
    subprocess.run(
        [found[-1] / "initdb", "-D", data, "-A", "trust", "-U", "grader", "-N", "-E", "UTF8", "--locale", "C"],
        **command,
    )
    options = f"-p {port} -k {folder} -h 127.0.0.1 -F"
    subprocess.run([found[-1] / "pg_ctl", "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start"], **command)
    yield f"postgresql+psycopg://grader@127.0.0.1:{port}/postgres"
    subprocess.run([found[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **command)
    shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_gives_the_same_gradebook_also_to_two_graders_at_once(one, root, tmp_path, postgres):
    code = (
        "import sys\nfrom pathlib import Path\nfrom grading.batch import grade\n"
        "grade(Path(sys.argv[1]), edition=77, out=Path(sys.argv[2]), root=Path(sys.argv[3]), gradebook=sys.argv[4],"
        " pages=False, progress=False)"
    )
    graders = [
        subprocess.Popen([sys.executable, "-c", code, str(one[0]), str(tmp_path / name), str(root), postgres])
        for name in ("a", "b")
    ]
    assert [grader.wait(200) for grader in graders] == [0, 0]
    assert (tmp_path / "a" / "gradebook.csv").read_bytes() == one[1]
    assert (tmp_path / "b" / "gradebook.csv").read_bytes() == one[1]
