#!/usr/bin/env python3
"""Checks that the C client's manual page and its header name the same functions."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "clients/c/include/llmgw/llmgw.h"
MANUAL = ROOT / "clients/c/man/libllmgw.3"


def main() -> int:
    code = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    declared = set(re.findall(r"\b(llmgw_\w+)\s*\(", code))
    # Typesetting: \- is a hyphen, \fB and its like are fonts. A function is named with its parenthesis or in bold.
    page = re.sub(r"\\f[BIRP]|\\f\(..", "", MANUAL.read_text().replace("\\-", "-").replace("\\_", "_"))
    described = set(re.findall(r"\b(llmgw_\w+)", page))
    functions = set(re.findall(r"\b(llmgw_\w+) ?\(", page))
    problems = [f"{MANUAL.relative_to(ROOT)}: {name} is missing" for name in sorted(declared - described)]
    problems += [f"{HEADER.relative_to(ROOT)}: {name}, which the manual describes, is missing" for name in sorted(functions - declared)]
    print("\n".join(problems) if problems else f"{len(declared)} functions are declared and described")
    return 1 if problems or not declared else 0


if __name__ == "__main__":
    sys.exit(main())
