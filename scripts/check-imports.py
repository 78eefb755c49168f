#!/usr/bin/env python3
"""Checks that imports between our targets go downward only.

The layers are the comments of Package.swift (`// C:`, `// L0:` … `// L4:`); each target belongs to the layer named last before
it. A target may import targets of lower layers only: so L2 targets never import each other. Tests stand above everything.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Layers in their order; system libraries and C code lie below all Swift code.
LAYERS = ["C", "L0", "L1", "L2", "L3", "L4"]

ENTRY = re.compile(
    r"^ *// (?P<layer>C|L\d): |\.(?P<kind>systemLibrary|target|executableTarget|testTarget)\(\s*name: \"(?P<name>[^\"]+)\"", re.M
)
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:\w+\s+)?(\w+)", re.M)


def read_layers(manifest: str) -> tuple[dict[str, str], dict[str, Path]]:
    """The layer of each target that is not a test, and the folder of its sources."""
    layers, folders, layer = {}, {}, None
    entries = list(ENTRY.finditer(manifest))
    for entry, following in zip(entries, [*entries[1:], None]):
        if entry["layer"]:
            layer = entry["layer"]
            if layer not in LAYERS:
                sys.exit(f"Package.swift: unknown layer {layer}")
        elif entry["kind"] != "testTarget":
            if layer is None:
                sys.exit(f"Package.swift: {entry['name']} stands before the first layer")
            text = manifest[entry.start() : following.start() if following else None]
            path = re.search(r'\bpath: "([^"]+)"', text)
            layers[entry["name"]] = layer
            folders[entry["name"]] = ROOT / (path[1] if path else f"Sources/{entry['name']}")
    return layers, folders


def main() -> int:
    layers, folders = read_layers((ROOT / "Package.swift").read_text())
    # A target's module has an underscore where its name has a hyphen.
    modules = {name.replace("-", "_"): name for name in layers}
    problems, files = [], 0
    for target, folder in folders.items():
        if not folder.is_dir():
            problems.append(f"Package.swift: {target} has no folder {folder.relative_to(ROOT)}")
        for file in sorted(folder.rglob("*.swift")):
            files += 1
            text = file.read_text()
            for found in IMPORT.finditer(text):
                imported = modules.get(found[1])
                if imported and LAYERS.index(layers[imported]) >= LAYERS.index(layers[target]):
                    line = text.count("\n", 0, found.start(1)) + 1
                    where = f"{file.relative_to(ROOT)}:{line}"
                    problems.append(f"{where}: {target} ({layers[target]}) must not import {imported} ({layers[imported]})")
    print("\n".join(problems) if problems else f"{files} files of {len(layers)} targets import downward only")
    return 1 if problems or not files else 0


if __name__ == "__main__":
    sys.exit(main())
