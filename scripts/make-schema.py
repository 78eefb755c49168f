#!/usr/bin/env python3
"""Writes Sources/LLMGWGateway/Meta/EmbeddedSchema.swift: the text of the .proto files, built into the daemon."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "Sources/LLMGWGateway/Meta/EmbeddedSchema.swift"


def main():
    lines = [
        "import LLMGWCore",
        "",
        "/// The contract, as GetSchema gives it out. Written by scripts/make-schema.py; do not edit.",
        "enum EmbeddedSchema {",
        "    static let files = [",
    ]
    for file in sorted((ROOT / "proto/llmgw/v1").glob("*.proto")):
        lines += [f'        SchemaFile(', f'            name: "llmgw/v1/{file.name}",', '            text: #"""']
        lines += [("                " + line).rstrip() for line in file.read_text().splitlines()]
        lines += ["", '                """#),']
    lines += ["    ]", "}", ""]
    pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TARGET).write_text("\n".join(lines))


if __name__ == "__main__":
    main()
