#!/usr/bin/env python3
"""Makes an SVG picture of coloured terminal output: COMMAND | tools/picture.py > docs/demo.svg. Standard library only."""

import re
import sys
from html import escape

COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea"}
PLAIN, FAINT, GROUND = "#e6edf3", "#8b949e", "#0d1117"
WIDTH, HEIGHT, MARGIN = 8.43, 18, 18  # of a character cell, and around


def pieces(line):
    """(text, colour, bold) for each run of one style."""
    colour, bold, faint = PLAIN, False, False
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        codes = re.fullmatch(r"\x1b\[([\d;]*)m", part)
        if not codes:
            if part:
                yield part, FAINT if faint else colour, bold
            continue
        for code in map(int, filter(None, codes[1].split(";"))):
            if code == 0:
                colour, bold, faint = PLAIN, False, False
            bold, faint = bold or code == 1, faint or code == 2
            colour = COLOURS.get(code, colour)


def drawn(number, line):
    column, spans = 0, []
    for text, colour, bold in pieces(line):
        weight = ' font-weight="bold"' if bold else ""
        spans.append(f'<tspan x="{MARGIN + column * WIDTH:.1f}" fill="{colour}"{weight}>{escape(text)}</tspan>')
        column += len(text)
    return f'<text y="{MARGIN + (number + 0.8) * HEIGHT:.1f}" xml:space="preserve">{"".join(spans)}</text>'


def main():
    lines = [line.rstrip("\n") for line in sys.stdin]
    columns = max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)
    width, height = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
          'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>')
    print("\n".join(drawn(number, line) for number, line in enumerate(lines)))
    print("</svg>")


if __name__ == "__main__":
    main()
