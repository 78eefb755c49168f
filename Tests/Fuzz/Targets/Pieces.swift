/// The input in pieces of sizes that depend on nothing but the input.
func pieces(of input: [UInt8]) -> [ArraySlice<UInt8>] {
    var state = input.reduce(into: UInt32(2_166_136_261)) { $0 = ($0 ^ UInt32($1)) &* 16_777_619 }
    var pieces: [ArraySlice<UInt8>] = []
    var start = 0
    while start < input.count {
        state = state &* 1_664_525 &+ 1_013_904_223
        // Mostly around the size of a header; large inputs in few pieces.
        let end = min(input.count, start + 1 + Int(state >> 24) % 24 + input.count / 64)
        pieces.append(input[start..<end])
        start = end
    }
    return pieces
}
