"""A new session in a real browser: upload, also through breaks, settings, run, cancel, and a run that fails."""

import unittest

from pages import PagesCase
from program import LIMIT


class Create(PagesCase):
    def make_home(self, target):
        return self.reference.new_home(target)

    def large(self):
        """A file of three pieces."""
        file = self.folder / "long night.wav"
        file.write_bytes(bytes(20 << 20))
        return str(file)

    def test_whole_way(self):
        self.walk("create", "whole_way", {"recording": str(self.reference.short), "name": self.reference.short.stem, "limit": 1000 * LIMIT})

    def test_upload_through_a_restart(self):
        self.walk("create", "broken_upload", {"file": self.large()})

    def test_upload_after_a_reload(self):
        self.walk("create", "reloaded_upload", {"file": self.large()})

    def no_sound(self):
        words = self.folder / "words.wav"
        words.write_text("These are words and no sound. " * 50)
        return str(words)

    def test_failure_is_explained(self):
        self.walk("create", "failure", {"path": self.no_sound()})

    def test_what_is_heard_scrolls_along(self):
        self.walk("create", "heard", {"path": self.no_sound()})


if __name__ == "__main__":
    unittest.main()
