"""Settings and tools in a real browser."""

import unittest

from pages import PagesCase

from fake_services import GIB, Model, Ollama, OpenAi
from program import LIMIT

KEY = "gsk_canary0123456789WXYZ"


class Tools(PagesCase):
    def test_all_of_the_machine(self):
        self.walk("tools", "all")

    def test_presets_change_the_plan(self):
        self.walk("tools", "presets", {"presets": ["cpu", "low-memory"]})

    def test_keys_are_never_shown(self):
        (self.home / ".env").write_text(f"GROQ_API_KEY={KEY}\n")
        self.walk("tools", "keys", {"key": KEY})

    def test_a_key_is_written_and_tried(self):
        with OpenAi(key=KEY) as service:
            (self.home / ".env").write_text(f"GROQ_BASE_URL={service.url}\n")
            self.walk("tools", "key_written", {"key": KEY, "wrong": "gsk_wrong0123456789", "host": service.url.removesuffix("/v1")})
        self.assertNotIn("GROQ_API_KEY", (self.home / ".env").read_text())

    def test_settings_are_changed(self):
        self.walk("tools", "setting_changed")

    def test_models_are_added_verified_and_taken_out(self):
        folder = self.folder / "my-whisper"
        folder.mkdir()
        for name in ["model.bin", "config.json", "vocabulary.json"]:
            (folder / name).write_text("[]")
        self.walk("tools", "models", {"folder": str(folder), "name": "my-whisper"})

    def test_logs_and_the_support_file(self):
        self.walk("tools", "logs")

    def answer(self, asked):
        if asked["do"] == "ended":
            return {"status": self.server.process.wait(LIMIT)}
        return super().answer(asked)

    def test_memory_restart_and_stop(self):
        with Ollama(loaded={"mine": (2 * GIB, GIB), "foreign": (GIB, 0)}, models={"mine": Model(), "foreign": Model()}) as service:
            (self.home / ".env").write_text(f"OLLAMA_BASE_URL={service.url}\nOLLAMA_MODEL=mine\n")
            self.walk("tools", "control")

    def test_dutch_on_a_phone(self):
        self.walk("tools", "dutch", locale="nl-NL", viewport={"width": 360, "height": 740})


if __name__ == "__main__":
    unittest.main()
