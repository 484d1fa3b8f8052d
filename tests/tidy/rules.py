"""The rules, each a function from a file's path and text to complaints (line, what)."""
import re

import coroutines

LONGEST_FILE_LINES = 400
TEXTUAL = (".cpp", ".hpp", ".py", ".sql", ".cmake", ".yaml", ".yml", ".md", ".json", ".service", "")
# Files that quote what the rules forbid, so that the rules can be tested.
QUOTING = ("tests/tidy/selftest.py", "tests/tidy/rules.py")

# Arrows go down only: a room includes itself and what stands behind it.
BELOW = {
    "base": {"base"},
    "migrations": {"migrations", "base"},
    "auth": {"auth", "migrations", "base"},
    "swap": {"swap", "migrations", "base"},
    "daemon": {"daemon", "auth", "swap", "migrations", "base"},
}
# (who, may not include, why)
FORBIDDEN = [
    ("daemon/ingest/", r"swap/", "ingest never includes swap: only jobs/ joins building with promoting"),
    ("daemon/ingest/", r"daemon/(jobs|api|http|commands)/", "ingest knows nothing of those who call it"),
    ("daemon/http/", r"(daemon/(jobs|ingest|commands)|swap)/", "http carries bytes and knows no work"),
    ("daemon/jobs/", r"daemon/(api|http|commands)/", "jobs know nothing of those who start them"),
    ("daemon/api/", r"daemon/(ingest/build|commands/)", "the api orders jobs and never builds"),
]
# (header, where it may be included, whether headers of ours may)
HEAVY = [
    (r"boost/beast", r"daemon/http/", True),
    (r"boost/asio", r"daemon/(http|api|commands)/|daemon/main\.cpp", True),
    (r"yaml-cpp/", r"base/config/", False),
    (r"simdjson", r"daemon/ingest/", False),
    (r"CLI/", r"daemon/commands/|daemon/main\.cpp|swap/main\.cpp|swap/commands/", False),
    (r"spdlog/", r"base/log\.cpp", False),
    (r"nlohmann/json\.hpp", r"", False),
    (r"libpq-fe\.h", r"base/pg/", True),
    (r"pqxx", r"(?!)", False),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1), found.group(2)


def check_rooms(path, text):
    room = path.split("/")[0]
    for line, ours, _ in includes(text):
        if room not in BELOW or not ours:
            continue
        if ours.split("/")[0] not in BELOW[room]:
            yield line, f'{room} may not include "{ours}": arrows go down only'
        for who, what, why in FORBIDDEN:
            if path.startswith(who) and re.match(what, ours):
                yield line, f'may not include "{ours}": {why}'


def check_joining(path, text):
    if not path.startswith("daemon/") or path.startswith("daemon/jobs/"):
        return
    named = {ours: line for line, ours, _ in includes(text) if ours}
    building = [name for name in named if name.startswith("daemon/ingest/build")]
    promoting = [name for name in named if name.startswith("swap/promote/")]
    if building and promoting:
        yield named[building[0]], "only daemon/jobs joins building with promoting"


def check_heavy(path, text):
    if path.startswith("tests/"):
        return
    for line, ours, system in includes(text):
        header = ours or system
        for name, where, in_headers in HEAVY:
            if not re.match(name, header):
                continue
            if not re.match(where, path):
                yield line, f"<{header}> may not be included here"
            elif path.endswith(".hpp") and not in_headers:
                yield line, f"<{header}> is heavy: include it in .cpp files only"


def check_coroutines(path, text):
    for line, what in coroutines.dangers(text):
        yield line, f"{what} in one full expression with co_await: GCC 12 destroys it twice; name it first"


def check_first_sentence(path, text):
    """A file says what it is for; a .cpp may leave that to its header, which it then includes first."""
    lines = [line for line in text.splitlines()[:4] if line.strip()]
    if not lines:
        return
    first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    stem = path.rsplit(".", 1)[0]
    if path.endswith(".cpp") and first == f'#include "{stem}.hpp"':
        return
    opening = {"cpp": "//", "hpp": "//", "sql": "--", "py": '"""', "yaml": "#", "cmake": "#"}
    name = path.rsplit("/", 1)[-1]
    ending = name.rsplit(".", 1)[-1] if "." in name else ""
    marks = [opening[ending]] if ending in opening else []
    if lines[0].startswith("#!"):
        marks = ["#", '"""']
    if name == "CMakeLists.txt":
        return
    if marks and not any(first.startswith(mark) for mark in marks):
        yield 1, "the file does not begin with a comment that says what it is for"


def check_size(path, text):
    lines = text.count("\n")
    if path.endswith((".cpp", ".hpp", ".py", ".sh")) and lines > LONGEST_FILE_LINES:
        yield LONGEST_FILE_LINES, f"{lines} lines; at most {LONGEST_FILE_LINES}: there are two things in it"


# Names without their endings, so that no host stands here.
REGISTRIES = ["pypi", "npmjs", "crates", "rubygems", "registry-1", "proxy.golang", "repo1.maven", "repo.maven"]
WORDS = [
    (r"\b(TODO|FIXME|XXX)\b", "unfinished business belongs into an issue"),
    (r"(?<![\w.>])(std::system|::system|popen)\s*\(", "no shell: base/process.hpp runs programs"),
    (r"(?i)\b(" + "|".join(re.escape(name) for name in REGISTRIES) + r")\.(org|com|io|dev|apache)\b",
     "names a package registry"),
    (r"(?<![\w.])/(work|root)/\w", "names a path of somebody's machine"),
]


def check_words(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in WORDS:
            found = re.search(pattern, line)
            if found:
                yield number, f"`{found.group(0)}`: {why}"


def check_file(path, raw):
    name = path.rsplit("/", 1)[-1]
    ending = "." + name.rsplit(".", 1)[1] if "." in name[1:] else ""
    if ending not in TEXTUAL or b"\0" in raw[:4096]:
        return
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        yield 1, "not UTF-8"
        return
    rules = [] if path in QUOTING else [check_words]
    rules += [check_first_sentence, check_size]
    if ending in (".cpp", ".hpp"):
        rules += [check_rooms, check_joining, check_heavy, check_coroutines]
    for rule in rules:
        yield from rule(path, text)
