"""Transcribes as faster-whisper does: peer.py JOB.json, with {"model", "threads", "batch", "beam", "items": [{"audio", "language", "output"}]}.

Runs under a Python of its own that has exactly the versions below; int8, batched over the chunks that its own voice
detector finds, with word times. Writes of each item {"words": [[start, end, text], ...], "voice_seconds": CPU seconds of
the detector so far}.
"""
import importlib.metadata
import json
import sys
import time

VERSIONS = {"faster-whisper": "1.2.1", "ctranslate2": "4.8.4"}


def main():
    for package, wanted in VERSIONS.items():
        found = importlib.metadata.version(package)
        if found != wanted:
            sys.exit(f"{package} is {found}; the comparison is made with {wanted}")
    if sys.argv[1] == "--check":
        return
    import faster_whisper
    import faster_whisper.transcribe as inner

    voice = 0.0
    detect = inner.get_speech_timestamps

    def timed(*arguments, **options):
        nonlocal voice
        start = time.process_time()
        found = detect(*arguments, **options)
        voice += time.process_time() - start
        return found

    inner.get_speech_timestamps = timed
    with open(sys.argv[1]) as file:
        job = json.load(file)
    model = faster_whisper.WhisperModel(job["model"], device="cpu", compute_type="int8", cpu_threads=job["threads"])
    pipeline = faster_whisper.BatchedInferencePipeline(model)
    for item in job["items"]:
        segments, _ = pipeline.transcribe(item["audio"], language=item["language"], batch_size=job["batch"],
                                          beam_size=job["beam"], vad_filter=True, word_timestamps=True)
        words = [[w.start, w.end, w.word] for segment in segments for w in segment.words]
        with open(item["output"], "w") as file:
            json.dump({"words": words, "voice_seconds": voice}, file)


main()
