internal import CLLMGWProto
internal import LLMGWCore

extension Cost {
    init(_ c: Llmgw__V1__Cost, at path: @autoclosure () -> String) throws(MessageError) {
        self.init(micros: c.micros, currency: try name(c.currency, path() + "currency") ?? "")
    }

    /// Nil where there is none.
    init?(_ pointer: UnsafeMutablePointer<Llmgw__V1__Cost>?, at path: @autoclosure () -> String) throws(MessageError) {
        guard let pointer else { return nil }
        try self.init(pointer.pointee, at: path())
    }

    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Cost>, _ arena: ProtobufArena) {
        assign(&c.pointee.has_micros, &c.pointee.micros, micros)
        c.pointee.currency = arena.string(currency)
    }

    func pointer(_ arena: ProtobufArena) -> UnsafeMutablePointer<Llmgw__V1__Cost> {
        let c = arena.make(Llmgw__V1__Cost.self)
        fill(c, arena)
        return c
    }
}

/// One amount for each currency.
func costList(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<Llmgw__V1__Cost>?>?,
    _ path: @autoclosure () -> String
) throws(MessageError) -> [Cost] {
    try list(count, items) { (cost: Llmgw__V1__Cost, index) throws(MessageError) in
        try Cost(cost, at: "\(path())[\(index)].")
    }
}
