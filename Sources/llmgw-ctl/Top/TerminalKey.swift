/// What a person pressed.
enum TerminalKey: Sendable, Hashable {
    case character(Character)
    /// With Ctrl: "c".
    case control(Character)
    case enter, escape, backspace, tab, backTab
    case up, down, left, right, pageUp, pageDown, home, end
}

/// Turns what a terminal sends into keys.
///
/// No terminal state. Wrong input: bytes that are no UTF-8, and sequences of keys that are not known here, are dropped. An escape at the end of
/// what came at once is the key; terminals send sequences whole.
struct KeyDecoder: Sendable {
    /// The beginning of a character whose rest has not come yet.
    private var rest: [UInt8] = []

    private static let sequences: [String: TerminalKey] = [
        "[A": .up, "[B": .down, "[C": .right, "[D": .left, "OA": .up, "OB": .down, "OC": .right, "OD": .left,
        "[H": .home, "[F": .end, "OH": .home, "OF": .end, "[1~": .home, "[4~": .end, "[5~": .pageUp,
        "[6~": .pageDown, "[Z": .backTab,
    ]

    mutating func feed(_ input: [UInt8]) -> [TerminalKey] {
        var bytes = (rest + input)[...]
        rest = []
        var keys: [TerminalKey] = []
        while let first = bytes.first {
            switch first {
            case 0x1B: escape(&bytes, &keys)
            case 0x0D, 0x0A: take(1, .enter, &bytes, &keys)
            case 0x09: take(1, .tab, &bytes, &keys)
            case 0x7F, 0x08: take(1, .backspace, &bytes, &keys)
            case 0x01...0x1A: take(1, .control(Character(UnicodeScalar(first + 0x60))), &bytes, &keys)
            case 0x20..<0x7F: take(1, .character(Character(UnicodeScalar(first))), &bytes, &keys)
            case 0x00...0x1F: bytes = bytes.dropFirst()
            default: guard character(&bytes, &keys) else { return keys }
            }
        }
        return keys
    }

    private func take(
        _ count: Int, _ key: TerminalKey, _ bytes: inout ArraySlice<UInt8>, _ keys: inout [TerminalKey]
    ) {
        bytes = bytes.dropFirst(count)
        keys.append(key)
    }

    /// ESC [ parameters final, or ESC O final; else the key itself.
    private func escape(_ bytes: inout ArraySlice<UInt8>, _ keys: inout [TerminalKey]) {
        let following = bytes.dropFirst()
        guard let kind = following.first, kind == UInt8(ascii: "[") || kind == UInt8(ascii: "O") else {
            return take(1, .escape, &bytes, &keys)
        }
        let body = following.dropFirst()
        guard let end = body.firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            bytes = []
            return
        }
        if let key = Self.sequences[String(decoding: following[...end], as: UTF8.self)] { keys.append(key) }
        bytes = bytes[(end + 1)...]
    }

    /// False where the rest of the character has to come first.
    private mutating func character(_ bytes: inout ArraySlice<UInt8>, _ keys: inout [TerminalKey]) -> Bool {
        let first = bytes[bytes.startIndex]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard bytes.count >= length else {
            rest = Array(bytes)
            return false
        }
        if let text = String(validating: bytes.prefix(length), as: UTF8.self), let character = text.first {
            take(length, .character(character), &bytes, &keys)
        } else {
            bytes = bytes.dropFirst()
        }
        return true
    }
}
