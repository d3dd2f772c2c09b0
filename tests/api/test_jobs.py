"""The job queue: real runs of `skald process` that the server starts, tells of, stops, and takes up after a kill."""

import json
import os
import signal
import sqlite3
import unittest
import zipfile
from pathlib import Path

from serving import Serving

from program import Case, LaterCase, read_tree, skald

PARTY = json.dumps({"table": {"party_name": "The Table", "dm_name": "Rowan", "characters": [{"name": "Vess", "player": "Hanna"}]}})


def children(pid):
    """Process numbers below a process, however deep."""
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    except OSError:
        pass
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Queue:
    """A server, and its jobs."""

    def serve(self, **env):
        server = Serving(self.home, **env)
        self.addCleanup(server.kill)
        return server

    def recording(self, path=None, **more):
        return {"recordings": [{"path": str(path or self.reference.recording)}], **more}

    def add(self, **job):
        added = self.server.send_json("POST", "/api/v1/jobs", job)
        self.assertEqual(added.status, 201, added)
        return added.json()

    def job(self, number):
        return self.server.get(f"/api/v1/jobs/{number}").json()

    def until(self, stream, found):
        """Reads events until one satisfies; all that were read."""
        events = []
        while not events or not found(*events[-1][1:]):
            events.append(stream.next())
            self.assertIsNotNone(events[-1], events[-3:])
        return events

    def until_over(self, number):
        """Waits for the end of a job, as a page does that comes in between; the job."""
        stream = self.server.events()
        stream.next()
        self.addCleanup(stream.close)
        job = self.job(number)
        if job["state"] in ("waiting", "running"):
            job = self.until(stream, lambda kind, data: kind == "job.changed" and data["id"] == number
                             and data["state"] not in ("waiting", "running"))[-1][2]
        return job

    def until_works(self, number, stage):
        """Waits until a stage of a job is at work."""
        stream = self.server.events()
        stream.next()
        self.addCleanup(stream.close)
        if self.job(number)["stage"] != stage:
            self.until(stream, lambda kind, data: kind == "job.changed" and data["id"] == number and data["stage"] == stage)


class Runs(Queue, LaterCase):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def test_a_job_makes_the_session_that_the_terminal_makes(self):
        stream = self.server.events()
        stream.next()
        added = self.add(**self.recording(name="evening"))
        self.assertEqual((added["name"], added["state"], added["session"], added["error"]), ("evening", "waiting", None, None))
        self.assertEqual([s["name"] for s in added["stages"]], ["decode", "listen", "diarize", "transcribe", "assign", "classify", "export"])
        events = self.until(stream, lambda kind, data: kind == "job.changed" and data["state"] == "finished")
        self.assertEqual([e[2]["state"] for e in events if e[1] == "job.added"], ["waiting"])
        job = events[-1][2]
        self.assertEqual((job["exit_status"], job["remaining_seconds"], job["fallbacks"]), (0, None, []))
        self.assertEqual({s["state"] for s in job["stages"]}, {"reused"})
        self.assertEqual(job, self.job(job["id"]))
        session = self.server.get(f"/api/v1/sessions/{job['session']}").json()
        self.assertEqual((session["name"], session["state"]), ("evening", "finished"))
        self.assertEqual(Path(job["results"]).parent, self.home / "results")
        self.assertEqual(Path(session["runs"][0]["results"]), Path(job["results"]))
        made = json.loads((Path(job["results"]) / "evening_data.json").read_text())
        wanted = json.loads((self.reference.results / "talk_data.json").read_text())
        self.assertEqual(made["segments"], wanted["segments"])

    def test_several_wait_and_run_in_their_order(self):
        jobs = [self.add(**self.recording(name=f"session {n}"))["id"] for n in range(3)]
        for number in jobs:
            self.assertEqual(self.until_over(number)["state"], "finished")
        started = [self.job(number)["started"] for number in jobs]
        self.assertEqual(started, sorted(started))
        self.assertEqual([job["id"] for job in self.server.get("/api/v1/jobs").json()["jobs"]], jobs)

    def test_an_upload_becomes_a_session_of_its_name(self):
        content = self.reference.recording.read_bytes()
        upload = self.server.upload("Thursday <night>.wav", content)
        self.assertIsNotNone(self.server.get(f"/api/v1/uploads/{upload}").json()["duplicate_of"])
        job = self.add(recordings=[{"upload": upload}], party=PARTY)
        self.assertEqual(job["name"], "Thursday <night>")
        self.assertEqual(self.server.change("DELETE", f"/api/v1/uploads/{upload}").status, 409)
        job = self.until_over(job["id"])
        self.assertEqual((job["state"], job["error"]), ("finished", None))
        [data] = Path(job["results"]).glob("*_data.json")
        told = json.loads(data.read_text())
        self.assertEqual(told["metadata"]["input_file"], "Thursday <night>.wav")
        self.assertEqual(self.server.change("DELETE", f"/api/v1/jobs/{job['id']}").status, 200)
        self.assertEqual(self.server.get(f"/api/v1/uploads/{upload}").status, 404)
        self.assertEqual([p.name for p in (self.home / "uploads").iterdir()], [])
        self.assertEqual(self.server.get(f"/api/v1/sessions/{job['session']}").status, 200)

    def test_what_cannot_run_is_refused_at_once(self):
        upload = self.server.send_json("POST", "/api/v1/uploads", {"name": "a.wav", "size": 5}).json()["id"]
        good = {"path": str(self.reference.recording)}
        link = self.folder / "folder.wav"
        link.mkdir()
        cases = [({}, 400), ({"recordings": []}, 400), ({"recordings": "x"}, 400), ({"recordings": [{}]}, 400),
                 ({"recordings": [{"path": "relative.wav"}]}, 400), ({"recordings": [{"path": "/nowhere/a.wav"}]}, 404),
                 ({"recordings": [{"path": str(link)}]}, 422), ({"recordings": [{"path": "/dev/zero"}]}, 422),
                 ({"recordings": [{"path": "/etc/host\0name"}]}, 400), ({"recordings": [{"upload": upload}]}, 409),
                 ({"recordings": [{"upload": 77}]}, 404), ({"recordings": [{"upload": "1"}]}, 400), ({"recordings": [{"demo": False}]}, 400),
                 ({"recordings": [good, good]}, 400), ({"recordings": [good], "name": "a\nb"}, 400), ({"recordings": [good], "name": "x" * 201}, 400),
                 ({"recordings": [good], "nmae": "x"}, 400), ({"recordings": [good], "party": 5}, 400), ({"recordings": [good], "party": "{"}, 422),
                 ({"recordings": [good], "party": PARTY, "party_id": "other"}, 422)]
        cases += [({"recordings": [good], "options": options}, status) for options, status in [
            ({"model": "/etc"}, 400), ({"model": "../x"}, 400), ({"preset": "nothing"}, 400), ({"device": "tpu"}, 400), ({"speakers": 0}, 400),
            ({"speakers": "5"}, 400), ({"speakers": 33}, 400), ({"language": "klingon"}, 400), ({"classifier": "nothing"}, 400), ({"output": "/tmp"}, 400),
            ({"from": "bake"}, 400), ({"until": 7}, 400), ({"from": "classify", "until": "listen"}, 400), ([], 400), ({"language": 5}, 400)]]
        for job, status in cases:
            refused = self.server.send_json("POST", "/api/v1/jobs", job)
            self.assertEqual(refused.status, status, (job, refused))
            self.assertTrue(refused.json()["error"]["advice"], job)
        self.assertEqual(self.server.get("/api/v1/jobs").json()["jobs"], [])

    def test_the_error_of_a_party_names_its_place(self):
        party = '{\n  "table": {\n    "dm_name": 7\n  }\n}'
        refused = self.server.send_json("POST", "/api/v1/jobs", self.recording(party=party))
        self.assertEqual((refused.status, refused.code()), (422, "InvalidConfig"))
        self.assertIn("line 3, column 16", refused.json()["error"]["message"])

    def test_names_are_text_for_the_command_line_too(self):
        for name in ["--help", "-x", "a; touch evil", "[x]", '"quoted"', "{a,b}", "<b>", "\u00e9\u6f22"]:
            with self.subTest(name=name):
                job = self.until_over(self.add(**self.recording(name=name))["id"])
                self.assertEqual((job["state"], job["name"], job["error"]), ("finished", name, None))
                self.assertIn(name, [s["name"] for s in self.server.get("/api/v1/sessions").json()["sessions"]])

    def test_a_service_is_asked_only_where_the_job_names_it(self):
        self.server.stop()
        self.server = self.serve(LLM_BACKEND="groq", WHISPER_BACKEND="groq", GROQ_API_KEY="gsk_canary0123456789WXYZ",
                                 GROQ_BASE_URL="http://127.0.0.1:9/v1")
        job = self.until_over(self.add(**self.recording(name="here"))["id"])
        self.assertEqual((job["state"], job["fallbacks"], job["exit_status"]), ("finished", [], 0))
        named = self.until_over(self.add(**self.recording(name="there"), options={"classifier": "groq"})["id"])
        self.assertEqual((named["state"], named["exit_status"]), ("finished", 3))
        self.assertEqual([f["stage"] for f in named["fallbacks"]], ["classify"])
        self.assertNotIn("canary", json.dumps(named))

    def test_an_archive_of_tracks_is_a_session(self):
        archive = self.folder / "craig.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("info.txt", "Recording of a guild")
            packed.write(self.reference.recording, "1-hanna_0.wav")
        upload = self.server.upload("craig night.zip", archive.read_bytes())
        job = self.until_over(self.add(recordings=[{"upload": upload}])["id"])
        self.assertEqual((job["name"], job["state"], job["error"]), ("craig night", "finished", None))
        [data] = Path(job["results"]).glob("*_data.json")
        told, wanted = json.loads(data.read_text()), json.loads((self.reference.results / "talk_data.json").read_text())
        self.assertEqual((told["metadata"]["input_file"], told["segments"]), ("craig night.zip", wanted["segments"]))
        session = f"/api/v1/sessions/{job['session']}"
        self.assertEqual(self.server.get(session).json()["runs"][0]["tracks"], 1)
        self.assertEqual(self.server.get(f"{session}/audio").status, 200)
        self.assertEqual(self.server.get(f"/api/v1/uploads/{upload}").json()["duplicate_of"], job["session"])
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(self.reference.recording, "../evil.wav")
        job = self.until_over(self.add(**self.recording(archive, name="evil"))["id"])
        self.assertEqual((job["state"], job["exit_status"], job["error"]["code"]), ("failed", 2, "InvalidInput"))
        self.assertIn("plain name", job["error"]["message"])
        self.assertEqual([p for p in self.home.rglob("evil*") if p.is_file() and p.suffix == ".wav"], [])

    def test_a_session_once_more_from_a_stage_until_a_stage(self):
        first = self.until_over(self.add(**self.recording(name="evening", options={"speakers": 2}))["id"])
        session = self.server.get(f"/api/v1/sessions/{first['session']}").json()
        self.assertEqual((session["options"]["language"], session["options"]["speakers"]), ("auto", 2))
        added = self.add(session=first["session"], options={"from": "assign", "until": "assign"})
        self.assertEqual((added["name"], added["recordings"]), ("evening", first["recordings"]))
        self.assertEqual((added["options"]["speakers"], added["options"]["until"]), (2, "assign"))
        job = self.until_over(added["id"])
        self.assertEqual((job["state"], job["session"], job["error"]), ("finished", first["session"], None))
        states = {s["name"]: s["state"] for s in job["stages"]}
        self.assertEqual((states["transcribe"], states["assign"], states["classify"], states["export"]), ("reused", "done", "waiting", "waiting"))
        job = self.until_over(self.add(session=first["session"])["id"])
        self.assertEqual({s["state"] for s in job["stages"]}, {"reused"})
        one, other = (json.loads((Path(j["results"]) / "evening_data.json").read_text()) for j in (first, job))
        self.assertEqual(one["segments"], other["segments"])
        for body, status in [({"session": 77}, 404), ({"session": "x"}, 400), ({"session": first["session"], "name": "x"}, 400),
                             ({"session": first["session"], "options": {"from": "bake"}}, 400)]:
            self.assertEqual(self.server.send_json("POST", "/api/v1/jobs", body).status, status, body)

    def test_a_service_of_an_earlier_run_is_not_asked_again_unnamed(self):
        self.server.stop()
        self.server = self.serve(GROQ_API_KEY="gsk_canary0123456789WXYZ", GROQ_BASE_URL="http://127.0.0.1:9/v1")
        named = self.until_over(self.add(**self.recording(name="there"), options={"classifier": "groq"})["id"])
        self.assertEqual(named["exit_status"], 3)
        again = self.until_over(self.add(session=named["session"])["id"])
        self.assertEqual((again["state"], again["exit_status"], again["fallbacks"]), ("finished", 0, []))

    def test_a_run_that_fails_says_why(self):
        broken = self.folder / "broken.wav"
        broken.write_bytes(b"this is no sound" * 100)
        job = self.until_over(self.add(**self.recording(broken))["id"])
        self.assertEqual((job["state"], job["exit_status"], job["error"]["code"]), ("failed", 1, "UnreadableMedia"))
        self.assertTrue(job["error"]["advice"])
        again = self.server.change("POST", f"/api/v1/jobs/{job['id']}/resume")
        self.assertEqual((again.status, again.json()["state"]), (200, "waiting"))
        self.assertEqual(self.until_over(job["id"])["state"], "failed")
        broken.unlink()
        self.assertEqual(self.server.change("POST", f"/api/v1/jobs/{job['id']}/resume").status, 404)

    def test_what_is_over_is_not_cancelled_and_what_is_finished_does_not_go_on(self):
        job = self.until_over(self.add(**self.recording())["id"])
        for what in ("cancel", "resume"):
            refused = self.server.change("POST", f"/api/v1/jobs/{job['id']}/{what}")
            self.assertEqual((refused.status, refused.code()), (409, "Conflict"))
        for method, path in [("GET", "/77"), ("DELETE", "/77"), ("POST", "/77/cancel"), ("POST", "/77/resume")]:
            self.assertEqual(self.server.change(method, f"/api/v1/jobs{path}").status, 404)

    def test_the_demo_is_run_or_said_to_be_missing(self):
        self.server.stop()
        cache = self.folder / "cache"
        self.server = self.serve(SKALD_CACHE=str(cache), XDG_CACHE_HOME=str(cache), HOME=str(cache))
        refused = self.server.send_json("POST", "/api/v1/jobs", {"recordings": [{"demo": True}]})
        self.assertEqual((refused.status, refused.code()), (404, "NotFound"))
        self.assertIn("make demo", refused.json()["error"]["advice"])
        (cache / "demo").mkdir(parents=True)
        (cache / "demo" / "demo_session.wav").write_bytes(self.reference.recording.read_bytes())
        (cache / "demo" / "demo_session.party.json").write_text(PARTY)
        job = self.until_over(self.add(recordings=[{"demo": True}])["id"])
        self.assertEqual((job["name"], job["state"]), ("Demo session", "finished"))


class Interrupted(Queue, Case):
    """Where the work is still to be done."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def assert_complete(self, job):
        self.assertEqual((job["state"], job["error"]), ("finished", None))
        results = list((self.home / "results").iterdir())
        self.assertEqual(results, [Path(job["results"])])
        self.assert_equals_reference(results[0])

    def test_cancelled_and_resumed(self):
        first = self.add(**self.recording())["id"]
        second = self.add(**self.recording(name="later"))["id"]
        self.until_works(first, "listen")
        waiting = self.server.change("POST", f"/api/v1/jobs/{second}/cancel")
        self.assertEqual(waiting.json()["state"], "cancelled")
        self.assertEqual(self.server.change("DELETE", f"/api/v1/jobs/{first}").status, 409)
        self.assertEqual(self.server.change("POST", f"/api/v1/jobs/{first}/cancel").status, 200)
        job = self.until_over(first)
        self.assertEqual((job["state"], job["exit_status"], job["error"]), ("cancelled", 130, None))
        self.assertEqual(children(self.server.process.pid), [])
        self.assertEqual(job["stages"][0]["state"], "done")
        self.assertEqual(self.server.change("POST", f"/api/v1/jobs/{first}/resume").json()["state"], "waiting")
        job = self.until_over(first)
        self.assertEqual(job["stages"][0]["state"], "reused")
        self.assert_complete(job)
        self.assertEqual(self.job(second)["state"], "cancelled")
        self.assertEqual(self.server.change("DELETE", f"/api/v1/jobs/{second}").status, 200)

    def test_a_stop_of_the_server_stops_the_run_and_the_next_start_goes_on(self):
        number = self.add(**self.recording())["id"]
        self.until_works(number, "listen")
        below = children(self.server.process.pid)
        self.assertTrue(below)
        self.assertEqual(self.server.stop(signal.SIGINT), 0)
        self.assertFalse([pid for pid in below if is_alive(pid)])
        self.server = self.serve()
        job = self.until_over(number)
        self.assertEqual(job["stages"][0]["state"], "reused")
        self.assert_complete(job)

    def test_segments_are_told_as_they_are_written_down_and_again_to_who_comes_later(self):
        stream = self.server.events()
        self.addCleanup(stream.close)
        stream.next()
        number = self.add(**self.recording())["id"]
        events = self.until(stream, lambda kind, data: kind == "job.changed" and data["state"] == "finished")
        told = []
        for _, kind, data in events:
            if kind == "job.segments":
                self.assertEqual((data["job"], data["from"]), (number, len(told)))
                told += data["segments"]
        made = json.loads((self.reference.results / "talk_data.json").read_text())
        self.assertEqual(" ".join(s["text"] for s in told).split(), " ".join(s["text"] for s in made["segments"]).split())
        self.assertLessEqual({s["speaker"] for s in told}, {s["speaker_id"] for s in made["segments"]} | {"UNKNOWN"})
        self.assertEqual(self.server.get(f"/api/v1/jobs/{number}/segments").json(), {"job": number, "segments": told})
        # A run that finds everything there tells it all the same.
        again = self.add(**self.recording(name="again"))["id"]
        self.until_over(again)
        heard = self.server.get(f"/api/v1/jobs/{again}/segments").json()["segments"]
        self.assertEqual(" ".join(s["text"] for s in heard).split(), " ".join(s["text"] for s in told).split())
        self.assertEqual(self.server.get(f"/api/v1/jobs/{number}/segments").json()["segments"], [])
        self.assertEqual(self.server.get("/api/v1/jobs/77/segments").status, 404)


class Second(Queue, LaterCase):
    def test_two_servers_of_one_home_share_the_queue(self):
        first = self.server = self.serve()
        job = self.until_over(self.add(**self.recording())["id"])
        second = self.server = self.serve()
        number = self.add(**self.recording(name="other"))["id"]
        self.server = first
        self.assertEqual(self.until_over(number)["state"], "finished")
        first.kill()
        self.server = second
        self.assertEqual(self.until_over(self.add(**self.recording(name="third"))["id"])["state"], "finished")
        self.assertEqual(self.job(job["id"])["state"], "finished")


if __name__ == "__main__":
    unittest.main()
