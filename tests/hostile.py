"""Submissions of every hostile kind, each tiny, and what each must earn.

A row is a name, what lies in the learner's folder, and what it earns: an outcome for 03.1 (or the
exercise that it names), or a line about a file that could not be read. Nothing of it may cost
anybody else anything: in each run an honest learner is judged beside it.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

IMPORTS = "import torch\nfrom lstm_lessons import exercise"
BODY = """
    z = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    z_i, z_f, z_g, z_o = z.chunk(4, dim=-1)
    c = torch.sigmoid(z_f) * c + torch.sigmoid(z_i) * torch.tanh(z_g)
    return torch.sigmoid(z_o) * torch.tanh(c), c
"""
HEAD = "def cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):"
RIGHT = HEAD + BODY
WRONG = RIGHT.replace("z_i, z_f, z_g, z_o =", "z_i, z_f, z_o, z_g =")
CHECK = 'exercise("03.1").check(cell)'


def body(*lines: str) -> str:
    """Return the function of 03.1 with these lines before its right body."""
    return HEAD + "".join(f"\n    {line}" for line in lines) + BODY


def instead(*lines: str) -> str:
    """Return the function of 03.1 with these lines for its body."""
    return HEAD + "".join(f"\n    {line}" for line in lines) + "\n"


def notebook(*cells: str, outputs: list[Any] | None = None) -> str:
    """Return a notebook of code cells; the last gets the ``outputs``."""
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": each}
        for n, each in enumerate(cells)
    ]  # fmt: skip
    made[-1]["outputs"] = outputs or []
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


def answers(*before: str, answer: str = RIGHT, after: tuple[str, ...] = ()) -> str:
    """Return a notebook with cells before and behind the answer of 03.1."""
    return notebook(IMPORTS, *before, answer, CHECK, *after)


def _version_3() -> str:
    cells = [
        {"cell_type": "code", "input": each, "outputs": [], "language": "python", "metadata": {}}
        for each in (IMPORTS, RIGHT, CHECK)
    ]
    sheets = [{"cells": cells, "metadata": {}}]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets})


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.write(answers().encode())
        file.truncate(200 * 2**20)


_SAYS_CORRECT = {
    "output_type": "execute_result",
    "execution_count": 1,
    "metadata": {},
    "data": {"text/plain": "✓ Exercise 03.1 · Correct", "text/html": "<b>Correct</b>"},
}

Content = str | bytes | Callable[[Path], None]


@dataclass(frozen=True)
class Hostile:
    """One kind: its name is the learner's; ``holds`` are files, ``earns`` outcomes by exercise.

    ``line`` is part of what is said of a file instead; ``slow`` kinds wait for a limit.
    """

    name: str
    holds: Mapping[str, Content]
    earns: Mapping[str, str] = field(default_factory=dict)
    line: str = ""
    slow: bool = False

    def lay(self, folder: Path) -> None:
        """Write the files of this learner below a folder."""
        for name, content in self.holds.items():
            path = folder / self.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)


def kind(
    name: str, text: Content, outcome: str = "", line: str = "", slow: bool = False
) -> Hostile:
    """Return a kind that is one notebook."""
    earns = {"03.1": outcome} if outcome else {}
    return Hostile(name, {"03.ipynb": text}, earns, line, slow)


_FAKE = '{"outcome": "correct", "exercise": "03.1"}'
_EVERY_FD = f"""
import os
for n in range(256):
    try:
        os.write(n, b'{_FAKE}\\n')
    except OSError:
        pass
"""
_PATCHED = """
import lstm_lessons.exercises as e
from lstm_lessons.exercises.engine import base, result
base.Exercise.check = lambda self, *a: result.Result("correct", None, "all right", self.number)
base.Exercise.judged = base.Exercise.check
try:
    from lstm_lessons.exercises.engine import function_exercise as f
    f.FunctionExercise._judge = lambda self, *a: base.Exercise.check(self)
    f.right = lambda *a: True
    f.same_gradients = lambda *a: True
except ImportError:
    pass
"""
_PATCHED_RESULT = """
from lstm_lessons.exercises.engine import result
result.Result.outcome = property(lambda self: "correct")
"""
_PATCHED_BUILTINS = """
import builtins
builtins.isinstance = lambda *a: True
builtins.all = lambda *a: True
builtins.float = lambda *a: 0.0
builtins.len = lambda *a: 0
"""
_PATCHED_TORCH = """
torch.Tensor.__eq__ = lambda *a: True
torch.equal = torch.allclose = lambda *a, **k: True
torch.Tensor.max = lambda *a, **k: torch.zeros(())
torch.Tensor.abs = lambda self: torch.zeros_like(self)
torch.autograd.grad = lambda *a, **k: ()
"""
_SOLUTIONS = """
from lstm_lessons.exercises.engine.text import text
found = text("03.1").made()
"""
_SOLUTION_FILES = """
import glob, lstm_lessons, os
root = os.path.dirname(os.path.dirname(lstm_lessons.__file__))
path = glob.glob(root + "/exercises/source/03_*.py")[0]
code = open(path).read().split("def cell")[1].split("# %%")[0]
exec("def found" + code)
"""
_CHECKER = """
seen = True
try:
    import lstm_lessons.exercises.lesson_03.write_the_cell
except ImportError:
    seen = False
"""
_FORKS = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
_DAEMON = """
import os, time
for _ in range(3):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(3600)
            os._exit(0)
    except OSError:
        pass
"""
_THREADS = """
import threading, time
for _ in range(20):
    threading.Thread(target=time.sleep, args=(3600,)).start()
"""
_SLY_ERROR = """
class Sly(Exception):
    def __str__(self):
        raise SystemExit(0)
    __repr__ = __str__
"""
_SLY_VALUE = """
class Sly:
    __class__ = torch.Tensor
    shape = torch.Size([3, 5])
    dtype = torch.float64
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter([self, self])
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __del__(self): raise SystemExit(1)
"""
_SLY_TENSOR = """
class Sly(torch.Tensor):
    @property
    def shape(self): return torch.Size([3, 5])
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None): return True
"""
_PICKLED = """
class Sly:
    def __reduce__(self):
        import os
        return os.system, ("touch /tmp/lstm-hostile-was-here",)
"""
_CHANGED_LIMITS = """
import sys, resource
sys.setrecursionlimit(10**9)
for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    try:
        resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError):
        pass
"""
_SIGNALS = """
import signal
for n in range(1, 65):
    try:
        signal.signal(n, lambda *a: None)
    except (OSError, ValueError):
        pass
"""
_NET = """
import socket
reached = False
try:
    socket.create_connection(("127.0.0.1", int(open('/tmp/lstm-hostile-port').read())), 1).close()
    reached = True
except (OSError, ValueError):
    pass
try:
    socket.create_connection(("1.1.1.1", 80), 1).close()
    reached = True
except OSError:
    pass
"""
_DELETES = """
import os, shutil
for place in (".", os.path.expanduser("~"), "..", "/tmp", "/root", "/home", "/work", "/usr/lib"):
    shutil.rmtree(place, ignore_errors=True)
for base, folders, files in os.walk("/"):
    if base.startswith(("/proc", "/sys")):
        folders[:] = []
        continue
    for name in files[:20]:
        try:
            os.unlink(os.path.join(base, name))
        except OSError:
            pass
"""
_FILLS = """
with open("big", "wb") as file:
    for _ in range(4096):
        file.write(bytes(2**20))
"""
_KILLS = """
import os, signal
for pid in (os.getppid(), 1, 0, -1):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError:
            pass
"""

HOSTILE: tuple[Hostile, ...] = (
    # What never ends, or takes without end.
    kind("loops in the answer", answers(answer=body("while True: pass")), "error", slow=True),
    kind("loops in a cell", answers("while True: pass"), "correct", slow=True),
    kind("loops and swallows", answers(answer=body(
        "while True:", "    try:", "        while True: pass", "    except BaseException: pass",
    )), "error", slow=True),
    kind("sleeps", answers(answer=body("import time; time.sleep(3600)")), "error", slow=True),
    kind("holds the lock", answers(answer=body("9 ** (9 ** 10)")), "error", slow=True),
    kind("takes memory", answers(answer=body("a = [bytes(2**24) for _ in range(10**6)]")), "error"),
    kind("takes memory by torch", answers(answer=body("torch.zeros(10**12)")), "error"),
    kind("returns a giant", answers(answer=instead(
        "a = torch.zeros(3 * 10**7, dtype=torch.float64)", "return a, a")), "error"),
    kind("nests without end", answers(answer=instead(
        "a = []", "a.append(a)", "return a, a")), "error"),
    kind("recurses", answers(answer=instead(
        "return cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)")), "error"),
    kind("recurses without limit", answers(_CHANGED_LIMITS, answer=instead(
        "return cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)")), "error"),
    kind("forks", answers(_FORKS), "correct", slow=True),
    kind("threads", answers(_THREADS), "correct"),
    kind("daemon", answers(_DAEMON), "correct"),
    kind("prints a gigabyte", answers("for _ in range(2**10): print('x' * 2**20)"), "correct"),
    kind("fills the disk", answers(_FILLS), "correct"),
    # What ends, or harms, others.
    kind("sys.exit", answers("import sys; sys.exit()"), "correct"),
    kind("quit", answers("quit()"), "correct"),
    kind("os._exit in a cell", answers("import os; os._exit(0)"), "correct"),
    kind("os._exit in the answer", answers(answer=body("import os; os._exit(0)")), "error"),
    kind("crashes", answers(answer=body("import ctypes; ctypes.string_at(0)")), "error"),
    kind("kills", answers(_KILLS), "correct"),
    kind("deletes files", answers(_DELETES), "correct", slow=True),
    kind("signal handlers", answers(_SIGNALS, answer=body("while True: pass")), "error", slow=True),
    kind("closes its streams", answers("import os; os.close(1); os.close(2); os.close(0)"),
         "correct"),
    kind("opens a socket", answers(_NET, answer=body(
        "if not reached: raise OSError('no network')")), "error"),
    # What would be called right without being right.
    kind("pre-made outputs", notebook(IMPORTS, instead("raise NotImplementedError"), CHECK,
                                      outputs=[_SAYS_CORRECT]), "not attempted"),
    kind("outputs without code", notebook(IMPORTS, "", CHECK, outputs=[_SAYS_CORRECT]),
         "not attempted"),
    kind("patches check", answers(_PATCHED, answer=WRONG), "incorrect"),
    kind("patches the result", answers(_PATCHED_RESULT, answer=WRONG), "incorrect"),
    kind("patches builtins", answers(_PATCHED_BUILTINS, answer=WRONG), "incorrect"),
    kind("patches torch", answers(_PATCHED_TORCH, answer=WRONG), "incorrect"),
    kind("prints a verdict", answers(f"print('{_FAKE}')", answer=WRONG), "incorrect"),
    kind("writes to every descriptor", answers(_EVERY_FD, answer=WRONG), "incorrect"),
    kind("writes in the answer", answers(answer=body(f"exec({_EVERY_FD!r})")), "error"),
    kind("asks for the solution", answers(_SOLUTIONS, answer="cell = found"), "error"),
    kind("reads the solution", answers(_SOLUTION_FILES, answer="cell = found"), "error"),
    kind("reads a checker", answers(_CHECKER, answer=body(
        "if not seen: raise OSError('it is not there')")), "error"),
    Hostile("checked as another", {"03.ipynb": notebook(IMPORTS, WRONG, RIGHT.replace(
        "def cell", "def other"), 'exercise("03.1").check(cell)', 'exercise("03.3").check(other)')},
        {"03.1": "incorrect", "03.3": "incorrect"}),
    kind("a lying value", answers(_SLY_VALUE, answer=instead("return Sly(), Sly()")), "incorrect"),
    kind("a lying answer", notebook(IMPORTS, _SLY_VALUE, "cell = Sly()", CHECK), "incorrect"),
    kind("a lying tensor", answers(_SLY_TENSOR, answer=instead(
        "a = torch.zeros(2).as_subclass(Sly)", "return a, a")), "incorrect"),
    kind("an error that raises", answers(_SLY_ERROR, answer=instead("raise Sly")), "error"),
    kind("a pickle that runs", answers(_PICKLED, answer=instead("return Sly(), Sly()")),
         "incorrect"),
    kind("a base exception", answers(answer=instead("raise KeyboardInterrupt")), "error"),
    kind("a generator without end", answers(answer=instead(
        "while True: yield x")), "incorrect"),
    # What is no notebook, or one of another kind.
    kind("no notebook", "this is no JSON {", line="is no notebook"),
    kind("another JSON", '{"cells": 7}', line="is no notebook"),
    kind("an empty file", "", line="is empty"),
    kind("bytes", bytes(range(256)) * 8, line="is no notebook"),
    kind("nests too deep", "[" * 10**6, line="is no notebook"),
    kind("huge", _huge, line="larger than"),
    kind("version 3", _version_3(), "correct"),
    kind("a cell without source", json.dumps({"nbformat": 4, "cells": [
        {"cell_type": "code"}, {"cell_type": "markdown", "source": None}, 7,
        {"cell_type": "code", "source": IMPORTS}, {"cell_type": "code", "source": [RIGHT]},
        {"cell_type": "code", "source": CHECK}]}), "correct"),
    kind("no cells", json.dumps({"nbformat": 4, "metadata": {}, "cells": []}),
         line="no exercise"),
    Hostile("no notebooks", {"notes.txt": "here I am"}, line="no notebook"),
    kind("a link out", _link("/etc/passwd"), line="a link"),
    Hostile("a link to a folder", {"all": _link("/")}, line="no notebook"),
    kind("a pipe", _pipe, line="no ordinary file"),
    # Where answers stand, and what they and their writers are called.
    kind("in a wrong cell", notebook(IMPORTS, CHECK, "x = 1", RIGHT), "correct"),
    kind("with magic", notebook("%matplotlib inline\n" + IMPORTS, "!ls\nx = 1", "%%time\ny = 2",
                                RIGHT, CHECK), "correct"),
    kind("an awaiting cell", answers("await x"), "correct"),
    kind("without the check", notebook(IMPORTS, RIGHT), "correct"),
    kind("a renamed exercise", notebook(IMPORTS, RIGHT, 'exercise("99.9").check(cell)'), "correct"),
    kind("Zoë Ångström 王", answers(), "correct"),
    kind("..more", answers(), "correct"),
    kind("two\nlines", answers(), "correct"),
    kind("<script>alert(1)</script>".replace("/", "∕"), answers(), "correct"),
    kind("=HYPERLINK(1)", answers(), "correct"),
    kind("an error of markup", answers(answer=instead(
        "raise ValueError('<img src=x onerror=alert(1)>')")), "error"),
)  # fmt: skip
