"""Sound on disk: pieces and the room mixed block by block, so that memory does not grow with the session."""
import os
import subprocess
import wave
from array import array
from operator import add

from .flite import SAMPLE_RATE

BLOCK = 30 * SAMPLE_RATE


class _Bed:
    """The sound of the room, from any place on."""

    def __init__(self, loop):
        self._loop = loop

    def cut(self, start, count):
        at = start % len(self._loop)
        samples = self._loop[at:at + count]
        while len(samples) < count:
            samples += self._loop[:count - len(samples)]
        return samples


def _lay(block, block_start, piece):
    first, last = max(piece.start, block_start), min(piece.end, block_start + len(block))
    if first < last:
        here = slice(first - block_start, last - block_start)
        block[here] = array("h", map(add, block[here], piece.samples[first - piece.start:last - piece.start]))


def write_wave(path, pieces, room, length):
    """Writes 16 kHz mono WAV. The file appears whole or not at all."""
    bed, waiting = _Bed(room), sorted(pieces, key=lambda piece: piece.start)
    partial = f"{path}.part"
    with wave.open(partial, "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", "not compressed"))
        begin = 0  # pieces before this one have ended
        for start in range(0, length, BLOCK):
            block = bed.cut(start, min(BLOCK, length - start))
            while begin < len(waiting) and waiting[begin].end <= start:
                begin += 1
            for piece in waiting[begin:]:
                if piece.start >= start + len(block):
                    break
                _lay(block, start, piece)
            file.writeframesraw(block.tobytes())
    os.replace(partial, path)


def write_video(path, sound):
    """A film with a plain picture and the recording as AAC sound, the same bytes each time."""
    partial = f"{path}.part"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=c=0x204060:s=320x180:r=5", "-i", sound,
               "-shortest", "-threads", "1", "-c:v", "mpeg4", "-b:v", "100k", "-c:a", "aac", "-b:a", "96k",
               "-fflags", "+bitexact",
               "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", "-f", "matroska", partial]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    os.replace(partial, path)
