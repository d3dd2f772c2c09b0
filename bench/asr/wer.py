"""Word error rate, with one way of reading text for reference and hypotheses.

The normaliser: Unicode NFKC, lower case, hyphens become spaces, a typographic apostrophe becomes a plain one, and all but
letters, digits, apostrophes and spaces is removed. Numbers stay as written.
"""
import unicodedata


def words(text):
    text = unicodedata.normalize("NFKC", text).lower().replace("-", " ").replace("’", "'")
    return "".join(c if c.isalnum() or c.isspace() or c == "'" else "" for c in text).split()


def errors(reference, hypothesis):
    """Fewest insertions, deletions and substitutions between two lists of words."""
    row = list(range(len(hypothesis) + 1))
    for i, wanted in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, found in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != found))
    return row[-1]
