import ArgumentParser

/// A word of a closed set on the command line.
struct Choice<Value: CaseIterable & CustomStringConvertible & Sendable>: ExpressibleByArgument, Sendable {
    let value: Value

    init?(argument: String) {
        guard let value = Value.allCases.first(where: { $0.description == argument }) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { Value.allCases.map(\.description) }
}
