"""Settings and tools in a real browser."""

import unittest

from pages import PagesCase

KEY = "gsk_canary0123456789WXYZ"


class Tools(PagesCase):
    def test_all_of_the_machine(self):
        self.walk("tools", "all")

    def test_presets_change_the_plan(self):
        self.walk("tools", "presets", {"presets": ["cpu", "low-memory"]})

    def test_keys_are_never_shown(self):
        (self.home / ".env").write_text(f"GROQ_API_KEY={KEY}\n")
        self.walk("tools", "keys", {"key": KEY})

    def test_dutch_on_a_phone(self):
        self.walk("tools", "dutch", locale="nl-NL", viewport={"width": 360, "height": 740})


if __name__ == "__main__":
    unittest.main()
