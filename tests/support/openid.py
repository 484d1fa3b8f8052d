"""The OpenID provider of tests/support/openid as a process, and a small browser that signs in there."""
import http.client
import json
import os
import pathlib
import re
import subprocess
import urllib.parse

from ports import free_port

SUPPORT = pathlib.Path(__file__).resolve().parent
CLIENT, SECRET = "APP-SLIPWAY", "the-secret-of-this-client"
JOSIAH = "0000-0002-1825-0097"


def bring(script, where):
    """Another test may be running it from there: so it is whole at every moment."""
    if where.exists() and where.read_bytes() == script.read_bytes():
        return
    own = where.with_suffix(f".{os.getpid()}-{id(where)}")
    own.write_bytes(script.read_bytes())
    own.rename(where)


class Provider:
    """Running while it is a context; `control` is what provider.mjs says of /control."""

    def __init__(self, *redirects, port=None):
        self.port = port or free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.redirects = redirects

    def __enter__(self):
        made = subprocess.run([SUPPORT / "node", SUPPORT / "openid"], stdout=subprocess.PIPE, text=True, check=True)
        modules = SUPPORT.parents[1] / "build/node/openid"
        # Node looks for packages beside the script: so it runs from where they are.
        for script in (SUPPORT / "openid").glob("*.mjs"):
            bring(script, modules / script.name)
        command = [made.stdout.strip(), modules / "provider.mjs", str(self.port), CLIENT, SECRET, *self.redirects]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline().strip()
        assert line == self.issuer, f"the provider did not start: {line!r}"
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.communicate()

    def control(self, **order):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", "/control", json.dumps(order))
        return json.loads(connection.getresponse().read())

    def mint(self, **order):
        """An id_token made to order: see tokens.mjs."""
        return self.control(mint=order)["token"]


class Page:
    def __init__(self, url, answer):
        self.url, self.status, self.headers = url, answer.status, answer.headers
        self.text = answer.read().decode()

    @property
    def location(self):
        return urllib.parse.urljoin(self.url, self.headers["Location"])

    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.url} -> {self.status}\n{self.headers}\n{self.text[:2000]}"


class Browser:
    """Cookies per host and port, and no more of a browser than signing in needs; redirects only when told. Each has an
    address of its own in 127.0.0.0/8: together they come oftener than one client may."""

    count = 0

    def __init__(self):
        self.jars = {}
        Browser.count += 1
        self.address = f"127.{1 + Browser.count // 250 % 250}.7.{1 + Browser.count % 250}"

    def cookies(self, url):
        return self.jars.setdefault(urllib.parse.urlsplit(url).netloc, {})

    def send(self, method, url, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies(url)
        sent = dict(headers or {})
        if jar and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60, source_address=(self.address, 0))
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        page = Page(url, connection.getresponse())
        for cookie in page.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            if not value or re.search(r"max-age=0\b|expires=Thu, 01 Jan 1970", cookie, re.IGNORECASE):
                jar.pop(name, None)
            else:
                jar[name] = value
        return page

    def get(self, url, **headers):
        return self.send("GET", url, headers=headers)

    def post_form(self, url, **fields):
        return self.send("POST", url, urllib.parse.urlencode(fields),
                         {"Content-Type": "application/x-www-form-urlencoded"})

    def authorize(self, login_url, orcid=JOSIAH, **form):
        """From our own login route through the provider's page; the callback's address, not yet asked for."""
        page = self.get(login_url)
        assert page.status == 302, page
        page = self.get(page.location)
        while page.status in (302, 303) and not urllib.parse.urlsplit(page.location).path == "/auth/callback":
            page = self.get(page.location)
        if page.status == 200:
            page = self.post_form(page.url, **(form or {"orcid": orcid, "do": "sign-in"}))
            while page.status in (302, 303) and urllib.parse.urlsplit(page.location).path != "/auth/callback":
                page = self.get(page.location)
        assert page.status in (302, 303), page
        return page.location

    def sign_in(self, login_url, orcid=JOSIAH):
        """The answer of our callback."""
        return self.get(self.authorize(login_url, orcid))
