/// Finds the name that a mistyped one was probably meant to be.
public enum NearestName {
    /// The candidate with the smallest edit distance to `name`, if it is near enough to be a plausible slip: at most a
    /// third of the longer name, and never more than three edits.
    public static func among(_ candidates: some Sequence<String>, to name: String) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let allowed = min(3, max(candidate.utf8.count, name.utf8.count) / 3)
            let distance = editDistance(Array(candidate.utf8), Array(name.utf8), giveUpAbove: allowed)
            if let distance, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// Levenshtein distance, or nil as soon as it must exceed the limit.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8], giveUpAbove limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        var previous = Array(0...b.count)
        var current = previous
        for (i, x) in a.enumerated() {
            current[0] = i + 1
            for (j, y) in b.enumerated() {
                current[j + 1] = min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
            }
            if let least = current.min(), least > limit { return nil }
            swap(&previous, &current)
        }
        return previous[b.count] <= limit ? previous[b.count] : nil
    }
}
