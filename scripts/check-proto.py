#!/usr/bin/env python3
"""Checks the rules of the .proto files (proto/llmgw/v1/types.proto states them) and that the methods' numbers agree everywhere.

  * proto2; every singular field is optional; no groups, maps, extensions or default values.
  * No message contains itself, directly or through others.
  * An enum's value 0 is its UNSPECIFIED, so that unknown and absent can be told from a choice; no number has two names.
  * A method does not bear the name of its message (protobuf-c mixes them up), and its comment gives its number, which
    is the one in PROTOCOL.md and in Method.swift.

Runs with the project's environment (.venv): it needs protobuf, and protoc.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"

# Where a method's comment is: (SERVICES, service, METHODS, method), by the field numbers of descriptor.proto.
SERVICES, METHODS = 6, 2


def compile_protos() -> FileDescriptorSet:
    with tempfile.NamedTemporaryFile() as out:
        files = [str(file) for file in sorted((PROTO / "llmgw/v1").glob("*.proto"))]
        subprocess.run(["protoc", f"--proto_path={PROTO}", "--include_source_info", f"--descriptor_set_out={out.name}", *files], check=True)
        return FileDescriptorSet.FromString(Path(out.name).read_bytes())


class Checker:
    def __init__(self) -> None:
        self.problems: list[str] = []
        # Full name of a message: the messages it contains.
        self.contains: dict[str, set[str]] = {}
        # Full name of a method: its number.
        self.numbers: dict[str, int] = {}
        self.methods: dict[str, str] = {}

    def check_file(self, file: FileDescriptorProto) -> None:
        if file.syntax not in ("", "proto2"):
            self.problems.append(f"{file.name}: {file.syntax} instead of proto2")
        if file.extension:
            self.problems.append(f"{file.name}: extensions")
        comments = {
            tuple(location.path): location.leading_comments + location.trailing_comments
            for location in file.source_code_info.location
        }
        for full_name, message in all_messages(file):
            self.check_message(file.name, full_name, message)
            for enum in message.enum_type:
                self.check_enum(file.name, enum)
        for enum in file.enum_type:
            self.check_enum(file.name, enum)
        for i, service in enumerate(file.service):
            for j, method in enumerate(service.method):
                name = f"{file.package}.{service.name}/{method.name}"
                self.methods[name] = method.name
                if method.name in {kind.rsplit(".", 1)[1] for kind in (method.input_type, method.output_type)}:
                    self.problems.append(f"{file.name}: {name} bears the name of its message")
                if number := re.search(r"\bMethod 0x([0-9a-f]{4})\b", comments.get((SERVICES, i, METHODS, j), "")):
                    self.numbers[name] = int(number[1], 16)
                else:
                    self.problems.append(f"{file.name}: {name}: no 'Method 0x….' in its comment")

    def check_message(self, file: str, name: str, message: DescriptorProto) -> None:
        if message.options.map_entry:
            self.problems.append(f"{file}: {name} is a map; use a repeated message")
            return
        if message.extension or message.extension_range:
            self.problems.append(f"{file}: {name}: extensions")
        self.contains[name] = {field.type_name.lstrip(".") for field in message.field if field.type == field.TYPE_MESSAGE}
        for field in message.field:
            where = f"{file}: {name}.{field.name}"
            if field.label == FieldDescriptorProto.LABEL_REQUIRED:
                self.problems.append(f"{where} is required; every singular field is optional")
            if field.type == FieldDescriptorProto.TYPE_GROUP:
                self.problems.append(f"{where} is a group")
            if field.HasField("default_value"):
                self.problems.append(f"{where} has a default value; absent is absent")

    def check_enum(self, file: str, enum: EnumDescriptorProto) -> None:
        first = enum.value[0]
        if first.number != 0 or not first.name.endswith("_UNSPECIFIED"):
            self.problems.append(f"{file}: enum {enum.name} begins with {first.name} = {first.number}, not with …_UNSPECIFIED = 0")
        if enum.options.allow_alias:
            self.problems.append(f"{file}: enum {enum.name} gives a number two names")

    def check_recursion(self) -> None:
        def visit(name: str, way: tuple[str, ...]) -> None:
            if name in way:
                self.problems.append(f"recursion: {' > '.join((*way[way.index(name) :], name))}")
                return
            for inner in sorted(self.contains.get(name, ())):
                visit(inner, (*way, name))

        for name in self.contains:
            visit(name, ())

    def check_methods(self) -> None:
        for number in sorted(set(self.numbers.values())):
            names = [name for name, n in self.numbers.items() if n == number]
            if len(names) > 1:
                self.problems.append(f"method 0x{number:04x} is both {' and '.join(names)}")
        table = re.findall(r"^\| 0x([0-9a-f]{4}) \| `([\w./]+)` \|", (PROTO / "PROTOCOL.md").read_text(), re.M)
        self.compare("proto/PROTOCOL.md", {name: int(digits, 16) for digits, name in table}, self.numbers)

        code = (ROOT / "Sources/LLMGWWire/Method.swift").read_text()
        cases = {name: int(digits, 16) for name, digits in re.findall(r"case (\w+) = 0x([0-9a-f]{4})", code)}
        expected = {short[0].lower() + short[1:]: self.numbers[name] for name, short in self.methods.items() if name in self.numbers}
        self.compare("Method.swift", cases, expected)

    def compare(self, where: str, there: dict[str, int], expected: dict[str, int]) -> None:
        for name in sorted(there.keys() | expected.keys()):
            if there.get(name) != expected.get(name):
                numbers = ["nothing" if n is None else f"0x{n:04x}" for n in (there.get(name), expected.get(name))]
                self.problems.append(f"{where}: {name} is {numbers[0]} there, {numbers[1]} in the .proto files")


def all_messages(file: FileDescriptorProto) -> Iterator[tuple[str, DescriptorProto]]:
    def walk(prefix: str, messages: Iterable[DescriptorProto]) -> Iterator[tuple[str, DescriptorProto]]:
        for message in messages:
            yield f"{prefix}.{message.name}", message
            yield from walk(f"{prefix}.{message.name}", message.nested_type)

    yield from walk(file.package, file.message_type)


def main() -> int:
    checker = Checker()
    for file in compile_protos().file:
        checker.check_file(file)
    checker.check_recursion()
    checker.check_methods()
    problems = list(dict.fromkeys(checker.problems))
    print("\n".join(problems) if problems else f"{len(checker.contains)} messages and {len(checker.methods)} methods keep the rules")
    return 1 if problems or not checker.contains else 0


if __name__ == "__main__":
    sys.exit(main())
