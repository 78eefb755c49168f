internal import CLLMGWProto
import LLMGWCore

// Reading and writing the fields of generated structs, where a scalar's presence is a flag beside it.

func present<T>(_ has: protobuf_c_boolean, _ value: T) -> T? { has != 0 ? value : nil }

func assign<T>(_ has: inout protobuf_c_boolean, _ field: inout T, _ value: T?) {
    guard let value else { return }
    has = 1
    field = value
}

/// UTF-8 in a `bytes` field.
func text(_ data: ProtobufCBinaryData, _ path: @autoclosure () -> String) throws(MessageError) -> String {
    guard data.len > 0 else { return "" }
    guard let text = String(validating: UnsafeBufferPointer(start: data.data, count: data.len), as: UTF8.self) else {
        throw MessageError(path(), "not valid UTF-8")
    }
    return text
}

func text(
    _ has: protobuf_c_boolean, _ data: ProtobufCBinaryData, _ path: @autoclosure () -> String
) throws(MessageError) -> String? {
    has != 0 ? try text(data, path()) : nil
}

/// A name in a `string` field.
func name(_ pointer: UnsafeMutablePointer<CChar>?, _ path: @autoclosure () -> String) throws(MessageError) -> String? {
    guard let pointer else { return nil }
    guard let text = String(validatingCString: pointer) else { throw MessageError(path(), "not valid UTF-8") }
    return text
}

/// A name without which the message has no meaning.
func required(
    _ pointer: UnsafeMutablePointer<CChar>?, _ path: @autoclosure () -> String
) throws(MessageError) -> String {
    guard let name = try name(pointer, path()) else { throw MessageError(path(), "missing") }
    return name
}

/// A word of a set that may grow, in a `string` field; empty where there is none.
func word<Word: OpenWord>(
    _ pointer: UnsafeMutablePointer<CChar>?, _ path: @autoclosure () -> String
) throws(MessageError) -> Word {
    Word(rawValue: try name(pointer, path()) ?? "")
}

/// A choice of a closed set; nil where it is absent. What this version does not know is refused: nobody can tell what it asks for.
func choice<Choice: RawRepresentable<UInt32>>(
    _ has: protobuf_c_boolean, _ number: UInt32, _ path: @autoclosure () -> String
) throws(MessageError) -> Choice? {
    guard has != 0, number != 0 else { return nil }
    guard let choice = Choice(rawValue: number) else { throw MessageError(path(), "\(number) is not known") }
    return choice
}

func json(
    _ has: protobuf_c_boolean, _ data: ProtobufCBinaryData, _ path: @autoclosure () -> String
) throws(MessageError) -> RawJSON? {
    try text(has, data, path()).map { RawJSON($0) }
}

/// The values of a repeated message field.
func list<C, Value>(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?,
    _ convert: (C, Int) throws(MessageError) -> Value
) throws(MessageError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let item = items?[index] else { continue }
        values.append(try convert(item.pointee, index))
    }
    return values
}

/// The values of a repeated `bytes` field that holds UTF-8.
func texts(
    _ count: Int, _ items: UnsafeMutablePointer<ProtobufCBinaryData>?, _ path: @autoclosure () -> String
) throws(MessageError) -> [String] {
    var values: [String] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        guard let item = items?[index] else { continue }
        values.append(try text(item, "\(path())[\(index)]"))
    }
    return values
}

/// The values of a repeated `string` field.
func names(
    _ count: Int, _ items: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ path: @autoclosure () -> String
) throws(MessageError) -> [String] {
    var values: [String] = []
    for index in 0..<count {
        if let value = try name(items?[index], "\(path())[\(index)]") { values.append(value) }
    }
    return values
}
