import Glibc
import LLMGWCore
import LLMGWJSON
import LLMGWPolicy
import Logging

/// Keeps what operators have forced over a restart: a small file, written as a whole and put in place by renaming.
@GatewayLoop
final class ForcedStateStore {
    private let path: String
    private let logger: Logger

    init(directory: String, logger: Logger) {
        self.path = "\(directory)/breakers.json"
        self.logger = logger
    }

    /// A file that is not there is an empty one. One that cannot be read is said, and the daemon starts without it.
    func load() -> [String: PersistedForcedState] {
        guard let bytes = read() else { return [:] }
        guard let document = JSONDocument(bytes), document.value.isObject else {
            logger.error("the file of forced breakers is damaged and is not used", metadata: ["llmgw-file": "\(path)"])
            return [:]
        }
        var states: [String: PersistedForcedState] = [:]
        for scope in document.value.keys {
            guard let entry = document.value[scope],
                let kind = entry["kind"]?.string.flatMap(ForcedState.Kind.init),
                let actor = entry["actor"]?.string, let reason = entry["reason"]?.string
            else {
                logger.error(
                    "an entry of the file of forced breakers is damaged", metadata: ["llmgw-scope": "\(scope)"])
                continue
            }
            states[scope] = PersistedForcedState(
                order: ForcedState(kind, actor: actor, reason: reason),
                expiresAt: entry["expires_at"]?.unsigned.flatMap { Int64(exactly: $0) })
        }
        return states
    }

    func save(_ states: [String: PersistedForcedState]) {
        var writer = JSONWriter(capacity: 256)
        writer.object {
            for (scope, state) in states.sorted(by: { $0.key < $1.key }) {
                $0.key(text: scope)
                $0.object {
                    $0.member("kind", state.order.kind.rawValue)
                    $0.member("actor", state.order.actor)
                    $0.member("reason", state.order.reason)
                    guard let expiresAt = state.expiresAt else { return }
                    $0.member("expires_at", expiresAt)
                }
            }
        }
        if let problem = write(writer.bytes) {
            logger.error(
                "forced breakers could not be kept for a restart",
                metadata: ["llmgw-file": "\(path)", "llmgw-problem": "\(problem)"])
        }
    }

    private func read() -> [UInt8]? {
        guard let file = fopen(path, "re") else {
            if errno != ENOENT {
                logger.error(
                    "the file of forced breakers cannot be read",
                    metadata: ["llmgw-file": "\(path)", "llmgw-problem": "\(String(cString: strerror(errno)))"])
            }
            return nil
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }

    /// Nil if it worked.
    private func write(_ bytes: [UInt8]) -> String? {
        let temporary = path + ".new"
        guard let file = fopen(temporary, "we") else { return String(cString: strerror(errno)) }
        let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
        guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
            return String(cString: strerror(errno))
        }
        return nil
    }
}
