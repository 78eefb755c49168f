import LLMGWPolicy
import Testing

@Suite("Random source")
struct RandomSourceTests {
    /// The first numbers of the algorithm's published reference implementation for this seed.
    @Test func givesTheNumbersOfTheReference() {
        var random = RandomSource(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func theSystemSeedsEachAnew() {
        var (a, b) = (RandomSource(), RandomSource())
        #expect(a.next() != b.next())
    }
}
