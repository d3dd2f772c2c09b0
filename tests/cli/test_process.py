"""What a run gives: files, standard output, events; what changed options redo; runs side by side; single stages."""

import json
import re
import shutil
import unittest
import zipfile

import program
from program import read_tree


class Results(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reference = program.reference()
        cls.folder = cls.reference.results

    def test_folder_name(self):
        self.assertRegex(self.folder.name, r"^\d{8}_\d{6}_talk$")

    def test_files(self):
        names = {p.name for p in self.folder.iterdir()}
        self.assertLessEqual({"talk_data.json", "talk_full.txt", "talk_full.srt", "talk.vtt", "talk.rttm", "segments"}, names)
        self.assertEqual([n for n in names if n.startswith(".") or n.endswith((".tmp", ".partial"))], [])
        self.assertTrue(list((self.folder / "segments" / "talk").glob("segment_0001_SPEAKER_*.wav")))

    def test_standard_output_is_the_folder_only(self):
        lines = self.reference.outcome.out.splitlines()
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].endswith(self.folder.name))

    def test_data(self):
        data = json.loads((self.folder / "talk_data.json").read_text())
        self.assertTrue(data["segments"])
        last = 0
        for segment in data["segments"]:
            self.assertGreaterEqual(segment["end_time"], segment["start_time"])
            self.assertGreaterEqual(segment["start_time"], last)
            last = segment["start_time"]
            self.assertTrue(segment["text"].strip())

    def test_rttm(self):
        for line in (self.folder / "talk.rttm").read_text().splitlines():
            self.assertRegex(line, r"^SPEAKER talk 1 \d+\.\d{3} \d+\.\d{3} <NA> <NA> SPEAKER_\d\d <NA> <NA>$")

    def test_events(self):
        lines = self.reference.outcome.err.splitlines()
        self.assertEqual(len(lines), len(self.reference.outcome.events), "not every line on standard error is an event")
        done = self.reference.outcome.stages()
        wanted = ["decode", "listen", "diarize", "transcribe", "assign", "classify", "export"]
        self.assertEqual(list(done), [s for s in wanted if s != "classify" or program.CAN_CLASSIFY])
        self.assertFalse(any(reused for stage, reused in done.items() if stage != "export"))
        for event in self.reference.outcome.named("progress"):
            self.assertIn(event["stage"], wanted)
            self.assertTrue(0 <= event["share"] <= 1)
        self.assertIn("2 speakers", self.reference.outcome.named("summary")[0]["text"])


class ChangedOptions(program.LaterCase):
    def redone(self, *options):
        done = program.process(self.reference.recording, self.output, *options, home=self.home)
        self.assertEqual(done.status, 0, done)
        return {stage for stage, reused in done.stages().items() if not reused and stage != "export"}, done

    LABELS = {"classify"} if program.CAN_CLASSIFY else set()

    def test_nothing_for_the_same_command(self):
        redone, done = self.redone()
        self.assertEqual(redone, set())
        self.assertEqual(read_tree(done.folder()), read_tree(self.reference.results))

    def test_speakers(self):
        redone, _ = self.redone("--speakers", "1")
        self.assertEqual(redone - self.LABELS, {"diarize", "assign"})

    def test_language(self):
        redone, done = self.redone("--language", "nl", "--until", "transcribe")
        self.assertEqual(redone, {"transcribe"})
        self.assertEqual(done.out, "")

    def test_fresh(self):
        redone, _ = self.redone("--fresh", "--until", "listen")
        self.assertEqual(redone, {"decode", "listen"})

    def test_from(self):
        redone, done = self.redone("--from", "diarize")
        self.assertEqual(redone, {"diarize", "assign"} | self.LABELS)
        self.assertEqual(read_tree(done.folder()), read_tree(self.reference.results))

    def test_skipped_snippets(self):
        redone, done = self.redone("--skip", "snippets" if program.CAN_CLASSIFY else "snippets,classification")
        self.assertEqual(redone, set())
        self.assertFalse((done.folder() / "segments").exists())

    def test_skipped_diarization(self):
        redone, done = self.redone("--skip", "diarization,classification")
        self.assertEqual(redone, {"assign"})
        self.assertNotIn("diarize", done.stages())

    def test_name_of_the_session(self):
        redone, done = self.redone("--session", "evening 3")
        self.assertEqual(redone, set())
        self.assertTrue(done.folder().name.endswith("_evening_3"), done.out)

    def test_other_name_for_a_speaker(self):
        redone, done = self.redone("--map", "SPEAKER_00=Anna")
        self.assertLessEqual(redone, {"assign"} | self.LABELS)
        self.assertIn("Anna", (done.folder() / "talk_full.txt").read_text())

    def test_renamed_recording(self):
        copy = self.folder / "renamed.wav"
        copy.write_bytes(self.reference.recording.read_bytes())
        done = program.process(copy, self.output, home=self.home)
        self.assertEqual({s for s, reused in done.stages().items() if not reused and s != "export"}, set())


class Archive(program.Case):
    def test_gives_what_its_tracks_give(self):
        tracks = [shutil.copy(self.reference.short, self.folder / "1-hanna_0.wav"), shutil.copy(self.reference.other, self.folder / "2-bram_1.wav")]
        archive = self.folder / "craig.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("info.txt", "Guild: the table")
            for track in tracks:
                packed.write(track, track.name)
        told = []
        for recordings in ([archive], tracks):
            done = program.process(recordings[0], self.output, *recordings[1:], "--session", "night", home=self.home)
            self.assertEqual(done.status, 0, done)
            told.append(json.loads((done.folder() / "night_data.json").read_text())["segments"])
        self.assertEqual(told[0], told[1])
        self.assertLessEqual({s["speaker_name"] for s in told[0]}, {"hanna 0", "bram 1"})
        self.assertTrue(told[0])

    def test_one_stage_alone_takes_a_sound(self):
        archive = self.folder / "a.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(self.reference.short, "a.wav")
        done = program.skald("transcribe", archive, home=self.home)
        self.assertEqual(done.status, 2)
        self.assertIn("is an archive", done.err)


class SideBySide(program.Case):
    def both(self, first, second):
        runs = [program.Running(*program.process_arguments(r, self.output), home=self.home) for r in (first, second)]
        for run in runs:
            self.addCleanup(run.stop)
        return [run.outcome() for run in runs]

    def text(self, done):
        self.assertEqual(done.status, 0, done)
        return (done.folder() / "piece_full.txt").read_text()

    def test_files_of_the_same_name(self):
        first, second = self.both(self.reference.short, self.reference.other)
        self.assertNotEqual(first.folder(), second.folder())
        self.assertNotEqual(self.text(first), self.text(second))
        self.assertEqual({first.folder(), second.folder()}, set(self.output.iterdir()))
        for done, recording in [(first, self.reference.short), (second, self.reference.other)]:
            home = self.reference.new_home(self.folder / recording.parent.name)
            alone = program.process(recording, self.folder / f"alone-{recording.parent.name}", home=home)
            self.assertEqual(read_tree(alone.folder()), read_tree(done.folder()))

    def test_the_same_file_twice(self):
        first, second = self.both(self.reference.short, self.reference.short)
        self.assertNotEqual(first.folder(), second.folder())
        self.assertEqual(read_tree(first.folder()), read_tree(second.folder()))
        self.assertTrue(self.text(first).strip())
        self.assertEqual(list((self.home / "work").iterdir()), [])
        # What one of them made, the other took.
        self.assertEqual([first.stages()["transcribe"], second.stages()["transcribe"]].count(False), 1)


class Stages(program.LaterCase):
    def run_on_talk(self, command, *options):
        done = program.skald(command, self.reference.recording, *options, home=self.home)
        self.assertEqual(done.status, 0, done)
        return done.out

    def test_transcribe(self):
        text = self.run_on_talk("transcribe")
        self.assertTrue(text.strip())
        self.assertRegex(self.run_on_talk("transcribe", "--format", "srt"), r"^1\n00:00:\d\d,\d{3} --> 00:00:\d\d,\d{3}\n")
        self.assertTrue(self.run_on_talk("transcribe", "--format", "vtt").startswith("WEBVTT\n"))
        words = [w["word"] for c in json.loads(self.run_on_talk("transcribe", "--format", "json"))["chunks"] for w in c["words"]]
        self.assertEqual("".join(words).split(), text.split())

    def test_diarize(self):
        self.assertEqual(self.run_on_talk("diarize"), (self.reference.results / "talk.rttm").read_text())
        json.loads(self.run_on_talk("diarize", "--format", "json"))

    def test_fewer_speakers_than_were_told(self):
        diarize = lambda *more: program.skald("diarize", self.reference.recording, "--progress", "json", *more, home=self.home)
        voices = lambda done: len({line.split()[7] for line in done.out.splitlines()})
        warned = lambda done: [w["text"] for w in done.named("warning") if "speakers were told" in w["text"]]
        for option in ["--speakers", "--min-speakers"]:
            done = diarize(option, "30")
            self.assertEqual(done.status, 0, done)
            self.assertLess(voices(done), 30)
            [warning] = warned(done)
            self.assertTrue(warning.startswith(f"30 speakers were told, but only {voices(done)} voices"), warning)
        for fine in [[], ["--speakers", "2"], ["--max-speakers", "30"]]:
            done = diarize(*fine)
            self.assertEqual((voices(done), warned(done)), (2, []), done)

    def test_sessions(self):
        run = lambda *a: program.skald("sessions", *a, home=self.home)
        self.assertIn("talk", run("list").out)
        self.assertEqual(run("show", "talk").status, 0)
        self.assertEqual(run("show", "other").status, 2)
        done = program.process(self.reference.recording, self.output, home=self.home)
        self.assertEqual(run("export", "talk", self.folder / "copy").status, 0)
        self.assertEqual(read_tree(self.folder / "copy"), read_tree(done.folder()))
        self.assertEqual(run("export", "talk", self.folder / "copy").status, 2)
        removed = run("remove", "talk")
        self.assertEqual(removed.status, 0, removed)
        self.assertEqual(run("list").out, "")
        self.assertTrue(done.folder().exists(), "removing a session removed its results")
        self.assertEqual([p for p in (self.home / "artifacts").rglob("*") if p.is_file()], [])

    def test_several_tracks(self):
        done = program.process(self.reference.short, self.output, str(self.reference.other), "--session", "two",
                               home=self.home)
        self.assertEqual(done.status, 0, done)
        data = json.loads((done.folder() / "two_data.json").read_text())
        self.assertLessEqual({s["speaker_id"] for s in data["segments"]}, {"SPEAKER_00", "SPEAKER_01"})
        self.assertEqual(len({s["speaker_id"] for s in data["segments"]}), 2)

    def test_version(self):
        self.assertRegex(program.skald("--version", home=self.home).out, re.compile(r"^skald \d+\.\d+"))


if __name__ == "__main__":
    unittest.main()
