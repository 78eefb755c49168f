import CPlatform
import Dispatch
import Glibc

/// The terminal as a screen. Whatever ends the process, the terminal is as it was before.
struct TerminalScreen {
    enum Event: Sendable {
        case input([UInt8])
        /// The terminal is gone.
        case inputEnded
        case resized
    }

    static func enter() throws(ToolFailure) {
        guard cplatform_screen_enter() == 0 else {
            throw ToolFailure(.failure, "the terminal cannot be used as a screen: \(String(cString: strerror(errno)))")
        }
    }

    static func leave() { cplatform_screen_leave() }

    /// As Ctrl-Z does in other programs: the shell has the terminal until it lets this process go on.
    static func suspend() throws(ToolFailure) {
        leave()
        cplatform_stop_self()
        try enter()
    }

    /// Of a terminal that does not know its size, that of the first ones.
    static var size: ScreenSize {
        var rows: UInt16 = 0
        var columns: UInt16 = 0
        guard cplatform_screen_size(STDOUT_FILENO, &rows, &columns) == 0, rows > 0, columns > 0 else {
            return ScreenSize(rows: 24, columns: 80)
        }
        return ScreenSize(rows: Int(rows), columns: Int(columns))
    }

    /// In one write, so that nobody sees a half of it.
    static func draw(_ lines: [ScreenLine]) {
        var text = "\u{1B}[H"
        for (index, line) in lines.enumerated() {
            if index > 0 { text += "\r\n" }
            switch line.style {
            case .plain: text += line.text
            case .strong: text += Terminal.bold(line.text)
            case .selected: text += Terminal.reversed(line.text)
            }
            text += "\u{1B}[K"
        }
        Terminal.write(text + "\u{1B}[J")
    }

    /// Keys and changes of the size, until the result is released.
    static func events(_ deliver: @escaping @Sendable (Event) -> Void) -> [any DispatchSourceProtocol] {
        let queue = DispatchQueue(label: "terminal")
        let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: queue)
        input.setEventHandler { @Sendable in
            var buffer = [UInt8](repeating: 0, count: 1024)
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 { return deliver(.input(Array(buffer[..<count]))) }
            if count < 0, errno == EINTR || errno == EAGAIN { return }
            deliver(.inputEnded)
        }
        signal(SIGWINCH, SIG_IGN)
        let size = DispatchSource.makeSignalSource(signal: SIGWINCH, queue: queue)
        size.setEventHandler { @Sendable in deliver(.resized) }
        input.resume()
        size.resume()
        return [input, size]
    }
}
