"""`skald config show`: what holds, where it comes from, and no key in sight."""

import json
import tempfile
import unittest
from pathlib import Path

from program import BUILD, skald

KEY = "gsk_canary0123456789WXYZ"


@unittest.skipUnless((BUILD / "skald").exists(), "not built: skald")
class ConfigShow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name) / "home"
        self.here = Path(folder.name) / "here"
        self.home.mkdir()
        self.here.mkdir()

    def settings(self, *options, **env):
        done = skald("config", "show", "--json", *options, home=self.home, cwd=self.here, **env)
        self.assertEqual(done.status, 0, done)
        return {row["name"]: (row["value"], row["origin"]) for row in json.loads(done.out)["settings"]}

    def test_option_above_environment_above_files_above_what_is_built_in(self):
        (self.here / ".env").write_text("WHISPER_MODEL=a\nINFERENCE_DEVICE=cpu\nOLLAMA_MODEL=m:7b\n")
        (self.home / ".env").write_text("\nWHISPER_LANGUAGE=nl\nWHISPER_MODEL=b\n")
        held = self.settings("--model", "turbo", INFERENCE_DEVICE="cuda")
        self.assertEqual(held["WHISPER_MODEL"], ("turbo", "option --model"))
        self.assertEqual(held["INFERENCE_DEVICE"], ("cuda", "environment"))
        self.assertEqual(held["OLLAMA_MODEL"], ("m:7b", ".env, line 3"))
        self.assertEqual(held["WHISPER_LANGUAGE"], ("nl", f"{self.home}/.env, line 2"))
        self.assertEqual(held["OLLAMA_BASE_URL"], ("http://localhost:11434", "default"))
        self.assertEqual(held["LLM_MODEL"], ("", "not set"))
        self.assertEqual(held["SKALD_HOME"], (str(self.home), "environment"))
        self.assertEqual(self.settings()["WHISPER_MODEL"], ("a", ".env, line 1"))
        self.assertEqual(self.settings("--preset", "cpu")["LLM_BACKEND"][1], "option --preset")

    def test_keys_show_their_last_four_letters_only(self):
        (self.here / ".env").write_text(f"GROQ_API_KEY={KEY}\nOLLAMA_BASE_URL=http://anna:pass99@host:1\n")
        for form in [[], ["--json"]]:
            done = skald("config", "show", *form, home=self.home, cwd=self.here)
            self.assertIn("gsk_…WXYZ", done.out)
            self.assertNotIn("canary", done.out + done.err)
            self.assertNotIn("pass99", done.out + done.err)

    def test_names_of_other_programs_are_passed_over(self):
        (self.here / ".env").write_text("CHUNK_LENGTH_SECONDS=600\n")
        done = skald("config", "show", home=self.home, cwd=self.here)
        self.assertEqual(done.status, 0)
        self.assertRegex(done.out, r"CHUNK_LENGTH_SECONDS +not a setting of Skald")

    def test_wrong_values_and_slips_are_errors_with_place_and_range(self):
        for text, says in [("CLASSIFICATION_BATCH_SIZE=1000", "must be a whole number from 1 to 200"),
                           ("OLLAMA_MODLE=x", "Is it OLLAMA_MODEL?")]:
            (self.here / ".env").write_text(f"{text}\n")
            done = skald("config", "show", home=self.home, cwd=self.here)
            self.assertEqual(done.status, 2, done)
            self.assertIn(".env: line 1, column", done.err)
            self.assertIn(says, done.err)
            self.assertEqual((self.here / ".env").read_text(), f"{text}\n")


if __name__ == "__main__":
    unittest.main()
