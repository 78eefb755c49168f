#!/usr/bin/env python3
"""Writes Sources/LLMGWWire/Messages/GeneratedStructs.swift: one conformance for each struct that protoc-c generated."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "Sources/CLLMGWProto/llmgw/v1"
TARGET = ROOT / "Sources/LLMGWWire/Messages/GeneratedStructs.swift"

INTRODUCTION = """\
internal import CLLMGWProto

// Every generated struct, as the codec sees it. Written by scripts/make-struct-list.py; do not edit.
"""

CONFORMANCE = """
extension {struct}: ProtobufCStruct {{
{initialize}
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? {{ {function}__unpack(allocator, size, bytes) }}
}}
"""

LINE_LENGTH = 120


def initialize(function: str) -> str:
    """On one line where it fits, as `swift format` would have it."""
    head, body = "    static func initialize(_ pointer: UnsafeMutablePointer<Self>) {", f"{function}__init(pointer)"
    line = f"{head} {body} }}"
    return line if len(line) <= LINE_LENGTH else f"{head}\n        {body}\n    }}"


def main():
    text = INTRODUCTION
    for header in sorted(HEADERS.glob("*.pb-c.h")):
        for function, struct in re.findall(r"^void\s+(\w+)__init\s+\((\w+)\s+\*message\)", header.read_text(), re.M):
            text += CONFORMANCE.format(struct=struct, function=function, initialize=initialize(function))
    pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TARGET).write_text(text)


if __name__ == "__main__":
    main()
