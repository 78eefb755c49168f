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
    static func initialize(_ pointer: UnsafeMutablePointer<Self>) {{ {function}__init(pointer) }}
    static func unpack(
        _ allocator: UnsafeMutablePointer<ProtobufCAllocator>, _ size: Int, _ bytes: UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Self>? {{ {function}__unpack(allocator, size, bytes) }}
}}
"""


def main():
    text = INTRODUCTION
    for header in sorted(HEADERS.glob("*.pb-c.h")):
        for function, struct in re.findall(r"^void\s+(\w+)__init\s+\((\w+)\s+\*message\)", header.read_text(), re.M):
            text += CONFORMANCE.format(struct=struct, function=function)
    pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TARGET).write_text(text)


if __name__ == "__main__":
    main()
