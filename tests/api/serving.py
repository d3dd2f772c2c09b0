"""Starts the real `skald serve` on a free port, and talks to it: as a page, as a script, or byte by byte."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cli"))

from program import BUILD, LIMIT, environment  # noqa: E402


class Reply:
    """Status, headers (small letters) and body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def code(self):
        """The code of an error."""
        return self.json()["error"]["code"]

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:300]!r}"


class Serving:
    """A server of its own, for one home; to be stopped."""

    def __init__(self, home, *options, port=0, **env):
        self.home = home
        self.process = subprocess.Popen(
            [BUILD / "skald", "serve", "--port", str(port), *options], env=environment(home, **env), cwd=home,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = self.process.stderr.readline()
        found = re.search(r"http://(\[::1\]|[\d.]+):(\d+)/", self.said)
        if not found:
            rest = self.process.communicate(timeout=LIMIT)[1]
            raise AssertionError(f"the server did not start: {self.said}{rest}")
        self.host, self.port = found.group(1).strip("[]"), int(found.group(2))
        self.cookie = self.csrf = None

    def stop(self, number=signal.SIGTERM):
        """Ends the server by a signal; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.rest = self.process.communicate(timeout=LIMIT)[1]
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        if not self.process.stderr.closed:
            self.process.communicate()

    def ask(self, method, path, headers=None, body=None):
        """One request with just these headers."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def open_page(self):
        """Loads the page, as a browser does; keeps its cookie and what the page tells."""
        page = self.ask("GET", "/")
        self.cookie = page.headers["set-cookie"].split(";")[0]
        self.csrf = re.search(r'name="skald-csrf" content="(\w+)"', page.body.decode()).group(1)
        return page

    def page_headers(self):
        """What the page's own requests carry."""
        if not self.cookie:
            self.open_page()
        return {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}

    def get(self, path, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, {**self.page_headers(), **named})

    def change(self, method, path, headers=None, body=None):
        own = {**self.page_headers(), "X-Skald-CSRF": self.csrf, "Origin": f"http://{self.host}:{self.port}"}
        return self.ask(method, path, {**own, **(headers or {})}, body)

    def send_json(self, method, path, data):
        return self.change(method, path, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def send_piece(self, upload, offset, piece):
        return self.change("PUT", f"/api/v1/uploads/{upload}?offset={offset}", {"Content-Type": "application/octet-stream"}, piece)

    def upload(self, name, content, piece=1 << 20):
        """Uploads a file in pieces; its id."""
        begun = self.send_json("POST", "/api/v1/uploads", {"name": name, "size": len(content)})
        assert begun.status == 201, begun
        upload = begun.json()["id"]
        for offset in range(0, len(content), piece):
            sent = self.send_piece(upload, offset, content[offset:offset + piece])
            assert sent.status == 200, sent
        return upload

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=LIMIT)

    def send(self, text):
        """Sends these bytes; all that comes back until the server closes."""
        with self.connect() as line:
            line.sendall(text if isinstance(text, bytes) else text.encode())
            line.shutdown(socket.SHUT_WR)
            return received(line)

    def status_of(self, text):
        """The first status that comes back to these bytes."""
        found = re.match(rb"HTTP/1\.1 (\d+) ", self.send(text))
        return int(found.group(1)) if found else None

    def events(self, last=None):
        headers = self.page_headers()
        return Events(self, {**headers, "Last-Event-ID": last} if last else headers)


def received(line):
    """All bytes until the other side closes."""
    bytes_ = b""
    try:
        while piece := line.recv(65536):
            bytes_ += piece
    except ConnectionResetError:
        pass
    return bytes_


class Events:
    """An open event stream."""

    def __init__(self, server, headers):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=LIMIT)
        self.connection.request("GET", "/api/v1/events", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self):
        """The next event: (id, kind, data); None at the end of the stream."""
        fields = {}
        while True:
            try:
                line = self.answer.readline()
            except (ConnectionError, http.client.HTTPException):
                return None
            if not line:
                return None
            text = line.decode().rstrip("\n")
            if text == "" and "event" in fields:
                return fields["id"], fields["event"], json.loads(fields["data"])
            name, _, value = text.partition(": ")
            fields[name] = value

    def close(self):
        self.connection.close()
