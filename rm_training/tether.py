"""Ties a child process to the life of the worker that started it, then becomes that child.

    python -m rm_training.tether PARENT_PID COMMAND [ARGUMENT...]

PARENT_PID 0 is whoever started it: torchrun, say, whose id nobody knows before it runs, and which starts its processes
in sessions of their own, where no signal to its group reaches them.

A worker killed outright cannot stop its child, and a child that goes on unseen holds the GPU and writes into a run
folder that somebody else has taken over. Linux can signal a child when its parent dies (prctl PR_SET_PDEATHSIG), and
that survives exec. It is asked for here, after the fork, rather than in Popen's preexec_fn, which is unsafe in a
process with threads, as a Celery worker is; and unlike a pipe held open it needs nothing of the command, which is
told by SIGTERM, so that it still saves. Elsewhere than on Linux the process id file of the launcher alone finds such
a child.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tether(parent: int) -> None:
    """Have this process get SIGTERM when its parent dies; leave at once if it is dead already."""
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if parent and os.getppid() != parent:
        sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    tether(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - to become the child is the point
