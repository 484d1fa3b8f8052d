"""Which tests there are, and how one of them is run: GoogleTest programs are counted by case, scripts as one each."""
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import other_postgresql

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = {"unit": 600, "integration": 2700, "contract": 2700, "fault": 3600, "fuzz": 600, "e2e": 900, "tidy": 120}
LONG_LIMIT_S = 7200
FUZZ_EACH_S = "720"  # ten parsers, two at a time: an hour
SKIPPED = 77  # what a script ends with that cannot run here; its last line says why
# The sanitizer build runs what exercises our own code most; end to end it would test PostgreSQL again.
SANITIZED = ("unit", "integration", "contract", "fuzz")
# What runs on servers that Slipway does not manage, and so on each version that it promises to work with; and what
# writes their pages.
ANY_SERVER = {
    "contract_swap": "EngineContract/1.*:EngineContract/2.*",
    "integration_ingest": "Heap*",
    "integration_swap": "DatabaseMode*:SchemaMode*:Dependents*:Registries*:CarriedDatabase*:CarrySchema*:Guard*",
}
NOT_ON = {
    # They look at pg_locks.waitstart or write BEGIN ATOMIC, which 13 lacks.
    "13": "SchemaModeImpatient*:SchemaMode.EveryKindOfThingIsDropped:SchemaMode.ACloneIsLiveInEverythingButItsName",
    # Debian's pg_dump refuses a server that is newer than itself.
    "18": "SchemaMode.ACloneIsLiveInEverythingButItsName:DatabaseMode.ACloneIsACopyOfLiveWithAnIdentityOfItsOwn",
}
# Of these, which spend their time in servers, it takes every fourth case (with --long all of them), and the
# ordinary build takes every one. All others run once, on the sanitizer build where there is one.
SHARDED = ("integration_swap", "contract_swap")
# The longest first, so that the lanes end together.
ORDER = ("tidy", "fuzz", "fault", "integration", "contract", "e2e", "unit")


@dataclasses.dataclass
class Test:
    name: str
    kind: str
    command: list
    is_program: bool = False
    postgresql: str = ""  # of that version, where it is not Debian's


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


def programs_of(root):
    """(kind, name) of every test program; one a folder, as tests/CMakeLists.txt has it."""
    for kind in LIMIT_S:
        for folder in sorted((root / "tests" / kind).glob("*")):
            if any(folder.glob("*.cpp")):
                yield kind, f"{kind}_{folder.name}"


def scripts_of(root):
    yield Test("tidy", "tidy", [str(root / "tests/tidy/run")])
    yield Test("tidy self-test", "tidy", [str(root / "tests/tidy/run"), "--self-test"])
    for script in sorted((root / "tests/e2e").iterdir()):
        if script.is_file() and os.access(script, os.X_OK):
            yield Test(f"e2e {script.stem}", "e2e", [str(script)])
    if os.environ.get("SLIPWAY_TESTS_LONG"):
        yield Test("fuzz", "fuzz", [str(root / "tests/fuzz/run"), "--seconds", FUZZ_EACH_S])


def on_other_servers(root):
    for version in other_postgresql.VERSIONS:
        major = version.split(".")[0]
        for program, cases in ANY_SERVER.items():
            yield Test(f"{program} (PostgreSQL {major})", "integration",
                       [str(root / "build/dev/bin" / program), f"--gtest_filter={cases}:-{NOT_ON[major]}"], True, version)


def plan(root, wanted, sanitized):
    """[(preset, targets to build, tests to run on it)], of those that hold `wanted` in their names."""
    tests = {"dev": [*scripts_of(root), *on_other_servers(root)], "asan": []}
    for kind, program in programs_of(root):
        twice = program in SHARDED
        for preset in tests:
            here = kind in SANITIZED and sanitized if preset == "asan" else not (kind in SANITIZED and sanitized) or twice
            if here:
                command = [str(root / "build" / preset / "bin" / program)]
                tests[preset].append(Test(f"{program} ({preset})", kind, command, True))
    chosen = {preset: [test for test in all if wanted in test.name] for preset, all in tests.items()}
    return [(preset, targets_of(some), sorted(some, key=lambda test: ORDER.index(test.kind)))
            for preset, some in chosen.items() if some]


def targets_of(tests):
    """The two commands, which scripts use and tests start, and the programs."""
    if all(test.kind == "tidy" for test in tests):
        return []
    return ["slipway", "swap"] + sorted({pathlib.Path(test.command[0]).name for test in tests if test.is_program})


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


def told_by(name, output):
    """What a failed case printed, its seed and its assertions among it: the whole output may be too long to show."""
    begin = output.rfind(f"[ RUN      ] {name}\n")
    end = output.find(f"[  FAILED  ] {name}", begin)
    return output[max(begin, end - 6000):end].rstrip() if begin >= 0 and end >= 0 else ""


def run(test, folder):
    outcome = Outcome()
    began = time.monotonic()
    report = folder.path / "report.json"
    command = test.command + ([f"--gtest_output=json:{report}"] if test.is_program else [])
    environment = dict(os.environ, TMPDIR=str(folder.path), ASAN_OPTIONS="detect_stack_use_after_return=1",
                       UBSAN_OPTIONS="print_stacktrace=1", PYTHONDONTWRITEBYTECODE="1",
                       NODE_DISABLE_COMPILE_CACHE="1")  # npm would leave it in TMPDIR
    environment.pop("SLIPWAY_HOME", None)
    if test.postgresql:
        environment["SLIPWAY_TESTS_POSTGRESQL"] = str(other_postgresql.fetch(ROOT, test.postgresql))
    if test.name.endswith(" (asan)") and test.name.split()[0] in SHARDED and not os.environ.get("SLIPWAY_TESTS_LONG"):
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
    outcome.complaints += [f"failed: {name}\n{told_by(name, outcome.output)}" for name in failures]
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
