"""A finished session in a real browser: read, heard, by keyboard, in Dutch, on a phone, with hostile text, with 6,000 segments."""

import json
import shutil
import unittest

from pages import PagesCase, long_session

HOSTILE = ["<img src=x onerror=window.broken=1>", "\"><script>window.broken=1</script>", "${window.broken=1}",
           "</p></li><svg onload=window.broken=1>", "javascript:window.broken=1 &lt;b&gt;"]


def texts(data):
    return [" ".join(s["text"].split()) for s in data["segments"]]


class Review(PagesCase):
    def setUp(self):
        super().setUp()
        self.data = json.loads((self.reference.results / "talk_data.json").read_text())
        self.results_are(self.reference.results)

    def rewrite(self, data):
        """Results of the session's own, with another content, in the form that the program wrote."""
        own = shutil.copytree(self.reference.results, self.folder / "own")
        (own / "talk_data.json").write_text(json.dumps(data))
        self.results_are(own)

    def test_reads(self):
        longest = max((word for text in texts(self.data) for word in text.split()), key=len)
        self.walk("review", "reads", {"texts": texts(self.data), "labels": [s.get("classification") for s in self.data["segments"]],
                                      "word": longest})

    def test_plays(self):
        self.walk("review", "plays")

    def test_keys(self):
        self.walk("review", "keys")

    def test_least_sure_comes_first(self):
        sure = [s.get("classification_confidence") for s in self.data["segments"]]
        if None in sure:
            self.skipTest("the reference run has no labels")
        order = sorted(range(len(sure)), key=lambda n: sure[n])
        # The first segment is the current one: it counts as looked at.
        self.walk("review", "least_sure", {"first": 0, "order": [str(n + 1) for n in order if n != 0][:3]})

    def test_lanes(self):
        segment = self.data["segments"][2]
        self.walk("review", "lanes", {"middle": segment["start_time"], "duration": self.data["metadata"]["duration"], "id": "3"})

    def test_dutch(self):
        self.walk("review", "dutch", locale="nl-NL")

    def test_phone(self):
        self.walk("review", "phone", viewport={"width": 360, "height": 740})

    def test_hostile_text(self):
        for segment, text in zip(self.data["segments"], HOSTILE):
            segment["text"], segment["speaker_name"], segment["character"] = text, text, text
            segment["words"] = [{**segment["words"][0], "word": f" {part}"} for part in text.split()]
        for speaker in self.data["speakers"]:
            speaker["name"] = HOSTILE[0]
        self.data["metadata"]["session_id"] = HOSTILE[1]
        self.rewrite(self.data)
        self.walk("review", "hostile", {"texts": HOSTILE[:len(self.data["segments"])]})

    def test_six_thousand_segments(self):
        count = 6000
        many = long_session(self.data, count)
        many[4321]["words"][0]["word"] = " quetzalcoatlus"
        many[4321]["text"] = "quetzalcoatlus " + many[4321]["text"]
        self.rewrite(self.data)
        self.walk("review", "long", {"count": count, "rare": "quetzalcoatlus", "at": 4000 * 2.0 + 0.5, "id": "4001"})

    def test_nothing_there(self):
        self.walk("review", "nothing_there")


if __name__ == "__main__":
    unittest.main()
