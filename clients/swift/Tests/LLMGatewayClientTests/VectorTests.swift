import Glibc
import LLMGWCore
import LLMGWWire
import Testing

/// The vectors that all implementations run; proto/vectors/README.md has the format.
@Suite struct VectorTests {
    @Test(arguments: VectorFile("client.hex").cases, Split.allCases)
    func client(_ vector: VectorCase, _ split: Split) throws {
        let codec = MessageCodec()
        var machine = ClientConnectionStateMachine(
            hello: ClientHello(clientName: "vectors", clientVersion: "1"), codec: codec, creditThreshold: 1)
        var sent: [UInt8] = []
        var events: [[String]] = []
        for step in vector.steps {
            sent += machine.takeOutput()
            switch step[0] {
            case "recv":
                do throws(ProtocolViolation) {
                    for part in split.parts(of: VectorFile.bytes(step[1])) {
                        try part.withUnsafeBufferPointer { bytes throws(ProtocolViolation) in
                            try machine.receive(UnsafeRawBufferPointer(bytes), with: codec) {
                                events.append(Self.words($0))
                            }
                        }
                    }
                } catch {
                    events.append(["fatal", error.rawValue])
                }
            case "send":
                #expect(sent == VectorFile.bytes(step[1]))
                sent = []
            case "open":
                let method = try #require(UInt16(step[2].dropFirst(2), radix: 16))
                #expect(String(machine.open(method: method, request: VectorFile.bytes(step[3]))) == step[1])
            case "cancel":
                machine.cancel(try #require(UInt32(step[1])))
            case "taken":
                machine.taken(try #require(UInt32(step[1])), bytes: try #require(Int(step[2])))
            default:
                let event = try #require(events.isEmpty ? nil : events.removeFirst())
                #expect(event.prefix(3) == step.prefix(3))
                if step.count == 4 { #expect(VectorFile.bytes(event[3]) == VectorFile.bytes(step[3])) }
            }
        }
        sent += machine.takeOutput()
        #expect(events.isEmpty)
        #expect(sent.isEmpty)
    }

    private static func words(_ event: ClientConnectionStateMachine.Event) -> [String] {
        switch event {
        case .helloOK: ["event", "hello_ok"]
        case .refused(let refusal): ["fatal", refusal.error.reason.name]
        case .head(let stream, let payload): ["event", "head", "\(stream)", VectorFile.hex(payload)]
        case .data(let stream, let payload): ["event", "data", "\(stream)", VectorFile.hex(payload)]
        case .end(let stream, let payload): ["event", "end", "\(stream)", VectorFile.hex(payload)]
        case .goAway(let last): ["event", "goaway", "\(last)"]
        }
    }
}

/// How the bytes of a vector arrive.
enum Split: CaseIterable {
    case whole, bytewise, random

    func parts(of bytes: [UInt8]) -> [[UInt8]] {
        // The long runs are about sizes, not about splits.
        if self == .whole || bytes.count > 4096 { return [bytes] }
        var source = SplitMix(state: UInt64(bytes.count))
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = self == .bytewise ? 1 : Int.random(in: 1...40, using: &source)
            parts.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return parts
    }
}

/// The same numbers in every run, so that a failure can be seen again. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", 2014.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

struct VectorCase: Sendable, CustomTestStringConvertible {
    let name: String
    var steps: [[String]] = []

    var testDescription: String { name }
}

struct VectorFile {
    let cases: [VectorCase]

    init(_ name: String, from source: StaticString = #filePath) {
        let root = "\(source)".split(separator: "/").dropLast(5).joined(separator: "/")
        let path = "/\(root)/proto/vectors/\(name)"
        guard let text = Self.read(path) else { fatalError("\(path) cannot be read") }
        var cases: [VectorCase] = []
        for line in text.split(separator: "\n") where line.first != "#" {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "case" {
                cases.append(VectorCase(name: words[1]))
            } else {
                cases[cases.count - 1].steps.append(words)
            }
        }
        self.cases = cases
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `hh…`, `hh*COUNT`, joined by `+`; `-` is nothing.
    static func bytes(_ text: String) -> [UInt8] {
        guard text != "-" else { return [] }
        return text.split(separator: "+").flatMap { piece -> [UInt8] in
            let run = piece.split(separator: "*")
            let bytes = stride(from: 0, to: run[0].utf8.count, by: 2).map { offset -> UInt8 in
                let first = run[0].index(run[0].startIndex, offsetBy: offset)
                guard let byte = UInt8(run[0][first...].prefix(2), radix: 16) else { fatalError("not hex: \(piece)") }
                return byte
            }
            guard run.count == 2, let count = Int(run[1]) else { return bytes }
            return [UInt8](repeating: bytes[0], count: count)
        }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return bytes.isEmpty ? "-" : String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
