internal import CLLMGWProto

/// Memory for one protobuf-c message tree: allocation moves a pointer, freeing is done all at once.
///
/// protobuf-c makes many small allocations for one message, and turns a few bytes of input into large structs: the arena makes the
/// first cheap and bounds the second. Not thread-safe: one arena belongs to one codec.
final class ProtobufArena {
    private static let chunkSize = 16 << 10
    /// Chunks beyond this are given back after a message.
    private static let keptBytes = 64 << 10
    private static let alignment = 16

    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var current = 0
    private var used = 0
    private var allocated = 0
    private var limit = Int.max

    deinit {
        chunks.forEach { $0.deallocate() }
    }

    /// Runs `body` with an empty arena that gives at most `limit` bytes, and forgets everything afterwards. Pointers into the arena must not
    /// leave `body`.
    func scope<T, E: Error>(limit: Int = .max, _ body: () throws(E) -> T) throws(E) -> T {
        self.limit = limit
        defer { reset() }
        return try body()
    }

    private func reset() {
        var kept = 0
        while let last = chunks.last, chunks.count > 1 || last.count > Self.keptBytes {
            kept = chunks.reduce(0) { $0 + $1.count }
            guard kept > Self.keptBytes else { break }
            chunks.removeLast().deallocate()
        }
        current = 0
        used = 0
        allocated = 0
    }

    /// Nil if the limit is reached.
    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let size = (max(size, 1) + Self.alignment - 1) & ~(Self.alignment - 1)
        guard size <= limit - allocated else { return nil }
        allocated += size
        while current < chunks.count, used + size > chunks[current].count {
            current += 1
            used = 0
        }
        if current == chunks.count {
            chunks.append(
                .allocate(byteCount: max(Self.chunkSize, size), alignment: Self.alignment))
            used = 0
        }
        defer { used += size }
        return chunks[current].baseAddress! + used
    }

    /// The arena as protobuf-c wants an allocator.
    var allocator: ProtobufCAllocator {
        ProtobufCAllocator(
            alloc: { data, size in
                data.flatMap { Unmanaged<ProtobufArena>.fromOpaque($0).takeUnretainedValue().allocate(size) }
            },
            free: { _, _ in },
            allocator_data: Unmanaged.passUnretained(self).toOpaque())
    }
}

extension ProtobufArena {
    /// For what we build ourselves, where the limit is infinite.
    private func require(_ size: Int) -> UnsafeMutableRawPointer {
        guard let memory = allocate(size) else { preconditionFailure("an arena without limit has always room") }
        return memory
    }

    func make<C: ProtobufCStruct>(_ type: C.Type = C.self) -> UnsafeMutablePointer<C> {
        let pointer = require(MemoryLayout<C>.size).bindMemory(to: C.self, capacity: 1)
        C.initialize(pointer)
        return pointer
    }

    func array<T>(_ type: T.Type = T.self, count: Int) -> UnsafeMutablePointer<T>? {
        count == 0 ? nil : require(MemoryLayout<T>.stride * count).bindMemory(to: T.self, capacity: count)
    }

    /// Pointers to C messages made from `values`, as a repeated field wants them.
    func messages<M, C: ProtobufCStruct>(
        _ values: [M], _ fill: (M, UnsafeMutablePointer<C>) -> Void
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<C>?>? {
        let list = array(UnsafeMutablePointer<C>?.self, count: values.count)
        for (index, value) in values.enumerated() {
            let message = make(C.self)
            fill(value, message)
            list?[index] = message
        }
        return list
    }

    func bytes(_ text: String) -> ProtobufCBinaryData {
        var text = text
        return text.withUTF8 { utf8 in bytes(UnsafeRawBufferPointer(utf8)) }
    }

    func bytes(_ raw: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
        let copy = require(raw.count).bindMemory(to: UInt8.self, capacity: raw.count)
        if let base = raw.baseAddress {
            UnsafeMutableRawPointer(copy).copyMemory(from: base, byteCount: raw.count)
        }
        return ProtobufCBinaryData(len: raw.count, data: copy)
    }

    func bytesList(_ texts: [String]) -> UnsafeMutablePointer<ProtobufCBinaryData>? {
        let list = array(ProtobufCBinaryData.self, count: texts.count)
        for (index, text) in texts.enumerated() { list?[index] = bytes(text) }
        return list
    }

    /// A NUL-terminated copy; nil stays an absent field.
    func string(_ text: String?) -> UnsafeMutablePointer<CChar>? {
        guard var text else { return nil }
        return text.withUTF8 { utf8 in
            let copy = require(utf8.count + 1)
            if let base = utf8.baseAddress { copy.copyMemory(from: base, byteCount: utf8.count) }
            copy.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
            return copy.bindMemory(to: CChar.self, capacity: utf8.count + 1)
        }
    }

    func strings(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        let list = array(UnsafeMutablePointer<CChar>?.self, count: texts.count)
        for (index, text) in texts.enumerated() { list?[index] = string(text) }
        return list
    }
}
