# shellcheck shell=bash
# What the scripts share. Source it; it changes to the top of the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '==> %s\n' "$*"; }

fail() {
    printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# sudo replaces PATH, so that a toolchain outside the system's own folders is not found any more.
if ! command -v swift >/dev/null; then
    for folder in /opt/swift/usr/bin /usr/local/swift/usr/bin /usr/libexec/swift/bin \
        "${HOME:-/nonexistent}/.local/share/swiftly/bin" "/home/${SUDO_USER:-nobody}/.local/share/swiftly/bin"; do
        if [ -x "$folder/swift" ]; then
            PATH="$PATH:$folder"
            break
        fi
    done
fi

# A target may import only what Package.swift says it depends on.
# shellcheck disable=SC2034
swift_build=(swift build --explicit-target-dependency-import-check error)
# What people run: generics are specialised across targets, and overlapping accesses are looked for where it is tested (docs/adr/0031).
# shellcheck disable=SC2034
swift_release=("${swift_build[@]}" -c release --static-swift-stdlib -Xswiftc -cross-module-optimization -Xswiftc -enforce-exclusivity=unchecked)
