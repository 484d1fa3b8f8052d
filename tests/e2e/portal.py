"""A portal of its own for one end-to-end test: made by `slipway init`, used by the real commands, gone afterwards."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ports import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SLIPWAY_BIN", ROOT / "build/dev/bin"))
LIMIT_S = 180


class Answer:
    """What a command said."""

    def __init__(self, words, done):
        self.words = [str(word) for word in words]
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        try:
            return json.loads(self.out)
        except json.JSONDecodeError:
            raise AssertionError(f"not JSON: {self}") from None

    def __str__(self):
        return f"{' '.join(self.words)} -> {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def check(condition, what):
    """An assertion that stays in optimised runs and says what it saw."""
    if not condition:
        raise AssertionError(str(what))


class Portal:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="portal-"))
        self.folder.chmod(0o755)
        self.front, self.listen = free_port(), free_port()

    def __enter__(self):
        self.run("slipway", "init", ".", expect=0)
        config = self.file("slipway.yaml").read_text()
        self.write("slipway.yaml", f"listen: 127.0.0.1:{self.listen}\n" +
                   config.replace("front: 6543", f"front: {self.front}"))
        return self

    def __exit__(self, kind, *unused):
        try:
            sockets = self.file("slipway-home/run")
            sockets = os.readlink(sockets) if sockets.is_symlink() else None
            if sockets:
                self.run("slipway", "down", expect=None if kind else 0)
                shutil.rmtree(sockets, ignore_errors=True)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def file(self, name):
        return self.folder / name

    def write(self, name, text):
        path = self.file(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o644)

    def command(self, words):
        return [str(BIN / words[0])] + [str(word) for word in words[1:]]

    def run(self, *words, expect=0, within_s=LIMIT_S):
        """Runs a command in the portal's folder; expect=None takes any exit status."""
        done = subprocess.run(self.command(words), cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=within_s)
        answer = Answer(words, done)
        if expect is not None:
            check(answer.status == expect, f"expected {expect}: {answer}")
        return answer

    def start(self, *words):
        return subprocess.Popen(self.command(words), cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read_from(self, source, table="{from: catalog.image}"):
        """From now on the pipeline's images come of another PostgreSQL server."""
        kept = [line for line in self.file("slipway.yaml").read_text().splitlines()
                if not line.lstrip().startswith(("sources:", "images:", "tables:", "image:"))]
        at = next(number for number, line in enumerate(kept) if line.lstrip().startswith("schema:"))
        kept[at + 1:at + 1] = [f"    sources: {{catalog: {{postgres: {source}}}}}", f"    tables: {{image: {table}}}"]
        self.write("slipway.yaml", "\n".join(kept) + "\n")

    def ingest(self, expect=0):
        return self.run("slipway", "ingest", "demo", "--json", expect=expect)

    def live(self):
        status = self.run("swap", "status", "--json").json()
        return status["live"]["id"] if status["live"] else None

    def url(self, *options):
        return self.run("slipway", "url", "portal", *options).out.strip()

    def ask(self, sql, options=("--read",)):
        """What a client gets through the front door."""
        done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", self.url(*options), "-c", sql],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        check(done.returncode == 0, f"psql: {done.stderr}")
        return done.stdout.strip()


def main(*tests):
    """Runs each test in a portal of its own; the first failure ends the script."""
    for test in tests:
        print(f"- {test.__name__}: {test.__doc__}", flush=True)
        with Portal() as portal:
            test(portal)
    sys.exit(0)
