"""Finds what GCC 12 miscompiles: a lambda or braced temporary in one full expression with co_await."""
import re

LAMBDA = re.compile(r"(?<![\w)\]\[])\s*\[(?!\[)[^\[\];]*\]\s*(?:\(|\{|mutable\b|<|->)")
BRACED = re.compile(r"(?:[\w>]|[(,])\s*\{")
CONTROL = re.compile(r"\b(if|while|for|switch)\s*(constexpr\s*)?$")
OPEN, CLOSE = "([{", ")]}"


def blanked(text):
    """The text with comments, strings and preprocessor lines made blank, every offset as it was."""
    pattern = re.compile(
        r'R"([^()\\ ]{0,16})\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^\s*#[^\n]*',
        re.S | re.M)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)


def expression_begin(code, at):
    """Walks back to where the full expression around `at` begins; also says whether it stands in if (…)."""
    depth = 0
    for i in range(at - 1, -1, -1):
        c = code[i]
        if c in ")]":
            depth += 1
        elif c == "}":
            if depth == 0 and not re.match(r"\s*[-+*/%.,)&|<>=?!:]", code[i + 1:i + 40]):
                return i + 1, False
            depth += 1
        elif c in OPEN:
            if depth > 0:
                depth -= 1
            elif c == "{" and not braces_of_expression(code, i):
                return i + 1, False
            elif c == "(" and CONTROL.search(code[max(0, i - 40):i]):
                return i + 1, True
        elif c == ";" and depth == 0:
            return i + 1, False
    return 0, False


def braces_of_expression(code, brace):
    """Whether { opens the braces of a value rather than a block: after a name, a comma or a parenthesis."""
    before = code[max(0, brace - 200):brace].rstrip()
    if re.search(r"(\b(else|do|try|const|noexcept|override|mutable)|[;{})])$", before) or not before:
        return False
    if re.search(r"->\s*[\w:<>, ]+$", before) or re.search(r"\b(struct|class|enum|namespace)\s+[\w:]*$", before):
        return False
    return bool(re.search(r"[\w>(,=]$", before))


def expression_end(code, begin, at, in_parentheses):
    depth = 0
    for i in range(begin, len(code)):
        if code[i] in OPEN:
            depth += 1
        elif code[i] in CLOSE:
            depth -= 1
            if depth < 0:
                return i
        elif code[i] == ";" and depth == 0 and i > at:
            return i
    return len(code)


def is_declared_with(expression, brace, at):
    """`Type name{… co_await …}`: the braces make the variable itself, no temporary."""
    return brace < at and bool(re.match(r"\s*(?:const\s+)?[\w:<>,&* ]+[\s&*>]\w+\s*\{", expression[:brace + 1])) and \
        re.match(r"\s*(?:const\s+)?[\w:<>,&* ]+[\s&*>]\w+\s*\{", expression).end() == brace + 1


def dangers(text):
    code = blanked(text)
    for found in re.finditer(r"\bco_await\b", code):
        begin, in_parentheses = expression_begin(code, found.start())
        end = expression_end(code, begin, found.start(), in_parentheses)
        expression, at = code[begin:end], found.start() - begin
        line = code.count("\n", 0, found.start()) + 1
        if LAMBDA.search(expression):
            yield line, "a lambda"
        elif any(not is_declared_with(expression, brace.end() - 1, at) for brace in BRACED.finditer(expression)):
            yield line, "a braced temporary"
