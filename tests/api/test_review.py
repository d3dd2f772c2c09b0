"""Corrections and search on the real server and a real finished session, in the page and in a terminal."""

import csv
import io
import json
import random
import shutil
import signal
import sqlite3
import unittest
import zipfile
from urllib.parse import quote
from xml.etree import ElementTree

from serving import Serving
from test_serve import Session

from program import process, skald


class Reviewing(Session):
    """With the review of the session as it was read first."""

    def setUp(self):
        super().setUp()
        self.review = self.server.get(f"{self.session}/review").json()

    def send(self, what, **body):
        return self.server.change("POST", f"{self.session}/{what}", {"Content-Type": "application/json"}, json.dumps(body))

    def edit(self, *edits, revision=None):
        """Edits as one step, at the present revision; the reply of the server."""
        reply = self.send("edits", revision=revision or self.review["revision"], edits=list(edits))
        if reply.status == 200:
            self.review["revision"] = reply.json()["revision"]
        return reply

    def shown(self):
        return self.server.get(f"{self.session}/review").json()

    def restart(self):
        self.server.stop()
        self.server = Serving(self.home)
        self.addCleanup(self.server.kill)


class Reviews(Reviewing):
    def test_the_review_of_an_untouched_session_is_the_machines(self):
        data = json.loads((self.results / "talk_data.json").read_text())
        self.assertEqual(len(self.review["segments"]), len(data["segments"]))
        for number, (shown, machine) in enumerate(zip(self.review["segments"], data["segments"]), 1):
            self.assertEqual(shown["id"], str(number))
            self.assertEqual((shown["start"], shown["end"], shown["text"], shown["speaker"], shown["label"], shown["confidence"]),
                             (machine["start_time"], machine["end_time"], machine["text"], machine["speaker_id"],
                              machine.get("classification"), machine.get("classification_confidence")))
            self.assertEqual("".join(w["text"] for w in shown["words"]).split(), shown["text"].split())
            self.assertEqual(shown["edited"], [])
        self.assertEqual((self.review["can_undo"], self.review["can_redo"], self.review["edits"]), (False, False, 0))
        self.assertEqual(sum(s["segments"] for s in self.review["speakers"]), len(data["segments"]))

    def test_each_correction_and_back(self):
        before = self.review
        first, second = before["segments"][0], before["segments"][1]
        speaker, words = first["speaker"], len(first["words"])
        self.assertGreater(words, 2)
        steps = [[{"op": "text", "segment": "1", "text": "Something <b>else</b> & more"}],
                 [{"op": "label", "segments": ["1", "2"], "label": "MIXED", "voice": "CHARACTER"}],
                 [{"op": "character", "segments": ["1"], "character": "Vessarine"}],
                 [{"op": "speaker", "segments": ["2"], "speaker": "new"}, {"op": "rename_speaker", "speaker": "ADDED_1", "name": "Gil"}],
                 [{"op": "rename_speaker", "speaker": speaker, "name": "Hanna"}],
                 [{"op": "split", "segment": "1", "word": 2}],
                 [{"op": "merge_speakers", "from": "ADDED_1", "into": speaker}],
                 [{"op": "join", "segments": ["1.2", "2"]}]]
        states = [before]
        for step in steps:
            reply = self.edit(*step)
            self.assertEqual(reply.status, 200, (step, reply))
            now = self.shown()
            self.assertEqual(now["revision"], self.review["revision"])
            known = {s["id"]: s for s in states[-1]["segments"]}
            for gone in reply.json()["removed"]:
                del known[gone]
            known.update({s["id"]: s for s in reply.json()["segments"]})
            self.assertEqual(known, {s["id"]: s for s in now["segments"]}, step)
            self.assertEqual(reply.json()["speakers"], now["speakers"])
            states.append(now)
        last = states[-1]["segments"]
        self.assertEqual([s["id"] for s in last][:2], ["1.1", "1.2"])
        self.assertEqual(last[0]["text"] + " " + last[1]["text"], "Something <b>else</b> & more " + second["text"])
        self.assertEqual((last[0]["label"], last[0]["character"], last[0]["confidence"], last[0]["backend"]),
                         ("MIXED", "Vessarine", 1, "review"))
        self.assertEqual(set(last[1]["edited"]), {"text", "label", "character", "speaker", "cut"})
        names = {s["id"]: s["name"] for s in states[-1]["speakers"]}
        self.assertEqual(names[speaker], "Hanna")
        self.assertNotIn("ADDED_1", names)
        self.restart()  # all of it is on disk
        for state in reversed(states[:-1]):
            reply = self.send("undo", revision=self.review["revision"])
            self.assertEqual(reply.status, 200, reply)
            self.review["revision"] = reply.json()["revision"]
            self.assertEqual(self.shown()["segments"], state["segments"])
        self.assertEqual(self.send("undo", revision=self.review["revision"]).status, 409)
        for state in states[1:]:
            reply = self.send("redo", revision=self.review["revision"])
            self.review["revision"] = reply.json()["revision"]
            self.assertEqual(self.shown()["segments"], state["segments"])
        self.assertEqual(self.send("redo", revision=self.review["revision"]).status, 409)
        history = self.server.get(f"{self.session}/history").json()["edits"]
        self.assertEqual([h["edits"][0]["op"] for h in history], [s[0]["op"] for s in steps])
        self.assertEqual({h["who"] for h in history}, {"page"})
        self.assertFalse(any(h["undone"] for h in history))

    def test_what_is_refused_changes_nothing(self):
        cases = {422: [[{"op": "text", "segment": "1", "text": " "}], [{"op": "text", "segment": "999", "text": "x"}],
                       [{"op": "split", "segment": "1", "word": 0}], [{"op": "join", "segments": ["2", "1"]}],
                       [{"op": "text", "segment": "1", "text": "x"}, {"op": "explode"}], [], [None], [[]],
                       [{"op": "text", "segment": "1", "text": "x"}, {"op": "text", "segment": "2", "text": ""}]]}
        for status, lists in cases.items():
            for edits in lists:
                reply = self.edit(*edits)
                self.assertEqual((reply.status, reply.code()), (status, "InvalidInput"), edits)
        self.assertIn("edit 2", self.edit(*cases[422][-1]).json()["error"]["message"])
        for revision in ["", "0", "1-0", self.review["revision"] + "0", 7]:
            reply = self.send("edits", revision=revision, edits=[{"op": "text", "segment": "1", "text": "x"}])
            self.assertEqual((reply.status, reply.code()), (409, "Conflict"), revision)
        self.assertEqual(self.send("edits", revision=self.review["revision"], edits={}).status, 422)
        self.assertEqual(self.shown(), self.review)
        self.assertEqual(self.server.get(f"{self.session}/history").json()["edits"], [])

    def test_of_two_who_correct_at_once_one_reads_anew(self):
        one = self.edit({"op": "text", "segment": "1", "text": "first"})
        self.assertEqual(one.status, 200)
        other = self.send("edits", revision="1-0", edits=[{"op": "text", "segment": "1", "text": "second"}])
        self.assertEqual(other.status, 409)
        self.assertEqual(self.shown()["segments"][0]["text"], "first")

    def test_a_step_is_told_to_other_pages(self):
        stream = self.server.events()
        stream.next()
        revision = self.edit({"op": "text", "segment": "1", "text": "told"}).json()["revision"]
        event = stream.next()
        while event[1] != "review.changed":
            event = stream.next()
        self.assertEqual(event[2], {"session": int(self.session.rsplit("/", 1)[1]), "revision": revision})
        stream.close()

    def test_a_token_corrects_and_is_named(self):
        token = skald("serve", "--print-token", home=self.home).out.strip()
        body = json.dumps({"revision": self.review["revision"], "edits": [{"op": "text", "segment": "1", "text": "by a script"}]})
        reply = self.server.ask("POST", f"{self.session}/edits",
                                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}, body)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(self.server.get(f"{self.session}/history").json()["edits"][0]["who"], "token")

    def test_a_new_run_keeps_the_corrections(self):
        self.edit({"op": "text", "segment": "1", "text": "kept"})
        self.edit({"op": "label", "segments": ["2"], "label": "OOC"})
        before = self.shown()
        done = process(self.reference.recording, self.folder / "out", "--fresh", home=self.home)
        self.assertEqual(done.status, 0, done)
        after = self.shown()
        self.assertNotEqual(after["revision"], before["revision"])
        self.assertEqual((after["segments"], after["unattached"]), (before["segments"], []))
        # What was read before the new run is not corrected by what was meant for the old one.
        self.assertEqual(self.edit({"op": "text", "segment": "1", "text": "x"}, revision=before["revision"]).status, 409)

    def test_other_segments_get_the_corrections_that_fit_and_the_rest_is_told(self):
        self.edit({"op": "text", "segment": "1", "text": "kept"})
        self.edit({"op": "text", "segment": "2", "text": "lost"})
        data = self.results_of_another_run()
        second = data["segments"].pop(1)
        for word in data["segments"][1]["words"]:
            self.assertGreater(word["end"], second["start_time"])
        self.write_results(data)
        after = self.shown()
        self.assertEqual(after["segments"][0]["text"], "kept")
        self.assertEqual([(u["op"], u["revision"]) for u in after["unattached"]], [("text", 2)])
        self.assertAlmostEqual(after["unattached"][0]["start"], second["start_time"])

    def results_of_another_run(self):
        self.copied = self.folder / "copied"
        shutil.copytree(self.results, self.copied)
        return json.loads((self.copied / "talk_data.json").read_text())

    def write_results(self, data):
        (self.copied / "talk_data.json").write_text(json.dumps(data))
        with sqlite3.connect(self.home / "skald.db") as database:
            database.execute("UPDATE run SET directory=?", (str(self.copied),))

    def test_a_renamed_session_keeps_everything(self):
        self.edit({"op": "text", "segment": "1", "text": "kept"})
        path = self.session
        rename = lambda name: self.server.change("PATCH", path, {"Content-Type": "application/json"}, json.dumps({"name": name}))
        reply = rename("  The <Drowned> Bell\n7 ")
        self.assertEqual((reply.status, reply.json()["name"]), (200, "The <Drowned> Bell 7"))
        self.assertEqual(self.shown()["segments"][0]["text"], "kept")
        self.assertEqual(self.shown()["name"], "The <Drowned> Bell 7")
        self.assertEqual(self.server.get(f"{path}/transcript").status, 200)
        self.assertIn("The <Drowned> Bell 7", skald("sessions", "list", home=self.home).out)
        done = process(self.reference.recording, self.folder / "out", "--session", "other", home=self.home)
        self.assertEqual(done.status, 0, done)
        self.assertEqual((rename("other").status, rename("").status, rename("x" * 300).status), (409, 422, 422))
        self.assertEqual(rename("talk").status, 200)

    def test_killed_at_any_moment_nothing_that_was_answered_is_lost(self):
        draw = random.Random(5)
        kept = []
        for _ in range(10):
            self.review = self.shown()
            self.assertEqual([h["edits"][0]["text"] for h in self.server.get(f"{self.session}/history").json()["edits"]][:len(kept)], kept)
            for number in range(draw.randrange(1, 6)):
                text = f"text {len(kept)} {number}"
                self.assertEqual(self.edit({"op": "text", "segment": "1", "text": text}).status, 200)
                kept.append(text)
            # One more is on its way when the server dies: it may be there or not, but not in part.
            body = json.dumps({"revision": self.review["revision"], "edits": [{"op": "text", "segment": "1", "text": "perhaps"}]})
            headers = {**self.server.page_headers(), "X-Skald-CSRF": self.server.csrf, "Content-Type": "application/json"}
            request = f"POST {self.session}/edits HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nContent-Length: {len(body)}\r\n"
            with self.server.connect() as line:
                line.sendall((request + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n" + body).encode())
                self.server.process.send_signal(signal.SIGKILL)
                self.server.process.wait()
            self.restart()
            history = self.server.get(f"{self.session}/history").json()["edits"]
            texts = [h["edits"][0]["text"] for h in history]
            self.assertIn(texts, (kept, [*kept, "perhaps"]))
            kept = texts
            self.assertEqual(self.shown()["segments"][0]["text"], kept[-1])
        with sqlite3.connect(self.home / "skald.db") as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
            database.execute("INSERT INTO spoken_text(spoken_text, rank) VALUES('integrity-check', 1)")


class Exports(Reviewing):
    FORMATS = {"txt": "talk_full.txt", "srt": "talk_full.srt", "vtt": "talk.vtt", "json": "talk_data.json", "rttm": "talk.rttm", "md": "talk.md",
               "csv": "talk.csv", "docx": "talk.docx", "audacity": "talk_labels.txt", "ass": "talk.ass"}

    def export(self, query):
        return self.server.get(f"{self.session}/export?{query}")

    def test_without_corrections_they_are_the_files_of_the_run(self):
        for name, file in self.FORMATS.items():
            reply = self.export(f"format={name}")
            self.assertEqual(reply.status, 200, (name, reply))
            self.assertEqual(reply.headers["content-disposition"], f"attachment; filename=\"{file}\"; filename*=UTF-8''{file}")
            self.assertEqual(reply.headers["x-content-type-options"], "nosniff")
            if (self.results / file).exists():
                self.assertEqual(reply.body, (self.results / file).read_bytes(), name)
        self.assertEqual(self.export("").body, (self.results / "talk_full.txt").read_bytes())

    def test_corrections_stand_in_every_format_and_in_the_terminals(self):
        hostile = "=1+1 Zylophone <script>alert(1)</script>"
        self.assertEqual(self.edit({"op": "text", "segment": "1", "text": hostile}, {"op": "label", "segments": ["1"], "label": "IC"},
                                   {"op": "speaker", "segments": ["1"], "speaker": "new"},
                                   {"op": "rename_speaker", "speaker": "ADDED_1", "name": "Vessa, the 1st"}).status, 200)
        for name in self.FORMATS:
            body = self.export(f"format={name}").body
            if name == "docx":
                with zipfile.ZipFile(io.BytesIO(body)) as archive:
                    self.assertIsNone(archive.testzip())
                    for part in archive.namelist():
                        ElementTree.fromstring(archive.read(part))
                    text = "".join(ElementTree.fromstring(archive.read("word/document.xml")).itertext())
                self.assertIn(hostile, text)
            elif name == "rttm":
                self.assertIn(b"ADDED_1", body)
            else:
                self.assertIn(b"Zylophone", body, name)
                self.assertIn(b"Vessa", body, name)
            told = self.folder / f"told-{name}"
            done = skald("sessions", "export", "talk", told, "--format", name, home=self.home)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(told.read_bytes(), body, name)
        rows = list(csv.reader(io.StringIO(self.export("format=csv").body.decode("utf-8-sig"), newline="")))
        self.assertEqual((rows[1][2], rows[1][4], rows[1][8]), ("Vessa, the 1st", "IC", "'" + hostile))
        self.assertEqual(len(rows), len(self.review["segments"]) + 1)
        folder = self.folder / "whole"
        self.assertEqual(skald("sessions", "export", "talk", folder, home=self.home).status, 0)
        self.assertIn("Zylophone", (folder / "talk_full.txt").read_text())
        self.assertEqual((folder / "talk_data.json").read_bytes(), self.export("format=json").body)
        self.assertNotIn("Zylophone", (self.results / "talk_full.txt").read_text())

    def test_parts_and_what_is_not_there(self):
        self.edit({"op": "label", "segments": [s["id"] for s in self.review["segments"]], "label": "OOC"})
        self.edit({"op": "label", "segments": ["1"], "label": "IC"}, {"op": "character", "segments": ["1"], "character": "Korbo & Co"})
        self.assertEqual(self.export("only=ic").body.count(b"\n"), 1)
        self.assertEqual(self.export("only=ooc").body.count(b"\n"), len(self.review["segments"]) - 1)
        alone = self.export("character=Korbo+%26+Co&format=md")
        self.assertIn(b"as Korbo \\& Co (IC)", alone.body)
        self.assertIn("talk_Korbo__Co.md", alone.headers["content-disposition"])
        self.assertEqual(self.export("character=Nobody").status, 404)
        self.assertEqual((self.export("format=exe").status, self.export("only=all").status), (400, 400))
        told = skald("sessions", "export", "talk", self.folder / "x", "--only", "all", home=self.home)
        self.assertEqual((told.status, (self.folder / "x").exists()), (2, False), told)


class Searches(Reviewing):
    def hits(self, text):
        return self.server.get(f"/api/v1/search?q={quote(text)}").json()

    def test_what_was_said_is_found_with_its_place(self):
        segment = max(self.review["segments"], key=lambda s: len(s["text"]))
        phrase = " ".join(segment["text"].split()[:4])
        found = self.hits(f'"{phrase}"')
        self.assertGreaterEqual(found["total"], 1)
        hit = next(h for h in found["hits"] if h["segment"] == segment["id"])
        self.assertEqual((hit["session"], hit["name"], hit["start"]), (int(self.session.rsplit("/", 1)[1]), "talk", segment["start"]))
        first, last = hit["marks"][0]
        self.assertEqual(hit["snippet"][first:last].split()[0].strip(".,?!"), phrase.split()[0].strip(".,?!"))
        told = skald("sessions", "search", f'"{phrase}"', "--json", home=self.home)
        self.assertEqual(json.loads(told.out), found, told)
        self.assertIn(segment["text"].split()[0], skald("sessions", "search", f'"{phrase}"', home=self.home).out)

    def test_search_follows_corrections_and_removal(self):
        self.assertEqual(self.hits("xylophone")["total"], 0)
        self.edit({"op": "text", "segment": "1", "text": "the Xylophoné <i>sounds</i>"})
        found = self.hits("xylo")
        self.assertEqual((found["total"], found["hits"][0]["segment"]), (1, "1"))
        self.assertEqual(found["hits"][0]["snippet"], "the Xylophoné <i>sounds</i>")
        self.send("undo", revision=self.review["revision"])
        self.assertEqual(self.hits("xylophone")["total"], 0)
        word = max((w for s in self.review["segments"] for w in s["text"].split()), key=len).strip(".,?!\"'")
        self.assertGreaterEqual(self.hits(word)["total"], 1)
        self.server.change("DELETE", self.session)
        self.assertEqual(self.hits(word), {"hits": [], "total": 0})

    def test_odd_texts_find_nothing_and_break_nothing(self):
        for text in ["", '"', "*", "NEAR(", "a:b", "-", "'; DROP TABLE run; --", "\x00", "😀", "((("]:
            self.assertIn("hits", self.hits(text), text)
        for limit in ["0", "201", "x", "-1"]:
            self.assertEqual(self.server.get(f"/api/v1/search?q=a&limit={limit}").status, 400, limit)


if __name__ == "__main__":
    unittest.main()
