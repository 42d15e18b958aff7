"""Courses that were made by others for stock nbgrader: each task gets from us what it gets from that."""

# ruff: noqa: E501 - a cell reads best in one piece

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grading.coursedir import nbgrader_log
from grading.existing import grade_existing

HELPERS = "RATE = 0.2\n\ndef near(a, b):\n    return abs(a - b) < 1e-6\n"
SALES = "region,eur\nnorth,40\nsouth,2\nnorth,10\n"

# Each notebook: cells as (kind, name, points, source); kinds: given, answer, test, essay, text.
STATISTICS = [
    (
        "given",
        "",
        0,
        "import numpy as np\nimport pandas as pd\nfrom helpers import near, RATE\nsales = pd.read_csv('sales.csv')",
    ),
    ("answer", "mean", 0, "def mean(xs):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    ("test", "mean-1", 2, "for xs in ([1], [1, 2], [1, 2, 3.5]):\n    assert near(mean(xs), np.mean(xs)), xs"),
    (
        "test",
        "mean-2",
        2,
        "try:\n    mean([])\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no error')",
    ),
    ("answer", "partial", 0, "def vowels(word):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "partial-1",
        4,
        "score = 0\nfor word, right in [('a', 1), ('bcd', 0), ('Eve', 2), ('', 0)]:\n    if vowels(word) == right:\n        score += 1\nscore",
    ),
    (
        "answer",
        "table",
        0,
        "# by_region: the sum of `eur` for each region\n# YOUR CODE HERE\nraise NotImplementedError()",
    ),
    (
        "test",
        "table-1",
        3,
        "from pandas.testing import assert_series_equal\nright = pd.Series([50, 2], pd.Index(['north', 'south'], name='region'), name='eur')\n"
        "assert_series_equal(by_region, right)\nassert 'by_region' in globals()",
    ),
    ("essay", "why", 3, "Say why."),
]
PROGRAMS = [
    ("given", "", 0, "%matplotlib inline\nimport random\nimport matplotlib.pyplot as plt"),
    ("answer", "order", 0, "def order(xs):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "order-1",
        3,
        "random.seed(7)\nfor n in range(20):\n    xs = [random.randint(0, 9) for _ in range(n)]\n    right = sorted(xs)\n    order(xs)\n    assert xs == right",
    ),
    ("answer", "greet", 0, "def greet(name):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "greet-1",
        2,
        "import io\nfrom contextlib import redirect_stdout\nwith redirect_stdout(io.StringIO()) as said:\n    greet('Ann')\nassert said.getvalue().strip() == 'Hello, Ann'",
    ),
    ("answer", "newton", 0, "def newton(f, slope, x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    ("test", "newton-1", 3, "assert abs(newton(lambda x: x * x - 2, lambda x: 2 * x, 1.0) - 2 ** 0.5) < 1e-6"),
    ("answer", "fibonacci", 0, "def fibonacci():\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "fibonacci-1",
        2,
        "from itertools import islice\nassert list(islice(fibonacci(), 7)) == [0, 1, 1, 2, 3, 5, 8]",
    ),
    (
        "test",
        "properties",
        2,
        "from hypothesis import given, settings, strategies as st\n@settings(max_examples=20, deadline=None, database=None)\n"
        "@given(st.lists(st.integers()))\ndef check(xs):\n    right = sorted(xs)\n    order(xs)\n    assert xs == right\ncheck()",
    ),
    ("answer", "ask", 0, "def ask():\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "ask-1",
        2,
        "from unittest.mock import patch\nwith patch('builtins.input', side_effect=['7', '5']) as asked:\n    assert ask() == 12\n"
        "assert asked.call_count == 2",
    ),
    ("test", "ask-2", 1, "input = lambda prompt='': '1'\nassert ask() == 2\ndel input"),
    ("answer", "save", 0, "def save(xs):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "save-1",
        2,
        "import json, os\nassert not os.path.exists('xs.json')\nfor xs in ([1], [1, 2]):\n    save(xs)\n    with open('xs.json') as file:\n"
        "        assert json.load(file) == xs",
    ),
    ("answer", "later", 0, "async def later(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    ("test", "later-1", 2, "import asyncio\nassert await asyncio.gather(later(1), later(2)) == [2, 4]"),
]
CLASSES = [
    ("answer", "account", 0, "class Account:\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    ("test", "account-1", 4, "a = Account(10)\na.pay(3)\nassert a.balance == 7"),
    (
        "test",
        "account-2",
        2,
        "from unittest import TestCase\nwith TestCase().assertRaises(ValueError):\n    Account(1).pay(3)",
    ),
    ("answer", "loop", 0, "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"),
    (
        "test",
        "loop-1",
        2,
        "for name in ('double',):\n    for x in range(5):\n        assert globals()[name](x) == 2 * x",
    ),
    ("test", "loop-2", 1, "import inspect\nassert 'import' not in inspect.getsource(double)\nassert double.__doc__"),
]
COURSE = {"statistics": STATISTICS, "programs": PROGRAMS, "classes": CLASSES}
TRUST = ["classes:account-1", "classes:account-2"]

GOOD = {
    "mean": "def mean(xs):\n    if not len(xs): raise ValueError('empty')\n    return sum(xs) / len(xs)",
    "partial": "def vowels(word):\n    print('counting', word)\n    return sum(c in 'aeiou' for c in word.lower())",
    "table": "by_region = sales.groupby('region')['eur'].sum()",
    "why": "Because.",
    "order": "import warnings\nwarnings.warn('old')\ndef order(xs): xs.sort()",
    "greet": "def greet(name): print(f'Hello, {name}')",
    "newton": "def newton(f, slope, x):\n    for _ in range(30): x -= f(x) / slope(x)\n    return x",
    "fibonacci": "def fibonacci():\n    a, b = 0, 1\n    while True:\n        yield a\n        a, b = b, a + b",
    "ask": "def ask():\n    return int(input('One: ')) + int(input('Two: '))",
    "save": "import json\ndef save(xs):\n    with open('xs.json', 'w') as file: json.dump(xs, file)",
    "later": "import asyncio\nasync def later(x):\n    await asyncio.sleep(0.001)\n    return 2 * x",
    "account": "class Account:\n    def __init__(self, balance): self.balance = balance\n"
    "    def pay(self, eur):\n        if eur > self.balance: raise ValueError\n        self.balance -= eur",
    "loop": "def double(x):\n    'Twice.'\n    return 2 * x",
}
MIXED = {
    **GOOD,
    "mean": "def mean(xs): return sum(xs) / len(xs)",
    "partial": "def vowels(word): return sum(c in 'aeiou' for c in word)",
    "table": "by_region = sales.groupby('region')['eur'].mean()",
    "order": "def order(xs): return sorted(xs)",
    "greet": "def greet(name): return f'Hello, {name}'",
    "fibonacci": "def fibonacci(): return [0, 1, 1, 2, 3, 5, 8]",
    "ask": "def ask(): return int(input()) * 2",
    "save": "def save(xs):\n    with open('xs.json', 'a') as file: file.write(str(xs))",
    "later": "async def later(x): return x",
    "account": "class Account:\n    def __init__(self, balance): self.balance = balance\n    def pay(self, eur): self.balance -= eur",
    "loop": "import math\ndef double(x): return 2 * x",
}
CLASS = {"good": GOOD, "mixed": MIXED, "blank": {}}


def notebook(cells: list) -> nbformat.NotebookNode:
    made = nbformat.v4.new_notebook()
    for number, (kind, name, points, source) in enumerate(cells):
        cell = (nbformat.v4.new_markdown_cell if kind in ("essay", "text") else nbformat.v4.new_code_cell)(source)
        meta = {"schema_version": 3, "grade_id": name or f"given-{number}", "grade": kind in ("test", "essay")}
        meta |= {"solution": kind in ("answer", "essay"), "locked": kind in ("test", "given"), "task": False}
        if meta["grade"]:
            meta["points"] = points
        cell.metadata["nbgrader"] = meta
        made.cells.append(cell)
    return made


def config_of(root: Path) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "other"
    return config


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course, released by nbgrader as it comes, with what a class handed in."""
    root = tmp_path_factory.mktemp("other")
    (root / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'other'\n")
    source = root / "source" / "week1"
    source.mkdir(parents=True)
    (source / "helpers.py").write_text(HELPERS)
    (source / "sales.csv").write_text(SALES)
    for name, cells in COURSE.items():
        nbformat.write(notebook(cells), source / f"{name}.ipynb")
    config = config_of(root)
    directory = CourseDirectory(config=config)
    directory.assignment_id = "week1"
    with nbgrader_log() as log:
        GenerateAssignment(coursedir=directory, config=config).start()
    assert not log
    for learner, answers in CLASS.items():
        folder = root / "submitted" / learner / "week1"
        shutil.copytree(root / "release" / "week1", folder)
        for name in COURSE:
            handed = nbformat.read(folder / f"{name}.ipynb", as_version=4)
            for cell in handed.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = answers.get(grade_id, cell.source)
            nbformat.write(handed, folder / f"{name}.ipynb")
    return root


def scores(root: Path) -> dict:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        return {
            (learner, name, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for learner in CLASS
            for name in COURSE
            for grade in gradebook.find_submission_notebook(name, "week1", learner).grades
        }


def test_each_task_of_another_course_gets_what_nbgrader_gives_it(course, tmp_path):
    stock = shutil.copytree(course, tmp_path / "stock")
    config = config_of(stock)
    with nbgrader_log():
        for learner in CLASS:
            directory = CourseDirectory(config=config)
            directory.assignment_id, directory.student_id = "week1", learner
            Autograde(coursedir=directory, config=config).start()
    ours = shutil.copytree(course, tmp_path / "ours")
    summary = grade_existing(ours, trust=TRUST, progress=False)
    theirs, mine = scores(stock), scores(ours)
    assert {place: mine[place] for place in theirs} == theirs
    assert sum(score or 0 for (learner, *_), (score, _) in mine.items() if learner == "good") == 39
    assert summary.statuses["not compared"] == 0
