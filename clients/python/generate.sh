#!/bin/sh
# Writes the generated modules of the package. Needs protoc.
set -eu
cd "$(dirname "$0")"
target=${1:-src}
mkdir -p "$target"
protoc --proto_path=../../proto --python_out="$target" --pyi_out="$target" ../../proto/llmgw/v1/*.proto
touch "$target/llmgw/v1/__init__.py"
