"""Ordinary tests, those of other people's courses too, find in honest work what they would find beside it."""

# ruff: noqa: E501 - a cell reads best in one piece

from base64 import b64decode

import pytest

from grading.pool import WorkerProcess
from grading.wire import MalformedError, decode

from .test_attacks import HONEST, PLAIN, passed, shown, task


@pytest.fixture(scope="module")
def worker(nursery):
    made = WorkerProcess(nursery)
    yield made
    made.close()


VALUES = {
    "a class that everybody has": (
        "answer = {'n': int, 't': str}",
        "assert answer['n'] is int and answer['t']('4') == '4'",
    ),
    "a path": (
        "from pathlib import Path\nanswer = Path('a') / 'b'",
        "from pathlib import Path\nassert answer == Path('a/b') and answer.name == 'b'",
    ),
    "a large whole number": (
        "import math\nanswer = math.factorial(3000)",
        "import math\nassert answer == math.factorial(3000)",
    ),
    "a named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\nanswer = P(1, 2)",
        "assert answer == (1, 2) and answer.y == 2",
    ),
    "a counter": (
        "from collections import Counter\nanswer = Counter('aab')",
        "assert answer.most_common(1) == [('a', 2)] and answer['z'] == 0",
    ),
    "a dict with a default": (
        "from collections import defaultdict\nanswer = defaultdict(list)\nanswer['a'].append(1)",
        "assert answer == {'a': [1]} and answer['z'] == []",
    ),
    "a deque": (
        "from collections import deque\nanswer = deque([1, 2])",
        "answer.popleft()\nassert list(answer) == [2]",
    ),
    "an ordered dict": (
        "from collections import OrderedDict\nanswer = OrderedDict(b=1, a=2)",
        "assert list(answer) == ['b', 'a']",
    ),
    "views of a dict": (
        "answer = {'a': 1}\nkeys, values, items = answer.keys(), answer.values(), answer.items()",
        "assert keys == {'a'} and sum(values) == 1 and dict(items) == answer",
    ),
    "an enumeration of whole numbers": (
        "from enum import IntEnum\nclass C(IntEnum):\n    RED = 1\nanswer = C.RED",
        "assert answer == 1",
    ),
    "text of a class of its own": ("class S(str): pass\nanswer = S('a')", "assert answer == 'a'"),
    "bands": (
        "import pandas as pd\nd = pd.DataFrame({'x': [1.0, 5.0, 9.0]})\nd['band'] = pd.cut(d.x, [0, 4, 10])\nanswer = d.groupby('band', observed=True).x.sum()",
        "import pandas as pd\nassert answer.tolist() == [1, 14] and answer.index[0] == pd.Interval(0, 4)",
    ),
    "times of a zone": (
        "import pandas as pd\nanswer = pd.Series(pd.date_range('2024-01-01', periods=2, tz='Europe/Berlin'))",
        "assert answer.dt.year.tolist() == [2024, 2024] and str(answer.dtype.tz) == 'Europe/Berlin'",
    ),
    "an index of a zone": (
        "import pandas as pd\nanswer = pd.Series([1, 2], pd.date_range('2024-01-01', periods=2, tz='UTC'))",
        "assert answer.index.year.tolist() == [2024, 2024]",
    ),
    "quarters": (
        "import pandas as pd\nd = pd.Series(pd.date_range('2024-01-01', periods=4, freq='40D'))\nanswer = d.dt.to_period('Q')\ncounts = answer.value_counts()",
        "assert answer.dt.quarter.tolist() == [1, 1, 1, 2] and counts.index[0].quarter == 1",
    ),
    "a time far away": ("import pandas as pd\nanswer = pd.Timestamp('3000-01-01')", "assert answer.year == 3000"),
    "an array of text": (
        "import numpy as np\nanswer = np.array(['a', 'bc'])",
        "assert answer.dtype.kind == 'U' and (answer == 'bc').sum() == 1",
    ),
    "a million numbers": ("answer = list(range(10**6))", "assert sum(answer) == sum(range(10**6))"),
    "many fractions": ("answer = [x / 7 for x in range(300_000)]", "assert answer[7] == 1.0"),
    "deeply nested": (
        "answer = ()\nfor n in range(40): answer = (n, answer)",
        "n = 0\nwhile answer: answer = answer[1]; n += 1\nassert n == 40",
    ),
    "missing values of every kind": (
        "import pandas as pd\nanswer = [pd.NA, pd.NaT, None, float('nan')]",
        "import pandas as pd\nassert answer[0] is pd.NA and answer[1] is pd.NaT and answer[3] != answer[3]",
    ),
    "an identifier in other letters": ("größe = 'ÄÖÜ 李'", "assert größe == 'ÄÖÜ 李'"),
}

FUNCTIONS = {
    "a generator": ("def gen(n):\n    for i in range(n): yield i", "assert list(gen(3)) == [0, 1, 2]"),
    "a generator without end": (
        "def odd():\n    n = 1\n    while True:\n        yield n\n        n += 2",
        "from itertools import islice\nassert list(islice(odd(), 3)) == [1, 3, 5]\ng = odd()\nassert next(g) + next(g) == 4",
    ),
    "a map": ("answer = map(str, [1, 2])", "assert list(answer) == ['1', '2']"),
    "a function that works in place": (
        "def order(x): x.sort()\ndef add(d, k): d[k] = 1\ndef double(f): f['z'] = f['a'] * 2\ndef shift(a): a += 1",
        "import numpy as np, pandas as pd\nx, d, f, a = [3, 1], {}, pd.DataFrame({'a': [1]}), np.array([1])\n"
        "order(x); add(d, 'k'); double(f); shift(a)\nassert x == [1, 3] and d == {'k': 1} and f.z[0] == 2 and a[0] == 2",
    ),
    "a function that prints": (
        "def greet(n): print('Hello', n)",
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as out: greet('Ann')\nassert out.getvalue() == 'Hello Ann\\n'",
    ),
    "a function that draws": (
        "import random, numpy as np\ndef roll(): return random.randint(1, 10**6), float(np.random.rand())",
        "import random, numpy as np\nrandom.seed(1); np.random.seed(1)\nfirst = roll()\nrandom.seed(1); np.random.seed(1)\n"
        "assert first == (random.randint(1, 10**6), np.random.rand())",
    ),
    "a function that gives a function": (
        "def adder(n): return lambda x: x + n\ndef compose(f, g): return lambda x: f(g(x))",
        "assert adder(2)(3) == 5 and compose(adder(1), adder(2))(0) == 3",
    ),
    "a function that takes one of the test's": (
        "def apply(f, xs): return [f(x) for x in xs]\ndef slope(f, x): return (f(x + 1e-6) - f(x)) / 1e-6",
        "import math, numpy as np\nassert apply(lambda x: x * 2, [1, 2]) == [2, 4] and apply(len, ['ab']) == [2]\n"
        "assert abs(slope(np.sin, 0) - 1) < 1e-3 and apply(str, xs=[1]) == ['1']",
    ),
    "a function within one of the test's": (
        "def apply(f, x): return f(x)\ndef inc(x): return x + 1",
        "assert apply(lambda x: inc(x) + apply(inc, x), 1) == 4",
    ),
    "a decorator": (
        "def twice(f): return lambda *a: f(f(*a))",
        "@twice\ndef inc(x): return x + 1\nassert inc(1) == 3",
    ),
    "errors of its own and of others": (
        "import json\nimport numpy as np\nfrom decimal import Decimal\nclass Mine(ValueError): pass\n"
        "def f(n): raise Mine('x')\ndef g(): np.linalg.inv(np.zeros((2, 2)))\ndef h(): json.loads('{')\ndef k(): return {}['k']\ndef q(): raise SystemExit(2)",
        "import json, pytest\nimport numpy as np\nwith pytest.raises(ValueError, match='x'): f(1)\nwith pytest.raises(np.linalg.LinAlgError): g()\n"
        "with pytest.raises(json.JSONDecodeError): h()\nwith pytest.raises(KeyError) as e: k()\nassert e.value.args == ('k',)\nwith pytest.raises(SystemExit): q()",
    ),
    "an error that the test's function raises": (
        "def safe(f):\n    try: return f()\n    except ZeroDivisionError: return 'none'",
        "assert safe(lambda: 1 / 0) == 'none'",
    ),
    "what it says of itself": (
        "def f(a, *, b=2):\n    'Says it.'\n    f.calls += 1\n    return a\nf.calls = 0",
        "import inspect\nassert f.__doc__ == 'Says it.' and list(inspect.signature(f).parameters) == ['a', 'b']\n"
        "f(1)\nassert f.calls == 1 and 'for ' not in inspect.getsource(f) and f.__name__ == 'f'",
    ),
    "an ordinary function": (
        "def f(a, b=2, *rest, c: int = 3, **more) -> int:\n    return a + b\nafter = lambda x: x + 1",
        "import inspect, types\nassert isinstance(f, types.FunctionType) and inspect.isfunction(f) and type(f).__name__ == 'function'\n"
        "assert f.__module__ == '__main__' and repr(f).startswith('<function f') and after.__name__ == '<lambda>'\n"
        "assert f.__code__.co_argcount == 2 and f.__code__.co_varnames[:2] == ('a', 'b') and f.__code__.co_kwonlyargcount == 1\n"
        "parameters = inspect.signature(f).parameters\nassert parameters['b'].default == 2 and parameters['a'].default is inspect.Parameter.empty\n"
        "assert f.__annotations__ == {'c': int, 'return': int} and inspect.getfullargspec(f).args == ['a', 'b']",
    ),
    "a function under another's name": (
        "def f(x): return x + 1",
        "import functools\n@functools.wraps(f)\ndef g(x): return 2 * f(x)\nassert g(1) == 4 and g.__name__ == 'f' and functools.partial(f, 1)() == 2",
    ),
    "a function that draws by lot": (
        "import random, time\ndef f():\n    time.sleep(60)\n    return random.choice([1, 2, 3])",
        "from unittest.mock import patch\nimport time\ntime.sleep = lambda seconds: None\nwith patch('random.choice', return_value=7) as choice: assert f() == 7\n"
        "choice.assert_called_once_with([1, 2, 3])",
    ),
    "a function that waits": (
        "import time\ndef f():\n    time.sleep(60)\n    return 1",
        "from unittest.mock import patch\nwith patch('time.sleep') as sleep: assert f() == 1\nsleep.assert_called_once_with(60)",
    ),
    "a function that calls another of the learner's": (
        "def g(): return 1\ndef f(): return g() + 1",
        "from unittest.mock import patch\nwith patch('__main__.g', return_value=5): assert f() == 6\nassert f() == 2",
    ),
    "a function that warns": (
        "import warnings\ndef f():\n    warnings.warn('old', DeprecationWarning)\n    return 1",
        "import pytest, warnings\nwith pytest.warns(DeprecationWarning, match='old'): assert f() == 1\n"
        "with warnings.catch_warnings(record=True) as caught:\n    warnings.simplefilter('always')\n    f()\nassert len(caught) == 1",
    ),
    "a static method": ("class A:\n    @staticmethod\n    def f(x): return x + 1", "assert A.f(1) == 2"),
    "a coroutine": (
        "import asyncio\nasync def get(n):\n    await asyncio.sleep(0)\n    if n < 0: raise ValueError('neg')\n    return n + 1",
        "import asyncio, pytest\nassert await get(1) == 2\nassert sum(await asyncio.gather(get(1), get(2))) == 5\n"
        "with pytest.raises(ValueError, match='neg'): await get(-1)\nawait get(0)",
    ),
    "a function that asks": (
        "def ask():\n    name = input('Name? ')\n    return f'{name} {input()}'",
        "from unittest.mock import patch\nwith patch('builtins.input', side_effect=['Ann', 'Lee']) as asked: assert ask() == 'Ann Lee'\n"
        "assert asked.call_args_list[0].args == ('Name? ',) and asked.call_count == 2\n"
        "input = lambda prompt='': '7'\nassert ask() == '7 7'",
    ),
    "a function of which a test counts what it prints": (
        "def count(n):\n    for i in range(n): print(i)",
        "from unittest.mock import call, patch\nwith patch('builtins.print') as printed: count(2)\n"
        "assert printed.call_args_list == [call(0), call(1)]",
    ),
    "arguments by any name": ("def f(**k): return sorted(k)", "assert f(a=1, self=2) == ['a', 'self']"),
}

PLACES = {
    "by asking whether it is there": (HONEST, "assert 'answer' in globals() and 'nothing' not in globals()"),
    "by asking for it": (HONEST, "assert globals().get('answer') == 42 and globals().get('nothing', 1) == 1"),
    "in a list of all names": (HONEST, "assert 'answer' in dir() and 'answer' in locals() and 'answer' in vars()"),
    "by import": ("def f(): return 42", "from __main__ import f\nassert f() == 42"),
    "by way of the shell": (
        HONEST,
        "assert get_ipython().user_ns['answer'] == 42\nfrom IPython import get_ipython as g\nassert g() is not None",
    ),
    "while it takes the time": ("def f(n): return n + 1", "%time assert f(1) == 2\n%timeit -n 2 -r 1 f(2)"),
    "under a magic": ("def f(n): print('n is', n)", "%%capture said\nf(1)"),
    "and shows it": (HONEST, "display(answer)\nassert answer == 42"),
    "by hypothesis": (
        "def f(x): return x * 2",
        "from hypothesis import given, settings, strategies as st\n@settings(max_examples=20, deadline=None, database=None)\n@given(st.integers())\n"
        "def check(x): assert f(x) == 2 * x\ncheck()",
    ),
    "by unittest": (
        "def f(x):\n    if x < 0: raise ValueError('neg')\n    return x",
        "from unittest import TestCase\nTestCase().assertRaises(ValueError, f, -1)\nTestCase().assertEqual(f(1), 1)",
    ),
}

SAVES = "import pandas as pd\npd.DataFrame({'a': [1, 2]}).to_csv('out.csv', index=False)"
FILES = {
    "a table": (SAVES, "import pandas as pd\nassert pd.read_csv('out.csv').a.sum() == 3"),
    "text": (
        "from pathlib import Path\nPath('notes').mkdir()\nPath('notes/a.txt').write_text('größe')",
        "from pathlib import Path\nimport os\nassert Path('notes/a.txt').read_text() == 'größe' and os.path.isdir('notes')\n"
        "with open('./notes/a.txt', encoding='utf-8') as f: assert f.readline() == 'größe'",
    ),
    "what a function writes, each time": (
        "import json\ndef save(n):\n    with open('n.json', 'w') as f: json.dump({'n': n}, f)",
        "import json, os\nassert not os.path.exists('n.json')\nfor n in (1, 2):\n    save(n)\n    assert json.load(open('n.json')) == {'n': n}",
    ),
    "a file that it is to read": (
        "import pandas as pd\ndef count(path):\n    with open(path) as f: return len(f.readlines())\ndef total(path): return pd.read_csv(path).a.sum()",
        "import pandas as pd, pathlib, tempfile\npathlib.Path('t.txt').write_text('a\\nb\\n')\nassert count('t.txt') == 2\n"
        "with tempfile.TemporaryDirectory() as folder:\n    path = pathlib.Path(folder) / 't.csv'\n    pd.DataFrame({'a': [1, 2]}).to_csv(path)\n"
        "    assert total(path) == 3\nwith tempfile.NamedTemporaryFile('w', suffix='.txt') as f:\n    print('a', file=f, flush=True)\n    assert count(f.name) == 1",
    ),
    "a file that it is to write": (
        "def note(path, text):\n    with open(path, 'a') as f: f.write(text)",
        "import os, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    path = os.path.join(folder, 'n.txt')\n"
        "    for right in ('a', 'aa'):\n        note(path, 'a')\n        assert os.path.exists(path) and open(path).read() == right",
    ),
    "that a picture is there": (
        "open('plot.png', 'wb').write(b'0123')",
        "import os\nfrom pathlib import Path\nassert os.path.exists('plot.png') and os.path.getsize('plot.png') == 4\n"
        "assert Path('plot.png').is_file() and not Path('other.png').exists()",
    ),
    "a file that the test writes itself": (
        "open('own.txt', 'w').write('the learner wrote this')",
        "open('own.txt', 'w').write('mine')\nassert open('own.txt').read() == 'mine'",
    ),
}

AROUND = {
    "a command of the system": "!ls\nfiles = !ls\nanswer = 42",
    "an installation": "%pip install -q pandas\n!pip install pandas\nanswer = 42",
    "many threads": (
        "import time\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(40) as e: list(e.map(lambda i: time.sleep(0.02) or [0] * 10**4, range(80)))\nanswer = 42"
    ),
    "a stream's encoding": "import sys\nsys.stdout.encoding.lower(), sys.stderr.encoding\nanswer = 42",
    "help": "help(len)\nanswer = 42",
    "folders": "import os\nos.mkdir('a')\n%cd a\n%pwd\n%cd ..\nanswer = 42",
    "tables of a database": (
        "import sqlite3\nimport pandas as pd\nwith sqlite3.connect('d.db') as c: pd.DataFrame({'a': [42]}).to_sql('t', c)\n"
        "answer = int(pd.read_sql('select a from t', sqlite3.connect('d.db')).a[0])"
    ),
    "a script": "open('own.py', 'w').write('n = 42')\n%run own.py\nimport own\nanswer = own.n + n - 42",
    "the end of the program": "answer = 42\nexit()",
    "line ends of Windows": "answer = 4\r\nanswer = 42\r\n",
}

ALL = {**VALUES, **FUNCTIONS, **PLACES, **FILES, **{name: (code, PLAIN) for name, code in AROUND.items()}}


@pytest.mark.parametrize("name", ALL)
def test_a_test_finds_what_it_would_find_beside_it(worker, name):
    code, test = ALL[name]
    result = worker.grade(task(code, test), {})
    assert passed(result), shown(result)


def test_a_function_that_never_ends_costs_its_own_task_only(worker):
    made = task("def f():\n    while True: pass\nanswer = 42", "f()", seconds=0.5)
    made["cells"].append({"kind": "test", "source": PLAIN, "given": True, "grade_id": "u"})
    result = worker.grade(made, {})
    assert result["outputs"][1][-1]["ename"] == "TimeoutError"
    assert passed(result)


@pytest.mark.parametrize(
    ("code", "test"),
    [
        ("class Mine(Exception): pass\ndef f(): raise Mine", "try: f()\nexcept Mine: pass"),
        ("open('out.bin', 'wb').write(b'a')", "open('out.bin', 'rb').read()"),
        ("open('z.txt', 'w').write('a' * (20 << 20))", "assert len(open('z.txt').read()) == 20 << 20"),
        ("import re\nanswer = re.compile('a')", "assert answer.match('a')"),
        (
            "from enum import IntEnum\nclass C(IntEnum):\n    RED = 1\nanswer = [C.RED]",
            "assert answer == [1] and answer[0].name == 'RED'",
        ),
        ("def f(d):\n    d['a'] = 1\n    return d", "d = {}\nf(d)\nassert d == {'a': 1}"),
        ("class A: pass\nclass B(A): pass", "assert issubclass(B, A)"),
        (
            "import os\ndef f(): return os.getcwd()",
            "from unittest.mock import patch\nwith patch('os.getcwd', return_value='/x'): assert f() == '/x'",
        ),
        ("def f(): return open('n.txt').read()", "open('n.txt', 'w').write('a')\nassert f() == 'a'"),
        ("class D(dict):\n    a = 1\ndef make(): return D()", "assert make().a == 1"),
        (
            "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.set_title('T')",
            "assert axes.get_title() == 'T'",
        ),
    ],
)
def test_what_can_not_be_compared_is_said_to_be_so(worker, code, test):
    result = worker.grade(task(code, test), {})
    assert not passed(result)
    assert result["opaque"]["t"]
    assert passed(worker.grade(task(code, test, beside=True), {}))


@pytest.mark.parametrize("first", ["%matplotlib inline\n", ""])
@pytest.mark.parametrize("last", ["", "\nplt.show()"])
def test_a_figure_is_shown_as_in_a_kernel(worker, first, last):
    made = task(f"{first}import matplotlib.pyplot as plt\nplt.plot([1, 2]){last}\nanswer = 42", PLAIN)
    result = worker.grade(made, {})
    assert passed(result), shown(result)
    [figure] = [o["data"]["image/png"] for o in result["outputs"][0] if "image/png" in o.get("data", {})]
    assert b64decode(figure).startswith(b"\x89PNG")


def test_a_picture_of_bytes_is_shown_too(worker):
    made = task("from PIL import Image\nanswer = 42\nImage.new('L', (2, 2))", PLAIN)
    [picture] = worker.grade(made, {})["outputs"][0]
    assert b64decode(picture["data"]["image/png"]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def total(): return sum(xs)", "a xs that it shares with the code"),
        ("def total():\n    xs = [1]\n    return sum(xs)", ""),
        ("def total(xs=(1,)): return sum(xs)", ""),
    ],
)
def test_a_test_that_gives_a_given_name_another_value_is_compared_unless_the_code_uses_that_name(worker, code, said):
    made = task(code, "xs = [1, 2]\nassert total() == 3")
    made["cells"].insert(0, {"kind": "learner", "source": "xs = [5]", "given": True, "grade_id": ""})
    result = worker.grade(made, {})
    assert not passed(result)
    assert result["opaque"] == ({"t": said} if said else {})


def test_a_file_without_end_costs_its_own_task_only(worker):
    made = task(f"import os\nos.symlink('/dev/zero', 'z.txt')\n{HONEST}", "open('z.txt').read()")
    made["cells"].append({"kind": "test", "source": PLAIN, "given": True, "grade_id": "u"})
    result = worker.grade(made, {})
    assert "z.txt" in result["opaque"]["t"]
    assert passed(result)


@pytest.mark.parametrize(
    "form",
    [
        {"exact": "Fraction", "v": "1e999999999"},
        {"exact": "Fraction", "v": "1/0"},
        {"exact": "Decimal", "v": "sNaN"},
        {"exact": "Decimal", "v": "1E+999999999"},
        {"timestamp": "0", "unit": "ns", "tz": "dateutil//etc/localtime"},
        {"timestamp": "0", "unit": "ns", "tz": "../../etc/localtime"},
        {"timestamp": "0", "unit": "Y", "tz": None},
        {"named": ["x=__import__('os')"], "name": "P", "v": [{"plain": 1}]},
        {"named": ["x"], "name": "P, __import__('os')", "v": [{"plain": 1}]},
        {"dict": [], "by": "eval"},
        {"int": "0x" + "f" * (1 << 20)},
    ],
)
def test_forms_that_would_cost_more_than_they_say_are_refused(form):
    with pytest.raises(MalformedError):
        decode(form, [])
