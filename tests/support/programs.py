"""Which tests there are, and how one of them is run: GoogleTest programs are counted by case, scripts as one each."""
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import time

LIMIT_S = {"unit": 600, "integration": 2700, "contract": 2700, "fault": 2700, "fuzz": 600, "e2e": 900, "tidy": 120}
LONG_LIMIT_S = 7200
FUZZ_EACH_S = "720"  # ten parsers, two at a time: an hour
SKIPPED = 77  # what a script ends with that cannot run here; its last line says why
# The sanitizer build runs what exercises our own code most; end to end it would test PostgreSQL again.
SANITIZED = ("unit", "integration", "contract", "fuzz")
# Of these, which spend their time in servers, it takes every fourth case; with --long all of them.
SHARDED = ("integration_swap (asan)", "contract_swap (asan)")


@dataclasses.dataclass
class Test:
    name: str
    kind: str
    command: list
    is_program: bool = False


@dataclasses.dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    complaints: list = dataclasses.field(default_factory=list)
    output: str = ""

    def faults(self):
        """How many of them it says it injected."""
        return sum(map(int, re.findall(r"^(\d+) (?:faults injected|kills)$", self.output, re.MULTILINE)))

    def text(self):
        tail = self.output if len(self.output) < 20_000 else "…\n" + self.output[-20_000:]
        return "\n".join(self.complaints + [tail])


def tests_of(root, preset, wanted):
    """What is run on that build; the scripts are, on the first one."""
    tests = []
    if preset == "dev":
        tests += [Test("tidy", "tidy", [str(root / "tests/tidy/run")]),
                  Test("tidy self-test", "tidy", [str(root / "tests/tidy/run"), "--self-test"])]
    for program in sorted((root / "build" / preset / "bin").glob("*_*")):
        kind = program.name.split("_")[0]
        if kind not in LIMIT_S or (preset == "asan" and kind not in SANITIZED):
            continue
        tests.append(Test(f"{program.name} ({preset})", kind, [str(program)], True))
    for script in sorted((root / "tests/e2e").iterdir()) if preset == "dev" else ():
        if script.is_file() and os.access(script, os.X_OK):
            tests.append(Test(f"e2e {script.stem}", "e2e", [str(script)]))
    if preset == "dev" and os.environ.get("SLIPWAY_TESTS_LONG"):
        tests.append(Test("fuzz", "fuzz", [str(root / "tests/fuzz/run"), "--seconds", FUZZ_EACH_S]))
    return [test for test in tests if wanted in test.name]


def cases_of(report):
    """(passed, failed, names of the failed) from GoogleTest's own report."""
    passed, failures = 0, []
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("failures"):
                failures.append(f"{suite['name']}.{case['name']}")
            elif case.get("result") == "COMPLETED":
                passed += 1
    return passed, failures


def run(test, folder):
    outcome = Outcome()
    began = time.monotonic()
    report = folder.path / "report.json"
    command = test.command + ([f"--gtest_output=json:{report}"] if test.is_program else [])
    environment = dict(os.environ, TMPDIR=str(folder.path), ASAN_OPTIONS="detect_stack_use_after_return=1",
                       UBSAN_OPTIONS="print_stacktrace=1", PYTHONDONTWRITEBYTECODE="1")
    environment.pop("SLIPWAY_HOME", None)
    if test.name in SHARDED and not os.environ.get("SLIPWAY_TESTS_LONG"):
        environment.update(GTEST_TOTAL_SHARDS="4", GTEST_SHARD_INDEX="0")
    limit_s = LONG_LIMIT_S if os.environ.get("SLIPWAY_TESTS_LONG") else LIMIT_S[test.kind]
    status = converse(command, environment, limit_s, folder.path, outcome)
    outcome.seconds = time.monotonic() - began
    failures = []
    if test.is_program and report.exists():
        outcome.passed, failures = cases_of(json.loads(report.read_text()))
        report.unlink()
    elif not test.is_program and status == 0:
        outcome.passed = 1
    if not test.is_program and status == SKIPPED:
        outcome.skipped = 1
        return outcome
    outcome.failed = len(failures)
    outcome.complaints += [f"failed: {name}" for name in failures]
    if status != 0 and not failures:
        outcome.failed += 1
        outcome.complaints.append(f"ended with status {status}")
    return outcome


def converse(command, environment, limit_s, folder, outcome):
    """Runs it in a session of its own, which is ended as a whole when the limit has passed."""
    log = pathlib.Path(folder) / "output"
    with open(log, "wb") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = -1
            outcome.complaints.append(f"took longer than {limit_s} s and was ended")
    outcome.output = log.read_text(errors="replace")
    log.unlink()
    return status
