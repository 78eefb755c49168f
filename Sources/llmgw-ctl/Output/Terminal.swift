import Glibc

/// Where the tool writes. Texts from elsewhere pass `sanitised` before they reach a terminal.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1
    private static let hasColour = isInteractive && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)

    static func write(_ text: String) { put(text, STDOUT_FILENO) }
    static func write(_ bytes: [UInt8]) { put(bytes[...], STDOUT_FILENO) }

    /// One line for people about what went wrong.
    static func complain(_ message: String) { error("llmgw-ctl: \(message)") }

    static func error(_ message: String) {
        put((isatty(STDERR_FILENO) == 1 ? printable(message) : message) + "\n", STDERR_FILENO)
    }

    /// Something beside the result: never mixed into it.
    static func note(_ message: String) { error(message) }

    static func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// Colours are not needed for it, and the selection of a screen is hard to find without.
    static func reversed(_ text: String) -> String { isInteractive ? "\u{1B}[7m\(text)\u{1B}[0m" : text }

    /// A model's answer can contain the sequences that command a terminal; nothing but text, lines and tabs may pass.
    static func sanitised(_ text: String) -> String { isInteractive ? printable(text) : text }

    /// The same on one line: a line break in somebody else's words would make a line of its own.
    static func oneLine(_ text: String) -> String { sanitised(joined(text)) }

    /// As `oneLine`, wherever it goes: for what is laid out in cells.
    static func plainLine(_ text: String) -> String { printable(joined(text)) }

    private static func joined(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }

    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || !isControl(scalar) {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }

    /// After a read or write that failed with EAGAIN, because another program has made the shared pipe or terminal non-blocking, waits until it can go
    /// on. False after other failures.
    static func waited(for descriptor: Int32, _ events: Int32) -> Bool {
        guard errno == EAGAIN else { return false }
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, -1) >= 0 || errno == EINTR
    }

    private static func put(_ text: String, _ descriptor: Int32) { put(Array(text.utf8)[...], descriptor) }

    private static func put(_ bytes: ArraySlice<UInt8>, _ descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR || waited(for: descriptor, POLLOUT) { continue }
                // Who has closed the pipe knows it; of a full disk nobody would hear.
                if descriptor == STDOUT_FILENO, errno != EPIPE {
                    complain("the output cannot be written: \(String(cString: strerror(errno)))")
                }
                exit(ExitStatus.failure.rawValue)
            }
            rest = rest.dropFirst(count)
        }
    }
}
