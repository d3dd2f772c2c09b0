"""`skald serve`: who may ask, what comes back, and how it ends; on the real program and a real finished session."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from serving import Serving, received

from program import BUILD, LIMIT, Case, HomeCase, process, skald

PAGES = ["/app.js", "/app.css", "/skald.svg"]
HAS_PAGES = (BUILD / "web" / "assets.cpp").exists()
KEY = "gsk_canary0123456789WXYZ"
BROWSER = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


def listening(pid):
    """Addresses and ports on which a process listens, as the kernel tells."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(fd))
        inodes |= {found.group(1)} if found else set()
    places = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, port = fields[1].split(":")
                words = [struct.pack("=I", int(address[i:i + 8], 16)) for i in range(0, len(address), 8)]
                places.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return places


def state_of(home):
    """All rows of the database, and names and contents of what else lies in the home."""
    with sqlite3.connect(f"file:{home}/skald.db?mode=ro", uri=True) as database:
        rows = list(database.iterdump())
    files = {}
    for path in sorted(Path(home).rglob("*")):
        if path.is_file() and not path.name.startswith("skald.db"):
            files[str(path.relative_to(home))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return rows, files


class Starts(HomeCase):
    def serve(self, *options, **env):
        server = Serving(self.home, *options, **env)
        self.addCleanup(server.kill)
        return server

    def test_listens_on_this_machine_alone(self):
        server = self.serve()
        self.assertEqual(listening(server.process.pid), {("127.0.0.1", server.port)})
        for host in ["localhost", "127.0.0.2"]:
            with self.subTest(host=host):
                other = self.serve("--host", host)
                [(address, _)] = listening(other.process.pid)
                self.assertTrue(address.startswith("127."))
                self.assertEqual(other.ask("GET", "/api/v1/health").status, 200)

    def test_listens_on_the_other_loopback_where_there_is_one(self):
        if not Path("/proc/net/if_inet6").exists() or not Path("/proc/net/if_inet6").read_text():
            self.skipTest("no IPv6 here")
        server = self.serve("--host", "::1")
        self.assertEqual(listening(server.process.pid), {("::1", server.port)})
        self.assertEqual(server.ask("GET", "/api/v1/health").status, 200)

    def test_other_addresses_are_refused(self):
        for host in ["0.0.0.0", "::", "192.168.1.2", "10.0.0.1", "fe80::1", "::ffff:127.0.0.1", "example.org", "", "127.0.0.1 "]:
            with self.subTest(host=host):
                done = skald("serve", "--port", "0", "--host", host, home=self.home)
                self.assertEqual(done.status, 2, done)
                self.assertIn("password", done.err)

    def test_a_port_in_use_is_told(self):
        server = self.serve()
        done = skald("serve", "--port", server.port, home=self.home)
        self.assertEqual(done.status, 1, done)
        self.assertIn(f"port {server.port} is in use", done.err)
        self.assertEqual(skald("serve", "--port", "70000", home=self.home).status, 2)

    def test_the_port_is_free_again_at_once(self):
        server = self.serve()
        server.ask("GET", "/")
        self.assertEqual(server.stop(), 0)
        again = self.serve(port=server.port)
        self.assertEqual(again.port, server.port)

    def test_ends_by_either_signal_with_streams_and_slow_clients_there(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(signal=number):
                server = self.serve()
                streams = [server.events() for _ in range(3)]
                self.assertEqual([s.next()[1] for s in streams], ["hello"] * 3)
                with server.connect() as slow, server.connect() as idle:
                    slow.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: ")
                    self.assertEqual(server.stop(number), 0)
                    self.assertEqual(received(idle), b"")
                    self.assertNotIn(b"200 OK", received(slow))
                self.assertEqual([s.next() for s in streams], [None] * 3)
                for stream in streams:
                    stream.close()
                self.assertIn("stopped.", server.rest)

    def test_tokens_are_made_kept_as_hashes_and_forgotten(self):
        server = self.serve()
        made = skald("serve", "--print-token", home=self.home)
        token = made.out.strip()
        self.assertRegex(token, r"^skt_[0-9a-f]{64}$")
        bearer = {"Authorization": f"Bearer {token}"}
        self.assertEqual(server.ask("GET", "/api/v1/sessions", bearer).status, 200)
        self.assertEqual(server.ask("DELETE", "/api/v1/sessions/1", bearer).status, 404)
        kept = self.home / "api-tokens"
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(token[4:], kept.read_text())
        self.assertEqual(skald("serve", "--forget-tokens", home=self.home).status, 0)
        self.assertEqual(server.ask("GET", "/api/v1/sessions", bearer).status, 401)

    def test_tokens_do_what_their_scope_says(self):
        server = self.serve()
        asks = {"read": ("GET", "/api/v1/sessions", 200), "change": ("POST", "/api/v1/jobs/1/cancel", 404),
                "admin": ("DELETE", "/api/v1/sessions/1", 404)}
        for number, scope in enumerate(asks):
            made = skald("tokens", "add", f"{scope} one", "--scope", scope, home=self.home)
            self.assertEqual(made.status, 0, made)
            bearer = {"Authorization": f"Bearer {made.out.strip()}"}
            for wanted, (needed, (method, path, good)) in enumerate(asks.items()):
                with self.subTest(scope=scope, needed=needed):
                    asked = server.ask(method, path, bearer)
                    self.assertEqual(asked.status, good if wanted <= number else 403, asked)
                    if wanted > number:
                        self.assertEqual(asked.code(), "OutOfScope")
        listed = skald("tokens", "list", home=self.home).out
        self.assertEqual([line.split("\t")[:2] for line in listed.splitlines()], [[f"{s} one", s] for s in asks])
        self.assertEqual(skald("tokens", "remove", "admin one", home=self.home).status, 0)
        self.assertEqual(server.ask("GET", "/api/v1/sessions", bearer).status, 401)
        self.assertEqual(skald("tokens", "remove", "admin one", home=self.home).status, 2)
        self.assertEqual(skald("tokens", "add", "read one", home=self.home).status, 1)
        self.assertEqual(skald("tokens", "add", "x", "--scope", "root", home=self.home).status, 2)

    @unittest.skipUnless(os.getuid() == 0, "only root may ask as another user")
    def test_other_users_of_the_machine_get_no_page(self):
        server = self.serve()
        ask = ("import encodings.idna, os, socket, sys; os.setuid(65534); "
               "s = socket.create_connection((sys.argv[1], int(sys.argv[2]))); "
               "s.sendall(b'GET / HTTP/1.0\\r\\nHost: %s:%s\\r\\n\\r\\n' % tuple(a.encode() for a in sys.argv[1:])); "
               "print(s.makefile('rb').read())")
        done = subprocess.run([sys.executable, "-c", ask, server.host, str(server.port)], capture_output=True, text=True,
                              timeout=LIMIT, check=True)
        self.assertIn("HTTP/1.1 403 ", done.stdout)
        self.assertIn("another user", done.stdout)
        self.assertNotIn("Set-Cookie", done.stdout)

    def test_an_empty_home_has_no_sessions(self):
        server = self.serve()
        self.assertEqual(server.get("/api/v1/sessions").json(), {"sessions": []})
        self.assertIn(b"<title>Skald</title>", server.open_page().body)

    def test_a_restart_makes_old_cookies_worthless(self):
        first = self.serve()
        first.open_page()
        first.stop()
        second = self.serve(port=first.port)
        self.assertEqual(second.ask("GET", "/api/v1/sessions", {"Cookie": first.cookie}).status, 401)


class Session(Case):
    """With a finished session, and a server that knows a key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.finished = cls.reference.copy_home(base / "home")
        done = process(cls.reference.recording, base / "output", home=cls.finished)
        if done.status != 0:
            raise AssertionError(f"the session was not processed: {done}")
        cls.results = done.folder()

    def setUp(self):
        super().setUp()
        self.server = Serving(self.home, GROQ_API_KEY=KEY)
        self.addCleanup(self.server.kill)
        [session] = self.server.get("/api/v1/sessions").json()["sessions"]
        self.session = f"/api/v1/sessions/{session['id']}"
        self.ids = {"sessions": session["id"], "uploads": self.server.upload("a.wav", b"abc"), "jobs": self.add_ended_job()}

    def add_ended_job(self):
        with sqlite3.connect(self.home / "skald.db") as database:
            return database.execute("INSERT INTO job(name, state, turn, request, outcome, created, started, ended) VALUES('ended', "
                                    "'cancelled', 1, '{}', '{}', '', '', '') RETURNING id").fetchone()[0]

    def make_home(self, target):
        return shutil.copytree(self.finished, target)

    def operations(self):
        """Method, path with an id, and whether it is open, of all that the OpenAPI document names."""
        document = self.server.get("/api/v1/openapi.json").json()
        return [(method.upper(), path.replace("{id}", str(self.ids.get(path.split("/")[3]))) if "{id}" in path else path, not row["security"])
                for path, methods in document["paths"].items() for method, row in methods.items()]


class Guards(Session):
    def request(self, host, target="/api/v1/health", more=""):
        return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n"

    def test_names_of_others_are_refused(self):
        port = self.server.port
        for good in [f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"]:
            self.assertEqual(self.server.status_of(self.request(good)), 200, good)
        for bad in [f"evil.example:{port}", "evil.example", "127.0.0.1", f"127.0.0.1:{port + 1}", f"[::1]:{port + 1}", "[::1]",
                    f"0.0.0.0:{port}", f"[::ffff:7f00:1]:{port}", f"localhost.:{port}", f"127.1:{port}", "", f"a@127.0.0.1:{port}"]:
            for target in ["/", "/api/v1/health", "/api/v1/events", "/nothing"]:
                self.assertEqual(self.server.status_of(self.request(bad, target)), 403, (bad, target))

    def test_odd_ways_to_name_a_server(self):
        good = f"127.0.0.1:{self.server.port}"
        cases = {"two hosts": self.request(good, more=f"Host: {good}\r\n"), "two, one foreign": self.request(good, more="Host: evil\r\n"),
                 "no host": "GET /api/v1/health HTTP/1.1\r\n\r\n", "no host in 1.0": "GET /api/v1/health HTTP/1.0\r\n\r\n",
                 "absolute form": self.request(good, f"http://{good}/api/v1/health"),
                 "absolute, foreign": self.request(good, "http://evil.example/api/v1/health"),
                 "authority": f"CONNECT {good} HTTP/1.1\r\nHost: {good}\r\n\r\n", "two slashes": self.request(good, "//evil.example/"),
                 "folded": f"GET /api/v1/health HTTP/1.1\r\nHost: {good}\r\n evil\r\n\r\n"}
        for name, text in cases.items():
            with self.subTest(name):
                self.assertIn(self.server.status_of(text), (400, 403))

    def test_without_guard_nothing_is_told_or_done(self):
        before = state_of(self.home)
        counted = 0
        for method, path, is_open in self.operations():
            for headers in [{}, {"Cookie": "skald_%d=%s" % (self.server.port, "0" * 64)}, {"Authorization": "Bearer skt_" + "0" * 64}]:
                reply = self.server.ask(method, path, headers)
                self.assertEqual(reply.status, 200 if is_open else 401, (method, path, reply))
            counted += not is_open
        self.assertGreater(counted, 10)
        self.assertEqual(state_of(self.home), before)

    def test_pages_of_other_sites_get_nothing(self):
        for method, path, _ in self.operations():
            for headers in [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:1"}, BROWSER,
                            {**BROWSER, "Sec-Fetch-Site": "same-site"}]:
                sent = {**self.server.page_headers(), "X-Skald-CSRF": self.server.csrf, **headers}
                reply = self.server.ask(method, path, sent)
                self.assertEqual((reply.status, reply.code()), (403, "Forbidden"), (method, path, headers))
        self.assertEqual(self.server.get(self.session).status, 200)

    def test_changes_need_the_pages_own_word(self):
        cookie = self.server.page_headers()
        for headers in [{}, {"X-Skald-CSRF": "0" * 64}, {"X-Skald-CSRF": ""}, {"X-Skald-CSRF": self.server.cookie.split("=")[1]}]:
            reply = self.server.ask("DELETE", self.session, {**cookie, **headers})
            self.assertEqual((reply.status, reply.code()), (403, "Forbidden"), headers)
        self.assertEqual(self.server.ask("DELETE", self.session, {"X-Skald-CSRF": self.server.csrf}).status, 401)
        self.assertEqual(self.server.get(self.session).status, 200)

    def test_bodies_that_are_not_json(self):
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]:
            reply = self.server.change("DELETE", self.session, {"Content-Type": kind}, b"{}")
            self.assertEqual((reply.status, reply.code()), (415, "UnsupportedType"), kind)
        reply = self.server.change("DELETE", self.session, {"Content-Type": "application/json", "Content-Length": "2000000"}, b"{")
        self.assertEqual((reply.status, reply.code()), (413, "TooLarge"))
        self.assertEqual(self.server.get(self.session).status, 200)

    def test_bodies_are_read_to_their_end_and_not_beyond(self):
        path = f"{self.session}9"
        for body, status in [(b"{}", 404), (b"[1]", 400), (b"{", 400), (b"[" * 100, 400), (b"\xff", 400)]:
            reply = self.server.change("DELETE", path, {"Content-Type": "application/json"}, body)
            self.assertEqual(reply.status, status, body)
        own = self.server.page_headers()
        head = (f"DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nContent-Type: application/json\r\n"
                f"Cookie: {own['Cookie']}\r\nX-Skald-CSRF: {self.server.csrf}\r\n")
        after = f"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nConnection: close\r\n\r\n"
        # After an error the library closes the connection; a change that is done leaves it open for the next request.
        rename = head.replace(f"DELETE {path}", f"PATCH {self.session}")
        chunked = f"{rename}Transfer-Encoding: chunked\r\n\r\nf\r\n{{\"name\":\"talk\"}}\r\n0\r\n\r\n{after}"
        self.assertRegex(self.server.send(chunked), rb"(?s)^HTTP/1.1 200 .*HTTP/1.1 200 ")
        # What is cut off, or never ends, is the last of its connection.
        self.assertRegex(self.server.send(f"{head}Content-Length: 90\r\n\r\n{{}}{after}"), rb"(?s)^HTTP/1.1 400 ((?!HTTP/1.1 \d).)*$")
        endless = "20000\r\n" + " " * 0x20000 + "\r\n"
        told = self.server.send(f"{head}Transfer-Encoding: chunked\r\n\r\n{endless * 9}0\r\n\r\n{after}")
        self.assertRegex(told, rb"(?s)^(HTTP/1.1 413 ((?!HTTP/1.1 \d).)*)?$")

    def test_what_follows_a_refused_body_is_not_a_request(self):
        inner = f"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\n\r\n"
        outer = (f"DELETE {self.session} HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nContent-Type: text/plain\r\n"
                 f"Content-Length: {len(inner)}\r\n\r\n{inner}")
        answer = self.server.send(outer)
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
        both = outer.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
        self.assertEqual(self.server.status_of(both), 400)

    def test_other_sites_are_told_nothing_by_options(self):
        for method, path, _ in self.operations():
            reply = self.server.ask("OPTIONS", path, {"Origin": f"http://127.0.0.1:{self.server.port}",
                                                      "Access-Control-Request-Method": method})
            self.assertEqual((reply.status, reply.code()), (405, "MethodNotAllowed"))
            self.assertIn(method, reply.headers["allow"])
            self.assertFalse([name for name in reply.headers if name.startswith("access-control")])

    def test_every_reply_is_strict(self):
        replies = [self.server.get(path) for method, path, _ in self.operations() if method == "GET" and "events" not in path]
        replies += [self.server.get("/nothing"), self.server.ask("GET", "/api/v1/config"), self.server.ask("GET", "/" + "x" * 4000)]
        for reply in replies:
            policy = reply.headers["content-security-policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(reply.headers["x-content-type-options"], "nosniff")
            self.assertEqual(reply.headers["referrer-policy"], "no-referrer")
            self.assertEqual(reply.headers["cache-control"], "no-store")
            self.assertFalse([name for name in reply.headers if name.startswith("access-control")])

    def test_reads_change_nothing(self):
        before = state_of(self.home)
        for method, path, _ in self.operations():
            if method != "GET" or path.endswith("events"):
                continue
            for asked in ("GET", "HEAD"):
                reply = self.server.ask(asked, path, self.server.page_headers())
                self.assertEqual(reply.status, 404 if path in PAGES and not HAS_PAGES else 200, (asked, path, reply))
        rows, files = state_of(self.home)
        self.assertEqual(rows, before[0])
        # The doctor starts workers, which keep a log.
        self.assertEqual({n: h for n, h in files.items() if not n.startswith("logs/")},
                         {n: h for n, h in before[1].items() if not n.startswith("logs/")})

    def test_limits_of_a_request(self):
        host = f"127.0.0.1:{self.server.port}"
        self.assertEqual(self.server.status_of(self.request(host, "/" + "x" * 4000)), 414)
        self.assertEqual(self.server.status_of(self.request(host, more="X: " + "y" * 9000 + "\r\n")), 400)
        self.assertEqual(self.server.status_of(self.request(host, more="".join(f"X{i}: y\r\n" for i in range(200)))), 400)
        for text in ["", "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/3\r\n\r\n", "\0" * 100, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"]:
            self.assertIn(self.server.status_of(text), (None, 400), text)
        self.assertEqual(self.server.status_of(self.request(host)), 200)

    def test_who_sends_nothing_more_is_let_go(self):
        with self.server.connect() as slow:
            slow.sendall(f"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nX-Slow: ".encode())
            self.assertNotIn(b"200 OK", received(slow))

    def test_the_key_stands_in_no_reply(self):
        secrets = [KEY.encode(), KEY[4:20].encode()]
        for method, path, _ in self.operations():
            if method == "GET" and not path.endswith("events"):
                reply = self.server.get(path)
                for secret in secrets:
                    self.assertNotIn(secret, reply.body + repr(reply.headers).encode(), path)
        shown = {row["name"]: row["value"] for row in self.server.get("/api/v1/config").json()["settings"]}
        self.assertEqual(shown["GROQ_API_KEY"], "gsk_…WXYZ")
        for path in [f"/{KEY}", f"/api/v1/plan?preset={KEY}", f"/api/v1/plan?model={KEY}", f"/api/v1/sessions?{KEY}"]:
            for reply in [self.server.get(path), self.server.ask("GET", path, {"Authorization": f"Bearer {KEY}"})]:
                self.assertNotIn(KEY.encode(), reply.body)
        self.server.stop()
        self.assertNotIn(KEY, self.server.said + self.server.rest)


class Replies(Session):
    def test_a_session_and_its_transcript(self):
        details = self.server.get(self.session).json()
        self.assertEqual((details["name"], details["state"]), ("talk", "finished"))
        self.assertEqual(Path(details["runs"][0]["results"]), self.results)
        self.assertEqual([run["tracks"] for run in details["runs"]], [1, 1])
        transcript = self.server.get(f"{self.session}/transcript")
        self.assertEqual(transcript.body, (self.results / "talk_data.json").read_bytes())
        self.assertEqual(transcript.headers["content-type"], "application/json")
        again = self.server.get(f"{self.session}/transcript", If_None_Match=transcript.headers["etag"])
        self.assertEqual((again.status, again.body), (304, b""))

    def test_sound_whole_and_in_parts(self):
        [decoded] = [p for p in self.home.glob("artifacts/*/*/audio.wav")]
        sound = decoded.read_bytes()
        size, path = len(sound), f"{self.session}/audio"
        whole = self.server.get(path)
        self.assertEqual((whole.status, whole.body, whole.headers["content-type"]), (200, sound, "audio/wav"))
        self.assertEqual(whole.headers["accept-ranges"], "bytes")
        tag = whole.headers["etag"]
        for asked, first, last in [("bytes=0-0", 0, 0), ("bytes=0-999", 0, 999), ("bytes=1000-", 1000, size - 1),
                                   ("bytes=-100", size - 100, size - 1), (f"bytes={size - 1}-", size - 1, size - 1),
                                   (f"bytes=5-{size * 2}", 5, size - 1), (f"bytes=-{size * 2}", 0, size - 1)]:
            part = self.server.get(path, Range=asked)
            self.assertEqual(part.status, 206, asked)
            self.assertEqual(part.headers["content-range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(int(part.headers["content-length"]), last - first + 1)
            self.assertEqual(part.body, sound[first:last + 1], asked)
        for asked in [f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0"]:
            part = self.server.get(path, Range=asked)
            self.assertEqual((part.status, part.code(), part.headers["content-range"]), (416, "RangeNotSatisfiable", f"bytes */{size}"))
        self.assertEqual(self.server.get(path, Range="bytes=x-y").status, 416)
        self.assertEqual(self.server.get(path, Range="bytes=0-1,5-6").body, sound)
        self.assertEqual(self.server.get(path, Range="bytes=0-9", If_Range=tag).body, sound[:10])
        for other in ['"other"', f"W/{tag}", "Mon, 23 Nov 2026 20:00:00 GMT"]:
            self.assertEqual(self.server.get(path, Range="bytes=0-9", If_Range=other).body, sound, other)
        self.assertEqual(self.server.get(path, Range=f"bytes={size}-", If_Range='"other"').body, sound)
        self.assertEqual(self.server.get(path, If_None_Match=tag).status, 304)
        head = self.server.ask("HEAD", path, self.server.page_headers())
        self.assertEqual((head.status, head.body, int(head.headers["content-length"])), (200, b"", size))
        head = self.server.ask("HEAD", path, {**self.server.page_headers(), "Range": "bytes=0-9"})
        self.assertEqual((head.status, head.headers["content-range"]), (206, f"bytes 0-9/{size}"))
        self.assertEqual(self.server.get(f"{path}?track=1").body, sound)
        self.assertEqual(self.server.get(f"{path}?track=2").status, 404)
        for odd in ["0", "-1", "x", "1x", "99999999999999999999"]:
            self.assertEqual(self.server.get(f"{path}?track={odd}").status, 400, odd)

    def test_the_outline_of_the_sound(self):
        [decoded] = [p for p in self.home.glob("artifacts/*/*/audio.wav")]
        [outline] = [p for p in self.home.glob("artifacts/*/*/outline.s8")]
        with wave.open(str(decoded)) as sound:
            samples = struct.unpack(f"<{sound.getnframes()}h", sound.readframes(sound.getnframes()))
        stretches = -(-len(samples) // 160)  # of 10 ms
        for points in (1, 10, 2000, 100000):
            wanted = []
            for i in range(min(points, stretches)):
                part = samples[160 * (i * stretches // min(points, stretches)):160 * ((i + 1) * stretches // min(points, stretches))]
                wanted += [min(part) * 127 / 32768, max(part) * 127 / 32768]
            told = self.server.get(f"{self.session}/peaks?points={points}").json()
            self.assertAlmostEqual(told["duration"], len(samples) / 16000, places=6)
            self.assertEqual(len(told["peaks"]), len(wanted))
            for value, exact in zip(told["peaks"], wanted):
                self.assertAlmostEqual(value, exact, delta=0.5001)
        kept = self.server.get(f"{self.session}/peaks").json()
        shutil.rmtree(outline.parent)  # as in a session of an older Skald
        self.assertEqual(self.server.get(f"{self.session}/peaks").json(), kept)
        for query in ["points=0", "points=x", "points=100001", "track=0"]:
            self.assertEqual(self.server.get(f"{self.session}/peaks?{query}").status, 400, query)
        self.assertEqual(self.server.get(f"{self.session}/peaks?track=2").status, 404)

    def test_addresses_that_lead_nowhere(self):
        for path in ["/nothing", "/api/v1", "/api/v1/sessions/", "/api/v1/sessions/..%2f..%2fskald.db", "/api/v1/sessions/%2e%2e/config",
                     "/api/v1/sessions/1e3", "/../../etc/passwd", "/api/v1/sessions/x/audio", "/skald.db", "/%00"]:
            reply = self.server.get(path)
            self.assertIn(reply.status, (400, 404), path)
            self.assertIn("advice", reply.json()["error"])
        reply = self.server.get("/api/v1/sessions/424242")
        self.assertEqual((reply.status, reply.code()), (404, "NotFound"))
        reply = self.server.ask("POST", self.session, self.server.page_headers())
        self.assertEqual((reply.status, reply.code(), reply.headers["allow"]), (405, "MethodNotAllowed", "GET, HEAD, DELETE, PATCH"))

    def test_results_that_were_replaced_by_a_link_are_not_followed(self):
        results = self.folder / "results"
        results.mkdir()
        (results / "talk_data.json").symlink_to("/etc/hostname")
        with sqlite3.connect(self.home / "skald.db") as database:
            database.execute("UPDATE run SET directory=?", (str(results),))
        self.assertEqual(self.server.get(f"{self.session}/transcript").status, 404)

    def test_the_same_as_in_a_terminal(self):
        told = json.loads(skald("config", "show", "--json", home=self.home, GROQ_API_KEY=KEY).out)
        self.assertEqual(self.server.get("/api/v1/config").json(), told)
        told = json.loads(skald("doctor", "--json", home=self.home, GROQ_API_KEY=KEY).out)
        self.assertEqual([c["id"] for c in self.server.get("/api/v1/doctor").json()["checks"]], [c["id"] for c in told["checks"]])
        told = skald("plan", self.reference.recording, "--preset", "cpu", "--json", home=self.home, GROQ_API_KEY=KEY)
        plan = self.server.get("/api/v1/plan?preset=cpu").json()
        self.assertEqual([(s["stage"], s["backend"], s["model"], s["needed"]) for s in plan["stages"]],
                         [(s["stage"], s["backend"], s["model"], s["needed"]) for s in json.loads(told.out)["stages"]])
        models = self.server.get("/api/v1/models").json()["models"]
        self.assertIn("whisper-base", [m["name"] for m in models if m["installed"]])
        self.assertNotIn("directory", models[0])

    def test_a_plan_takes_names_not_paths(self):
        for query in ["model=/etc", "model=../../etc", "model=nothing", "preset=nothing", "device=tpu", "classifier=nothing"]:
            self.assertIn(self.server.get(f"/api/v1/plan?{query}").status, (400, 404), query)

    def test_removed_here_is_removed_in_the_terminal(self):
        reply = self.server.change("DELETE", self.session)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json()["removed"]["name"], "talk")
        self.assertGreater(reply.json()["freed_bytes"], 0)
        self.assertEqual(skald("sessions", "list", home=self.home).out, "")
        self.assertEqual(self.server.change("DELETE", self.session).status, 404)
        self.assertTrue((self.results / "talk_data.json").exists())

    def test_hostile_names_are_text(self):
        name = "<img src=x onerror=alert(1)>\"'&</table>"
        done = process(self.reference.recording, self.folder / "out", "--session", name, home=self.home)
        self.assertEqual(done.status, 0, done)
        self.assertNotIn("onerror", self.server.open_page().body.decode())
        names = [s["name"] for s in self.server.get("/api/v1/sessions").json()["sessions"]]
        self.assertEqual(names, [name, "talk"])


class EventStreams(Session):
    def test_what_happens_here_or_in_a_terminal_is_told_and_told_again(self):
        stream = self.server.events()
        start, kind, _ = stream.next()
        self.assertEqual(kind, "hello")
        done = process(self.reference.recording, self.folder / "out", "--session", "second", home=self.home)
        self.assertEqual(done.status, 0, done)
        seen = []
        while not seen or seen[-1][2]["state"] != "finished":
            seen.append(stream.next())
        self.assertEqual((seen[0][1], seen[0][2]["name"]), ("session.added", "second"))
        self.assertEqual(skald("sessions", "remove", "second", home=self.home).status, 0)
        seen.append(stream.next())
        self.assertEqual((seen[-1][1], seen[-1][2]["name"]), ("session.removed", "second"))
        self.server.change("DELETE", self.session)
        seen.append(stream.next())
        self.assertEqual((seen[-1][1], seen[-1][2]["name"]), ("session.removed", "talk"))
        stream.close()
        for missed in range(len(seen) + 1):
            last = ([start] + [event[0] for event in seen])[missed]
            again = self.server.events(last)
            self.assertEqual(again.next()[1], "hello")
            self.assertEqual([again.next() for _ in seen[missed:]], seen[missed:])
            again.close()

    def test_numbers_of_another_start_mean_to_read_anew(self):
        for last in ["00000000-5", "nonsense", "-1"]:
            stream = self.server.events(last)
            self.assertEqual(stream.next()[1], "reset")
            stream.close()

    def test_not_more_streams_than_allowed_and_the_rest_goes_on(self):
        streams = [self.server.events() for _ in range(64)]
        self.assertEqual({s.next()[1] for s in streams}, {"hello"})
        refused = self.server.get("/api/v1/events")
        self.assertEqual((refused.status, refused.code()), (503, "Unavailable"))
        self.assertEqual(self.server.get("/api/v1/sessions").status, 200)
        for stream in streams:
            stream.close()

    def test_many_at_once_wait_for_nobody(self):
        with ThreadPoolExecutor(40) as pool:
            self.server.open_page()
            streams = list(pool.map(lambda _: self.server.events(), range(40)))
            self.assertEqual({s.next()[1] for s in streams}, {"hello"})
            statuses = list(pool.map(lambda _: self.server.get("/api/v1/sessions").status, range(40)))
        self.assertEqual(set(statuses), {200})
        for stream in streams:
            stream.close()

    def test_needs_the_cookie(self):
        self.assertEqual(self.server.ask("GET", "/api/v1/events").status, 401)


if __name__ == "__main__":
    unittest.main()
