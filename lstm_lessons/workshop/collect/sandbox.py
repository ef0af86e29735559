"""The learner's side: a process behind walls, of which child after child plays an answer.

Where no walls can be built, each child is within a fence.
"""

import contextlib
import os
import resource
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from lstm_lessons.workshop.collect import fence, limits, walls, wire

_PLAY, _CLEAR = b"p", b"c"
_ENVIRON = {
    "HOME": "/tmp/home",
    "TMPDIR": "/tmp",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/home",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Sandbox:
    """One learner's process. `play` gives a pipe to a fresh child of it.

    It has to be started before this process has anything in it that a learner is not to see.
    """

    def __init__(self, limited: limits.Limits, behind_walls: bool, hidden: list[Path]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lstm-collect-"))
        self._control, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            status = 1
            with contextlib.suppress(BaseException):
                self._control.close()
                _host(theirs, self._folder, limited, behind_walls, hidden)
                status = 0
            os._exit(status)
        theirs.close()

    def play(self, plan: dict[str, Any]) -> socket.socket:
        """Return the pipe to a fresh process, which has the plan.

        Raises:
            wire.Ended: the learner's side is gone.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(10)
        try:
            socket.send_fds(self._control, [_PLAY], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise wire.Ended(str(error)) from None
        finally:
            theirs.close()
        wire.send(ours, plan)
        return ours

    def clear(self) -> None:
        """End what plays there."""
        with contextlib.suppress(OSError):
            self._control.sendall(_CLEAR)

    def close(self) -> None:
        """End the learner's side, with all its processes and files."""
        self._control.close()
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        shutil.rmtree(self._folder, ignore_errors=True)


def _host(
    control: socket.socket,
    folder: Path,
    limited: limits.Limits,
    behind_walls: bool,
    hidden: list[Path],
) -> None:
    """Be the first process of the learner's side, until the judge is gone."""
    walls.die_with_parent()
    os.setsid()
    _only_keep(control)
    taken = limits.taken()
    os.environ.clear()
    os.environ.update(_ENVIRON)
    if behind_walls:
        walls.go_behind_walls(folder, limited.files, hidden)
        folder = Path("/tmp")
    else:
        os.environ.update(HOME=str(folder / "home"), TMPDIR=str(folder))
        os.environ.update(MPLCONFIGDIR=str(folder / "home"))
    playing = 0
    while True:
        asked, given, _, _ = socket.recv_fds(control, 1, 1)
        _end_all(playing, behind_walls)
        playing = 0
        if not asked:
            return
        if asked == _PLAY and given:
            _empty(folder)
            playing = os.fork()
            if playing == 0:
                control.close()
                pipe = socket.socket(fileno=given[0])
                _play(pipe, folder / "home", limited, taken, behind_walls, hidden)
            os.close(given[0])


def _only_keep(control: socket.socket) -> None:
    """Close everything that is open but the way to the judge; the streams lead nowhere."""
    kept = control.fileno()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)
    os.closerange(3, kept)
    os.closerange(kept + 1, most)


def _end_all(playing: int, behind_walls: bool) -> None:
    """End the last child, and whatever it has left behind."""
    with contextlib.suppress(ProcessLookupError):
        if behind_walls:
            os.kill(-1, signal.SIGKILL)
        elif playing:
            os.kill(playing, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while playing or behind_walls:
            os.waitpid(-1, 0)


def _empty(folder: Path) -> None:
    """Take away what the child before has written, and make a home for the next."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
    for each in folder.iterdir():
        if each.is_dir() and not each.is_symlink():
            for base, _, _ in os.walk(each):
                with contextlib.suppress(OSError):
                    os.chmod(base, 0o700)
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    (folder / "home").mkdir(exist_ok=True)


def _play(
    pipe: socket.socket,
    home: Path,
    limited: limits.Limits,
    taken: int,
    behind_walls: bool,
    hidden: list[Path],
) -> None:
    """Play one answer; this process ends with it."""
    with contextlib.suppress(BaseException):
        walls.die_with_parent()
        os.setsid()
        os.chdir(home)
        plan, _ = wire.receive(pipe)
        from lstm_lessons.workshop.collect import player

        player.silence_the_checker()
        if behind_walls:
            fence.write_within(home.parent)
        else:
            fence.read_within(walls.readable(), [*walls.secrets(), *hidden])
        limits.set_limits(limited, taken)
        cells = [(number, code) for number, code in plan["cells"]]
        player.Player(pipe, cells, [(at, what) for at, what in plan["tries"]]).serve()
    os._exit(0)
