internal import CPlatform
import Glibc
import Logging
import Synchronization

/// Sends records to the systemd journal, with their fields.
///
/// It never waits: a journal that takes nothing loses entries, and how many is said in the next one that it takes. The gateway loop must not
/// stand still for its log.
final class JournalSink: LogSink {
    static let path = "/run/systemd/journal/socket"

    private let socket: DatagramSocket
    private let identifier: String
    private let lost = Atomic<Int>(0)

    init(socket: DatagramSocket, identifier: String = "llmgwd") {
        self.socket = socket
        self.identifier = identifier
    }

    func write(_ record: LogRecord) -> Bool {
        var record = record
        let before = lost.exchange(0, ordering: .relaxed)
        if before > 0 { record.metadata.append(("llmgw-lost-entries", .stringConvertible(before))) }
        let isTaken = deliver(JournalEntry(record, identifier: identifier).bytes)
        if !isTaken { lost.add(before + 1, ordering: .relaxed) }
        return isTaken
    }

    /// What is too large for a datagram goes as a descriptor of memory that holds it.
    private func deliver(_ entry: [UInt8]) -> Bool {
        switch socket.send(entry) {
        case 0: return true
        case EMSGSIZE, ENOBUFS:
            let memory = cplatform_sealed_memory("llmgwd-journal-entry", entry, entry.count)
            guard memory >= 0 else { return false }
            defer { close(memory) }
            return socket.send(descriptor: memory) == 0
        default: return false
        }
    }
}
