"""Speech from flite's shared libraries (Debian package `flite`), with the times of every word.

The command-line program prints phone times but not which word they belong to; the library's utterance structure has both.
"""
import ctypes
import ctypes.util
import os

SAMPLE_RATE = 16000


class FliteError(RuntimeError):
    """flite, or one of its voices, is not installed."""


def _load(name):
    path = ctypes.util.find_library(name) or f"lib{name}.so.1"
    try:
        return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise FliteError(f"cannot load {path}: install the Debian package flite ({error})") from error


class _Wave(ctypes.Structure):
    _fields_ = [("type", ctypes.c_char_p), ("sample_rate", ctypes.c_int), ("num_samples", ctypes.c_int),
                ("num_channels", ctypes.c_int), ("samples", ctypes.POINTER(ctypes.c_int16))]


class _Voice(ctypes.Structure):  # the head of flite's cst_voice
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


_SIGNATURES = {
    "flite_init": (ctypes.c_int, []),
    "flite_synth_text": (ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_void_p]),
    "flite_voice_add_lex_addenda": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
    "utt_wave": (ctypes.POINTER(_Wave), [ctypes.c_void_p]),
    "utt_relation": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
    "relation_head": (ctypes.c_void_p, [ctypes.c_void_p]),
    "item_next": (ctypes.c_void_p, [ctypes.c_void_p]),
    "item_daughter": (ctypes.c_void_p, [ctypes.c_void_p]),
    "item_as": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
    "ffeature_float": (ctypes.c_float, [ctypes.c_void_p, ctypes.c_char_p]),
    "ffeature_string": (ctypes.c_char_p, [ctypes.c_void_p, ctypes.c_char_p]),
    "feat_set_float": (None, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]),
    "delete_utterance": (None, [ctypes.c_void_p]),
}


class Flite:
    """Loads voices on demand. One lexicon of extra words (a flite addenda file) may be given for all of them."""

    def __init__(self, lexicon=None):
        self._lib = _load("flite")
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self._lib, name)
            function.restype, function.argtypes = result, arguments
        self._lib.flite_init()
        self._lexicon = lexicon
        self._voices = {}

    def _voice(self, name):
        if name not in self._voices:
            library = _load(f"flite_cmu_us_{name}")
            register = getattr(library, f"register_cmu_us_{name}")
            register.restype, register.argtypes = ctypes.POINTER(_Voice), [ctypes.c_char_p]
            voice = register(None)
            if self._lexicon:
                self._lib.flite_voice_add_lex_addenda(voice, os.fsencode(self._lexicon))
            self._voices[name] = voice
        return self._voices[name]

    def say(self, voice_name, text, stretch=1.0, f0_shift=1.0):
        """Returns (16-bit samples as bytes, [(token, start s, end s)]), at 16 kHz.

        `stretch` multiplies the length, `f0_shift` the pitch. A token is a word as written, without its punctuation.
        """
        voice = self._voice(voice_name)
        features = voice.contents.features
        self._lib.feat_set_float(features, b"duration_stretch", stretch)
        self._lib.feat_set_float(features, b"f0_shift", f0_shift)
        utterance = self._lib.flite_synth_text(text.encode("ascii"), voice)
        try:
            wave = self._lib.utt_wave(utterance).contents
            if wave.sample_rate != SAMPLE_RATE or wave.num_channels != 1:
                raise FliteError(f"voice {voice_name}: {wave.sample_rate} Hz, {wave.num_channels} channels")
            return ctypes.string_at(wave.samples, 2 * wave.num_samples), self._tokens(utterance)
        finally:
            self._lib.delete_utterance(utterance)

    def _children(self, item):
        item = self._lib.item_daughter(item) if item else None
        while item:
            yield item
            item = self._lib.item_next(item)

    def _tokens(self, utterance):
        tokens = []
        token = self._lib.relation_head(self._lib.utt_relation(utterance, b"Token"))
        while token:
            times = []
            for word in self._children(token):
                for syllable in self._children(self._lib.item_as(word, b"SylStructure")):
                    for phone in self._children(syllable):
                        times.append((self._lib.ffeature_float(phone, b"R:Segment.p.end"),
                                      self._lib.ffeature_float(phone, b"end")))
            if times:
                name = self._lib.ffeature_string(token, b"name").decode("ascii")
                tokens.append((name, times[0][0], times[-1][1]))
            token = self._lib.item_next(token)
        return tokens
