"""Behind tests/run: builds, runs every test program and script in a cell of its own, and counts."""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import cell
import other_postgresql
import programs
import sandbox

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("filter", nargs="?", default="", help="run only what holds this in its name")
    parser.add_argument("--long", action="store_true", help="the hour of fuzzing and kills as well")
    parser.add_argument("--no-asan", action="store_true", help="without the sanitizer build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many compilers, and how many tests, at once")
    return parser.parse_args()


class Build:
    """Configures and compiles, beside whatever else is going on; the output is shown only where it fails."""

    def __init__(self, preset, targets, jobs):
        self.preset = preset
        self.began = time.monotonic()
        self.output = tempfile.TemporaryFile()
        commands = f"cmake --preset {preset} && exec cmake --build --preset {preset} -j{jobs} --target {' '.join(targets)}"
        # Of a session of its own: the machine is shared between it and the tests as between two users.
        self.process = subprocess.Popen(["nice", "sh", "-c", commands], cwd=ROOT, stdout=self.output,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        sandbox.beside.add(self.process.pid)

    def succeeded(self):
        status = self.process.wait()
        sandbox.beside.discard(self.process.pid)
        if status == 0:
            print(f"built {self.preset} in {time.monotonic() - self.began:.0f} s", flush=True)
            return True
        self.output.seek(0)
        print(self.output.read().decode(errors="replace")[-8000:])
        print(f"tests/run: the build of {self.preset} failed")
        return False


class Count:
    """Of all that ran."""

    def __init__(self):
        self.passed = self.failed = self.skipped = self.faults = 0
        self.lock = threading.Lock()

    def run(self, test):
        try:
            outcome = cell.run(test)
        except Exception as problem:  # of ours, and not of the test: it is told as a failure, at once
            outcome = programs.Outcome(failed=1, complaints=[f"could not be run: {problem!r}"])
        with self.lock:
            self.add(test, outcome)

    def add(self, test, outcome):
        self.passed += outcome.passed
        self.failed += outcome.failed
        self.skipped += outcome.skipped
        self.faults += outcome.faults()
        mark = "FAILED" if outcome.failed else "skip  " if outcome.skipped else "ok    "
        print(f"{mark} {test.name}: {outcome.passed} passed, {outcome.failed} failed, {outcome.seconds:.1f} s",
              flush=True)
        if outcome.failed or outcome.skipped:
            print(outcome.text(), flush=True)

    def summary(self):
        if self.skipped:
            print(f"{self.skipped} skipped: they cannot run here")
        if self.faults:
            print(f"{self.faults} faults injected")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def main():
    options = arguments()
    os.environ["SLIPWAY_TESTS_LONG"] = "1" if options.long else ""
    plan = programs.plan(ROOT, options.filter, sanitized=not options.no_asan)
    sandbox.adopt_orphans()
    count = Count()
    if any(test.postgresql for _, _, tests in plan for test in tests):
        threading.Thread(target=other_postgresql.fetch_beside, args=(ROOT,), daemon=True).start()
    with concurrent.futures.ThreadPoolExecutor(options.jobs if cell.possible() else 1) as lanes:
        running = []
        for preset, targets, tests in plan:
            # Tests wait more than they compute: the next build has room beside them.
            if targets and not Build(preset, targets, options.jobs).succeeded():
                count.failed += 1
                break
            running += [lanes.submit(count.run, test) for test in tests]
        for one in running:
            one.result()
    if count.passed + count.failed + count.skipped == 0:
        print(f"tests/run: nothing is called like `{options.filter}`")
        count.failed = 1
    return count.summary()


sys.exit(main())
