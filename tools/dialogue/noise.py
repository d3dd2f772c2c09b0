"""What a recogniser and a diarizer do to lines, in the kinds that they were seen to make.

Small words go, marks and capitals go, names are misheard, segments are cut elsewhere, and now and then the wrong
speaker is given.
"""
import re

SMALL = {"um", "uh", "erm", "er", "eh", "oh", "well", "like", "just", "so", "a", "the", "and", "i", "it", "is", "to", "of", "that",
         "ja", "nou", "dus", "maar", "en", "de", "het", "een", "even", "wel", "dan", "toch", "eh", "ehm", "hè", "zo", "is", "ge"}
SOUNDS = [("ph", "f"), ("th", "d"), ("ck", "k"), ("ee", "i"), ("ou", "u"), ("rr", "r"), ("ll", "l"), ("c", "k"), ("v", "f"), ("b", "p"),
          ("d", "t"), ("g", "k"), ("z", "s"), ("o", "a"), ("e", "a"), ("i", "e"), ("y", "i"), ("m", "n")]
CUT = re.compile(r"(?<=[.!?,;]) ")


def misheard(word, random):
    """A word that sounds alike: one or two sounds are replaced."""
    lower = word.lower()
    options = [(a, b) for a, b in SOUNDS if a in lower]
    for _ in range(1 + random.randint(2)):
        if options:
            a, b = options[random.randint(len(options))]
            lower = lower.replace(a, b, 1)
    return lower.capitalize() if word[:1].isupper() else lower


def noisy_text(text, random, plain):
    """`plain`: without marks and capitals, as some recognisers write."""
    words = text.split()
    kept = []
    for i, word in enumerate(words):
        bare = word.strip(".,!?;:\"'").lower()
        draw = random.random_sample()
        if len(words) > 3 and bare in SMALL and draw < 0.12:
            continue
        if i > 0 and word[:1].isupper() and len(bare) > 3 and draw < 0.35 or len(bare) > 4 and draw < 0.02:
            word = misheard(word, random)
        kept.append(word)
    text = " ".join(kept) or text
    if plain:
        text = re.sub(r"[^\w' ]+", " ", text.lower().replace("\u2019", "'"))
        text = re.sub(r" +", " ", text).strip() or "."
    return text


def noisy_lines(lines, random):
    """A copy of lines of one scene as a recogniser may give them. Labels stay true: only lines of one label are joined."""
    plain = random.random_sample() < 0.35
    changed = []
    for line in lines:
        text, speaker, dm = noisy_text(line.text, random, plain), line.speaker, line.dm
        before = changed[-1] if changed else None
        if before is not None and random.random_sample() < 0.03:
            speaker, dm = before.speaker, before.dm
        same = before is not None and (before.label, before.voice, before.speaker) == (line.label, line.voice, speaker)
        if same and len(before.text) + len(text) < 220 and random.random_sample() < 0.3:
            before.text += " " + text
            continue
        parts = CUT.split(text)
        if line.label != 2 and len(parts) > 1 and len(text) > 60 and random.random_sample() < 0.2:
            at = 1 + random.randint(len(parts) - 1)
            changed.append(line.copy(text=" ".join(parts[:at]), speaker=speaker, dm=dm))
            text = " ".join(parts[at:])
        changed.append(line.copy(text=text, speaker=speaker, dm=dm))
    return changed
