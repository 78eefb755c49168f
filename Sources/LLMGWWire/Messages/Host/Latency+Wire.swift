internal import CLLMGWProto
public import LLMGWCore

/// By what latencies are asked for.
public struct LatencyQuery: Sendable, Hashable {
    /// Nil means by model.
    public var by: LatencyGrouping?

    public init(
        by: LatencyGrouping? = nil
    ) {
        self.by = by
    }
}

extension LatencyQuery: StructConvertible {
    init(_ c: Llmgw__V1__GetLatencyRequest, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            by: try choice(c.has_by, c.by.rawValue, path() + "by"))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetLatencyRequest>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_by, &c.pointee.by, by.map { Llmgw__V1__LatencyGrouping(rawValue: $0.rawValue) })
    }
}

extension LatencyReport: StructConvertible {
    init(_ c: Llmgw__V1__GetLatencyReply, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            rows: try list(c.n_rows, c.rows) { (item: Llmgw__V1__LatencyRow, index) throws(MessageError) in
                try LatencyRow(item, at: "\(path())rows[\(index)].")
            },
            window: present(c.has_window_ms, .milliseconds(c.window_ms)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__GetLatencyReply>, _ arena: ProtobufArena) {
        c.pointee.n_rows = rows.count
        c.pointee.rows = arena.messages(rows) { $0.fill($1, arena) }
        assign(&c.pointee.has_window_ms, &c.pointee.window_ms, window?.clampedMilliseconds)
    }
}

extension LatencyRow {
    init(_ c: Llmgw__V1__LatencyRow, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(
            name: try LLMGWWire.name(c.name, path() + "name") ?? "",
            span: try word(c.span, path() + "span"),
            count: c.count,
            p50: present(c.has_p50_us, .microseconds(c.p50_us)),
            p95: present(c.has_p95_us, .microseconds(c.p95_us)),
            p99: present(c.has_p99_us, .microseconds(c.p99_us)),
            max: present(c.has_max_us, .microseconds(c.max_us)))
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__LatencyRow>, _ arena: ProtobufArena) {
        c.pointee.name = arena.string(name)
        c.pointee.span = arena.string(span.rawValue)
        assign(&c.pointee.has_count, &c.pointee.count, count)
        assign(&c.pointee.has_p50_us, &c.pointee.p50_us, p50?.clampedMicroseconds)
        assign(&c.pointee.has_p95_us, &c.pointee.p95_us, p95?.clampedMicroseconds)
        assign(&c.pointee.has_p99_us, &c.pointee.p99_us, p99?.clampedMicroseconds)
        assign(&c.pointee.has_max_us, &c.pointee.max_us, max?.clampedMicroseconds)
    }
}
