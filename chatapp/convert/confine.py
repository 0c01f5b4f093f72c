"""What the child process takes from itself before it looks at a document.

Limits, network, files, rights: each as far as the kernel allows, none needed for the others.
Linux only; elsewhere the limits of `resource` are all there is.
"""

import ctypes
import mimetypes
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

from chatapp.convert.values import Limits

_MB = 1024 * 1024
_NOBODY = 65534

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18

# Landlock, by its system calls: https://docs.kernel.org/userspace-api/landlock.html
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ABI_QUERY, _RULE_PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_SOCKET = 1 << 5, 1 << 9
_ALL_FILE_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_NEWEST_FILE_RIGHTS = (1 << 16) - 1
_TCP_RIGHTS, _SCOPES = 0b11, 0b11
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE
# Of /etc only what programs need to start: secrets live there too.
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/dev/urandom",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/passwd", "/etc/fonts", "/etc/libreoffice",
    "/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig",
    *mimetypes.knownfiles,
)  # fmt: skip


class _RulesetAttributes(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def confine(limits: Limits, *, needs_socket: bool) -> None:
    """`needs_socket`: LibreOffice will not start unless it can make a socket in /tmp."""
    # The parent closes its files too, but not under every event loop: uvloop leaks some.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.nice(10)
    _set_limits(limits)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        has_own_tmp = _leave_namespaces(libc)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _restrict_files(libc, sockets_in_tmp=needs_socket and not has_own_tmp)
        _drop_root()
        # After the change of user, which would clear it: nobody is left to read our answer.
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _set_limits(limits: Limits) -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.memory_mb * _MB, limits.memory_mb * _MB),
        # The soft one is a signal, on which the child returns what it has.
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2),
        (resource.RLIMIT_FSIZE, limits.file_mb * _MB, limits.file_mb * _MB),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
    # Python ignores this signal; then a full file would look like a damaged document.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def _leave_namespaces(libc: ctypes.CDLL) -> bool:
    """Into a network that has no way out, with our directory as /tmp; whether the latter worked.

    Others than root need a user namespace for it, which some kernels and containers forbid.
    """
    user = 0 if os.geteuid() == 0 else _CLONE_NEWUSER
    if libc.unshare(user | _CLONE_NEWNET | _CLONE_NEWNS) != 0:
        libc.unshare(user | _CLONE_NEWNET)
        return False
    if any(Path(path).is_relative_to("/tmp") for path in _programs()):
        return False
    libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
    if libc.mount(os.getcwdb(), b"/tmp", None, _MS_BIND, None) != 0:
        return False
    os.chdir("/tmp")
    return True


def _restrict_files(libc: ctypes.CDLL, *, sockets_in_tmp: bool) -> None:
    """Read the programs, write the current directory, see nothing else; no TCP at all."""
    abi = libc.syscall(_CREATE_RULESET, None, 0, _ABI_QUERY)
    if abi < 1:
        return
    rights = _ALL_FILE_RIGHTS_BY_ABI.get(abi, _NEWEST_FILE_RIGHTS)
    attributes = _RulesetAttributes(
        rights, _TCP_RIGHTS if abi >= 4 else 0, _SCOPES if abi >= 6 else 0
    )
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), size, 0)
    if ruleset < 0:
        return
    for path in (*_SYSTEM, *_programs()):
        _allow(libc, ruleset, path, _EXECUTE | _READ_FILE | _READ_DIR)
    _allow(libc, ruleset, "/dev/null", _READ_FILE | _WRITE_FILE)
    _allow(libc, ruleset, ".", rights)
    if sockets_in_tmp:
        _allow(libc, ruleset, "/tmp", _MAKE_SOCKET | _REMOVE_FILE)
    libc.syscall(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _programs() -> set[str]:
    """Python, its packages and LibreOffice; of our own, this package and not what is around it."""
    own = Path(__file__).resolve().parents[1]
    paths = {sys.prefix, sys.base_prefix, str(own)}
    office = shutil.which("soffice")
    if office:
        paths.add(str(Path(office).resolve().parents[1]))
    return paths | {path for path in sys.path if Path(path) not in own.parents}


def _allow(libc: ctypes.CDLL, ruleset: int, path: str | os.PathLike[str], rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    allowed = rights if os.path.isdir(path) else rights & _FILE_ONLY
    rule = _PathBeneath(allowed, parent)
    libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(parent)


def _drop_root() -> None:
    """Become nobody, where nobody can still read the programs (not so under /root)."""
    if os.geteuid() != 0 or not all(map(_is_open_to_all, (sys.prefix, sys.base_prefix))):
        return
    os.chown(".", _NOBODY, _NOBODY)
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)


def _is_open_to_all(path: str) -> bool:
    here = Path(path).resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (here, *here.parents))
