"""`slipway serve` as a process of a portal, and requests to it."""
import json
import signal
import time
import urllib.error
import urllib.request

from portal import check


class Daemon:
    def __init__(self, portal, tls=None):
        self.portal, self.tls = portal, tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{portal.listen}"
        self.process = portal.start("slipway", "serve")
        deadline = time.monotonic() + 60
        while self.status("/readyz") != 200:
            check(time.monotonic() < deadline and self.process.poll() is None, "the daemon is not ready")
            time.sleep(0.2)

    def request(self, path, token=None, body=None, method=None):
        """(status, headers, body)"""
        return self.send(method, path, token, {}, body)

    def send(self, method, path, token, headers, body=None):
        """The same, with headers of one's own."""
        headers = dict(headers)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.tls) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read().decode()

    def status(self, path):
        try:
            return self.request(path)[0]
        except OSError:
            return 0

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.out, self.err = self.process.communicate(timeout=60)
