#!/usr/bin/env python3
"""Checks that links between Markdown files lead somewhere: to a file of the tree, and to a heading that is there."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1\s*$", re.M | re.S)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.M)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$", re.M)
EXPLICIT_ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")


def blank(match: re.Match[str]) -> str:
    """Code is not searched, but keeps its lines."""
    return re.sub(r"[^\n]", " ", match[0])


def anchors(text: str) -> set[str]:
    """The anchors that a page shows for its headings: lower case, without punctuation, hyphens for spaces, numbered if repeated."""
    seen: dict[str, int] = {}
    result = set(EXPLICIT_ANCHOR.findall(text))
    for heading in HEADING.findall(FENCE.sub(blank, text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        count = seen.get(anchor, 0)
        seen[anchor] = count + 1
        result.add(f"{anchor}-{count}" if count else anchor)
    return result


def problem(page: Path, target: str) -> str | None:
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return None  # Another place of the world.
    path, _, anchor = unquote(target).partition("#")
    file = (page.parent / path).resolve() if path else page
    if path.startswith("/") or not file.is_relative_to(ROOT):
        return "leads out of the tree"
    if not file.exists():
        return "leads nowhere"
    if anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
        return f"names a heading that {file.relative_to(ROOT)} does not have"
    return None


def main() -> int:
    names = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    problems, links = [], 0
    for name in filter(None, names):
        text = CODE_SPAN.sub(blank, FENCE.sub(blank, (ROOT / name).read_text()))
        for found in LINK.finditer(text):
            links += 1
            target = found[1] or found[2]
            if trouble := problem(ROOT / name, target):
                problems.append(f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {target} {trouble}")
    print("\n".join(problems) if problems else f"{links} links lead somewhere")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
