"""Pages of the documentation, taken apart."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name):
    """Return a page's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text, language):
    """Return the code blocks in one language."""
    return [found[2] for found in BLOCK.finditer(text) if found[1] == language]


def section(text, heading):
    """Return what stands below a heading, down to the next one of its rank or above."""
    rank = len(heading) - len(heading.lstrip("#"))
    _, _, rest = f"\n{text}".partition(f"\n{heading}\n")
    assert rest, f"no heading {heading!r}"
    end = re.search(rf"^#{{1,{rank}}} ", BLOCK.sub(lambda found: " " * len(found[0]), rest), re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text):
    """Return the body rows of every table, cells without their code marks."""
    found = []
    lines = [line.strip() for line in text.splitlines()]
    for place, line in enumerate(lines):
        is_body = line.startswith("|") and set(line) - set("|-: ")
        follows = any(set(above) <= set("|-: ") for above in _table_above(lines, place))
        if is_body and follows:
            found.append(tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")))
    return found


def _table_above(lines, place):
    while place > 0 and lines[place - 1].startswith("|"):
        place -= 1
        yield lines[place]


def headings(text):
    """Return the anchors of a page's headings, as the usual viewers make them."""
    plain = BLOCK.sub("", text)
    titles = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
