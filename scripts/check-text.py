#!/usr/bin/env python3
"""Checks the text of every file in the tree: nothing in it belongs to one machine. Reports long files, which are no error."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Folders of one machine or one person, and what looks like a key.
FORBIDDEN = re.compile(r"(?<![\w.*$-])/(?:work|root|home/\w+)/|\bsk-[A-Za-z0-9]{32,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
# A path that begins with a variable is below that variable's folder: "$folder"/home/… is nobody's.
VARIABLE = re.compile(r'"?\$(?:\w+|\{[^}]*\})"?')
LIMIT = 300
CODE = {".swift", ".c", ".h", ".cpp", ".py", ".sh", ".proto", ""}
GENERATED = re.compile(r"\.pb-c\.[ch]$|_pb2\.pyi?$|^Sources/.*/(?:GeneratedStructs|EmbeddedSchema)\.swift$|^LICENSE$|^scripts/make-")


def main() -> int:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    problems, long, files = [], [], 0
    for name in filter(None, names):
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # A picture, or a file that is being removed.
        files += 1
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            if found := FORBIDDEN.search(VARIABLE.sub("$", line)):
                problems.append(f"{name}:{number}: '{found[0][:16]}' belongs to one machine or person")
        if Path(name).suffix in CODE and len(lines) > LIMIT and not GENERATED.search(name):
            long.append(f"{name}: {len(lines)} lines")
    if long:
        print(f"Longer than {LIMIT} lines (no error, but a question of design):", *sorted(long), sep="\n  ")
    print("\n".join(problems) if problems else f"{files} files belong to no machine")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
