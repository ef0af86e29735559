"""Walls round a learner's process, of Linux's own: no network, a file system of its own.

Inside there are Python and its packages, to be read; the course without its checkers and solutions;
and one empty folder, to be written, which is memory and is gone afterwards. There is nothing of the
teacher's, no other learner's work, and no process but the learner's own. The same is done by
``bwrap`` and by containers; here it has to happen between a fork and the learner's first line.
"""

import ctypes
import os
import shutil
import signal
import site
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW = {
    "files": 0x00020000,
    "users": 0x10000000,
    "processes": 0x20000000,
    "network": 0x40000000,
    "shared memory": 0x08000000,
    "names": 0x04000000,
}
_RDONLY, _NOSUID, _NODEV = 1, 2, 4
_BIND, _REC, _PRIVATE, _DETACH = 4096, 16384, 1 << 18, 2
_MOUNT_SETATTR, _PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}
_AT_FDCWD, _RECURSIVE = -100, 0x8000
_DEATH_SIGNAL, _DROP, _NOT_DUMPABLE = 1, 24, 4

PACKAGE = Path(__file__).resolve().parents[2]


class NoWalls(Exception):
    """This system does not build them; the message says what was refused."""


def die_with_parent() -> None:
    """Let this process end when the one that started it does."""
    _LIBC.prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def missing() -> str:
    """Return why no walls can be built here, tried in a process of its own; or nothing."""
    reader, writer = os.pipe()
    folder = tempfile.mkdtemp(prefix="lstm-walls-")
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        said = ""
        try:
            go_behind_walls(Path(folder), 1, ())
        except NoWalls as error:
            said = str(error)
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode() or b"\0")
        os._exit(0)
    os.close(writer)
    said = b""
    while part := os.read(reader, 4096):
        said += part
    os.close(reader)
    os.waitpid(pid, 0)
    shutil.rmtree(folder, ignore_errors=True)
    return said.strip(b"\0").decode() or ("" if said else "it stopped without a word")


def go_behind_walls(root: Path, files: int, hidden: Iterable[Path]) -> None:
    """Return in a new process, behind walls; the one before waits for its end, and ends.

    ``root`` is an empty folder, in which the new file system is laid; ``files`` is how many MiB may
    be written; ``hidden`` are folders that are not to be seen whatever lies round them. This
    process must have one thread.

    Raises:
        NoWalls: something of it is refused.
    """
    if os.uname().machine not in _PIVOT_ROOT:
        raise NoWalls(f"a {os.uname().machine} machine's calls are not known here")
    user, group = os.getuid(), os.getgid()
    flags = 0
    for each in _NEW.values():
        flags |= each
    _call("new namespaces", _LIBC.unshare, flags)
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"1000 {user} 1")
        Path("/proc/self/gid_map").write_text(f"1000 {group} 1")
    except OSError as error:
        raise NoWalls(f"a user of its own is refused ({error.strerror})") from None
    if (pid := os.fork()) != 0:
        _wait_for(pid)
    die_with_parent()
    _lay_files(root, files, tuple(hidden))
    _drop_powers()


def _wait_for(pid: int) -> None:
    """End as the process does that is the first behind the walls."""
    die_with_parent()  # once more: new powers make the kernel forget it
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 1024)
    os.waitpid(pid, 0)
    os._exit(0)


def _lay_files(root: Path, files: int, hidden: tuple[Path, ...]) -> None:
    _mount("private mounts", None, "/", None, _REC | _PRIVATE)
    _mount("a file system in memory", "tmpfs", root, "tmpfs", _NOSUID | _NODEV, "mode=755,size=4m")
    for path in readable():
        _show(root, path)
    for path in (*secrets(), *hidden):
        place = root / str(path.resolve()).lstrip("/")
        if place.is_dir():
            _mount("a cover", "tmpfs", place, "tmpfs", _NOSUID | _NODEV, "mode=755,size=0")
    _read_only(root)
    for name in ("null", "zero", "full", "random", "urandom"):
        _show(root, Path("/dev") / name)
    _processes(root / "proc")
    writable = root / "tmp"
    writable.mkdir()
    _mount(
        "a folder to write in",
        "tmpfs",
        writable,
        "tmpfs",
        _NOSUID | _NODEV,
        f"mode=700,size={files}m",
    )
    (root / "dev" / "shm").symlink_to("/tmp")
    old = root / "old"
    old.mkdir()
    _call(
        "a root of its own", _LIBC.syscall, _PIVOT_ROOT[os.uname().machine], bytes(root), bytes(old)
    )
    os.chdir("/")
    _call("leaving the old files", _LIBC.umount2, b"/old", _DETACH)
    os.rmdir("/old")
    _set_attributes(Path("/"), _RDONLY, recursive=False)
    os.chdir("/tmp")


def readable() -> list[Path]:
    """Return what is to be read inside: the system, Python, its packages, the course."""
    system = [Path(each) for each in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")]
    system += [Path("/etc/ld.so.cache"), Path("/etc/localtime"), Path("/etc/alternatives")]
    own = [Path(each) for each in {sys.prefix, sys.base_prefix, sys.exec_prefix}]
    known = {*site.getsitepackages(), site.getusersitepackages()}
    own += [Path(each) for each in sys.path if each in known or "-packages" in Path(each).name]
    found: list[Path] = []
    for path in (*system, *own, PACKAGE):
        if path.is_symlink() and path.parent == Path("/"):
            found.append(path)
            continue
        real = path.resolve()
        if real.exists() and real != Path("/") and not any(real.is_relative_to(f) for f in found):
            found.append(real)
    return found


def secrets() -> list[Path]:
    """Return the folders that tell answers: the checkers and the texts of lessons and exercises."""
    course = PACKAGE.parent
    told = [course / "exercises", course / "notebooks", course / "tests", course / ".git"]
    return [*PACKAGE.glob("exercises/lesson_*"), *told]


def _show(root: Path, path: Path) -> None:
    """Let a file or folder be seen inside, where it lies outside; a link stays a link."""
    place = root / str(path).lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        place.symlink_to(os.readlink(path))
        return
    if not path.exists():
        return
    if path.is_dir():
        place.mkdir(exist_ok=True)
    else:
        place.touch()
    _mount(f"{path} inside", str(path), place, None, _BIND | _REC)


def _processes(place: Path) -> None:
    """Show the processes inside; where that is refused, as in some containers, show none."""
    place.mkdir()
    try:
        _mount("a /proc of its own", "proc", place, "proc", _NOSUID | _NODEV)
    except NoWalls:
        (place / "self").mkdir()


def _read_only(root: Path) -> None:
    """Lock what is shown so far: nothing of it can be written, by whatever way it was mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        place = line.split(" ")[1].encode().decode("unicode_escape")
        if place.startswith(f"{root}/"):
            _set_attributes(Path(place), _RDONLY | _NOSUID | _NODEV, recursive=True)


def _set_attributes(place: Path, attributes: int, recursive: bool) -> None:
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    _call(
        "files that can only be read",
        _LIBC.syscall,
        _MOUNT_SETATTR,
        _AT_FDCWD,
        bytes(place),
        _RECURSIVE if recursive else 0,
        wanted,
        ctypes.sizeof(wanted),
    )


def _drop_powers() -> None:
    """Give up what the first process of a namespace may do, for itself and all that come of it."""
    for number in range(64):
        _LIBC.prctl(_DROP, number, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("giving up powers", _LIBC.capset, header, nothing)
    _LIBC.prctl(_NOT_DUMPABLE, 0, 0, 0, 0)


def _mount(
    what: str, source: str | None, place: Path | str, kind: str | None, flags: int, how: str = ""
) -> None:
    words = [None if each is None else os.fsencode(each) for each in (source, place, kind)]
    _call(what, _LIBC.mount, *words, ctypes.c_ulong(flags), how.encode() or None)


def _call(what: str, function: object, *arguments: object) -> None:
    """Call into the system.

    Raises:
        NoWalls: it refuses; ``what`` says what was wanted.
    """
    if function(*arguments) != 0:  # type: ignore[operator]
        reason = os.strerror(ctypes.get_errno())
        raise NoWalls(f"{what}: refused by this system ({reason})")
