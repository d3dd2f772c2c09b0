"""The generator of sessions: the same bytes from the same seed, and a truth that fits what is heard."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import wave
from array import array
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
sys.path.insert(0, str(EXAMPLES))
from generator import script  # noqa: E402

LABELS = {"IC": {"CHARACTER", "DM_NARRATION", "NPC_DIALOGUE"}, "MIXED": {"CHARACTER", "DM_NARRATION", "NPC_DIALOGUE"},
          "OOC": {"OOC_OTHER"}}


def render(folder, *options):
    """Renders a session; returns its truth."""
    subprocess.run([sys.executable, "-B", EXAMPLES / "make_session.py", "--out", folder, "--name", "s", *options],
                   check=True, capture_output=True)
    return json.loads((Path(folder) / "s.truth.json").read_text(encoding="utf-8"))


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(Path(folder).iterdir())}


def samples_of(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        return array("h", file.readframes(file.getnframes()))


def loudness(samples, start, end):
    part = samples[int(start * 16000):int(end * 16000)]
    return (sum(s * s for s in part) / len(part)) ** 0.5


def rttm_turns(path):
    turns = []
    for row in path.read_text(encoding="utf-8").splitlines():
        fields = row.split()
        assert fields[0] == "SPEAKER" and len(fields) == 10, row
        turns.append((float(fields[3]), float(fields[3]) + float(fields[4]), fields[7]))
    return turns


class SessionCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


@unittest.skipUnless(shutil.which("flite"), "flite is needed")
class DemoSession(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.truth = render(cls.folder)
        cls.segments = cls.truth["segments"]
        cls.samples = samples_of(cls.folder / "s.wav")
        cls.turns = rttm_turns(cls.folder / "s.rttm")

    def test_is_six_to_eight_minutes_long(self):
        self.assertTrue(360 <= len(self.samples) / 16000 <= 480, len(self.samples) / 16000)
        self.assertAlmostEqual(len(self.samples) / 16000, self.truth["metadata"]["duration"], places=3)

    def test_has_a_dm_and_four_players_who_all_speak(self):
        self.assertEqual([person["role"] for person in self.truth["people"]], ["DM"] + 4 * ["PLAYER"])
        self.assertEqual({s["speaker_id"] for s in self.segments}, {person["name"] for person in self.truth["people"]})
        self.assertEqual({turn[2] for turn in self.turns}, {person["name"] for person in self.truth["people"]})

    def test_party_file_names_the_people_and_characters(self):
        (party,) = json.loads((self.folder / "s.party.json").read_text(encoding="utf-8")).values()
        self.assertEqual(party["dm_name"], self.truth["people"][0]["name"])
        self.assertEqual({c["player"]: c["name"] for c in party["characters"]},
                         {p["name"]: p["characters"][0] for p in self.truth["people"][1:]})
        (shipped,) = json.loads((EXAMPLES / "party.json").read_text(encoding="utf-8")).values()
        by_name = lambda character: character["name"]  # noqa: E731
        self.assertEqual(sorted(party["characters"], key=by_name), sorted(shipped["characters"], key=by_name))

    def test_labels_are_those_of_the_guideline(self):
        found = {s["classification"] for s in self.segments}
        self.assertEqual(found, {"IC", "OOC", "MIXED"})
        for s in self.segments:
            self.assertIn(s["classification_type"], LABELS[s["classification"]])
            spoken_for = s["classification_type"] in ("CHARACTER", "NPC_DIALOGUE")
            self.assertEqual(s["character"] is not None, spoken_for, s["text"])
            if s["classification_type"] in ("DM_NARRATION", "NPC_DIALOGUE"):
                self.assertEqual(s["role"], "DM", s["text"])

    def test_words_are_the_text_in_order_inside_the_segment(self):
        for s in self.segments:
            said = re.findall(r"[\w']+", " ".join(word["word"] for word in s["words"]))
            self.assertEqual(said, re.findall(r"[\w']+", s["text"]))
            self.assertEqual(s["start_time"], s["words"][0]["start"])
            self.assertEqual(s["end_time"], s["words"][-1]["end"])
            for word, following in zip(s["words"], s["words"][1:] + [None]):
                self.assertLess(word["start"], word["end"])
                if following:
                    self.assertLessEqual(word["end"], following["start"] + 0.0011)
        self.assertLess(self.segments[-1]["end_time"], self.truth["metadata"]["duration"])

    def test_rttm_covers_just_the_words(self):
        for s in self.segments:
            for word in s["words"]:
                covers = [t for t in self.turns if t[2] == s["speaker_id"]
                          and t[0] <= word["start"] + 0.0011 and word["end"] <= t[1] + 0.0011]
                self.assertTrue(covers, (s["speaker_id"], word))
        for start, end, speaker in self.turns:
            own = [w for s in self.segments if s["speaker_id"] == speaker for w in s["words"]]
            self.assertTrue(any(abs(w["start"] - start) < 0.002 for w in own))
            self.assertTrue(any(abs(w["end"] - end) < 0.002 for w in own))

    def test_people_talk_at_once_now_and_then(self):
        overlaps = self.truth["overlaps"]
        self.assertGreaterEqual(len(overlaps), 5)
        for start, end in overlaps:
            speakers = {turn[2] for turn in self.turns if turn[0] < end - 0.001 and start + 0.001 < turn[1]}
            self.assertGreaterEqual(len(speakers), 2, (start, end))
        self.assertLess(sum(end - start for start, end in overlaps), 0.05 * self.truth["metadata"]["duration"])

    def test_nobody_speaks_in_music_and_noise_but_they_are_heard(self):
        self.assertEqual({sound["kind"] for sound in self.truth["sounds"]}, {"music", "noise"})
        self.assertEqual(self.truth["without_speech"], [[s["start"], s["end"]] for s in self.truth["sounds"]])
        room = loudness(self.samples, 0.0, 0.9)
        for start, end in self.truth["without_speech"]:
            self.assertFalse([t for t in self.turns if t[0] < end and start < t[1]])
            self.assertGreater(loudness(self.samples, start, end), 4 * room)

    def test_words_are_heard_where_the_truth_says(self):
        room = loudness(self.samples, 0.0, 0.9)
        self.assertGreater(room, 10)  # hum and noise, not digital silence
        for s in self.segments:
            self.assertGreater(loudness(self.samples, s["start_time"], s["end_time"]), 8 * room, s["text"])
        quiet = [(a[1], b[0]) for a, b in zip(self.turns, self.turns[1:]) if b[0] - a[1] > 0.3]
        between = [loudness(self.samples, a + 0.1, b - 0.1) for a, b in quiet
                   if not any(x[0] < b and a < x[1] for x in self.truth["without_speech"] + [t[:2] for t in self.turns])]
        self.assertGreater(len(between), 50)
        self.assertLess(sorted(between)[len(between) // 2], 2 * room)

    def test_nothing_is_clipped(self):
        self.assertLess(max(map(abs, self.samples)), 32767)

    def test_dutch_lines_are_not_scored(self):
        dutch = [s for s in self.segments if s["language"] == "nl"]
        self.assertGreaterEqual(len(dutch), 3)
        for s in self.segments:
            self.assertEqual(s["scored"], s["language"] == "en")

    def test_story_names_are_said(self):
        said = {word["word"].lower() for s in self.segments for word in s["words"]}
        self.assertLessEqual(set(self.truth["names"]), said)


@unittest.skipUnless(shutil.which("flite"), "flite is needed")
class OtherSessions(SessionCase):
    def test_same_seed_gives_the_same_bytes(self):
        for name in ("a", "b"):
            render(self.folder / name, "--hours", "0.01", "--seed", "3", "--tracks")
        self.assertEqual(digests(self.folder / "a"), digests(self.folder / "b"))

    def test_another_seed_gives_another_session(self):
        one = render(self.folder / "a", "--hours", "0.01", "--seed", "1")
        two = render(self.folder / "b", "--hours", "0.01", "--seed", "2")
        self.assertNotEqual([s["start_time"] for s in one["segments"]], [s["start_time"] for s in two["segments"]])

    def test_long_sessions_play_the_middle_again_in_another_order(self):
        truth = render(self.folder, "--hours", "0.16")
        self.assertTrue(576 <= truth["metadata"]["duration"] <= 576 + 150, truth["metadata"]["duration"])
        lines = [s["text"] for s in truth["segments"]]
        self.assertGreater(len(lines), 1.1 * len(set(lines)))
        self.assertEqual(lines.count(lines[0]), 1)
        self.assertEqual(lines.count(lines[-1]), 1)

    def test_as_many_voices_as_wished(self):
        for count in (2, 7):
            truth = render(self.folder / str(count), "--hours", "0.03", "--voices", str(count))
            self.assertEqual(len({s["speaker_id"] for s in truth["segments"]}), count)
            (party,) = json.loads((self.folder / str(count) / "s.party.json").read_text(encoding="utf-8")).values()
            self.assertEqual({c["player"] for c in party["characters"]}, {p["name"] for p in truth["people"][1:]})

    def test_tracks_hold_one_person_each(self):
        truth = render(self.folder, "--hours", "0.01", "--tracks")
        whole = samples_of(self.folder / "s.wav")
        for person in truth["people"]:
            track = samples_of(self.folder / f"s.{person['name']}.wav")
            self.assertEqual(len(track), len(whole))
            for s in truth["segments"]:
                level = loudness(track, s["start_time"], s["end_time"])
                if s["speaker_id"] == person["name"]:
                    self.assertGreater(level, 1000)
                elif not any(o["speaker_id"] == person["name"] and o["start_time"] < s["end_time"] and
                             s["start_time"] < o["end_time"] for o in truth["segments"]):
                    self.assertLess(level, 60)

    @unittest.skipUnless(shutil.which("ffmpeg") and shutil.which("ffprobe"), "ffmpeg is needed")
    def test_video_has_the_recording_as_its_sound(self):
        for name in ("a", "b"):
            truth = render(self.folder / name, "--hours", "0.005", "--video")
        self.assertEqual(digests(self.folder / "a"), digests(self.folder / "b"))
        probed = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type:format=duration",
                                 "-of", "json", self.folder / "a" / "s.mkv"], check=True, capture_output=True, text=True)
        facts = json.loads(probed.stdout)
        self.assertEqual(sorted(stream["codec_type"] for stream in facts["streams"]), ["audio", "video"])
        self.assertAlmostEqual(float(facts["format"]["duration"]), truth["metadata"]["duration"], delta=0.5)

    def test_a_session_that_is_there_is_not_rendered_again(self):
        render(self.folder, "--hours", "0.005")
        before = (self.folder / "s.wav").stat().st_mtime_ns
        render(self.folder, "--hours", "0.005")
        self.assertEqual((self.folder / "s.wav").stat().st_mtime_ns, before)
        (self.folder / "s.rttm").unlink()
        render(self.folder, "--hours", "0.005")
        self.assertTrue((self.folder / "s.rttm").is_file())

    def test_another_script_and_party(self):
        (self.folder / "script").write_text("@people Ann Bob\n@scene one\nBob | IC CHARACTER Zorvik | I open the door.\n"
                                            "@scene two\nAnn | OOC OOC_OTHER | Stop here.\n", encoding="utf-8")
        (self.folder / "party").write_text(json.dumps({"p": {"dm_name": "Ann", "characters": [{"name": "Zorvik"}]}}), encoding="utf-8")
        (self.folder / "words").write_text("zorvik : z ao1 r v ih0 k\n", encoding="utf-8")
        truth = render(self.folder / "out", "--script", self.folder / "script", "--party", self.folder / "party",
                       "--lexicon", self.folder / "words", "--voices", "2")
        self.assertEqual([s["text"] for s in truth["segments"]], ["I open the door.", "Stop here."])
        self.assertEqual(truth["names"], ["zorvik"])
        (party,) = json.loads((self.folder / "out" / "s.party.json").read_text(encoding="utf-8")).values()
        self.assertEqual(party["characters"], [{"name": "Zorvik", "player": "Bob"}])

    def test_impossible_wishes_are_refused(self):
        for options in (["--hours", "0"], ["--hours", "25"], ["--voices", "1"], ["--voices", "13"]):
            done = subprocess.run([sys.executable, "-B", EXAMPLES / "make_session.py", "--out", self.folder, *options],
                                  capture_output=True, text=True)
            self.assertIn(done.returncode, (1, 2), options)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(os.listdir(self.folder), [])


class ScriptFormat(SessionCase):
    HEAD = "@people Ann Bob\n@scene one\n"

    def read(self, text):
        path = self.folder / "script"
        path.write_text(text, encoding="utf-8")
        return script.read_script(path)

    def test_a_line_with_all_it_can_have(self):
        line = self.read(self.HEAD + "Bob | IC CHARACTER Old Tom ; over=0.5 nl | Goed zo.\n").scenes[0].items[0]
        self.assertEqual((line.speaker, line.label, line.voice, line.character, line.over, line.gap, line.language, line.text),
                         ("Bob", "IC", "CHARACTER", "Old Tom", 0.5, None, "nl", "Goed zo."))

    def test_errors_name_the_line(self):
        for row in ("Bob | IC | Hello.", "Bob | IC CHARACTER | Hello.", "Bob | OOC CHARACTER Tom | Hello.",
                    "Cid | OOC OOC_OTHER | Hello.", "Bob | OOC OOC_OTHER ; loud | Hello.", "Bob | OOC OOC_OTHER |", "@music long", "@dance 3", "Hello."):
            with self.subTest(row), self.assertRaisesRegex(script.ScriptError, "line 3: "):
                self.read(self.HEAD + row + "\n")


if __name__ == "__main__":
    unittest.main()
