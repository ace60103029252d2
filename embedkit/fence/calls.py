"""The calls of Linux that answers make, with their numbers on x86-64 and on aarch64.

Linux has about 370 calls, and gets new ones each year. Some keep numbers where nobody counts them,
or change files that may only be read. So the list says what may be called, not what may not.
"""

import errno
from collections.abc import Mapping

Calls = Mapping[str, tuple[int, int | None]]
"""Each call's number on each of the machines."""

FILES = {
    **{"read": (0, 63), "write": (1, 64), "open": (2, None), "openat": (257, 56)},
    **{"creat": (85, None), "close": (3, 57)},
    **{"lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65)},
    **{"writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286)},
    **{"pwritev2": (328, 287), "stat": (4, None), "fstat": (5, 80), "lstat": (6, None)},
    **{"newfstatat": (262, 79), "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44)},
    **{"access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439)},
    **{"readlink": (89, None), "readlinkat": (267, 78), "getdents": (78, None)},
    **{"getdents64": (217, 61), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50)},
    **{"umask": (95, 166), "ftruncate": (77, 46), "fsync": (74, 82)},
    **{"fdatasync": (75, 83), "flock": (73, 32), "rename": (82, None), "renameat": (264, 38)},
    **{"renameat2": (316, 276), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None)},
    **{"unlink": (87, None), "unlinkat": (263, 35), "dup": (32, 23), "dup2": (33, None)},
    **{"dup3": (292, 24), "fadvise64": (221, 223), "readahead": (187, 213)},
    **{"sendfile": (40, 71), "copy_file_range": (326, 285), "getxattr": (191, 8)},
    **{"lgetxattr": (192, 9), "fgetxattr": (193, 10), "listxattr": (194, 11)},
    **{"llistxattr": (195, 12), "flistxattr": (196, 13)},
}
MEMORY = {
    **{"munmap": (11, 215), "mprotect": (10, 226), "mremap": (25, 216), "brk": (12, 214)},
    **{"mincore": (27, 232), "msync": (26, 227), "mlock": (149, 228), "munlock": (150, 229)},
    **{"mbind": (237, 235), "get_mempolicy": (239, 236), "membarrier": (324, 283)},
}
THREADS = {
    **{"futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100)},
    **{"set_tid_address": (218, 96), "rseq": (334, 293), "arch_prctl": (158, None)},
    **{"exit": (60, 93), "exit_group": (231, 94), "gettid": (186, 178), "sched_yield": (24, 124)},
    **{"sched_getaffinity": (204, 123), "sched_getattr": (315, 275), "sched_getparam": (143, 121)},
    **{"sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125)},
    **{"sched_get_priority_min": (147, 126), "getcpu": (309, 168)},
}
ITSELF = {
    **{"getpid": (39, 172), "getppid": (110, 173), "getpgid": (121, 155), "getpgrp": (111, None)},
    **{"getsid": (124, 156), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176)},
    **{"getegid": (108, 177), "getgroups": (115, 158), "getresuid": (118, 148)},
    **{"getresgid": (120, 150), "getpriority": (140, 141), "getrusage": (98, 165)},
    **{"getrlimit": (97, 163), "setrlimit": (160, 164), "times": (100, 153), "sysinfo": (99, 179)},
    **{"uname": (63, 160), "capget": (125, 90), "wait4": (61, 260), "waitid": (247, 95)},
}
SIGNALS = {
    **{"rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139)},
    **{"rt_sigpending": (127, 136), "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137)},
    **{"sigaltstack": (131, 132), "restart_syscall": (219, 128), "pause": (34, None)},
    **{"alarm": (37, None), "getitimer": (36, 102), "setitimer": (38, 103)},
}
TIME = {
    **{"time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113)},
    **{"clock_getres": (229, 114), "nanosleep": (35, 101), "clock_nanosleep": (230, 115)},
    **{"getrandom": (318, 278)},
}
WAITING = {
    **{"poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72)},
    **{"epoll_create": (213, None), "epoll_create1": (291, 20), "epoll_ctl": (233, 21)},
    **{"epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441)},
    **{"eventfd": (284, None), "eventfd2": (290, 19), "pipe": (22, None), "pipe2": (293, 59)},
}
SOCKETS = {
    **{"accept": (43, 202), "accept4": (288, 242), "recvfrom": (45, 207), "recvmsg": (47, 212)},
    **{"recvmmsg": (299, 243), "getsockname": (51, 204), "getpeername": (52, 205)},
    **{"getsockopt": (55, 209), "setsockopt": (54, 208), "shutdown": (48, 210)},
}
"""Those that are open already: no answer opens one."""
USUAL: Calls = FILES | MEMORY | THREADS | ITSELF | SIGNALS | TIME | WAITING | SOCKETS

ABOUT_DEVICES = {
    **{"TCGETS": 0x5401, "TIOCGPGRP": 0x540F, "TIOCGWINSZ": 0x5413},
    **{"FIONREAD": 0x541B, "FIONBIO": 0x5421, "FIONCLEX": 0x5450, "FIOCLEX": 0x5451},
}
ABOUT_OPEN_FILES = {
    **{"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4},
    **{"F_DUPFD_CLOEXEC": 1030},
}
ABOUT_ITSELF = {
    **{"PR_GET_PDEATHSIG": 2, "PR_GET_DUMPABLE": 3, "PR_SET_NAME": 15, "PR_GET_NAME": 16},
    **{"PR_GET_SECCOMP": 21, "PR_CAPBSET_READ": 23, "PR_GET_NO_NEW_PRIVS": 39},
    **{"PR_SET_VMA": 0x53564D41},
}
CONTROL = {
    "ioctl": ((16, 29), 1, errno.ENOTTY, ABOUT_DEVICES),
    "fcntl": ((72, 25), 1, errno.EINVAL, ABOUT_OPEN_FILES),
    "prctl": ((157, 167), 0, errno.EINVAL, ABOUT_ITSELF),
}
"""Calls that do many things: which argument says what, the error that answers to most of it, and
what they may do. The rest changes files for good that may only be read, holds locks that others
see, or lets the process live on when whoever marks is ended."""
