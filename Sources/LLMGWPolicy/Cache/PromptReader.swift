/// Takes a text apart for the guard.
struct PromptReader {
    private(set) var marks: [String] = []
    /// Marks and all other words that mean something, in their order.
    private(set) var words: [String] = []
    private let scalars: [Unicode.Scalar]
    private var place = 0
    private var startsSentence = true

    private static let negation = "¬"
    private static let closingQuotes: [Unicode.Scalar: Unicode.Scalar] = [
        "\"": "\"", "“": "”", "„": "“", "«": "»", "「": "」", "『": "』", "《": "》", "`": "`",
    ]
    /// Within a word, where letters or digits follow.
    private static let joints = Set<Unicode.Scalar>("_-./@:\\'=,".unicodeScalars)
    /// Also at its end: C++, C#.
    private static let endings = Set<Unicode.Scalar>("+#".unicodeScalars)
    /// What makes an identifier of a word.
    private static let identifiers = Set<Unicode.Scalar>("_./@:\\=+#".unicodeScalars)
    private static let sentenceEnds = Set<Unicode.Scalar>(".!?。！？\n:".unicodeScalars)
    private static let operators = Set<Unicode.Scalar>("%*/&@#\\".unicodeScalars)

    init(_ text: String) {
        scalars = text.unicodeScalars.map { scalar in
            switch scalar.value {
            // Full-width forms of ASCII.
            case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
            case 0x2018, 0x2019: "'"
            case 0x2212: "-"
            default: scalar
            }
        }
    }

    mutating func read() {
        while place < scalars.count {
            let scalar = scalars[place]
            if let quotation = quotation() {
                mark(quotation)
            } else if Self.isCaseless(scalar) {
                caseless()
            } else if Self.isWord(scalar) || isDash {
                word()
            } else {
                if Self.isSymbol(scalar) { mark(String(scalar)) }
                if Self.sentenceEnds.contains(scalar) { startsSentence = true }
                place += 1
            }
        }
    }

    private mutating func mark(_ text: String) {
        marks.append(text)
        words.append(text)
        startsSentence = false
    }

    /// Nil where none begins here, or it does not end.
    private mutating func quotation() -> String? {
        guard let close = Self.closingQuotes[scalars[place]],
            let end = scalars[(place + 1)...].firstIndex(of: close), end > place + 1
        else { return nil }
        defer { place = end + 1 }
        return "\"" + Self.text(scalars[(place + 1)..<end]) + "\""
    }

    // MARK: Words

    /// Of -5, -v and --verbose.
    private var isDash: Bool {
        scalars[place] == "-" && place + 1 < scalars.count && Self.isWord(scalars[place + 1])
    }

    private mutating func word() {
        let start = place
        place += 1
        while place < scalars.count {
            let scalar = scalars[place]
            let continues = place + 1 < scalars.count && Self.isWord(scalars[place + 1])
            guard
                Self.isWord(scalar) || Self.endings.contains(scalar)
                    || Self.joints.contains(scalar) && continues
            else { break }
            // A comma belongs to a number only.
            if scalar == ",", !Self.isDigit(scalars[place - 1]) || !Self.isDigit(scalars[place + 1]) { break }
            place += 1
        }
        classify(scalars[start..<place])
        startsSentence = false
    }

    private mutating func classify(_ scalars: ArraySlice<Unicode.Scalar>) {
        let text = Self.text(scalars)
        var lower = text.lowercased()
        // "US" is not "us".
        let isAcronym = scalars.count > 1 && scalars.allSatisfy(\.properties.isUppercase)
        if isAcronym || scalars.first == "-" { return mark(text) }
        if GuardWords.isNegation(lower) { return mark(Self.negation) }
        if GuardWords.functions.contains(lower) { return }
        if scalars.contains(where: Self.isDigit) { return mark(text.filter { $0 != "," }) }
        if scalars.contains(where: Self.identifiers.contains) { return mark(text) }
        if lower.hasSuffix("'s") { lower.removeLast(2) }
        let isName =
            scalars.dropFirst().contains(where: \.properties.isUppercase)
            || scalars.first?.properties.isUppercase == true && !(startsSentence && GuardWords.mayOpen(lower))
        if let known = GuardWords.mark(lower) { return mark(known) }
        if isName { return mark(lower) }
        words.append(lower)
    }

    // MARK: Letters without case

    private mutating func caseless() {
        if take(GuardWords.hanQuestions) {
            mark(GuardWords.hanQuestions[0])
        } else if !take(GuardWords.hanFunctions) {
            mark(String(scalars[place]))
            place += 1
        }
    }

    private mutating func take(_ words: [String]) -> Bool {
        guard let word = words.first(where: { scalars[place...].starts(with: $0.unicodeScalars) }) else { return false }
        place += word.unicodeScalars.count
        return true
    }

    // MARK: Kinds of characters

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.numericType != nil }

    private static func isCaseless(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic && !scalar.properties.isCased
            && scalar.properties.generalCategory != .nonspacingMark
    }

    /// Of a word in letters with case, or of a number.
    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        guard !isCaseless(scalar) else { return false }
        return scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "_"
            || scalar.properties.generalCategory == .nonspacingMark
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .mathSymbol, .currencySymbol, .otherSymbol: true
        default: operators.contains(scalar)
        }
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
