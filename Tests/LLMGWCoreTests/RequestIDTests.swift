import LLMGWCore
import Testing

@Suite("Request id")
struct RequestIDTests {
    @Test(
        arguments: [(0, "0000000000000000"), (255, "00000000000000ff"), (UInt64.max, "ffffffffffffffff")]
            as [(UInt64, String)])
    func textAndBack(number: UInt64, text: String) {
        #expect(RequestID(number: number).description == text)
        #expect(RequestID(text)?.number == number)
    }

    @Test(
        "Only what the description gives is an id",
        arguments: [
            "", "0", "00000000000000FF", "00000000000000fg", "+0000000000000ff", "-0000000000000ff", "0x000000000000ff",
            "00000000000000ff ", "000000000000000ff", "００００００００００００００００", "请求请求请",
        ])
    func otherTexts(text: String) {
        #expect(RequestID(text) == nil)
    }

    @Test func idsOfOneDaemonDifferAndSort() {
        var random = SystemRandomNumberGenerator()
        var generator = RequestIDGenerator(using: &random)
        let ids = (0..<1000).map { _ in generator.next().description }
        #expect(Set(ids).count == 1000)
        #expect(ids == ids.sorted())
        #expect(Set(ids.map { $0.prefix(8) }).count == 1)
    }

    @Test func idsOfTwoDaemonsDiffer() {
        struct Fixed: RandomNumberGenerator {
            var value: UInt64
            mutating func next() -> UInt64 { value }
        }
        var first = Fixed(value: 0x1111_1111_1111_1111)
        var second = Fixed(value: 0x2222_2222_2222_2222)
        var a = RequestIDGenerator(using: &first)
        var b = RequestIDGenerator(using: &second)
        #expect(a.next() != b.next())
    }
}
