import Glibc
import Logging
import Testing

@testable import LLMGWHost

@Suite("Log")
struct LoggingTests {
    private func record(_ message: String, _ metadata: [(String, Logger.MetadataValue)] = []) -> LogRecord {
        LogRecord(
            time: timespec(tv_sec: 1_790_000_000, tv_nsec: 7_000_000), level: .warning, message: message,
            metadata: metadata.map { (key: $0.0, value: $0.1) }, file: "LLMGWGateway/Gateway.swift", line: 12)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    // MARK: The journal

    @Test("Each field is an assignment")
    func entry() {
        let entry = JournalEntry(
            record("call ended", [("llmgw-request-id", "8f3a"), ("llmgw-duration-us", .stringConvertible(1500))]),
            identifier: "llmgwd")
        #expect(
            text(entry.bytes) == """
                MESSAGE=call ended
                PRIORITY=4
                SYSLOG_IDENTIFIER=llmgwd
                CODE_FILE=LLMGWGateway/Gateway.swift
                CODE_LINE=12
                LLMGW_REQUEST_ID=8f3a
                LLMGW_DURATION_US=1500

                """)
    }

    @Test("A value with a line end cannot pass for a field")
    func lineEnd() {
        let bytes = JournalEntry(record("一\nPRIORITY=0"), identifier: "d").bytes
        let value = Array("一\nPRIORITY=0".utf8)
        #expect(
            Array(bytes.prefix(8 + 8 + value.count + 1)) == Array("MESSAGE\n".utf8) + [14, 0, 0, 0, 0, 0, 0, 0] + value
                + [10])
    }

    @Test(
        "Names are what the journal takes",
        arguments: [
            ("llmgw-peer-uid", "LLMGW_PEER_UID"), ("_HOSTNAME", "LLMGW__HOSTNAME"), ("9a", "LLMGW_9A"),
            ("größe", "GR__E"), ("", "LLMGW_"),
        ])
    func names(key: String, field: String) {
        // A letter outside ASCII has two bytes or more.
        #expect(JournalEntry.fieldName(key).replacing("____", with: "__") == field)
    }

    @Test func aNameIsNotLongerThanTheJournalTakes() {
        #expect(JournalEntry.fieldName(String(repeating: "a", count: 100)).utf8.count == 64)
    }

    @Test("What no datagram can hold goes as sealed memory")
    func large() throws {
        let receiver = DatagramReceiver()
        let sink = JournalSink(socket: try DatagramSocket(path: receiver.path))
        let large = String(repeating: "长", count: 6 << 20)
        #expect(sink.write(record("large", [("llmgw-text", .string(large))])))
        let received = try #require(receiver.next())
        let file = try #require(received.file)
        #expect(received.bytes.isEmpty)
        #expect(text(Array(file.suffix(large.utf8.count + 1))) == large + "\n")
        #expect(text(Array(file.prefix(14))) == "MESSAGE=large\n")
    }

    @Test("A journal that takes nothing loses entries, and hears how many")
    func lost() throws {
        let receiver = DatagramReceiver()
        let sink = JournalSink(socket: try DatagramSocket(path: receiver.path))
        let handler = HostLogHandler(sink: sink)
        var logger = Logger(label: "d") { _ in handler }
        logger.logLevel = .notice
        for _ in 0..<4096 { logger.warning("filling") }
        logger.info("nobody hears it")
        var taken = 0
        while receiver.next() != nil { taken += 1 }
        #expect(taken > 0 && taken < 4096)
        #expect(handler.figures.records == [.warning: 4096])
        #expect(handler.figures.lost == UInt64(4096 - taken))
        #expect(sink.write(record("after")))
        #expect(receiver.text?.contains("LLMGW_LOST_ENTRIES=\(4096 - taken)\n") == true)
        #expect(sink.write(record("later")))
        #expect(receiver.text?.contains("LLMGW_LOST_ENTRIES") == false)
    }

    // MARK: Lines

    @Test("JSON: one object in one line, numbers as numbers")
    func json() {
        let line = JSONSink.line(
            record("密\n", [("llmgw-peer-uid", .stringConvertible(UInt32(7))), ("llmgw-client", "a\"b")]))
        #expect(
            text(line)
                == #"{"time":"2026-09-21T14:13:20.007Z","level":"warning","message":"密\n","peer_uid":7,"client":"a\"b"}"#
                + "\n")
    }

    @Test("Text: what a client chose cannot move the cursor")
    func terminal() {
        let line = text(TextSink.line(record("call", [("llmgw-client", "x\u{1B}[2J\n密")])))
        #expect(line.hasSuffix("warning: call client=x\\u{1b}[2J\\u{a}密\n"))
        #expect(line.filter { $0 == "\n" }.count == 1)
    }

    // MARK: Where to

    @Test("JOURNAL_STREAM counts for the very descriptor that it names")
    func destination() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        var status = stat()
        try #require(fstat(ends[1], &status) == 0)
        let name = "\(status.st_dev):\(status.st_ino)"
        #expect(LogDestination(descriptor: ends[1], journalStream: name) == .journal)
        #expect(LogDestination(descriptor: ends[1], journalStream: "\(status.st_dev):\(status.st_ino + 1)") == .stream)
        #expect(LogDestination(descriptor: ends[1], journalStream: nil) == .stream)
        #expect(LogDestination(descriptor: ends[1], journalStream: "8") == .stream)
    }
}
