"""Locks up the calling process for good: it keeps its warm imports and loses everything else.

    pid = fork(spaces())     like os.fork, but the child is in namespaces of its own
    furnish(Box(...))        in that child: a root with nothing else in it
    lock(Box(...), size)     in that child, or in one that it forks with `fork(CELL)`: no way back
    missing()                which protections this machine does not grant

Own mount, process, network, IPC and host-name namespaces (and user namespace where not root); a root of its own with
read-only Python and nothing else, a private folder in memory; an unprivileged user without capabilities that can gain
no privileges; an allow-list of system calls without fork, exec, sockets and the kernel's stranger doors; limits on
memory, CPU time, files and threads. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from course.errors import GradingError

_NEW_NS, _NEW_UTS, _NEW_IPC, _NEW_USER, _NEW_PID, _NEW_NET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
ROOM = _NEW_NS | _NEW_UTS | _NEW_IPC | _NEW_NET
CELL = ROOM | _NEW_PID
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_PDEATHSIG, _DUMPABLE, _CAPBSET_DROP, _NO_NEW_PRIVS, _SECCOMP, _FILTER = 1, 4, 24, 38, 22, 2
_CLONE = {"x86_64": 56, "aarch64": 220}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}

# What Python, numpy and pandas call; anything else fails with EPERM. No fork, exec, socket, ptrace, mount or keyctl.
ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev close close_range fstat stat lstat newfstatat statx statfs
fstatfs lseek mmap mprotect munmap mremap madvise brk msync mincore mlock munlock rt_sigaction rt_sigprocmask
rt_sigreturn rt_sigtimedwait rt_sigpending sigaltstack access faccessat faccessat2 pipe pipe2 select pselect6 poll
ppoll epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 dup dup2 dup3 fcntl flock nanosleep clock_nanosleep
clock_gettime clock_getres gettimeofday time times getpid getppid gettid getuid geteuid getgid getegid getgroups
getresuid getresgid getpgrp getpgid getsid getcwd chdir fchdir getdents64 getdents open openat creat rename renameat
renameat2 mkdir mkdirat rmdir unlink unlinkat readlink readlinkat symlink symlinkat link linkat chmod fchmod fchmodat
umask utimensat ftruncate truncate fallocate fadvise64 fsync fdatasync sync_file_range sendfile copy_file_range
futex futex_waitv set_robust_list get_robust_list rseq membarrier exit exit_group sched_yield sched_getaffinity
sched_getparam sched_getscheduler getcpu getrandom uname getrusage sysinfo getrlimit getpriority arch_prctl
set_tid_address wait4 waitid getitimer setitimer alarm timer_create timer_settime timer_delete pause restart_syscall
sendto recvfrom getsockopt getsockname getpeername shutdown
""".split()  # noqa: SIM905

HOME = "/learner"
# Figures become outputs, as in a kernel; what would start processes works in its own, and says nothing of it.
SETTINGS = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "JOBLIB_MULTIPROCESSING": "0"}
_OWN = "/.own"
_FILES = "/.files"
_IOCTLS = (0x5401, 0x5421, 0x5450, 0x5451)  # is it a terminal; block or not; close on exec or not
LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache")


@dataclass(frozen=True)
class Box:
    """What the prisoner may have: `keep` its one open file descriptor, `data` a folder that it sees as /data,
    `files` a folder of which it gets a copy as its own.

    memory: bytes of address space beyond what it has at the start; disk: bytes in its folder; cpu: seconds.
    """

    keep: int
    data: Path | None = None
    files: Path | None = None
    memory: int = 768 << 20
    disk: int = 64 << 20
    cpu: int = 120
    threads: int = 48
    user: int = 70001


_libc = ctypes.CDLL(None, use_errno=True)
_held = ctypes.PyDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _mount(
    source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str | None = None
) -> None:
    encoded = [x.encode() if x is not None else None for x in (source, target, kind, options)]
    _check(_libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def _prctl(*numbers: int) -> None:
    _check(_libc.prctl(*[ctypes.c_ulong(n) for n in numbers]), "prctl")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


@lru_cache(maxsize=1)
def system_calls() -> bytes:
    """The compiled filter, to be made once in the parent. Raises GradingError where libseccomp is missing."""
    try:
        import pyseccomp  # type: ignore[import-untyped]
    except (ImportError, RuntimeError, OSError) as e:
        raise GradingError(f"The filter of system calls can't be made ({e}). Install libseccomp2.") from None
    allow = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        # Some exist on one processor only.
        with contextlib.suppress(Exception):
            allow.add_rule(pyseccomp.ALLOW, name)
    thread = 0x00010000
    allow.add_rule(pyseccomp.ALLOW, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, thread, thread))
    allow.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    allow.add_rule(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(2, pyseccomp.EQ, 0))
    allow.add_rule(pyseccomp.ALLOW, "prctl", pyseccomp.Arg(0, pyseccomp.EQ, 15))
    for request in _IOCTLS:
        allow.add_rule(pyseccomp.ALLOW, "ioctl", pyseccomp.Arg(1, pyseccomp.EQ, request))
    unix = pyseccomp.Arg(0, pyseccomp.EQ, 1)
    allow.add_rule(pyseccomp.ALLOW, "socketpair", unix)
    for name in ("kill", "tgkill"):
        allow.add_rule(pyseccomp.ALLOW, name)
    with tempfile.TemporaryFile() as file:
        allow.export_bpf(file)
        file.seek(0)
        return file.read()


def _filter(program: bytes) -> None:
    buffer = ctypes.create_string_buffer(program, len(program))
    packed = _Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p).value)
    _check(_libc.prctl(_SECCOMP, _FILTER, ctypes.byref(packed), 0, 0), "seccomp")


def python_folders() -> list[str]:
    """The folders that Python needs to go on importing, outermost only."""
    wanted = {os.path.realpath(p) for p in (sys.prefix, sys.base_prefix) if os.path.isdir(p)}
    return sorted(p for p in wanted if not any(p != q and p.startswith(q + os.sep) for q in wanted))


def spaces(also: int = CELL) -> int:
    """The namespaces to fork into, with one of users where this process is no administrator."""
    return also if os.geteuid() == 0 else also | _NEW_USER


def fork(into: int) -> int:
    """Fork like os.fork, into new namespaces in the same step: unsharing and forking once more takes twice as long.

    Only for a process of one thread. Raises OSError when the machine does not grant them.
    """
    ctypes.pythonapi.PyOS_BeforeFork()
    pid: int = _held.syscall(_CLONE[platform.machine()], ctypes.c_ulong(into | signal.SIGCHLD), None, None, None, None)
    code = ctypes.get_errno()
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        _prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        return 0
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(code, f"clone: {os.strerror(code)}")
    return pid


def address_space() -> int:
    """The address space of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def furnish(box: Box, users: tuple[int, int] | None) -> None:
    """Give this process, freshly forked into `spaces()`, a root of its own. It keeps all rights within it.

    `users`: the ids of user and group that it had outside, if it was forked into a namespace of users.
    """
    if users:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{box.user} {users[0]} 1")
        Path("/proc/self/gid_map").write_text(f"{box.user} {users[1]} 1")
    _make_root(box)
    os.environ.clear()
    os.environ.update(HOME=HOME, PATH="/usr/bin", TZ="UTC", LANG="C.UTF-8", MPLCONFIGDIR=HOME, **SETTINGS)
    if box.data:
        os.environ["COURSE_DATA"] = "/data"


def lock(box: Box, size: int) -> None:
    """Lock up this process, the first of its own world, in a furnished root. `size` is its address space so far.

    Raises OSError when the machine does not grant a protection.
    """
    program = system_calls()
    _make_home(box)
    _limit(box, size + box.memory)
    _drop(box, os.geteuid() == 0)
    _close_all_but(box.keep)
    _filter(program)


def _make_root(box: Box) -> None:
    _mount(None, "/", None, _REC | _PRIVATE)
    new = "/mnt" if os.path.isdir("/mnt") else "/tmp"
    _mount("tmpfs", new, "tmpfs", _NOSUID | _NODEV, "size=1m,nr_inodes=4096,mode=755")
    for path in _readable():
        _show(path, new + path)
    for path, real in _aliases().items():
        _link(real, new + path)
    if box.data:
        _show(str(box.data), f"{new}/data")
    if box.files:
        _show(str(box.files), new + _FILES)
    os.makedirs(f"{new}/dev")
    for name in ("null", "zero", "urandom", "random"):
        _show(f"/dev/{name}", f"{new}/dev/{name}", flags=_NOSUID | _NOEXEC)
    for name in (HOME, "/tmp", _OWN, "/.old"):
        os.makedirs(new + name, exist_ok=True)
    _check(_libc.syscall(_PIVOT_ROOT[platform.machine()], new.encode(), f"{new}/.old".encode()), "pivot_root")
    os.chdir("/")
    _check(_libc.umount2(b"/.old", 2), "umount")
    os.rmdir("/.old")
    # Several may be locked up in it, one after another, and none may leave anything to the next.
    _mount(None, "/", None, _BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV)
    os.chdir(HOME)


def _readable() -> list[str]:
    """What can be read at the same place inside as outside: Python, and the part of the course that tasks import."""
    package = Path(__file__).resolve().parent.parent / "course"
    parts = [str(package / part) for part in ("__init__.py", "errors.py", "plot.py", "answer.py", "case")]
    return [*LIBRARIES, *python_folders(), *parts]


def _aliases() -> dict[str, str]:
    """By which other paths Python came to its folders, and where these lie: homes and environments may be links."""
    paths = {sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}
    return {path: real for path in sorted(paths) if (real := os.path.realpath(path)) != path}


def _make_home(box: Box) -> None:
    """A folder of its own and one for what is temporary, which together take no more memory than `box.disk`."""
    _mount("tmpfs", _OWN, "tmpfs", _NOSUID | _NODEV, f"size={box.disk},nr_inodes=4096,mode=711")
    for name in (HOME, "/tmp"):
        mine = _OWN + name
        os.mkdir(mine)
        if name == HOME and box.files:
            shutil.copytree(_FILES, mine, symlinks=True, dirs_exist_ok=True)
        for folder, _, names in os.walk(mine):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                os.chown(path, box.user, box.user, follow_symlinks=False)
        for path in _readable():
            # The whole course may have been put below /tmp.
            if path.startswith(name + os.sep):
                _show(path, mine + path.removeprefix(name))
        for path, real in _aliases().items():
            if path.startswith(name + os.sep):
                _link(real, mine + path.removeprefix(name))
        _mount(mine, name, None, _BIND | _REC)
    _check(_libc.umount2(_OWN.encode(), 2), "umount")
    os.chdir(HOME)


def _show(source: str, target: str, flags: int = _RDONLY | _NOSUID | _NODEV) -> None:
    if not os.path.lexists(source):
        return
    if os.path.islink(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    _mount(source, target, None, _BIND | _REC)
    _mount(None, target, None, _BIND | _REMOUNT | flags)


def _link(real: str, target: str) -> None:
    if not os.path.lexists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(real, target)


def _limit(box: Box, space: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, box.cpu),
        (resource.RLIMIT_FSIZE, box.disk),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_NPROC, box.threads),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _drop(box: Box, root: bool) -> None:
    for capability in range(64):
        if _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    if root:
        os.setgroups([])
        os.setresgid(box.user, box.user, box.user)
        os.setresuid(box.user, box.user, box.user)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _check(_libc.syscall(_CAPSET[platform.machine()], header, nothing), "capset")
    _prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    _prctl(_DUMPABLE, 0, 0, 0, 0)
    # Changing the user clears it.
    _prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _close_all_but(keep: int) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def missing() -> str:
    """Try the sandbox in a child of this process. Gives what the machine does not grant, or nothing if all is there."""
    if sys.platform != "linux" or platform.machine() not in _PIVOT_ROOT:
        return f"there is no sandbox for {sys.platform} on {platform.machine()}"
    try:
        system_calls()
    except GradingError as e:
        return str(e)
    read, write = os.pipe()
    # Only a process of one thread may be forked as `fork` does it.
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            _try(write)
        except BaseException as e:
            os.write(write, f"{type(e).__name__}: {e}".encode())
        finally:
            os._exit(0)
    os.close(write)
    said = b""
    while piece := os.read(read, 4096):
        said += piece
    os.close(read)
    os.waitpid(child, 0)
    return "" if said == b"ok" else said.decode("utf-8", "replace") or "the sandbox ended without a word"


def _try(write: int) -> None:
    users = None if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    space = address_space()
    child = fork(spaces())
    if child:
        os.waitpid(child, 0)
        return
    furnish(Box(write), users)
    lock(Box(write), space)
    if hidden := [path for path in python_folders() if not os.path.isdir(path)]:
        os.write(write, f"Python's own files can't be seen from within: {', '.join(hidden)}".encode())
        return
    with contextlib.suppress(OSError):
        os.fork()
        os.write(write, b"a process can still be started")
    os.write(write, b"ok")
