"""Runs one test where it sees no other: with a /tmp, a /run/slipway and process ids of its own, so that several run
at once and what each leaves behind is told apart. Where namespaces are not to be had, tests run one by one.

As a program (started by run(), in new namespaces) it reads a test as JSON and prints its outcome as JSON."""
import ctypes
import dataclasses
import functools
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile

import programs
import sandbox

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOCKETS = pathlib.Path("/run/slipway")
IS_ROOT = os.geteuid() == 0
# Whoever is not root may make namespaces within one of users, and keeps their own name there: PostgreSQL refuses root's.
ENTER = ["unshare", *([] if IS_ROOT else ["--user", "--map-current-user", "--keep-caps"]),
         "--mount", "--pid", "--ipc", "--fork", "--kill-child=KILL", "--mount-proc"]
MS_BIND, MS_REC = 4096, 16384
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
libc = ctypes.CDLL(None, use_errno=True)


@functools.cache
def possible():
    """Not within every container."""
    if subprocess.run(ENTER + ["true"], capture_output=True).returncode != 0:
        return False
    if IS_ROOT:
        make_service_user()
        SOCKETS.mkdir(exist_ok=True)
    return True


def make_service_user():
    """Before two cells do: useradd tells who holds its lock by pids, which mean nothing from one cell to the next."""
    try:
        pwd.getpwnam("slipway")
    except KeyError:
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/var/lib/slipway",
                        "--shell", "/usr/sbin/nologin", "slipway"], check=True)


def run(test):
    """The outcome of that test, its leftovers among its failures."""
    if not possible():
        return here(test)
    own = pathlib.Path(tempfile.mkdtemp(prefix="slipway-cell-", dir="/tmp"))
    try:
        command = ENTER + [sys.executable, "-B", __file__, str(own)]
        done = subprocess.run(command, input=json.dumps(dataclasses.asdict(test)), stdout=subprocess.PIPE, text=True)
        if done.returncode == 0:
            return programs.Outcome(**json.loads(done.stdout))
        return programs.Outcome(failed=1, complaints=[f"its cell ended with status {done.returncode}"])
    finally:
        shutil.rmtree(own, ignore_errors=True)


def here(test):
    with sandbox.Sandbox() as folder:
        outcome = programs.run(test, folder)
    for leftover in folder.leftovers:
        outcome.failed += 1
        outcome.complaints.append(f"left behind: {leftover}")
    return outcome


def mount(what, where):
    # Not by mount(8): it wants to be root, whatever it is allowed to do.
    if libc.mount(os.fsencode(what), os.fsencode(where), None, MS_BIND | MS_REC, None) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {what} on {where}")


def lose_privileges():
    """For the tests: they are to be refused what a user is refused."""
    if not IS_ROOT and libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot give up the privileges of the cell")


def reachable(path):
    """By everybody: servers, and the programs of tests that become another user, cannot enter root's own folders."""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def enter(own):
    """Where the checkout lies from now on: below /tmp it is brought along, and out of a folder of root's alone."""
    tmp, sockets = own / "tmp", own / "sockets"
    tmp.mkdir()
    tmp.chmod(0o1777)
    sockets.mkdir(mode=0o755)
    root = ROOT if ROOT.is_relative_to("/tmp") or reachable(ROOT) else pathlib.Path("/tmp/checkout")
    if root.is_relative_to("/tmp"):
        inside = tmp / root.relative_to("/tmp")
        inside.mkdir(parents=True)
        mount(ROOT, inside)
    if SOCKETS.exists():
        mount(sockets, SOCKETS)
    mount(tmp, "/tmp")
    lose_privileges()
    os.chdir(root)
    return root


def main():
    # What others print must not get into the answer.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    programs.ROOT = enter(pathlib.Path(sys.argv[1]))
    sandbox.adopt_orphans()
    test = programs.Test(**json.load(sys.stdin))
    test.command = [word.replace(str(ROOT), str(programs.ROOT), 1) for word in test.command]
    json.dump(dataclasses.asdict(here(test)), answer)
    answer.close()


if __name__ == "__main__":
    main()
