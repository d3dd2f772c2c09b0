"""Corrections, exports and search in a real browser: each kind, with undo, and what comes of them."""

import json
import unittest

from pages import PagesCase


class Corrections(PagesCase):
    def setUp(self):
        super().setUp()
        self.data = json.loads((self.reference.results / "talk_data.json").read_text())
        self.results_are(self.reference.results)

    def need_labels(self):
        if not self.data["segments"][0].get("classification"):
            self.skipTest("the reference run has no labels")

    def test_labels(self):
        self.need_labels()
        self.walk("correct", "labels")

    def test_text(self):
        self.walk("correct", "text")

    def test_speakers(self):
        self.walk("correct", "speakers")

    def test_characters(self):
        self.walk("correct", "characters")

    def test_split_and_join(self):
        self.walk("correct", "cuts")

    def test_many_at_once(self):
        self.need_labels()
        self.walk("correct", "many")

    def test_two_pages(self):
        self.need_labels()
        self.walk("correct", "two_pages")

    def test_exports(self):
        self.walk("correct", "exports_")

    def test_another_name(self):
        self.walk("correct", "names")

    def test_search(self):
        segment = self.data["segments"][3]
        said = " ".join(s["text"] for s in self.data["segments"]).lower()
        words = [w.strip(".,?!'\"").lower() for w in segment["text"].split()]
        word = max((w for w in words if w.isalpha() and said.count(w) == 1), key=len)
        self.walk("correct", "search", {"word": word, "id": "4"})


if __name__ == "__main__":
    unittest.main()
