"""A receiver of notices, for tests: keeps every request, and answers as it was told to.

As a program: PORT FOLDER [CERTIFICATE KEY], with those over TLS. It appends each request as a line of JSON to FOLDER/requests; the file
FOLDER/behaviour, read at each request, may hold:
  500    it answers with that status, whatever number stands there
  hang   it reads the request and never answers
"""
import http.server
import json
import pathlib
import ssl
import sys
import threading


class Receiver:
    def __init__(self, port=0, keep=None, behaviour=None):
        self.requests, self.behaviour = [], ""
        self.behave = behaviour or (lambda: self.behaviour)
        self.keep = keep or self.requests.append
        self.over = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                how = receiver.behave()
                receiver.keep({"path": self.path, "headers": dict(self.headers), "body": body, "answer": how})
                if how == "hang":
                    receiver.over.wait(600)
                    return
                self.send_response(int(how or "200"))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def taken(self, path):
        """The requests to that path that were answered with 200, oldest first."""
        return [one for one in self.requests if one["path"] == path and one["answer"] == ""]


if __name__ == "__main__":
    FOLDER = pathlib.Path(sys.argv[2])

    def keep(request):
        with open(FOLDER / "requests", "a", encoding="utf-8") as file:
            file.write(json.dumps(request) + "\n")

    def behaviour():
        path = FOLDER / "behaviour"
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    server = Receiver(int(sys.argv[1]), keep, behaviour).server
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
