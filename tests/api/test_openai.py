"""The part of the API that is as OpenAI's: asked by the official client, on the real program."""

import json
import os
import sqlite3
import unittest
import warnings
from pathlib import Path
from threading import Event

from serving import Serving
from tools import use_test_tools

from program import LIMIT, HomeCase, LaterCase, need_programs, skald, write_wav

use_test_tools()
import openai  # noqa: E402

BOUNDARY = "skald-test-boundary"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def letters(text):
    return "".join(text.split())


def form(content, **fields):
    """A form as bytes: fields, then the file."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    return "".join(parts).encode() + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def commands_below(pid):
    """Command lines of all processes that a process started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            for child in (task / "children").read_text().split():
                found += [Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"), *commands_below(child)]
        except OSError:
            continue  # it has ended
    return found


class Asks:
    def serve(self, **env):
        self.server = Serving(self.home, **env)
        self.addCleanup(self.server.kill)
        self.token = skald("serve", "--print-token", home=self.home).out.strip()
        self.bearer = {"Authorization": f"Bearer {self.token}"}
        self.client = self.client_with(self.token)
        return self.server

    def client_with(self, key):
        client = openai.OpenAI(api_key=key, base_url=f"http://{self.server.host}:{self.server.port}/v1",
                               max_retries=0, timeout=LIMIT)
        self.addCleanup(client.close)
        return client

    def until(self, holds):
        for _ in range(LIMIT * 50):
            if holds():
                return
            Event().wait(0.02)
        self.fail("it never came to that")

    def left(self):
        """What lies in the home of sound and text."""
        folders = [self.home / name for name in ("artifacts", "work", "transcriptions")]
        return [str(p) for folder in folders for p in folder.rglob("*") if p.is_file()]

    def runs(self):
        with sqlite3.connect(f"file:{self.home}/skald.db?mode=ro", uri=True) as database:
            return database.execute("SELECT COUNT(*) FROM run").fetchone()[0]


class Client(Asks, LaterCase):
    def setUp(self):
        super().setUp()
        self.serve()
        self.segments = json.loads((self.reference.results / "talk_data.json").read_text())["segments"]
        self.text = letters("".join(s["text"] for s in self.segments))

    def ask(self, **options):
        with open(self.reference.recording, "rb") as file:
            return self.client.audio.transcriptions.create(file=file, model="whisper-1", **options)

    def test_json_and_text_hold_what_the_session_holds(self):
        self.assertEqual(letters(self.ask().text), self.text)
        self.assertEqual(letters(self.ask(response_format="text")), self.text)
        self.assertEqual(letters(self.ask(response_format="json", temperature=0, prompt="Vessarine, Korbo").text)[:10], self.text[:10])

    def test_verbose_json_has_times_of_words_and_segments(self):
        told = self.ask(response_format="verbose_json", timestamp_granularities=["word", "segment"])
        self.assertEqual((told.task, told.language), ("transcribe", "english"))
        self.assertAlmostEqual(told.duration, 42, delta=0.5)
        self.assertEqual(letters("".join(w.word for w in told.words)), self.text)
        times = [w.start for w in told.words]
        self.assertEqual(times, sorted(times))
        self.assertTrue(all(0 <= w.start <= w.end <= told.duration for w in told.words))
        self.assertEqual(letters("".join(s.text for s in told.segments)), self.text)
        self.assertEqual([s.id for s in told.segments], list(range(len(told.segments))))
        self.assertTrue(all(s.avg_logprob < 0 and 0 <= s.no_speech_prob <= 1 and s.compression_ratio > 0 for s in told.segments))
        self.assertIsNone(self.ask(response_format="verbose_json").words)

    def test_captions(self):
        srt, vtt = self.ask(response_format="srt"), self.ask(response_format="vtt")
        self.assertRegex(srt, r"^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n")
        self.assertTrue(vtt.startswith("WEBVTT\n\n"))
        spoken = [line for line in srt.splitlines() if "-->" not in line and not line.isdigit()]
        self.assertEqual(letters("".join(spoken)), self.text)

    def test_diarized_json_tells_who_speaks(self):
        told = self.ask(response_format="diarized_json")
        self.assertEqual([letters(s.text) for s in told.segments], [letters(s["text"]) for s in self.segments])
        pairs = {(s.speaker, s_["speaker_id"]) for s, s_ in zip(told.segments, self.segments)}
        self.assertEqual(len(pairs), len({name for name, _ in pairs}))
        self.assertEqual(len(pairs), len({speaker for _, speaker in pairs}))
        self.assertEqual(told.segments[0].speaker, "A")

    def test_no_session_comes_into_the_library(self):
        before, left = self.runs(), self.left()
        self.ask()
        self.assertEqual(self.runs(), before)
        self.assertEqual(self.left(), left)

    def test_models(self):
        self.assertIn("whisper-base", [m.id for m in self.client.models.list().data])
        with open(self.reference.recording, "rb") as file:
            told = self.client.audio.transcriptions.create(file=file, model="whisper-base")
        self.assertEqual(letters(told.text), self.text)

    def test_errors_are_those_of_the_client(self):
        cases = [
            (openai.NotFoundError, "model", {"model": "nobody"}),
            (openai.BadRequestError, "response_format", {"response_format": "docx"}),
            (openai.BadRequestError, "temperature", {"temperature": 7}),
            (openai.BadRequestError, "language", {"language": "../x"}),
            (openai.BadRequestError, "timestamp_granularities", {"timestamp_granularities": ["word"]}),
            (openai.BadRequestError, "stream", {"stream": True}),
            (openai.BadRequestError, "made_up", {"extra_body": {"made_up": "x"}}),
            (openai.BadRequestError, None, {"language": "xx"}),
        ]
        for kind, param, options in cases:
            with self.subTest(options=options), self.assertRaises(kind) as raised:
                with open(self.reference.recording, "rb") as file:
                    self.client.audio.transcriptions.create(**{"file": file, "model": "whisper-1", **options})
            self.assertEqual(raised.exception.param, param)
            self.assertTrue(raised.exception.code and raised.exception.type)
        with self.assertRaises(openai.UnprocessableEntityError) as raised:
            self.client.audio.transcriptions.create(file=("a.wav", b"this is no sound"), model="whisper-1")
        self.assertEqual(raised.exception.code, "UnreadableMedia")
        with self.assertRaises(openai.BadRequestError):
            self.client.audio.transcriptions.create(file=("a.wav", b""), model="whisper-1")
        with self.assertRaises(openai.BadRequestError) as raised, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.client.audio.translations.create(file=("a.wav", b"x"), model="whisper-1")
        self.assertIn("does not translate", str(raised.exception))
        with self.assertRaises(openai.AuthenticationError):
            self.client_with("skt_wrong").models.list()
        with self.assertRaises(openai.NotFoundError):
            self.client.models.retrieve("nobody")


class Queue(Asks, HomeCase):
    def setUp(self):
        need_programs()
        super().setUp()

    def begin(self, body, declared):
        """Sends the head of a form, and its body once the server wants it."""
        line = self.server.connect()
        self.addCleanup(line.close)
        head = (f"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: {self.server.host}:{self.server.port}\r\n"
                f"Authorization: Bearer {self.token}\r\nContent-Type: {FORM['Content-Type']}\r\n"
                f"Content-Length: {declared}\r\nExpect: 100-continue\r\n\r\n")
        line.sendall(head.encode())
        first = line.recv(65536)
        if first.startswith(b"HTTP/1.1 100"):
            line.sendall(body)
        return line, first

    def test_who_leaves_ends_the_run_and_nothing_stays(self):
        self.serve()
        noise = os.urandom(2 * 16000 * 60)
        body = form(write_wav(self.home / "noise.wav", noise).read_bytes(), model="whisper-1")
        line, _ = self.begin(body, len(body))
        at_work = lambda: any(b"transcribe" in words for words in commands_below(self.server.process.pid))  # noqa: E731
        self.until(at_work)
        line.close()
        self.until(lambda: not at_work())
        self.until(lambda: self.runs() == 0 and not self.left())

    def test_only_so_many_at_once(self):
        self.serve()
        here = [self.begin(b"", 1000) for _ in range(9)]
        self.assertTrue(all(first.startswith(b"HTTP/1.1 100") for _, first in here))
        one_more = self.server.ask("POST", "/v1/audio/transcriptions", {**self.bearer, **FORM}, form(b"x", model="whisper-1"))
        self.assertEqual((one_more.status, one_more.code()), (503, "Unavailable"))
        for line, _ in here:
            line.close()
        self.until(lambda: self.server.ask("POST", "/v1/audio/transcriptions", {**self.bearer, **FORM},
                                           form(b"", model="whisper-1")).status == 400)

    def test_a_large_file_goes_to_disk_and_has_a_limit(self):
        self.serve(UPLOAD_MAX_GIGABYTES="0.2")
        piece = bytes(1 << 20)
        head, tail = form(b"\0SPLIT\0", model="whisper-1").split(b"\0SPLIT\0")
        large = [head, *[piece] * 150, tail]
        length = {"Content-Length": str(sum(map(len, large)))}
        asked = self.server.ask("POST", "/v1/audio/transcriptions", {**self.bearer, **FORM, **length}, iter(large))
        self.assertEqual((asked.status, asked.code()), (422, "UnreadableMedia"))
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        self.assertLess(int(peak.split()[1]), 64 * 1024, "kB")
        self.assertTrue(self.begin(b"", 300_000_000)[1].startswith(b"HTTP/1.1 413 "))
        self.assertEqual(self.left(), [])

    def test_the_disk_keeps_its_reserve(self):
        self.serve(UPLOAD_RESERVE_GIGABYTES="100000")
        asked = self.server.ask("POST", "/v1/audio/transcriptions", {**self.bearer, **FORM}, form(b"x" * 1000, model="whisper-1"))
        self.assertEqual((asked.status, asked.code()), (507, "NoSpace"))
        self.assertEqual(self.left(), [])

    def test_guards(self):
        self.serve()
        body = form(b"x", model="whisper-1")
        path = "/v1/audio/transcriptions"
        self.assertEqual(self.server.ask("POST", path, FORM, body).json()["error"]["type"], "authentication_error")
        cookie = self.server.page_headers()
        self.assertEqual(self.server.ask("POST", path, {**cookie, **FORM}, body).status, 403)
        self.assertEqual(self.server.ask("POST", path, {**self.bearer, "Content-Type": "application/json"}, b"{}").status, 415)
        self.assertEqual(self.server.ask("GET", path, self.bearer).json()["error"]["code"], "MethodNotAllowed")
        self.assertEqual(self.server.ask("POST", path, {**self.bearer, "Content-Type": "multipart/form-data"}, body).status, 415)
        self.assertEqual(self.server.ask("POST", path, {**self.bearer, **FORM}, body[:-30]).status, 400)


if __name__ == "__main__":
    unittest.main()
