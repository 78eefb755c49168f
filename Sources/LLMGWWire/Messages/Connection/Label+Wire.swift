internal import CLLMGWProto
internal import LLMGWCore

extension Label {
    func fill(_ c: UnsafeMutablePointer<Llmgw__V1__Label>, _ arena: ProtobufArena) {
        c.pointee.key = arena.string(key)
        c.pointee.value = arena.string(value)
    }
}

func labelList(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<Llmgw__V1__Label>?>?,
    _ path: @autoclosure () -> String
) throws(MessageError) -> [Label] {
    try list(count, items) { (label: Llmgw__V1__Label, index) throws(MessageError) in
        Label(
            key: try name(label.key, "\(path())[\(index)].key") ?? "",
            value: try name(label.value, "\(path())[\(index)].value") ?? "")
    }
}
