"""What a learner's process may take, and which of the system's calls it may not make."""

import ctypes
import os
import platform
import resource
import struct
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one answer may take.

    ``seconds`` are for the cells before it, and as many again for its calls; ``minutes`` for all
    that one learner handed in. ``memory`` is in MiB, beside what torch itself takes. ``files`` is
    in MiB: all files that a learner's code may write, together.
    """

    seconds: float = 20.0
    minutes: float = 10.0
    memory: int = 1024
    files: int = 64


def taken() -> int:
    """Return how many bytes of addresses this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def set_limits(limits: Limits, taken: int) -> None:
    """Take this process's freedoms for good: memory, files, processor's seconds, new processes.

    ``taken`` are the bytes that it has already.
    """
    cpu = int(4 * limits.seconds) + 5
    for what, most in (
        (resource.RLIMIT_AS, taken + limits.memory * MIB),
        (resource.RLIMIT_FSIZE, limits.files * MIB),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_STACK, 8 * MIB),
    ):
        resource.setrlimit(what, (most, most))
    refuse_calls()


_LIBC = ctypes.CDLL(None, use_errno=True)
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _ANY_BIT, _ABOVE, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # all right; EPERM; ENOSYS
_THREAD = 0x10000  # CLONE_THREAD
_ARGUMENT = 16  # where the first argument of a call stands

# An answer is a thing that computes. It needs no new processes, no memory that outlives it, no
# keys, no mounts, and nothing that looks into others or speaks to them. For each call its number on
# an Intel or AMD machine, and on an ARM one, where 0 is a call that there is not. What changes a
# file without writing into it is here as well: the fence does not know it.
_REFUSED: dict[str, tuple[int, int]] = {
    "fork": (57, 0),
    "vfork": (58, 0),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "socket": (41, 198),
    "chmod": (90, 0),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, 0),
    "lchown": (94, 0),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "utime": (132, 0),
    "utimes": (235, 0),
    "futimesat": (261, 0),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}
_OWN_ALONE = {"kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261)}
"""Calls whose first argument is a process: it may be this one, and no other."""

_MACHINES = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}
"""By machine: its name for the kernel, and the number of clone."""

_CLONE3 = 435


def can_refuse_calls() -> bool:
    """Say whether this machine's calls are known here."""
    return platform.machine() in _MACHINES


def refuse_calls() -> None:
    """Let the kernel refuse, from now on, new processes and what is listed above; threads may be.

    Raises:
        OSError: the kernel has no such filter.
    """
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    if not can_refuse_calls():
        return
    machine, clone = _MACHINES[platform.machine()]
    program = _program(machine, clone, list(_MACHINES).index(platform.machine()))
    steps = ctypes.create_string_buffer(program, len(program))
    whole = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    )
    _prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(whole))


def _program(machine: int, clone: int, column: int) -> bytes:
    """Return the filter: steps of four numbers, as the kernel reads them."""

    def step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_so, if_not, value)

    steps = [
        step(_LOAD, 4),  # for which machine the call is made
        step(_EQUAL, machine, 1, 0),
        step(_RETURN, _REFUSE),
        step(_LOAD, 0),  # the call's number
        step(_ABOVE, 0x40000000, 0, 1),  # the same calls under other numbers
        step(_RETURN, _REFUSE),
        step(_EQUAL, clone, 0, 4),
        step(_LOAD, _ARGUMENT),
        step(_ANY_BIT, _THREAD, 0, 1),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
        step(_EQUAL, _CLONE3, 0, 1),
        step(_RETURN, _UNKNOWN),  # then the library takes clone, whose argument can be read
    ]
    for numbers in _REFUSED.values():
        if numbers[column]:
            steps += [step(_EQUAL, numbers[column], 0, 1), step(_RETURN, _REFUSE)]
    for numbers in _OWN_ALONE.values():
        steps += [
            step(_EQUAL, numbers[column], 0, 5),
            step(_LOAD, _ARGUMENT),
            step(_EQUAL, os.getpid(), 1, 0),
            step(_EQUAL, 0, 0, 1),
            step(_RETURN, _ALLOW),
            step(_RETURN, _REFUSE),
        ]
    return b"".join([*steps, step(_RETURN, _ALLOW)])


def _prctl(*arguments: int) -> None:
    padded = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0, 0)[:5]]
    if _LIBC.prctl(*padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl")
