/// The name of one request, unique on the host for as long as anyone will look for it.
///
/// 16 hexadecimal digits: 32 bits drawn when the daemon starts, then a counter, so that the ids of one daemon sort in the
/// order of arrival.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    public let number: UInt64

    public init(number: UInt64) {
        self.number = number
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 16) { text in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 0xF
                text[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }

    /// Nil unless the text is exactly what `description` gives.
    public init?(_ text: String) {
        guard text.utf8.count == 16, let number = UInt64(text, radix: 16), text == RequestID(number: number).description
        else { return nil }
        self.number = number
    }
}

/// Hands out request ids. Confined to the gateway loop.
public struct RequestIDGenerator: Sendable {
    private let prefix: UInt64
    private var counter: UInt32 = 0

    public init(using random: inout some RandomNumberGenerator) {
        self.prefix = UInt64(UInt32.random(in: .min ... .max, using: &random)) << 32
    }

    public mutating func next() -> RequestID {
        counter &+= 1
        return RequestID(number: prefix | UInt64(counter))
    }
}
