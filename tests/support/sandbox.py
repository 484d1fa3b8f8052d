"""A folder for one test, and whatever it leaves behind: processes that it started, and folders of ours outside."""
import ctypes
import os
import pathlib
import shutil
import signal
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
# A watchdog whose promotion is done and whose server is gone asks for the journal five times, a second and a connection's
# limit apart, before it gives up.
PATIENCE_S = 20
# Where tests and Slipway itself make folders; those of sockets lie one level down.
PLACES = ["/tmp/slipway-*", "/tmp/slipway-*/????????", "/run/slipway/*"]


# Processes of ours that are no test's: they and what they start may go on.
beside = set()


def adopt_orphans():
    """From now on whatever our tests start and forget becomes a child of ours, however often it forked."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot become a subreaper")


def parents():
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            state, parent = pathlib.Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(name)] = int(parent)
        except OSError:
            pass
    return found


def reap():
    """Whoever has ended and is nobody else's to wait for."""
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) in beside:
            continue
        try:
            state, parent = pathlib.Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) == os.getpid():
                os.waitpid(int(name), os.WNOHANG)
        except (OSError, ChildProcessError):
            pass


def descendants():
    """Every process below us that a test has started."""
    family, above = {os.getpid()}, parents()
    while True:
        more = {pid for pid, parent in above.items() if parent in family} - family - beside
        if not more:
            return family - {os.getpid()}
        family |= more


def described(pid):
    try:
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        command = "?"
    return f"process {pid}: {command[:200]}"


def folders():
    found = set()
    for place in PLACES:
        found |= {str(path) for path in pathlib.Path("/").glob(place[1:])}
    # The parent of the socket folders of a user stays, as /run/slipway does.
    return found - {f"/tmp/slipway-{uid}" for uid in users()}


def in_use(folder):
    """Whether a process that is not ours works with it: then another run of tests is going on beside this one."""
    for pid in parents():
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(folder):
                return True
            if folder.encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
        except OSError:
            pass
    return False


def users():
    return [line.split(":")[2] for line in pathlib.Path("/etc/passwd").read_text().splitlines() if line.count(":") > 2]


class Sandbox:
    """with Sandbox() as folder: afterwards folder.leftovers says what was still there; it has been removed then."""

    def __enter__(self):
        self.leftovers = []
        self.before = folders()
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="slipway-test-", dir="/tmp"))
        # Servers drop to another user, which has to reach its part of the folder.
        self.path.chmod(0o777)
        return self

    def __exit__(self, *unused):
        self.end_processes()
        self.leftovers += [f"{left.name} in the test's folder" for left in sorted(self.path.iterdir())]
        shutil.rmtree(self.path, ignore_errors=True)
        # Named only, never removed: it may be somebody else's.
        self.leftovers += [f"folder {left}" for left in sorted(folders() - self.before) if not in_use(left)]

    def end_processes(self):
        # What is ending already gets a moment.
        deadline = time.monotonic() + PATIENCE_S
        while descendants() and time.monotonic() < deadline:
            reap()
            time.sleep(0.05)
        for pid in descendants():
            self.leftovers.append(described(pid))
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)
        reap()
