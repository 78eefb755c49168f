#!/usr/bin/env python3
"""Checks that every function which the C client's manual page names is declared in its header, which describes them all."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "clients/c/include/llmgw/llmgw.h"
MANUAL = ROOT / "clients/c/man/libllmgw.3"


def main() -> int:
    code = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
    declared = set(re.findall(r"\b(llmgw_\w+)\s*\(", code))
    # Typesetting: \- is a hyphen, \fB and its like are fonts.
    page = re.sub(r"\\f[BIRP]|\\f\(..", "", MANUAL.read_text().replace("\\-", "-").replace("\\_", "_"))
    named = set(re.findall(r"\b(llmgw_\w+)(?= ?\()", page))
    problems = [f"{MANUAL.relative_to(ROOT)}: {name} is not in the header" for name in sorted(named - declared)]
    print("\n".join(problems) if problems else f"{len(named)} functions that the manual names are among the {len(declared)} of the header")
    return 1 if problems or not named else 0


if __name__ == "__main__":
    sys.exit(main())
