import LLMGWCore
import LLMGWPolicy
import LLMGWStorage
import LLMGWWire

extension CacheEntry {
    /// As the file keeps it; nil for errors, which it does not.
    func fileEntry(epoch: UInt32, now: MonotonicInstant, wallClock: Int64) -> CacheFileEntry? {
        guard case .reply(let reply) = content else { return nil }
        func unix(_ instant: MonotonicInstant) -> Int64 { wallClock + (instant - now).wholeMilliseconds }
        var body = EntryWriter()
        body.byte(Self.form)
        body.byte(kind.number)
        body.byte(isDeterministic ? 1 : 0)
        body.number(UInt64(clamping: lifetime.recomputation.wholeNanoseconds))
        for text in [reply.upstreamModel, reply.upstreamID, reply.provider, reply.cost?.currency] { body.text(text) }
        body.number(UInt64(bitPattern: reply.cost?.micros ?? 0))
        body.bytes(reply.end)
        body.number(UInt64(reply.pieces.map { $0.count + 1 } ?? 0))
        for piece in reply.pieces ?? [] { body.bytes(piece) }
        return CacheFileEntry(
            metadata: CacheFileMetadata(
                key: key.bytes, scope: scope.description, model: model, tags: tags, created: unix(lifetime.created),
                expires: unix(lifetime.expires), staleUntil: unix(lifetime.expires + staleTime), epoch: epoch,
                size: body.bytes.count),
            body: body.bytes)
    }

    /// Nil for what another version wrote.
    convenience init?(_ stored: CacheFileEntry, now: MonotonicInstant, wallClock: Int64) {
        let metadata = stored.metadata
        // What comes from the future was written by a clock that was ahead, and has been put right since.
        let ahead = max(0, metadata.created - wallClock)
        func instant(_ unix: Int64) -> MonotonicInstant { now + .milliseconds(unix - ahead - wallClock) }
        var body = EntryReader(stored.body)
        guard body.byte() == Self.form, let key = CacheKey(bytes: metadata.key), let scope = CacheScope(metadata.scope),
            let kind = body.byte().flatMap(CanonicalRequest.Kind.init(number:)), let isDeterministic = body.byte(),
            let recomputation = body.number(), let upstreamModel = body.text(), let upstreamID = body.text(),
            let provider = body.text(), let currency = body.text(), let micros = body.number(), let end = body.bytes(),
            let pieceCount = body.number(), pieceCount <= UInt64(stored.body.count) + 1
        else { return nil }
        var pieces: [[UInt8]]? = pieceCount > 0 ? [] : nil
        for _ in 1..<max(1, pieceCount) {
            guard let piece = body.bytes() else { return nil }
            pieces?.append(piece)
        }
        guard body.isAtEnd else { return nil }
        let reply = StoredReply(
            pieces: pieces, end: end, upstreamModel: upstreamModel.value, upstreamID: upstreamID.value,
            provider: provider.value,
            cost: currency.value.map { Cost(micros: Int64(bitPattern: micros), currency: $0) })
        self.init(
            key: key, kind: kind, scope: scope, model: metadata.model, tags: metadata.tags,
            lifetime: CacheLifetime(
                created: instant(metadata.created), expires: instant(metadata.expires),
                recomputation: .nanoseconds(Int64(clamping: recomputation))),
            staleTime: .milliseconds(max(0, metadata.staleUntil - metadata.expires)),
            isDeterministic: isDeterministic == 1, content: .reply(reply))
    }

    /// Of the body; another one is another version's.
    private static var form: UInt8 { 1 }
}

extension CanonicalRequest.Kind {
    fileprivate var number: UInt8 {
        switch self {
        case .chat: 1
        case .complete: 2
        case .embed: 3
        }
    }

    fileprivate init?(number: UInt8) {
        switch number {
        case 1: self = .chat
        case 2: self = .complete
        case 3: self = .embed
        default: return nil
        }
    }
}

/// Writes the parts of an entry one after the other, each with its length.
private struct EntryWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func bytes(_ part: [UInt8]) {
        number(UInt64(part.count))
        bytes.append(contentsOf: part)
    }

    /// Nil is another text than an empty one.
    mutating func text(_ text: String?) {
        byte(text == nil ? 0 : 1)
        if let text { bytes(Array(text.utf8)) }
    }
}

/// Reads them back; nil where the bytes end too early.
private struct EntryReader {
    struct Text {
        let value: String?
    }

    private let body: [UInt8]
    private var place = 0

    init(_ body: [UInt8]) {
        self.body = body
    }

    var isAtEnd: Bool { place == body.count }

    mutating func byte() -> UInt8? {
        guard place < body.count else { return nil }
        defer { place += 1 }
        return body[place]
    }

    mutating func number() -> UInt64? {
        guard body.count - place >= 8 else { return nil }
        defer { place += 8 }
        return body.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
    }

    mutating func bytes() -> [UInt8]? {
        guard let count = number(), count <= UInt64(body.count - place) else { return nil }
        defer { place += Int(count) }
        return Array(body[place..<place + Int(count)])
    }

    mutating func text() -> Text? {
        guard let isThere = byte() else { return nil }
        guard isThere == 1 else { return Text(value: nil) }
        guard let bytes = bytes(), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return Text(value: text)
    }
}
