"""Behaves like the part of the Kubernetes API that deals with scales and pods, over TLS, for tests.

It is a stand-in: no cluster runs here. Arguments: PORT FOLDER CERTIFICATE KEY. FOLDER/state.json is what is
in force, and may be changed by the test between requests:
  deployments   name -> {"replicas": wanted, "pods": {pod name: when it is gone, or null while it runs}}
  version       goes up by one with each write, as resourceVersion does
  token         the one that is accepted
  forbid        a text: 403 with it, to writes
  conflicts     how many writes are still answered 409
  pod_seconds   how long a pod takes to end
  stubborn      pods do not end at all
"""
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading
import time
import urllib.parse

PORT, FOLDER, CERTIFICATE, KEY = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
lock = threading.Lock()


def load():
    return json.loads((FOLDER / "state.json").read_text())


def save(state):
    temporary = FOLDER / f"state.{os.getpid()}"
    temporary.write_text(json.dumps(state))
    temporary.rename(FOLDER / "state.json")


def reconcile(state):
    """What the controllers do: pods made and ended until there are as many as wanted."""
    now = time.time()
    for name, deployment in state["deployments"].items():
        pods = deployment["pods"]
        for pod in [pod for pod, end in pods.items() if end is not None and end <= now and not state["stubborn"]]:
            del pods[pod]
        alive = [pod for pod, end in pods.items() if end is None]
        for pod in alive[deployment["replicas"]:]:
            pods[pod] = now + state["pod_seconds"]
        for _ in range(deployment["replicas"] - len(alive)):
            state["version"] += 1
            pods[f"{name}-{state['version']}"] = None


def status(code, reason, message):
    return code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message,
                  "reason": reason, "code": code}


def scale_of(state, name):
    deployment = state["deployments"][name]
    alive = [pod for pod, end in deployment["pods"].items() if end is None]
    spec = {"replicas": deployment["replicas"]} if deployment["replicas"] else {}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "spec": spec,
            "metadata": {"name": name, "namespace": "portal", "resourceVersion": str(state["version"])},
            "status": {"replicas": len(alive), "selector": f"app={name}"}}


def put_scale(state, name, body):
    if state["forbid"]:
        return status(403, "Forbidden", state["forbid"])
    if state["conflicts"] > 0 or body["metadata"]["resourceVersion"] != str(state["version"]):
        state["conflicts"] = max(0, state["conflicts"] - 1)
        return status(409, "Conflict", "the object has been modified; please apply your changes to the latest")
    state["version"] += 1
    state["deployments"][name]["replicas"] = body["spec"].get("replicas", 0)
    reconcile(state)
    return 200, scale_of(state, name)


def answer(state, method, path, query, body):
    parts = path.strip("/").split("/")
    if parts[:4] == ["api", "v1", "namespaces", "portal"] and parts[4:] == ["pods"]:
        name = query["labelSelector"][0].removeprefix("app=")
        pods = state["deployments"].get(name, {"pods": {}})["pods"]
        return 200, {"kind": "PodList", "items": [{"metadata": {"name": pod}} for pod in pods]}
    if len(parts) == 8 and parts[:4] == ["apis", "apps", "v1", "namespaces"] and parts[7] == "scale":
        if parts[4] != "portal" or parts[6] not in state["deployments"]:
            return status(404, "NotFound", f'deployments.apps "{parts[6]}" not found')
        return (200, scale_of(state, parts[6])) if method == "GET" else put_scale(state, parts[6], body)
    return status(404, "NotFound", "the server could not find the requested resource")


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        url = urllib.parse.urlsplit(self.path)
        with lock:
            state = load()
            reconcile(state)
            if self.headers.get("Authorization") != "Bearer " + state["token"]:
                code, told = status(401, "Unauthorized", "Unauthorized")
            else:
                code, told = answer(state, self.command, url.path, urllib.parse.parse_qs(url.query),
                                    json.loads(body) if body else None)
            save(state)
        text = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = handle_any

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Api)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
