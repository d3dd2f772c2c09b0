"""Input that cannot be used, or hardly: each kind has its own message and status, and nothing is changed or lost."""

import array
import json
import os
import random
import shutil
import subprocess
import unittest
from pathlib import Path

import program
from program import RATE, write_wav


class BadInput(program.Case):
    def process(self, recording, *more, home=None, **env):
        before = self.state(recording)
        done = program.process(recording, self.output, *more, home=home or self.home, **env)
        self.assertEqual(before, self.state(recording), "the input was touched")
        return done

    @staticmethod
    def state(path):
        try:
            info = os.stat(path)
        except OSError:
            return None
        return info.st_size, info.st_mtime_ns, path.read_bytes() if path.is_file() else None

    # One line on standard error, beginning with the program's name, and no result.
    def assert_refused(self, done, status, *parts):
        self.assertEqual(done.status, status, done)
        self.assertEqual(done.out, "", done)
        told = [line for line in done.err.splitlines() if not line.startswith("{")]
        told += [f"{event['message']} {event['advice']}" for event in done.named("failed")]
        self.assertEqual(len(told), 1, done)
        for part in parts:
            self.assertIn(part, told[0])
        self.assertNotIn("terminate called", done.err)
        results = list(self.output.iterdir()) if self.output.exists() else []
        self.assertEqual(results, [], "half a result was left")

    # Done, with results that are whole, though they may hold nothing.
    def assert_done(self, done):
        self.assertEqual(done.status, 0, done)
        names = {p.name for p in done.folder().iterdir()}
        stem = next(n for n in names if n.endswith("_data.json")).removesuffix("_data.json")
        self.assertLessEqual({f"{stem}_full.txt", f"{stem}_full.srt", f"{stem}.vtt", f"{stem}.rttm"}, names)
        return (done.folder() / f"{stem}_full.txt").read_text()

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def test_missing_file(self):
        self.assert_refused(self.process(self.folder / "missing.wav"), 2, "missing.wav", "no file")

    def test_folder(self):
        self.assert_refused(self.process(self.folder), 2, "is a folder, not a recording")

    def test_empty_file(self):
        self.assert_refused(self.process(self.write("empty.wav", b"")), 2, "empty.wav' is empty")

    def test_text_named_mp3(self):
        path = self.write("notes.mp3", b"Session 12: the party enters the mill.\n")
        self.assert_refused(self.process(path), 1, "notes.mp3' is a text file, not a recording")

    def test_random_bytes(self):
        path = self.write("noise.mp3", random.Random(5).randbytes(50000))
        self.assert_refused(self.process(path), 1, "noise.mp3' is not an audio or video file")

    def test_playlist_is_not_followed(self):
        path = self.write("list.m3u8", f"#EXTM3U\n#EXTINF:9,\n{self.reference.short}\n".encode())
        self.assert_refused(self.process(path), 1, "is a playlist, not a recording")

    def test_named_pipe(self):
        path = self.folder / "pipe.wav"
        os.mkfifo(path)
        self.assert_refused(self.process(path), 2, "pipe.wav' is not a regular file")

    def test_no_audio_stream(self):
        if not shutil.which("ffmpeg"):
            self.skipTest("no ffmpeg program to make a video")
        path = self.folder / "silent.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=d=2:s=64x64", "-c:v", "mpeg4", path],
                       check=True)
        self.assert_refused(self.process(path), 1, "silent.mp4' has no sound")

    def test_truncated_file(self):
        whole = self.reference.short.read_bytes()
        done = self.process(self.write("cut.wav", whole[:len(whole) // 2]))
        self.assertTrue(self.assert_done(done).strip())
        warnings = [e["text"] for e in done.named("warning")]
        self.assertEqual(len(warnings), 1, done)
        self.assertRegex(warnings[0], r"ends early at 00:00:07; its header says 00:00:15")

    def test_tenth_of_a_second(self):
        samples = self.reference.short.read_bytes()[44:44 + RATE // 10 * 2]
        self.assertEqual(self.assert_done(self.process(write_wav(self.folder / "tiny.wav", samples))).strip(), "")

    def test_silence(self):
        done = self.process(write_wav(self.folder / "silence.wav", bytes(2 * RATE * 20)))
        self.assertEqual(self.assert_done(done).strip(), "")
        self.assertIn("no speech", done.err)

    def test_music(self):
        path = program.SHARED / "nonspeech" / "music_strings.flac"
        if not path.exists():
            self.skipTest("not beside this checkout: shared/testdata/nonspeech")
        self.assertEqual(self.assert_done(self.process(path)).strip(), "")

    def test_many_channels(self):
        mono = array.array("h", self.reference.short.read_bytes()[44:44 + 2 * RATE * 8])
        one = self.assert_done(self.process(write_wav(self.folder / "one.wav", mono.tobytes())))
        wide = array.array("h", (sample for sample in mono for _ in range(48)))
        many = self.assert_done(self.process(write_wav(self.folder / "many.wav", wide.tobytes(), channels=48)))
        self.assertEqual(one, many)
        self.assertTrue(one.strip())

    def test_output_is_a_file(self):
        path = self.write("taken", b"mine")
        done = program.process(self.reference.short, path, home=self.home)
        self.assert_refused(done, 2, "taken'")
        self.assertEqual(path.read_bytes(), b"mine")

    def test_output_without_permission(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        self.output.mkdir(mode=0o500)
        self.assert_refused(self.process(self.reference.short), 1, "cannot write into", "--output")

    def test_output_on_a_read_only_disk(self):
        done = program.process(self.reference.short, Path("/proc/output"), home=self.home)
        self.assert_refused(done, 2, "/proc/output", "--output")

    def test_recording_without_permission(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        path = shutil.copy(self.reference.short, self.folder / "secret.wav")
        path.chmod(0)
        self.assert_refused(program.process(path, self.output, home=self.home), 2, "cannot read", "permissions")

    def test_unknown_language(self):
        done = self.process(self.reference.short, "--language", "xx")
        self.assert_refused(done, 2, "does not know the language 'xx'", "It knows: ", " en ", " nl ")

    def test_wrong_options(self):
        for options, part in [(["--bogus"], "--bogus"), (["--speakers", "0"], "--speakers must be from 1 to 32"),
                              (["--speakers", "many"], "--speakers"), (["--threads", "-1"], "--threads"),
                              (["--speakers", "2", "--min-speakers", "2"], "--speakers already says how many"),
                              (["--skip", "everything"], "--skip does not know 'everything'"),
                              (["--from", "lunch"], "does not know the stage 'lunch'"),
                              (["--from", "export", "--until", "decode"], "--until names a stage before"),
                              (["--map", "Anna"], "--map wants SPEAKER=Name"),
                              (["--transcriber", "oracle"], "oracle"), (["--model", "nothing"], "'nothing' is not installed")]:
            with self.subTest(options=options):
                self.assert_refused(self.process(self.reference.short, *options), 2, part)

    def test_no_recording(self):
        self.assert_refused(program.skald("process", home=self.home), 2, "no recording is named")

    def speech_model(self, name):
        settings = json.loads(program.skald("config", "show", "--json", home=self.home).out)["settings"]
        [folders] = [row["value"] for row in settings if row["name"] == "SKALD_MODELS"]
        for folder in folders.split(":"):
            if (Path(folder) / name).is_dir():
                return Path(folder) / name
        self.skipTest(f"model not installed: {name}")

    # A folder like the model's, whose files may be changed one by one.
    def copy_model(self, name, *changed):
        source, target = self.speech_model(name), self.folder / "models" / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in source.iterdir():
            if file.name in changed:
                shutil.copy(file, target / file.name)
            else:
                (target / file.name).symlink_to(file.resolve())
        return target

    def test_speech_model_without_a_file(self):
        for name in ["model.bin", "config.json"]:
            with self.subTest(file=name):
                model = self.copy_model("whisper-base", name)
                (model / name).unlink()
                self.assert_refused(self.process(self.reference.short, "--model", model), 2, str(model), f"lacks the file {name}")

    def test_damaged_speech_model(self):
        for name, content in [("model.bin", b""), ("model.bin", b"\x06\0\0\0"), ("config.json", b'{"a": '),
                              ("vocabulary.txt", b"one\ntwo\n")]:
            with self.subTest(file=name, content=content):
                model = self.copy_model("whisper-base", name)
                (model / name).write_bytes(content)
                done = self.process(self.reference.short, "--model", model)
                self.assert_refused(done, 2, name)

    def test_cut_speech_model(self):
        model = self.copy_model("whisper-base", "model.bin")
        os.truncate(model / "model.bin", 1_000_000)
        self.assert_refused(self.process(self.reference.short, "--model", model), 2, "model.bin", "too early")

    def test_damaged_speaker_model(self):
        for name in ["segmentation.onnx", "emb_backbone.onnx", "emb_head_weight.bin", "plda_mu.bin", "xvec_lda.bin"]:
            with self.subTest(file=name):
                model = self.copy_model("community-1", name)
                os.truncate(model / name, 100)
                done = self.process(self.reference.short, SKALD_MODELS=f"{model.parent}:{self.speech_model('whisper-base').parent}")
                self.assert_refused(done, 2, name)

    def test_speaker_model_without_a_file(self):
        for name in ["segmentation.onnx", "emb_head_bias.bin", "plda_tr.bin"]:
            with self.subTest(file=name):
                model = self.copy_model("community-1", name)
                (model / name).unlink()
                done = self.process(self.reference.short, SKALD_MODELS=f"{model.parent}:{self.speech_model('whisper-base').parent}")
                self.assert_refused(done, 2, name, "missing")

    def test_party_file_with_an_error(self):
        for content, place in [(b'{\n  "id": "x",\n  "campaign": ,\n}', r"line 3, column 15"),
                               (b'{"parties": [', r"line 1, column 1\d"), (b"", "line 1"), (b"\xff\xfe", "line 1")]:
            with self.subTest(content=content):
                party = self.write("party.json", content)
                done = self.process(self.reference.short, "--party", party)
                self.assert_refused(done, 2, "party.json", "the file was not changed")
                self.assertRegex(done.err, place)
                self.assertEqual(party.read_bytes(), content)

    def test_missing_party_file(self):
        self.assert_refused(self.process(self.reference.short, "--party", self.folder / "none.json"), 2, "none.json")

    def test_session_name_that_leads_elsewhere(self):
        home = self.reference.copy_home(self.folder / "done")
        for name in ["../../x", "/etc/x", "..", ".", "a/b", "a\nb", "x" * 400, "sess\u00efon", "-"]:
            with self.subTest(name=name):
                before = self.everything(home)
                done = self.process(self.reference.recording, "--session", name, home=home)
                self.assertEqual(done.status, 0, done)
                self.assertEqual(done.folder().parent, self.output)
                self.assertEqual(before, self.everything(home))

    # Files and folders here, apart from results and what the program keeps for itself.
    def everything(self, home):
        return {p for p in self.folder.rglob("*") if not p.is_relative_to(self.output) and not p.is_relative_to(home)}

    def test_empty_session_name(self):
        home = self.reference.copy_home(self.folder / "done")
        done = self.process(self.reference.recording, "--session", "", home=home)
        self.assertEqual(done.status, 0, done)
        self.assertTrue(done.folder().name.endswith("_talk"), done)

    def test_file_that_changes_during_the_run(self):
        path = self.folder / "growing.wav"
        samples = self.reference.recording.read_bytes()[44:]
        write_wav(path, samples * 60)  # an hour: it is read for long enough
        run = program.Running(*program.process_arguments(path, self.output), home=self.home)
        self.addCleanup(run.stop)
        self.assertTrue(run.wait_for("decode"), "the run ended too early")
        with path.open("ab") as out:
            out.write(samples)
        changed = path.stat().st_size
        done = run.outcome()
        self.assert_refused(done, 1, "growing.wav' changed")
        self.assertEqual(path.stat().st_size, changed)
        # The whole file is then read anew, not taken for the old one.
        write_wav(path, self.reference.short.read_bytes()[44:])
        self.assert_done(self.process(path))

    def test_full_disk_of_its_own_database(self):
        (self.home / "skald.db").write_bytes(b"this is no database" * 100)
        done = self.process(self.reference.short)
        self.assert_refused(done, 1, "database is damaged")
        self.assertTrue((self.home / "skald.db").read_bytes().startswith(b"this is no database"))


class OtherCommands(program.Case):
    def test_each_says_what_is_missing(self):
        for command in [["transcribe"], ["diarize"], ["classify"], ["sessions", "show"], ["sessions", "remove"]]:
            with self.subTest(command=command):
                done = program.skald(*command, "missing-thing", home=self.home)
                self.assertEqual(done.status, 2, done)
                self.assertIn("missing-thing", done.err)
                self.assertEqual(done.out, "")

    def test_without_a_command(self):
        done = program.skald(home=self.home)
        self.assertEqual((done.status, done.out), (2, ""))
        self.assertIn("--help", done.err)

    def test_help_has_an_example(self):
        for command in ["process", "transcribe", "diarize", "classify", "eval", "sessions", "models", "config"]:
            with self.subTest(command=command):
                done = program.skald(command, "--help", home=self.home)
                self.assertEqual(done.status, 0)
                self.assertIn(f"Example: skald {command}", done.out)

    def test_standard_output_that_is_closed(self):
        with open("/dev/full", "w") as full:
            run = subprocess.run([program.BUILD / "skald", "models", "list"], env=program.environment(self.home),
                                 stdout=full, stderr=subprocess.PIPE, timeout=program.LIMIT, check=False)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn(b"standard output", run.stderr)


if __name__ == "__main__":
    unittest.main()
