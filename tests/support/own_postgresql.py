"""A PostgreSQL of an operator's own, beside those that Slipway runs: on a socket in its folder; as root it is the user
postgres who runs it."""
import os
import pathlib
import shutil
import subprocess

PROGRAMS = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
AS_OTHER = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []


def run(command, **options):
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def own(folder):
    """A new folder of theirs."""
    folder.mkdir()
    if AS_OTHER:
        shutil.chown(folder, "postgres", "postgres")
    return folder


class Server:
    def __init__(self, folder, settings=()):
        self.folder, self.data = own(folder), folder / "data"
        self.options = " ".join(f"-c {setting}" for setting in ["listen_addresses=", *settings])
        self.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    def run(self, program, *words):
        run([*AS_OTHER, PROGRAMS / program, "-D", self.data, *words], cwd="/")

    def start(self):
        # One that was killed and that nobody has waited for yet still has its pid, which these files hold.
        for left in (self.data / "postmaster.pid", self.folder / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
        # What it says goes to its log: it would hold a pipe open for as long as it runs.
        self.run("pg_ctl", "start", "-w", "-s", "-l", self.folder / "log", "-o", f"-k {self.folder} {self.options}")

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-s", "-m", "fast")

    def uri(self, database="postgres"):
        return f"host={self.folder} user=postgres dbname={database}"
