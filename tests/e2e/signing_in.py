"""A portal whose people sign in at an OpenID provider of the test's own, and what they do there."""
import json
import pathlib
import sys

from daemon import Daemon
from portal import check

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from openid import CLIENT, JOSIAH, SECRET, Browser, Provider  # noqa: E402

JANE = "0000-0001-5109-3700"
NOBODY = "0000-0002-1694-233X"
JSON = {"Content-Type": "application/json"}


class Site:
    """Provider, configuration and daemon together; JOSIAH may promote by the config."""

    def __init__(self, portal):
        self.portal = portal
        self.url = f"http://127.0.0.1:{portal.listen}"
        self.provider = Provider(f"{self.url}/auth/callback")

    def __enter__(self):
        self.provider.__enter__()
        self.portal.write("client-secret", SECRET + "\n")
        config = self.portal.file("slipway.yaml").read_text()
        self.portal.write("slipway.yaml", config + f"""
auth:
  orcid: {{issuer: '{self.provider.issuer}', client_id: {CLIENT}, client_secret_file: client-secret}}
  allow: {{{JOSIAH}: promote}}
""")
        self.daemon = Daemon(self.portal).__enter__()
        return self

    def __exit__(self, *what):
        self.daemon.__exit__(*what)
        self.provider.__exit__(*what)

    def login_url(self, return_to=""):
        return f"{self.url}/auth/login{return_to}"

    def person(self, orcid=JOSIAH):
        """Somebody who has signed in."""
        browser = Browser()
        page = browser.sign_in(self.login_url(), orcid)
        check(page.status == 302 and "__Host-slipway" in browser.cookies(self.url), page)
        return browser

    def get(self, browser, path, **headers):
        return browser.send("GET", self.url + path, headers=headers)

    def send(self, browser, method, path, body=None, **headers):
        """As a page of ours sends it: with its origin and the CSRF token that it can read."""
        ours = {"X-CSRF-Token": browser.cookies(self.url).get("__Host-slipway-csrf", ""), "Origin": self.url,
                "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            ours.update(JSON)
        ours.update(headers)
        ours = {name: value for name, value in ours.items() if value is not None}
        return browser.send(method, self.url + path, None if body is None else json.dumps(body), ours)

    def with_token(self, token, method, path, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers.update(JSON)
        return Browser().send(method, self.url + path, None if body is None else json.dumps(body), headers)

    def exchange(self, id_token):
        return Browser().send("POST", self.url + "/auth/exchange", json.dumps({"id_token": id_token}), JSON)

    def token(self, role):
        made = self.portal.run("slipway", "token", "create", f"of the test, {role}", "--role", role, "--json")
        return made.json()["token"]
