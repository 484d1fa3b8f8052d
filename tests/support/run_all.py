"""Behind tests/run: builds, runs every test program and script in a folder of its own, counts, and looks for leftovers."""
import argparse
import os
import pathlib
import subprocess
import sys
import time

import programs
import sandbox

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("filter", nargs="?", default="", help="run only what holds this in its name")
    parser.add_argument("--long", action="store_true", help="the hour of fuzzing and kills as well")
    parser.add_argument("--no-asan", action="store_true", help="without the sanitizer build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many compilers at once")
    return parser.parse_args()


def build(preset, jobs):
    """Configures and compiles; the output is shown only where it fails."""
    began = time.monotonic()
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset, f"-j{jobs}"]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print(done.stdout[-8000:])
            print(f"tests/run: {' '.join(command)} failed")
            return False
    print(f"built {preset} in {time.monotonic() - began:.0f} s", flush=True)
    return True


def main():
    options = arguments()
    os.environ["SLIPWAY_TESTS_LONG"] = "1" if options.long else ""
    presets = ["dev"] if options.no_asan else ["dev", "asan"]
    for preset in presets:
        if not build(preset, options.jobs):
            print("0 passed, 1 failed")
            return 1
    sandbox.adopt_orphans()
    passed = failed = 0
    for test in programs.all_tests(ROOT, presets, options.filter):
        with sandbox.Sandbox() as folder:
            outcome = programs.run(test, folder)
        for leftover in folder.leftovers:
            outcome.failed += 1
            outcome.complaints.append(f"left behind: {leftover}")
        passed += outcome.passed
        failed += outcome.failed
        mark = "ok    " if not outcome.failed else "FAILED"
        print(f"{mark} {test.name}: {outcome.passed} passed, {outcome.failed} failed, {outcome.seconds:.1f} s",
              flush=True)
        if outcome.failed:
            print(outcome.text(), flush=True)
    if passed + failed == 0:
        print(f"tests/run: nothing is called like `{options.filter}`")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
