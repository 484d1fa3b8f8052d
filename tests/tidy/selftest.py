"""Bad samples that each rule must catch, and good ones that it must let pass."""
import rules

# (path, text, what the complaint must say)
BAD = [
    ("base/x.cpp", '// X.\n#include "swap/home.hpp"\n', "arrows go down only"),
    ("swap/x.cpp", '// X.\n#include "auth/tokens.hpp"\n', "arrows go down only"),
    ("auth/x.cpp", '// X.\n#include "swap/home.hpp"\n', "arrows go down only"),
    ("migrations/x.cpp", '// X.\n#include "daemon/jobs/queue.hpp"\n', "arrows go down only"),
    ("swap/x.hpp", '// X.\n#include "daemon/ingest/build.hpp"\n', "arrows go down only"),
    ("daemon/ingest/x.cpp", '// X.\n#include "swap/promote/promote.hpp"\n', "ingest never includes swap"),
    ("daemon/ingest/x.cpp", '// X.\n#include "daemon/jobs/queue.hpp"\n', "ingest knows nothing"),
    ("daemon/http/x.cpp", '// X.\n#include "daemon/jobs/queue.hpp"\n', "http carries bytes"),
    ("daemon/commands/x.cpp", '// X.\n#include "daemon/ingest/build.hpp"\n#include "swap/promote/promote.hpp"\n',
     "only daemon/jobs joins"),
    ("daemon/api/x.cpp", "// X.\n#include <boost/beast/http.hpp>\n", "may not be included here"),
    ("base/pg/x.cpp", "// X.\n#include <pqxx/pqxx>\n", "may not be included here"),
    ("swap/x.cpp", "// X.\n#include <libpq-fe.h>\n", "may not be included here"),
    ("swap/x.cpp", "// X.\n#include <yaml-cpp/yaml.h>\n", "may not be included here"),
    ("base/config/x.hpp", "// X.\n#include <yaml-cpp/yaml.h>\n", "heavy"),
    ("swap/x.hpp", "// X.\n#include <nlohmann/json.hpp>\n", "heavy"),
    ("daemon/api/x.cpp", "// X.\n#include <simdjson.h>\n", "may not be included here"),
    ("daemon/api/x.cpp", "// X.\n#include <CLI/CLI.hpp>\n", "may not be included here"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  co_await g([x] { h(x); });\n}\n", "a lambda"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  auto y = co_await asio::co_spawn(ex, [&]() { return 1; }, use);\n}\n", "a lambda"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  co_await f(Agg{x, 1});\n}\n", "a braced temporary"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  co_await f({x, 1});\n}\n", "a braced temporary"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  auto y = g(Agg{x}) + co_await h();\n}\n", "a braced temporary"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  if (co_await f(Agg{x})) return;\n}\n", "a braced temporary"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  for (auto& y : co_await f([x] { return x; })) g(y);\n}\n", "a lambda"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  co_return g(Agg{co_await h()});\n}\n", "a braced temporary"),
    ("base/x.cpp", "#include <string>\n", "does not begin with a comment"),
    ("base/x.cpp", '#include "base/other.hpp"\n', "does not begin with a comment"),
    ("base/x.hpp", "#pragma once\n", "does not begin with a comment"),
    ("migrations/0001.sql", "create table x (y int);\n", "does not begin with a comment"),
    ("deploy/x", "#!/bin/bash\nset -e\n", "does not begin with a comment"),
    ("base/x.cpp", "// X.\n// TODO more\n", "issue"),
    ("base/x.cpp", '// X.\nint f() { return std::system("ls"); }\n', "no shell"),
    ("base/x.cpp", '// X.\nauto f() { return popen("ls", "r"); }\n', "no shell"),
    ("README.md", "https://" + "pypi" + ".org/simple\n", "package registry"),
    ("README.md", "see /wor" + "k/main\n", "somebody's machine"),
    ("base/x.cpp", "// X.\n" + "int a;\n" * 400, "two things in it"),
    ("base/x.cpp", b"// \xff\n", "not UTF-8"),
]

GOOD = [
    ("daemon/jobs/x.cpp", '// X.\n#include "daemon/ingest/build.hpp"\n#include "swap/promote/promote.hpp"\n'),
    ("daemon/http/x.hpp", "// X.\n#include <boost/beast/http.hpp>\n"),
    ("base/x.cpp", '#include "base/x.hpp"\n'),
    ("swap/x.cpp", "// X.\n#include <nlohmann/json.hpp>\n"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  auto work = [x] { h(x); };\n  co_await g(std::move(work));\n}\n"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  Agg agg{x, 1};\n  co_await g(std::move(agg));\n}\n"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  if (co_await g(x)) {\n    h(Agg{x});\n  }\n}\n"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  auto go = []() -> task { co_await g(1); };\n  run(go);\n}\n"),
    ("daemon/x.cpp", "// X.\nvoid f() {\n  const Rows rows{co_await g(a[1])};\n}\n"),
    ("daemon/x.cpp", "// X.\n// co_await f(Agg{x});\nvoid f() {}\n"),
    ("deploy/x", "#!/bin/bash\n# Says what it is for.\n"),
]


def run():
    failures = 0
    for path, text, says in BAD:
        raw = text if isinstance(text, bytes) else text.encode()
        complaints = [what for _, what in rules.check_file(path, raw)]
        if not any(says in what for what in complaints):
            print(f"not caught in {path}: {text!r}; expected `{says}`, got {complaints}")
            failures += 1
    for path, text in GOOD:
        complaints = list(rules.check_file(path, text.encode()))
        if complaints:
            print(f"wrongly caught in {path}: {text!r}: {complaints}")
            failures += 1
    print(f"tidy self-test: {len(BAD) + len(GOOD)} samples, {failures} wrong")
    return 1 if failures else 0
