/// A direction: an embedding whose length no longer counts.
public struct UnitVector: Sendable, Hashable {
    public let components: [Float]

    /// Nil for what has no direction: zeros, numbers that are none, nothing at all.
    public init?(_ vector: [Float]) {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard length > 0, length.isFinite else { return nil }
        components = vector.map { Float(Double($0) / length) }
    }

    /// From -1 to 1; nil for vectors of different models.
    public func cosine(with other: UnitVector) -> Double? {
        let count = components.count
        guard count == other.components.count else { return nil }
        return components.withUnsafeBytes { a in
            other.components.withUnsafeBytes { b in
                var sums = SIMD8<Float>.zero
                let whole = count & ~7
                for place in stride(from: 0, to: whole, by: 8) {
                    let offset = place * MemoryLayout<Float>.stride
                    sums.addProduct(
                        a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self),
                        b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self))
                }
                let rest = (whole..<count).reduce(Float(0)) { $0 + components[$1] * other.components[$1] }
                return Double(min(1, max(-1, sums.sum() + rest)))
            }
        }
    }
}
