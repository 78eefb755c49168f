#!/usr/bin/env python3
"""Checks two rules of the Swift code (sources, not tests).

No Foundation: it multiplies the size and the memory of the programs; FoundationEssentials is allowed.
What switches the compiler's checks off (`@unchecked Sendable`, `nonisolated(unsafe)`, `try!`, `as!`) stands only where
scripts/swift-exceptions.txt says so, with the reason; and everything listed there is still in use.
"""

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "scripts/swift-exceptions.txt"
FOUNDATION = re.compile(r"^\s*(?:@\w+\s+)*(?:\w+\s+)?import\s+(?:\w+\s+)?Foundation(?:Networking|XML|Internationalization)?\b(?!Essentials)")
CONSTRUCT = re.compile(r"@unchecked Sendable|nonisolated\(unsafe\)|\btry!|\bas!")
ALLOWANCE = re.compile(rf"(?P<path>\S+\.swift): (?P<construct>{CONSTRUCT.pattern}): (?P<reason>\S.+)")
# Strings and comments speak about code; they are none. Good enough for one line; the constructs do not occur in longer strings.
NO_CODE = re.compile(r'"(?:\\.|[^"\\])*"|//.*')


def read_allowances() -> tuple[Counter[tuple[str, str]], list[str]]:
    allowances: Counter[tuple[str, str]] = Counter()
    problems = []
    for number, line in enumerate(EXCEPTIONS.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if found := ALLOWANCE.fullmatch(line):
            allowances[found["path"], found["construct"]] += 1
        else:
            problems.append(f"{EXCEPTIONS.name}:{number}: not 'PATH: CONSTRUCT: REASON'")
    return allowances, problems


def main() -> int:
    allowances, problems = read_allowances()
    files = [file for folder in ("Sources", "clients/swift/Sources") for file in sorted((ROOT / folder).rglob("*.swift"))]
    for file in files:
        path = str(file.relative_to(ROOT))
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if FOUNDATION.match(line):
                problems.append(f"{path}:{number}: imports Foundation; use FoundationEssentials or the C library")
            for construct in CONSTRUCT.findall(NO_CODE.sub("", line)):
                allowances[path, construct] -= 1
                if allowances[path, construct] < 0:
                    problems.append(f"{path}:{number}: {construct} without a line in scripts/{EXCEPTIONS.name}")
    problems += [
        f"{EXCEPTIONS.name}: {path}: {construct}: not there any more" for (path, construct), left in allowances.items() if left > 0
    ]
    print("\n".join(problems) if problems else f"{len(files)} files keep the rules")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
