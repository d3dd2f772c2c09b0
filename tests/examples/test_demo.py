"""`make demo` after the build: the session is rendered, processed and shown, and the figures promised for it hold."""
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "examples"))
import show_result  # noqa: E402

BUILD = Path(os.environ.get("SKALD_BUILD", ROOT / "build"))
PROGRAMS = ["skald", "worker_media", "worker_listen", "worker_asr", "worker_classify"]


def reason_to_skip():
    missing = [name for name in PROGRAMS if not os.access(BUILD / name, os.X_OK)]
    if missing:
        return f"not built in {BUILD.name}: {', '.join(missing)}"
    if not shutil.which("flite"):
        return "flite is needed"
    listed = subprocess.run([BUILD / "skald", "models", "list"], capture_output=True, text=True).stdout
    absent = [row.split()[0] for row in listed.splitlines() if " missing" in row]
    needed = [name for name in ("whisper-base", "community-1", "e5-small") if name in absent or name not in listed]
    return f"models that are not there: {', '.join(needed)}" if needed else None


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        reason = reason_to_skip()
        if reason:
            raise unittest.SkipTest(reason)
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.first, cls.second = cls.run_demo(), cls.run_demo()
        cls.measured = json.loads((cls.folder / "cache" / "demo" / "eval.json").read_text(encoding="utf-8"))

    @classmethod
    def run_demo(cls):
        environment = {**os.environ, "SKALD_CACHE": str(cls.folder / "cache"), "SKALD_HOME": str(cls.folder / "home"),
                       "DEMO_OUTPUT": str(cls.folder / "output"), "NO_COLOR": "1", "PYTHON": sys.executable}
        done = subprocess.run([ROOT / "examples" / "demo.sh", BUILD, "--progress", "json"], capture_output=True, text=True,
                              env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def test_shows_an_excerpt_a_summary_figures_and_files(self):
        shown = self.first.stdout
        self.assertRegex(shown, r"(?m)^ 1:\d\d  IC     (Hanna as Vessarine|Fenna as Nimwick|Gil as Okko|Tomas as Kaelbrin): ")
        for name in ("Rowan", "Hanna", "Gil", "Tomas", "Fenna"):
            self.assertRegex(shown, rf"(?m)^  {name} +\d+\.\d min +\d+ % +IC +\d+ %  OOC +\d+ %  MIXED +\d+ %$")
        folder = Path(re.search(r"(?m)^  results +(/.+)$", shown)[1])
        for name in re.findall(r"(?m)^ {13}(\S+)$", shown):
            self.assertTrue((folder / name).exists(), name)
        self.assertIn("demo_session_full.txt", shown)

    def test_a_second_run_keeps_all_and_shows_the_same(self):
        events = [json.loads(row) for row in self.second.stderr.splitlines() if row.startswith("{")]
        done = {event["stage"]: event["reused"] for event in events if event["event"] == "stage_done"}
        self.assertLessEqual({"decode", "listen", "diarize", "transcribe", "classify"}, set(done))
        self.assertTrue(all(done[stage] for stage in ("decode", "listen", "diarize", "transcribe", "classify")), done)
        same = [re.sub(r"\d{8}_\d{6}(_\d+)?|, processed in \d+ s", "", run.stdout) for run in (self.first, self.second)]
        self.assertEqual(*same)

    def test_finds_the_five_people(self):
        der = self.measured["der"]
        self.assertEqual((der["speakers_found"], der["hypothesis_speakers"]), (5, 5))
        self.assertLessEqual(der["rate"], 0.06)

    def test_understands_the_words_and_gives_them_to_the_right_people(self):
        self.assertLessEqual(self.measured["wer"]["rate"], 0.10)
        self.assertLessEqual(self.measured["cpwer"]["rate"], self.measured["wer"]["rate"] + 0.02)

    def test_writes_nothing_into_music_and_noise(self):
        self.assertEqual(self.measured["words_without_speech"], 0)

    def test_tells_story_from_table_talk(self):
        self.assertGreaterEqual(self.measured["labels"]["ic_ooc"]["accuracy"], 0.85)


class ShowResult(unittest.TestCase):
    TRUTH = {"names": ["zorvik"], "segments": [{"scored": True, "words": [{"word": "Zorvik", "start": 1.0, "end": 1.5},
                                                                         {"word": "Zorvik", "start": 9.0, "end": 9.5}]}]}
    RESULT = {"segments": [{"start_time": 0.5, "end_time": 2.0, "text": "Zorvik!"}, {"start_time": 8.5, "end_time": 9.8, "text": "So wick!"}]}

    def shown(self, measured):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            show_result.figures(self.RESULT, self.TRUTH, measured)
        return out.getvalue()

    def measured(self, **changed):
        der = {"rate": 0.05, "reference_speakers": 5, "hypothesis_speakers": 5, "speakers_found": 5}
        labels = {"ic_ooc": {"segments": 10, "accuracy": 0.9}, "character": {"segments": 5, "accuracy": 0.8}}
        return {"der": der, "wer": {"rate": 0.1}, "cpwer": {"rate": 0.11}, "words_without_speech": 0, "labels": labels, **changed}

    def test_says_what_is_reached(self):
        shown = self.shown(self.measured())
        self.assertEqual((shown.count("reached"), shown.count("missed")), (5, 0))
        self.assertIn("names of the story spelled right                  1 of 2", shown)

    def test_says_what_is_missed(self):
        der = {"rate": 0.07, "reference_speakers": 5, "hypothesis_speakers": 6, "speakers_found": 5}
        labels = {"ic_ooc": {"segments": 10, "accuracy": 0.84}, "character": {"segments": 5, "accuracy": 0.8}}
        shown = self.shown(self.measured(der=der, cpwer={"rate": 0.13}, words_without_speech=1, labels=labels))
        self.assertEqual((shown.count("reached"), shown.count("missed")), (0, 5))

    def test_says_what_was_not_measured(self):
        self.assertIn("not measured: labels: none", self.shown({"left_out": ["labels: none"]}))

    def test_names_only_speakers_who_are_mostly_one_person(self):
        pairs = [{"reference": "Bob", "hypothesis": "SPEAKER_01", "seconds": 6, "reference_seconds": 10},
                 {"reference": "Ann", "hypothesis": "SPEAKER_00", "seconds": 9, "reference_seconds": 10},
                 {"reference": "Cid", "hypothesis": "SPEAKER_02", "seconds": 4, "reference_seconds": 10}]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"der": {"pairs": pairs}}, file)
            file.flush()
            self.assertEqual(show_result.map_options(file.name), "--map SPEAKER_00=Ann --map SPEAKER_01=Bob")


if __name__ == "__main__":
    unittest.main()
