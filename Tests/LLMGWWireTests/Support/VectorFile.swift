import Testing

/// One case of a file of test vectors. The format is described in proto/vectors/README.md.
struct VectorCase: Sendable, CustomTestStringConvertible {
    struct Line: Sendable {
        var verb: String
        var words: [String]

        /// The value of the word "NAME=VALUE".
        func value(_ name: String) throws -> String {
            let word = try #require(words.first { $0.hasPrefix("\(name)=") }, "no \(name) in \(verb)")
            return String(word.dropFirst(name.count + 1))
        }
    }

    var name: String
    var lines: [Line] = []

    var testDescription: String { name }

    static func load(_ file: String) -> [VectorCase] {
        var cases: [VectorCase] = []
        for line in RepositoryFile.text("proto/vectors/\(file)").split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "case" {
                cases.append(VectorCase(name: words[1]))
            } else {
                precondition(!cases.isEmpty, "\(file) begins without a case")
                cases[cases.count - 1].lines.append(Line(verb: words[0], words: Array(words.dropFirst())))
            }
        }
        precondition(cases.count > 10, "\(file) has lost its cases")
        return cases
    }
}

extension [UInt8] {
    /// Hexadecimal with runs: "0102+aa*262144+03"; "-" is nothing.
    init(vector text: String) throws {
        self = []
        guard text != "-" else { return }
        for part in text.split(separator: "+") {
            let run = part.split(separator: "*")
            let bytes = try Self(hex: run[0])
            let count = run.count == 2 ? try #require(Int(run[1])) : 1
            for _ in 0..<count { append(contentsOf: bytes) }
        }
    }

    init(hex: some StringProtocol) throws {
        let digits = Array<Character>(hex)
        try #require(digits.count % 2 == 0)
        self = try stride(from: 0, to: digits.count, by: 2).map { index in
            let byte = UInt8(String(digits[index...(index + 1)]), radix: 16)
            return try #require(byte)
        }
    }
}

extension BinaryInteger {
    /// "0x0201", or a decimal number.
    init(vector text: String) throws {
        let number = try #require(text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text))
        self = try #require(Self(exactly: number))
    }
}
