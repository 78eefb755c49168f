/// What two texts must have in common before the answer to one may be given to the other, however near an embedding model calls them.
///
/// Such models hardly tell a question from its opposite. So these have to be the same, in the same order: negations, words of opposite pairs,
/// question words, numbers, names, quotations, and identifiers (`marks`). Besides, words that are in both texts must come in the same order
/// (who does what to whom), and none may be the other text's word with a negative prefix. A word in letters without case can always be a
/// name: in Chinese, everything counts but a few function words. What is mistaken for a name only costs a hit.
public struct PromptGuard: Sendable, Hashable {
    /// Equal for all texts that may be compared: one mark a line.
    public let marks: String
    /// Digests of all words that mean something, in the order in which they first come.
    private let words: [UInt64]
    /// Digests of what is left of words without their negative prefix.
    private let stems: [UInt64]

    public init(_ text: String) {
        var reader = PromptReader(text)
        reader.read()
        marks = reader.marks.joined(separator: "\n")
        var seen: Set<UInt64> = []
        words = reader.words.map(Self.digest).filter { seen.insert($0).inserted }
        stems = reader.words.flatMap(GuardWords.stems).map(Self.digest)
    }

    /// In bytes.
    var size: Int { marks.utf8.count + (words.count + stems.count) * MemoryLayout<UInt64>.stride }

    /// Whether an answer to the other text may answer this one, as far as words tell.
    public func allows(_ other: PromptGuard) -> Bool {
        guard marks == other.marks else { return false }
        let (own, others) = (Set(words), Set(other.words))
        guard !stems.contains(where: others.contains), !other.stems.contains(where: own.contains) else { return false }
        return words.filter(others.contains) == other.words.filter(own.contains)
    }

    /// FNV-1a: the same in every process.
    private static func digest(_ word: String) -> UInt64 {
        word.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
