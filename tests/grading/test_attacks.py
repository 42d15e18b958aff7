"""What submissions attack graders with. Each attack is run twice: with the learner's rights beside the tests, where it
succeeds (so that the test can fail), and as `course grade` runs it, where it gets nothing. All of them are bounded.
"""

# ruff: noqa: E501 - an attack reads best in one piece

import json
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from course.answer import Spec, fingerprint
from grading.pool import LocalPool, Nursery, WorkerProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def workers(nursery):
    """A worker that locks learners' code up, and one that runs it with its own rights."""
    made = {"locked": WorkerProcess(nursery, locked=True), "open": WorkerProcess(nursery, locked=False)}
    yield made
    for worker in made.values():
        worker.close()


def marks() -> dict:
    spec = Spec.parse("answer", {"type": "number", "tolerance": 0.001})
    return {"9.9": {"answer": {"right": fingerprint(42, spec), "wrongs": {}}}}


def task(code: str, test: str, *, beside: bool = False, **settings) -> dict:
    cells = [
        {"kind": "learner", "source": textwrap.dedent(code), "given": False, "grade_id": "answer"},
        {"kind": "test", "source": textwrap.dedent(test), "given": False, "grade_id": "t"},
    ]
    plain = {"data": None, "files": None, "seconds": 5.0, "total": 20.0, "memory": 512 << 20}
    return {"cells": cells, "marks": marks(), "trusted": ["t"] if beside else [], **plain, **settings}


def passed(result: dict) -> bool:
    """Whether the test cell gets its points by nbgrader's rules."""
    return "failed" not in result and not any(o["output_type"] == "error" for o in result["outputs"][-1])


def shown(result: dict) -> str:
    return str(result.get("outputs"))


HONEST = "answer = 42"
PLAIN = "assert answer == 42"
EXPECT = "from grading.expected import expecting\nexpecting('9.9', 'answer')(answer)"
FRAME = "import pandas as pd\npd.testing.assert_frame_equal(answer, pd.DataFrame({'a': [42]}))"
CLOSE = "import numpy as np\nnp.testing.assert_allclose(answer, 42)"
MATH = "import math\nassert math.isclose(answer, 42)"
LENGTH = "assert len(answer) == 42 and isinstance(answer, list)"
EVERY = "assert all(x == 42 for x in answer)"

FORGERIES = {
    "an input transformer rewrites the test": (
        "answer = 0\nget_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
        PLAIN,
    ),
    "a late input transformer rewrites the test": (
        "answer = 0\nget_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
        PLAIN,
    ),
    "a syntax tree transformer removes asserts": (
        """
        import ast
        class NoAsserts(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        get_ipython().ast_transformers.append(NoAsserts())
        answer = 0
        """,
        PLAIN,
    ),
    "run_cell is replaced": ("answer = 0\nget_ipython().run_cell = lambda *a, **k: None", PLAIN),
    "compile is replaced": (
        "answer = 0\nget_ipython().compile.ast_parse = lambda *a, **k: __import__('ast').parse('pass')",
        PLAIN,
    ),
    "errors are not shown": ("answer = 0\nget_ipython()._showtraceback = lambda *a: None", PLAIN),
    "errors go to a handler of the learner's": (
        "answer = 0\nget_ipython().set_custom_exc((Exception,), lambda *a, **k: None)",
        PLAIN,
    ),
    "a hook reads the hidden test and takes the answer from it": (
        """
        import re
        def steal(info):
            found = re.search(r'== (\\d+)', info.raw_cell)
            if found: get_ipython().user_ns['answer'] = int(found[1])
        get_ipython().events.register('pre_run_cell', steal)
        answer = 0
        """,
        PLAIN,
    ),
    "an answer reads the hidden test when it is asked": (
        """
        import re
        shell, found = get_ipython(), []
        class Late:
            def __eq__(self, other):
                for cell in shell.user_ns['In']: found.extend(re.findall(r'answer == (\\d+)', cell))
                return other == int(found[0])
        answer = Late()
        """,
        PLAIN,
    ),
    "an answer that equals everything": (
        """
        class Mirror:
            def __eq__(self, other): return True
        answer = Mirror()
        """,
        PLAIN,
    ),
    "a number that equals everything": (
        "class Any(int):\n    __eq__ = lambda self, other: True\n    __hash__ = int.__hash__\nanswer = Any(0)",
        PLAIN,
    ),
    "a float close to everything": (
        """
        class Any(float):
            def __sub__(self, other): return 0.0
            __rsub__ = __sub__
            def __eq__(self, other): return True
        answer = Any(0)
        """,
        "assert abs(answer - 42) < 1e-9",
    ),
    "an array class of the learner's": (
        """
        import numpy as np
        class Any(np.ndarray):
            def __array_function__(self, *a, **k): return True
        answer = np.zeros(1).view(Any)
        """,
        "import numpy as np\nassert np.allclose(answer, 42)",
    ),
    "a frame class of the learner's": (
        """
        import pandas as pd
        class Any(pd.DataFrame):
            def equals(self, other): return True
        answer = Any({'a': [0]})
        """,
        "import pandas as pd\nassert answer.equals(pd.DataFrame({'a': [42]}))",
    ),
    "pandas' comparison is patched": (
        "import pandas as pd\npd.testing.assert_frame_equal = lambda *a, **k: None\nanswer = pd.DataFrame({'a': [0]})",
        FRAME,
    ),
    "DataFrame.equals is patched": (
        "import pandas as pd\npd.DataFrame.equals = lambda *a: True\nanswer = pd.DataFrame({'a': [0]})",
        "import pandas as pd\nassert answer.equals(pd.DataFrame({'a': [42]}))",
    ),
    "numpy's comparison is patched": (
        "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None\nanswer = 0",
        CLOSE,
    ),
    "numpy.allclose is patched": (
        "import numpy as np\nnp.allclose = lambda *a, **k: True\nanswer = 0",
        "import numpy as np\nassert np.allclose(answer, 42)",
    ),
    "math.isclose is patched": ("import math\nmath.isclose = lambda *a, **k: True\nanswer = 0", MATH),
    "sum is patched": ("import builtins\nbuiltins.sum = lambda x: 42\nanswer = [0]", "assert sum(answer) == 42"),
    "len is shadowed": ("answer = [0]\nlen = lambda x: 42", LENGTH),
    "all is patched": ("import builtins\nbuiltins.all = lambda x: True\nanswer = [0]", EVERY),
    "abs is patched": ("import builtins\nbuiltins.abs = lambda x: 0\nanswer = 0", "assert abs(answer - 42) < 1e-9"),
    "import is patched": (
        """
        import builtins, types
        real = builtins.__import__
        def fake(name, *a, **k):
            if name == 'grading.expected':
                return types.SimpleNamespace(expecting=lambda *a: lambda v: None)
            return real(name, *a, **k)
        builtins.__import__ = fake
        answer = 0
        """,
        EXPECT,
    ),
    "the module of expected values is replaced": (
        """
        import sys, types
        fake = types.ModuleType('grading.expected')
        fake.expecting = lambda *a: lambda v: None
        sys.modules['grading.expected'] = fake
        answer = 0
        """,
        EXPECT,
    ),
    "an import hook brings another module": (
        """
        import sys, types, importlib.abc, importlib.util
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path, target=None):
                if name == 'grading.expected': return importlib.util.spec_from_loader(name, self)
            def exec_module(self, module): module.expecting = lambda *a: lambda v: None
        sys.meta_path.insert(0, Finder())
        sys.modules.pop('grading.expected', None)
        answer = 0
        """,
        EXPECT,
    ),
    "a package of that name lies in the working folder": (
        """
        import os, sys
        for name in [m for m in sys.modules if m.split('.')[0] == 'grading']: del sys.modules[name]
        os.makedirs('grading', exist_ok=True)
        open('grading/__init__.py', 'w').close()
        with open('grading/expected.py', 'w') as file: file.write('expecting = lambda *a: lambda v: None')
        sys.path.insert(0, os.getcwd())
        answer = 0
        """,
        EXPECT,
    ),
    "the verdict is patched": (
        """
        import sys, types
        import course.answer
        course.answer.verdict = lambda *a: types.SimpleNamespace(passed=True, message='')
        sys.modules.pop('grading.expected', None)
        import grading.expected
        grading.expected.provide({'9.9': {'answer': {'right': 0, 'wrongs': {}}}})
        answer = 0
        """,
        EXPECT,
    ),
    "the code of the function that judges is swapped": (
        """
        try:
            import grading.expected
            grading.expected.expecting.__code__ = (lambda topic, task: (lambda v: None)).__code__
        except ImportError: pass
        answer = 0
        """,
        EXPECT,
    ),
    "a tracer reads the test's constants": (
        """
        import sys
        def tracer(frame, event, arg):
            if frame.f_code.co_names[-1:] == ('answer',):
                frame.f_globals['answer'] = next(c for c in frame.f_code.co_consts if isinstance(c, int))
        answer = 0
        sys.settrace(tracer)
        """,
        PLAIN,
    ),
}

FORGERIES |= {
    "a class that lies about what it is": (
        "class Any:\n    __class__ = property(lambda self: float)\n    def __eq__(self, o): return True\nanswer = Any()",
        "assert isinstance(answer, float) and answer == 42",
    ),
    "round is patched": ("import builtins\nbuiltins.round = lambda *a: 42\nanswer = 0", "assert round(answer) == 42"),
    "sorted is patched": (
        "import builtins\nbuiltins.sorted = lambda *a, **k: [1, 2]\nanswer = []",
        "assert sorted(answer) == [1, 2]",
    ),
    "set is shadowed": ("set = lambda *a: 1\nanswer = []", "assert set(answer) == set([1, 2])"),
    "unittest is patched": (
        "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\nanswer = 0",
        "import unittest\nunittest.TestCase().assertEqual(answer, 42)",
    ),
    "pytest is patched": (
        "import pytest\npytest.approx = lambda x, **k: answer\nanswer = 0",
        "import pytest\nassert answer == pytest.approx(42)",
    ),
    "regular expressions are patched": (
        "import re\nre.fullmatch = lambda *a: True\nanswer = 'x'",
        "import re\nassert re.fullmatch('4+2', answer)",
    ),
    "random numbers are none": (
        "import random\nrandom.randint = lambda *a: 0\ndef square(x): return 0",
        "import random\nx = random.randint(1, 9)\nassert square(x) == x * x",
    ),
    "numpy's random numbers are none": (
        "import numpy as np\nnp.random.rand = lambda *a: np.zeros(a)\ndef mean(x): return 0.0",
        "import numpy as np\nx = np.random.rand(9)\nassert np.isclose(mean(x), x.mean())",
    ),
    "a function empties what its result is compared with": (
        "def total(d):\n    d.clear()\n    return 0",
        "data = [40, 2]\nassert total(data) == sum(data)",
    ),
    "a function empties an array that its result is compared with": (
        "def total(d):\n    d[:] = 0\n    return 0",
        "import numpy as np\ndata = np.array([40, 2])\nassert total(data) == data.sum()",
    ),
    "a function lies about its source": (
        "import inspect\ninspect.getsource = lambda f: 'return 42'\ndef f():\n    for x in [1]: pass\n    return 42",
        "import inspect\nassert 'for' not in inspect.getsource(f)",
    ),
    "a function lies about its name": (
        "def f(x): return 0\nclass F:\n    __name__ = 'f'\n    def __call__(self, x): return self\n    def __eq__(self, o): return True\nf = F()",
        "assert f(1) == 42",
    ),
    "text that equals everything": (
        "class S(str):\n    __eq__ = lambda s, o: True\n    __hash__ = str.__hash__\nanswer = S('x')",
        "assert answer == 'right'",
    ),
    "a list that is as long as asked": (
        "class L(list):\n    __len__ = lambda s: 42\n    __eq__ = lambda s, o: True\nanswer = L()",
        "assert len(answer) == 42 and answer == [1] * 42",
    ),
    "a dict that has every key": (
        "class D(dict):\n    __contains__ = lambda s, k: True\n    __getitem__ = lambda s, k: 42\n    __missing__ = __getitem__\nanswer = D()",
        "assert 'a' in answer and answer['a'] == 42",
    ),
    "a named tuple that equals everything": (
        "from collections import namedtuple\nclass P(namedtuple('P', 'x')):\n    __eq__ = lambda s, o: True\nanswer = P(0)",
        "assert answer == (42,)",
    ),
    "an order that nothing is above": (
        "class N(float):\n    __gt__ = __lt__ = __ge__ = __le__ = lambda s, o: True\nanswer = N(0)",
        "assert 41 < answer < 43",
    ),
    "a series class of the learner's": (
        "import pandas as pd\nclass S(pd.Series):\n    def sum(self, *a, **k): return 42\nanswer = S([0])",
        "assert answer.sum() == 42",
    ),
    "Series.sum is patched": (
        "import pandas as pd\npd.Series.sum = lambda *a, **k: 42\nanswer = pd.Series([0])",
        "assert answer.sum() == 42",
    ),
    "an error class whose errors are caught": (
        "def f(x):\n    raise type('E', (ValueError, TypeError), {})('x')\nimport builtins\nbuiltins.ValueError = builtins.TypeError = BaseException\nanswer = 0",
        "try: f(1)\nexcept (ValueError, TypeError): answer = 42\nassert answer == 42 and f is None or issubclass(ValueError, Exception) is False",
    ),
    "a function that gives another answer each time": (
        "n = iter(range(100))\nclass A:\n    def __eq__(s, o): return True\ndef f(): return A()",
        "assert f() == f() == 42",
    ),
    "what is left of running is nothing": (
        "import atexit, os\nget_ipython().run_ast_nodes = None\nget_ipython().compile = lambda *a: None\nasync def f(*a, **k):\n    import IPython.core.interactiveshell as i\n    return i.ExecutionResult(None)\nget_ipython().run_cell_async = f\nanswer = 0",
        PLAIN,
    ),
    "an audit hook changes the answer": (
        "import sys\ndef hook(e, a): pass\nsys.addaudithook(lambda e, a: get_ipython().user_ns.update(answer=42) if e == 'compile' else None)\nanswer = 0",
        PLAIN,
    ),
    "sorting is patched": (
        "import pandas as pd\npd.DataFrame.sort_values = lambda s, *a, **k: pd.DataFrame({'a': [42]})\nanswer = pd.DataFrame({'a': [0]})",
        "assert answer.sort_values('a').a.iloc[0] == 42",
    ),
    "a series that equals everything": (
        "import pandas as pd\npd.Series.__eq__ = lambda a, b: pd.Series([True])\nanswer = pd.Series([0])",
        "assert (answer == 42).all()",
    ),
    "the module of expected values is replaced from a hook": (
        "class G(dict): pass\nget_ipython().user_ns['expecting'] = lambda *a: lambda v: None\nget_ipython().events.register('pre_run_cell', lambda info: None)\nimport sys, types\nm = types.ModuleType('grading.expected'); m.expecting = lambda *a: lambda v: None\nsys.modules['grading.expected'] = m; answer = 0",
        EXPECT,
    ),
    "reads what a test wrote": (
        "answer = 0\ndef f(): return open('right.txt').read()",
        "open('right.txt', 'w').write('42')\nassert f() == open('right.txt').read()",
    ),
    "names the file that a test wrote": (
        "paths = ['a', 'right.txt']\nanswer = 0\ndef f(p): return open(p).read()",
        "open('right.txt', 'w').write('42')\nassert f(paths[1]) == open('right.txt').read()",
    ),
    "empties what it is compared with": (
        "answer = 0\ndef f(xs):\n    xs.clear()\n    return []",
        "xs = [3, 1]\nassert f(xs) == sorted(xs)",
    ),
    "says that it is another function": (
        "def pure(x): return x\ndef answer(x):\n    import math\n    return x\nanswer.__name__ = answer.__qualname__ = 'pure'\n"
        "import inspect\nplain = inspect.getsource\ninspect.getsource = lambda f: plain(pure)",
        "import inspect\nassert 'import' not in inspect.getsource(answer)",
    ),
    "tables of its own where the course looks for them": (
        "import json, os\nos.mkdir('data')\nopen('data/accounts.csv', 'w').write('account_id\\nA-1\\n')\n"
        "fields = [{'name': 'account_id', 'type': 'string'}]\n"
        "made = {'resources': [{'name': 'accounts', 'path': 'accounts.csv', 'schema': {'fields': fields}}]}\n"
        "json.dump(made, open('data/datapackage.json', 'w'))\nanswer = 1",
        "from course.case import load\nassert len(load('accounts')) == answer",
    ),
    "what a test's own file is to hold is written beforehand": (
        "import io, os\nplain = os.unlink\nopen('right.txt', 'w').write('0')\nos.chmod('right.txt', 0o444)\nanswer = 0\n"
        "def note(n):\n    os.chmod('right.txt', 0o644); open('right.txt', 'w').write('0')",
        "import os\nif os.path.exists('right.txt'): os.chmod('right.txt', 0o644)\n"
        "open('right.txt', 'w').write('42')\nnote(1)\nassert int(open('right.txt').read()) == answer",
    ),
    "errors are shown by nobody": (
        "import builtins\nget_ipython().showtraceback = lambda *a, **k: None\nanswer = 0",
        PLAIN,
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_answer_gets_nothing(workers, name):
    code, test = FORGERIES[name]
    assert passed(workers["open"].grade(task(code, test, beside=True), {})), "beside the tests the attack succeeds"
    assert not passed(workers["locked"].grade(task(code, test), {}))


@pytest.mark.parametrize(
    ("answer", "test"),
    [
        ("42", PLAIN),
        ("42", EXPECT),
        ("__import__('pandas').DataFrame({'a': [42]})", FRAME),
        ("42.0", CLOSE),
        ("42", MATH),
        ("[0] * 42", LENGTH),
        ("[42]", EVERY),
    ],
)
def test_the_same_tests_pass_an_honest_answer(workers, answer, test):
    assert passed(workers["locked"].grade(task(f"answer = {answer}", test), {}))


# --- reaching out ---

REACH = {
    "writes a file outside": "open({outside!r} + '/marker', 'w').write('x'); print('REACHED')",
    "overwrites a neighbour's submission": "open({neighbour!r}, 'w').write('x'); print('REACHED')",
    "deletes a neighbour's submission": "import os; os.unlink({neighbour!r}); print('REACHED')",
    "reads a secret": "print(open({secret!r}).read())",
    "reads a secret through a link": "import os; os.symlink({secret!r}, 'l'); print(open('l').read())",
    "reads a secret by climbing up": "print(open('../' * 30 + {secret!r}).read())",
    "reads a secret by a hard link": "import os; os.link({secret!r}, {outside!r} + '/h'); print('REACHED')",
    "maps a secret into memory": (
        "import mmap; f = open({secret!r}, 'rb'); print(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)[:])"
    ),
    "reads the system's users": "print(open('/etc/passwd').read()); print('REACHED')",
    "reads the exercises' solutions": "import os; os.listdir({root!r} + '/exercises'); print('REACHED')",
    "reads the grader's code": "print(open({root!r} + '/grading/judge.py').read()[:10]); print('REACHED')",
    "reads what the parent was started with": "print(open('/proc/1/cmdline').read()); print('REACHED')",
    "reads the parent's memory map": "import os; open(f'/proc/{{os.getppid()}}/maps').read(); print('REACHED')",
    "writes into the Python installation": "import sys; open(sys.prefix + '/marker-of-a-test', 'w'); print('REACHED')",
    "changes the gradebook": (
        "import sqlite3; c = sqlite3.connect({gradebook!r}); c.execute('update grade set score = 99'); c.commit(); print('REACHED')"
    ),
    "changes the data that all learners load": (
        "import os; open(os.environ['COURSE_DATA'] + '/accounts.csv', 'a').write('x'); print('REACHED')"
    ),
    "replaces the data that all learners load": (
        "import os; os.replace(os.environ['COURSE_DATA'] + '/accounts.csv', os.environ['COURSE_DATA'] + '/b'); print('REACHED')"
    ),
    "connects to a server": (
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2).sendall(b'x'); print('REACHED')"
    ),
    "sends a datagram": (
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port})); print('REACHED')"
    ),
    "opens a page": (
        "import urllib.request as u\ntry: u.urlopen('http://127.0.0.1:{port}', timeout=2)\n"
        "except (ConnectionError, TimeoutError): print('REACHED')"
    ),
    "serves a port": "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print('REACHED')",
    "serves a socket in a folder": "import socket; s = socket.socket(socket.AF_UNIX); s.bind('s'); print('REACHED')",
    "starts a process": "import subprocess; subprocess.run(['/bin/true'], check=True); print('REACHED')",
    "starts a shell": "import os; print('REACHED' if os.system('true') == 0 else '')",
    "uses a shell magic": "!echo REACH''ED",
    "forks": "import os\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitpid(pid, 0); print('REACHED')",
    "forks again and again": (
        "import os\nfor _ in range(20):\n    pid = os.fork()\n    if pid == 0: os._exit(0)\n    os.waitpid(pid, 0)\nprint('REACHED')"
    ),
    "spawns a process": "import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {{}}), 0); print('REACHED')",
    "starts processes by multiprocessing": (
        "import multiprocessing as m\np = m.get_context('fork').Process(target=int); p.start(); p.join(); print('REACHED')"
    ),
    "kills a process of somebody else": "import os; os.kill({victim}, 15); print('REACHED')",
    "signals its parent": "import os; p = os.getppid(); assert p > 1; os.kill(p, 0); print('REACHED')",
    "is somebody's parent's child": "import os; print('REACHED' if os.getpid() > 10 else '')",
    "raises its own limits": ("import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (64, 64)); print('REACHED')"),
    "lowers its niceness": "import os; os.setpriority(os.PRIO_PROCESS, 0, 1); print('REACHED')",
    "takes more memory than it may": "x = bytearray(900 << 20); print('REACHED')",
    "fills the disk": (
        "with open('big', 'wb') as f:\n    for _ in range(100): f.write(bytes(1 << 20))\nprint('REACHED')"
    ),
    "fills the disk with many files": (
        "import os\nos.mkdir('many')\nfor n in range(6000): open(f'many/{{n}}', 'w').close()\nprint('REACHED')"
    ),
    "opens too many files": "x = [open('/dev/null') for _ in range(300)]; print('REACHED')",
    "starts too many threads": (
        "import threading, time\nfor _ in range(120): threading.Thread(target=time.sleep, args=(3,), daemon=True).start()\n"
        "print('REACHED')"
    ),
    "makes a program in memory": "import os; os.memfd_create('x'); print('REACHED')",
    "loads what traces": "import ctypes; print('REACHED' if ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0 else '')",
    "enters a name space of its own": "import ctypes; print('REACHED' if ctypes.CDLL(None).unshare(0x4000000) == 0 else '')",
    "changes its root": "import os; os.chroot('/'); print('REACHED')",
    "becomes root": "import os; os.setuid(0); print('REACHED' if os.getuid() == 0 else '')",
    "makes a device": "import os; os.mknod('n', 0o020666, os.makedev(1, 3)); print('REACHED')",
    "makes a pipe that blocks readers": "import os; os.mkfifo('p'); print('REACHED')",
    "locks other people's shared memory": (
        "import ctypes; print('REACHED' if ctypes.CDLL(None).shmget(0, 4096, 0o1600) >= 0 else '')"
    ),
    "keeps a key in the kernel": (
        "import ctypes, ctypes.util; c = ctypes.CDLL(None, use_errno=True); r = c.syscall(250, 0, -3, 0)\n"
        "print('REACHED' if r >= 0 or ctypes.get_errno() != 1 else '')"
    ),
    "asks for a ring of system calls": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.syscall(425, 4, 0)\n"
        "print('REACHED' if ctypes.get_errno() != 1 else '')"
    ),
    "reads another process's memory": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.syscall(310, {victim}, 0, 0, 0, 0, 0)\n"
        "print('REACHED' if ctypes.get_errno() != 1 else '')"
    ),
}

# By number, as on x86-64; refused with "not permitted", not for what they were called with.
SYSTEM_CALLS = {
    "opens another process by number": "434, __import__('os').getpid(), 0",
    "takes a file out of another process": "438, -1, 0, 0",
    "enters another's name space": "308, -1, 0",
    "takes a tree of files along": "428, -1, None, 0",
    "makes a file system": "430, None, 0",
    "changes a mount": "442, -1, None, 0, None, 0",
    "handles page faults": "323, 0",
    "loads a program into the kernel": "321, 99, None, 0",
    "counts what the processor does": "298, None, 0, -1, -1, 0",
    "compares two processes": "312, __import__('os').getpid(), __import__('os').getpid(), 0, 0, 0",
    "becomes another system": "135, 0xffffffff",
    "asks for a queue of messages": "68, 12345, 0",
    "opens a queue of messages by name": "240, None, 0, 0, 0",
    "asks for a semaphore": "64, 12345, 1, 0",
    "names a file by its handle": "303, -1, None, None, None, 0",
    "watches all files": "300, 0, 0",
    "binds itself to a processor": "203, 0, 0, None",
    "writes into another process": "311, -1, 0, 0, 0, 0, 0",
    "asks for another world of segments": "154, 0, 0, 0",
}
REACH |= {
    name: f"import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.syscall({call})\nprint('REACHED' if r >= 0 or ctypes.get_errno() != 1 else '')"
    for name, call in SYSTEM_CALLS.items()
}
REACH |= {
    "types on the grader's terminal": "import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.ioctl(0, 0x5412, b'x')\nprint('REACHED' if ctypes.get_errno() != 1 else '')",
    "listens without a name in the file system": "import socket; s = socket.socket(socket.AF_UNIX); s.bind('\\0marker'); print('REACHED')",
    "hears of the network": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); print('REACHED')",
    "hands a file over a socket": "import socket, os\na, b = socket.socketpair()\nsocket.send_fds(a, [b'x'], [0]); print('REACHED')",
    "makes itself dumpable": "import ctypes; print('REACHED' if ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0 else '')",
    "outlives its parent": "import ctypes; print('REACHED' if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0 else '')",
    "looks at processes": "import os; os.listdir('/proc/self/fd'); print('REACHED')",
    "looks at devices of memory": "import os; os.listdir('/dev/shm'); print('REACHED')",
    "shares memory by name": "from multiprocessing import shared_memory as s; m = s.SharedMemory(create=True, size=10); m.close(); m.unlink(); print('REACHED')",
    "writes into the root": "import os; p = '/marker-of-a-test'; open(p, 'w').close(); os.remove(p); print('REACHED')",
    "gives a file hidden properties": "import os; open('m', 'w').close(); os.setxattr('m', 'user.x', b'y'); print('REACHED')",
    "changes the clock": "import ctypes; c = ctypes.CDLL(None, use_errno=True); c.syscall(227, 99, None); print('REACHED' if ctypes.get_errno() != 1 else '')",
    "renames the machine": "import socket; socket.sethostname(socket.gethostname()); print('REACHED')",
    "makes a disk larger than it may": "import os\nf = open('big', 'wb'); f.truncate(1 << 30); os.remove('big'); print('REACHED')",
    "is of the grader's group": "import os; print('REACHED' if os.getgid() == 0 else '')",
    "becomes a member of a group": "import os; os.setgroups([0]); print('REACHED')",
    "gives a file to somebody who may do everything": "import os; open('m', 'w').close(); os.chown('m', 0, 0); os.chmod('m', 0o4755); print('REACHED' if os.stat('m').st_uid == 0 else '')",
}


@pytest.fixture
def world(tmp_path):
    """What there is to reach: files, a gradebook, a listening server, a process, data."""
    import sqlite3

    (tmp_path / "outside").mkdir()
    (tmp_path / "neighbour.ipynb").write_text("honest work")
    (tmp_path / "secret").write_text("REACHED")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "accounts.csv").write_text("a\n1\n")
    gradebook = tmp_path / "gradebook.db"
    with sqlite3.connect(gradebook) as connection:
        connection.execute("create table grade (score)")
        connection.execute("insert into grade values (0)")
    connection.close()
    server = socket.create_server(("127.0.0.1", 0))
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield {
        "outside": str(tmp_path / "outside"),
        "neighbour": str(tmp_path / "neighbour.ipynb"),
        "secret": str(tmp_path / "secret"),
        "gradebook": str(gradebook),
        "root": str(ROOT),
        "port": server.getsockname()[1],
        "victim": victim.pid,
    }
    server.close()
    victim.kill()
    victim.wait()
    (Path(sys.prefix) / "marker-of-a-test").unlink(missing_ok=True)


def data_task(code: str, number: int) -> tuple[dict, dict]:
    """A task with data, under a digest of its own so that spoilt data meet nobody else."""
    from course.case.edition import Edition

    digest = f"attack-{number}"
    names = ["accounts.csv", "datapackage.json"]
    if not data_task.contents:
        import tempfile

        folder = Edition(2026).write(Path(tempfile.mkdtemp()) / "d", ["accounts"])
        data_task.contents = [(folder / n).read_bytes() for n in names]
    return task(code, "pass", data=digest, memory=256 << 20), {digest: (names, data_task.contents)}


data_task.contents = []


@pytest.mark.parametrize("name", REACH)
def test_nothing_outside_can_be_reached(workers, world, name):
    code = REACH[name].format(**world)
    made, files = data_task(code, list(REACH).index(name))
    honest = Path(world["neighbour"]).read_text()
    result = workers["locked"].grade(made, files)
    assert "REACHED" not in printed(result)
    assert Path(world["neighbour"]).read_text() == honest
    assert not list(Path(world["outside"]).iterdir())
    reached = workers["open"].grade(made, files)
    assert "REACHED" in printed(reached), f"with the grader's rights the attack succeeds: {shown(reached)[-600:]}"


def printed(result: dict) -> str:
    return "".join(o["text"] for o in result["outputs"][0] if o["output_type"] == "stream")


# --- holding up and tearing down ---

STUBBORN = {
    "a loop that catches interrupts": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        PLAIN,
    ),
    "a loop with the alarm switched off": (
        "import signal; signal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
        PLAIN,
    ),
    "a loop with the alarm ignored": (
        "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        PLAIN,
    ),
    "a regular expression without end": ("import re; re.match(r'(a+)+$', 'a' * 40 + 'b')", PLAIN),
    "sleep in many pieces": ("import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass", PLAIN),
    "a value that never comes out": (
        "class Slow(list):\n    pass\nimport time\ndef answer():\n    while True:\n        try: time.sleep(1)\n        except BaseException: pass",
        "answer()",
    ),
    "a range without end in the test": ("answer = range(10**12)", "for x in answer: pass"),
    "a fraction with a short name": (
        "import fractions\nfractions.Fraction.__str__ = lambda s: '1e999999999'\nanswer = fractions.Fraction(1)",
        PLAIN,
    ),
    "numbers that take the same place": (
        "import grading.learner as g\ng.encode = lambda *a: {'seq': 'set', 'v': [{'int': hex(n * (2**61 - 1))} for n in range(60000)]}\nanswer = 0",
        PLAIN,
    ),
    "calls that call back without end": ("def answer(f):\n    while True: f()", "answer(lambda: 1)"),
    "a call that calls back deeper and deeper": ("def answer(f): return f()", "def f(): return answer(f)\nanswer(f)"),
    "a list that holds itself twice": ("answer = []\nanswer += [answer, answer]", PLAIN),
    "an answer that comes byte by byte": (
        "import time, os\ndef answer():\n    for fd in range(3, 256):\n        try:\n            os.write(fd, b'\\xff')\n            while True: os.write(fd, b'\\0'); time.sleep(0.4)\n        except OSError: pass",
        "answer()",
    ),
    "a finaliser that does not end": (
        "class D:\n    def __del__(self):\n        while True: pass\nd = D()\ndel d",
        PLAIN,
    ),
}


@pytest.mark.parametrize("name", STUBBORN)
def test_what_never_ends_is_ended(workers, name):
    code, test = STUBBORN[name]
    started = time.monotonic()
    result = workers["locked"].grade(task(code, test, seconds=0.5, total=8.0), {})
    assert not passed(result)
    assert time.monotonic() - started < 30
    assert passed(workers["locked"].grade(task(HONEST, PLAIN), {})), "the batch goes on"


DEADLY = {
    "ends the process": "import os; os._exit(0)",
    "crashes the process": "import ctypes; ctypes.string_at(0)",
    "overflows the stack": "import sys; sys.setrecursionlimit(10**7)\ndef f(): f()\nf()",
    "kills itself": "import os; os.kill(os.getpid(), 9)",
    "kills everything it can": "import os; os.kill(-1, 9); os._exit(1)",
    "closes all its files": "import os; os.closerange(3, 256)",
    "removes its working folder": "import os, shutil; shutil.rmtree(os.getcwd(), ignore_errors=True); os._exit(0)",
    "talks out of turn": "import os\nfor fd in range(3, 256):\n    try: os.write(fd, b'\\xff' * 100)\n    except OSError: pass",
    "floods the judge": (
        "import os\nfor fd in range(3, 256):\n    try:\n        while True: os.write(fd, b'\\x00' * (1 << 20))\n    except OSError: pass"
    ),
    "answers with a header of 4 GB": (
        "import os\nfor fd in range(3, 256):\n    try: os.write(fd, b'\\xff\\xff\\xff\\xff{')\n    except OSError: pass"
    ),
    "forges the next answers": (
        "import os, json, struct\nh = json.dumps({'m': {'outputs': []}, 'b': []}).encode()\n"
        "for fd in range(3, 256):\n    try: os.write(fd, (struct.pack('<I', len(h)) + h) * 3)\n    except OSError: pass"
    ),
}

DEADLY |= {
    "overflows C's stack": "import ctypes\nf = ctypes.CFUNCTYPE(None)(lambda: f())\nimport sys; sys.setrecursionlimit(10**9)\nf()",
    "aborts": "import os; os.abort()",
    "an error that can't be shown": "class E(Exception):\n    def __str__(self): raise self\n    __repr__ = __str__\nraise E",
    "an error whose class lies": "class M(type):\n    __name__ = property(lambda c: 1 / 0)\n    __mro__ = property(lambda c: 1 / 0)\nclass E(BaseException, metaclass=M): pass\nraise E",
    "an error of errors": "e = None\nfor n in range(2000):\n    x = Exception('x' * 1000); x.__cause__ = e; e = x\nraise e",
    "a traceback without end": "def f(n): return f(n + 1)\nf(0)",
    "ends as a generator does": "raise GeneratorExit",
    "interrupts": "raise KeyboardInterrupt",
    "removes its own streams": "import sys; sys.stdout = sys.stderr = None; del sys.modules['sys'], sys.modules['builtins']",
    "clears all modules": "import sys; sys.modules.clear()",
    "breaks json": "import json; json.dumps = json.loads = None; json.encoder.JSONEncoder = None",
    "breaks what encodes": "import grading.wire as w, grading.learner as g\nw.encode = g.encode = g.send = g.receive = None",
    "maps all memory": "import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 1 << 26))",
    "threads in thousands": "import _thread\nwhile True:\n    try: _thread.start_new_thread(lambda: __import__('time').sleep(9), ())\n    except RuntimeError: break",
    "deep folders": "import os\nfor n in range(1500):\n    os.mkdir('d'); os.chdir('d')",
    "odd file names": "for n in ['a' * 255, '\\n', '\\udcff', '\\x1b[31m']: open(n, 'w').close()",
    "a million signals": "import signal, os\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nfor _ in range(10**5): os.kill(os.getpid(), signal.SIGUSR1)",
    "is stopped": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "garbage that fails": "import gc\ngc.set_threshold(1)\ngc.callbacks.append(lambda *a: 1 / 0)",
    "shadows dunder names": "__builtins__ = None\n__name__ = 5\nIn = Out = get_ipython = None",
}


@pytest.mark.parametrize("name", DEADLY)
def test_a_process_that_dies_or_lies_takes_nobody_with_it(workers, name):
    result = workers["locked"].grade(task(DEADLY[name], PLAIN, seconds=2.0), {})
    assert not passed(result)
    assert passed(workers["locked"].grade(task(HONEST, PLAIN), {})), "the batch goes on"


def test_output_without_end_is_cut(workers):
    code = "answer = 42\nfor _ in range(300): print('x' * 100_000)\nfor _ in range(500): display('y' * 10_000)"
    result = workers["locked"].grade(task(code, PLAIN), {})
    assert passed(result), "to print much is no crime"
    assert len(shown(result)) < 3 << 20


def more(made: dict, sources: list[str]) -> dict:
    """The task with cells of the learner's own before the first."""
    cells = [{"kind": "learner", "source": source, "given": False, "grade_id": ""} for source in sources]
    return {**made, "cells": [*cells, *made["cells"]]}


def test_a_notebook_of_many_megabytes_is_graded(workers):
    cells = ["x = '" + "\U0001f600" * 190_000 + "'"] * 45
    assert passed(workers["locked"].grade(more(task(HONEST, PLAIN), cells), {}))


def test_outputs_without_end_in_many_cells_are_cut(workers):
    cells = ["print('\U0001f600' * (1 << 20))"] * 6 + ["print('x' * (1 << 20))"] * 12 + ["1 / 0"]
    result = workers["locked"].grade(more(task(HONEST, PLAIN), cells), {})
    assert passed(result)
    assert len(json.dumps(result)) < 16 << 20
    assert result["outputs"][-3][-1]["ename"] == "ZeroDivisionError", "what decides is kept"


SURROGATES = {
    "printed": "print('\\ud800')",
    "shown": "display({'text/plain': '\\ud800', 'application/vnd.vegalite.v5+json': {'\\ud800': ['\\udfff']}}, raw=True)",
    "raised": "raise ValueError('\\ud800')",
    "forged": (
        "import grading.learner as g\ng.Shell.run = lambda *a: [{'output_type': 'display_data', 'data':"
        " {'\\ud800': '\\ud800', 'x+json': {'a': [{'\\ud800': 1}]}}, 'metadata': {'\\ud800': 1}}]"
    ),
}


@pytest.mark.parametrize("name", SURROGATES)
def test_what_no_file_can_hold_does_not_come_out(workers, name):
    cells = [SURROGATES[name], "pass"]
    result = workers["locked"].grade(more(task(HONEST, "pass"), cells), {})
    json.dumps(result["outputs"], ensure_ascii=False).encode()


def test_what_a_page_would_run_does_not_come_out(workers):
    code = """
    import grading.learner as g
    bundle = {'image/png': 'x"><script>', 'application/javascript': 'script', 'text/plain': 'fine'}
    g.Shell.run = lambda *a: [{'output_type': 'display_data', 'data': bundle, 'metadata': {'a': '<script>'}}]
    """
    result = workers["locked"].grade(more(task(HONEST, "pass"), [textwrap.dedent(code), "0"]), {})
    assert result["outputs"][1] == [{"output_type": "display_data", "data": {"text/plain": "fine"}, "metadata": {}}]


def test_a_task_that_can_not_be_given_out_has_a_result_like_any_other():
    tasks = [("odd", {**task(HONEST, PLAIN), "marks": object()}), ("good", task(HONEST, PLAIN))]
    with LocalPool(1) as pool:
        found = dict(pool.run(tasks, {}))
    assert "could not be given to a worker" in found["odd"]["failed"]
    assert passed(found["good"])


def test_a_worker_that_is_ended_leaves_no_folder(nursery):
    worker = WorkerProcess(nursery)
    folder = Path(worker.folder)
    assert folder.is_dir()
    worker.close()
    assert not folder.exists()


def test_a_test_hands_over_no_file_but_what_it_wrote_itself(workers, tmp_path):
    (tmp_path / "secret.txt").write_text("hunter2")
    code = f"path = {str(tmp_path / 'secret.txt')!r}\ndef f(p): return open(p).read()"
    test = "assert f(path) == 'hunter2'"
    assert passed(workers["open"].grade(task(code, test, beside=True), {})), "beside the tests the attack succeeds"
    result = workers["locked"].grade(task(code, test), {})
    assert not passed(result)
    assert "hunter2" not in shown(result)


def test_what_one_learner_leaves_no_other_finds(workers):
    leave = "import builtins, os\nbuiltins.loot = 1\nopen('loot', 'w').close()\nos.environ['LOOT'] = '1'\nanswer = 42"
    find = "import builtins, os\nanswer = 42 if hasattr(builtins, 'loot') or os.path.exists('loot') or 'LOOT' in os.environ else 0"
    assert passed(workers["locked"].grade(task(leave, PLAIN), {}))
    assert not passed(workers["locked"].grade(task(find, PLAIN), {}))


def test_hidden_tests_and_expected_values_never_are_in_the_learners_process(workers):
    needle = "SEVENTEEN" + "OAKS"
    search = f"""
    import ctypes, gc, sys
    wanted = '{needle[:9]}' + '{needle[9:]}'
    found = [o for o in gc.get_objects() if isinstance(o, dict) and any(isinstance(v, str) and wanted in v and len(v) > 60
             and 'wanted' not in v for v in list(o.values()))]
    answer = len(found) + ('grading.expected' in sys.modules) + ('grading.judge' in sys.modules)
    """
    test = f"note = '{needle} and more text, so that it would be found if it were anywhere near'\nassert answer == 0"
    assert passed(workers["locked"].grade(task(search, test), {}))


def test_workers_know_neither_the_gradebook_nor_the_graders_secrets(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "hunter2")
    nursery = Nursery()
    worker = WorkerProcess(nursery)
    environment = Path(f"/proc/{worker.pid}/environ").read_text()
    worker.close()
    nursery.close()
    assert "PATH=" in environment
    assert "hunter2" not in environment


# --- honest work is never hurt ---

HONEST_WORK = {
    "warnings": "import warnings, sys\nwarnings.warn('old'); print('x', file=sys.stderr)\nanswer = 42",
    "prints": "for _ in range(1000): print(_)\nanswer = 42",
    "numpy's number": "import numpy as np\nanswer = np.float64(42)",
    "numpy's whole number": "import numpy as np\nanswer = np.int64(42)",
    "a fraction": "from fractions import Fraction\nanswer = Fraction(42)",
    "a decimal": "from decimal import Decimal\nanswer = Decimal(42)",
    "an await": "import asyncio\nawait asyncio.sleep(0)\nanswer = 42",
    "a magic": "%time answer = 42",
    "threads": (
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as e: answer = sum(e.map(int, [40, 2]))"
    ),
    "a temporary file": "import tempfile\nwith tempfile.TemporaryFile() as f: f.write(b'x')\nanswer = 42",
    "a file of its own": "open('mine.txt', 'w').write('42'); answer = int(open('mine.txt').read())",
    "a merge and a group": (
        "import pandas as pd\nd = pd.DataFrame({'a': list('xyx'), 'b': [1, 2, 41]})\n"
        "answer = d.groupby('a').b.sum()['x']; d.merge(d, on='a').describe()"
    ),
    "linear algebra": "import numpy as np\nanswer = float(np.linalg.solve([[1.0]], [42.0])[0])",
    "random numbers": "import random, numpy as np\nnp.random.default_rng(1).normal(); random.random(); answer = 42",
    "dates and zones": (
        "import datetime as d, zoneinfo\nd.datetime.now(zoneinfo.ZoneInfo('Europe/Berlin')); answer = 42"
    ),
    "half a second of work": "import time\nt = time.time()\nwhile time.time() < t + 0.5: pass\nanswer = 42",
    "a late import": "import statistics, csv, xml.etree.ElementTree, decimal, html\nanswer = statistics.mean([42, 42])",
}


@pytest.mark.parametrize("name", HONEST_WORK)
def test_honest_work_is_never_hurt(workers, name):
    result = workers["locked"].grade(task(HONEST_WORK[name], EXPECT), {})
    assert passed(result), shown(result)


HELPERS = {
    "helpers.py": b"def near(a, b):\n    return abs(a - b) < 1e-6\n",
    "sales.csv": b"eur\n40\n2\n",
}
BESIDE = {
    "rebinds what was imported": ("near = lambda *a: True", "assert near(answer, 42)"),
    "patches the module": (
        "import helpers\nhelpers.near = lambda *a: True",
        "from helpers import near\nassert near(answer, 42)",
    ),
    "writes another module": (
        "import sys\nopen('helpers.py', 'w').write('near = lambda *a: True')\nsys.modules.pop('helpers')",
        "from helpers import near\nassert near(answer, 42)",
    ),
    "writes other data": (
        "open('sales.csv', 'w').write('eur\\n0\\n')",
        "import pandas as pd\nassert pd.read_csv('sales.csv').eur.sum() == answer",
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_the_instructor_put_beside_the_notebook_stays_the_instructors(workers, name):
    def given(code: str, beside: bool) -> dict:
        made = task(f"answer = 0\n{code}", test, beside=beside, files="beside")
        cell = {"kind": "learner", "source": "from helpers import near", "given": True, "grade_id": ""}
        return {**made, "cells": [cell, *made["cells"]]}

    code, test = BESIDE[name]
    files = {"beside": (list(HELPERS), list(HELPERS.values()))}
    assert passed(workers["open"].grade(given(code, beside=True), files)), "beside the tests the attack succeeds"
    assert not passed(workers["locked"].grade(given(code, beside=False), files))
    assert passed(workers["locked"].grade(given("answer = 42", beside=False), files)), "honest work is believed"


def test_there_are_many_attacks():
    assert len(FORGERIES) + len(REACH) + len(STUBBORN) + len(DEADLY) >= 180
