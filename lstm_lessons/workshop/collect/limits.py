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

# By machine: its name for the kernel, clone, clone3, and what is refused. An answer is a thing that
# computes: it needs no processes, no shared memory, no keys, and none of what looks into others.
_X86, _ARM = 0xC000003E, 0xC00000B7
_REFUSED = {
    "x86_64": (
        *(57, 58),  # fork, vfork
        *(29, 64, 68, 319),  # shmget, semget, msgget, memfd_create
        *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
        *(155, 161, 165, 166, 272, 308),  # pivot_root, chroot, mount, umount2, unshare, setns
        *(248, 249, 250, 298, 304, 321, 323, 425, 435),
        *(428, 429, 430, 431, 432, 433, 442),  # the new ways to mount
        # ... add_key, request_key, keyctl, perf_event_open, open_by_handle_at, bpf,
        # userfaultfd, io_uring_setup, clone3
    ),
    "aarch64": (
        *(194, 190, 186, 279),
        *(117, 270, 271, 272),
        *(41, 51, 40, 39, 97, 268),
        *(217, 218, 219, 241, 265, 280, 282, 425, 435),
        *(428, 429, 430, 431, 432, 433, 442),
    ),
}
_MACHINES = {"x86_64": (_X86, 56), "aarch64": (_ARM, 220)}
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
    program = _program(*_MACHINES[platform.machine()], _REFUSED[platform.machine()])
    steps = ctypes.create_string_buffer(program, len(program))
    whole = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    )
    _prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(whole))


def _program(machine: int, clone: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter: four numbers a step, as the kernel reads them."""

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
        step(_LOAD, 16),  # its first argument
        step(_ANY_BIT, _THREAD, 0, 1),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
        step(_EQUAL, _CLONE3, 0, 1),
        step(_RETURN, _UNKNOWN),  # then the library takes clone, whose argument can be read
    ]
    for number in refused:
        steps += [step(_EQUAL, number, 0, 1), step(_RETURN, _REFUSE)]
    return b"".join([*steps, step(_RETURN, _ALLOW)])


def _prctl(*arguments: int) -> None:
    padded = [ctypes.c_ulong(each) for each in (*arguments, 0, 0, 0, 0, 0)[:5]]
    if _LIBC.prctl(*padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl")
