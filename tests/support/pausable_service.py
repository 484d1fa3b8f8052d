"""A small service that can be paused over HTTP, for tests: while it is paused, GET /work waits.

Arguments: PORT FOLDER. The file FOLDER/behaviour, read at each request, may hold:
  broken   POST /pause pauses, and then answers 500
  slow     POST /pause pauses, and does not answer
  stuck    POST /resume answers 503 and resumes nothing
A token in FOLDER/token is asked for where that file is there.
"""
import http.server
import pathlib
import sys
import threading
import time

PORT, FOLDER = int(sys.argv[1]), pathlib.Path(sys.argv[2])
running = threading.Event()
running.set()


def content(name):
    path = FOLDER / name
    return path.read_text().strip() if path.exists() else ""


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        running.wait()
        self.answer(200, "worked")

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        self.rfile.read(length)
        if content("token") and self.headers.get("Authorization") != "Bearer " + content("token"):
            return self.answer(401, "who are you?")
        if self.path == "/pause":
            return self.pause()
        if self.path == "/resume":
            if content("behaviour") == "stuck":
                return self.answer(503, "cannot resume now")
            running.set()
            return self.answer(204, "")
        return self.answer(404, "no such path")

    def pause(self):
        running.clear()
        if content("behaviour") == "slow":
            time.sleep(600)
        if content("behaviour") == "broken":
            return self.answer(500, "half of it failed")
        return self.answer(200, "paused")

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Service).serve_forever()
