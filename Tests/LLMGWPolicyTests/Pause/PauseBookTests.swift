import LLMGWCore
import LLMGWPolicy
import Testing

@Suite("Pause book")
struct PauseBookTests {
    private func order(_ scope: PauseScope, until: Double? = nil, refuses: Bool = false) -> PauseBook.Order {
        PauseBook.Order(
            scope: scope, actor: "uid 0", reason: "维护", until: until.map(at), refuses: refuses)
    }

    private let subject = PauseBook.Subject(model: "大", clients: ["甲", "报告"], providers: ["a", "b"])

    @Test func anEmptyBookHoldsNobody() {
        #expect(PauseBook().order(against: subject, now: at(0)) == nil)
        #expect(PauseBook().nextEnd == nil)
    }

    @Test(
        "Each scope holds those whom it means",
        arguments: [
            (.all, true), (.model("大"), true), (.model("小"), false), (.client("甲"), true), (.client("报告"), true),
            (.client("乙"), false), (.provider("a"), false),
        ] as [(PauseScope, Bool)])
    func scopes(scope: PauseScope, holds: Bool) {
        var book = PauseBook()
        book.pause(order(scope))
        #expect((book.order(against: subject, now: at(0))?.scope == scope) == holds)
    }

    @Test func aRequestWaitsForProvidersOnlyIfAllArePaused() {
        var book = PauseBook()
        book.pause(order(.provider("a")))
        #expect(book.order(against: subject, now: at(0)) == nil)
        #expect(book.end(ofProvider: "a", now: at(0)) == .distantFuture)
        #expect(book.end(ofProvider: "b", now: at(0)) == nil)
        book.pause(order(.provider("b"), until: 5))
        #expect(book.order(against: subject, now: at(0))?.scope == .provider("b"), "it opens first")
        let nowhere = PauseBook.Subject(model: "大", clients: [], providers: [])
        #expect(book.order(against: nowhere, now: at(0)) == nil)
    }

    @Test func whatRefusesComesBeforeWhatLetsWait() {
        var book = PauseBook()
        book.pause(order(.all))
        book.pause(order(.model("大"), until: 5, refuses: true))
        #expect(book.order(against: subject, now: at(0))?.scope == .model("大"))
        #expect(book.order(against: subject, now: at(5))?.scope == .all)
    }

    @Test func anOrderEndsAtItsTime() {
        var book = PauseBook()
        book.pause(order(.all, until: 5))
        book.pause(order(.model("小")))
        #expect(book.nextEnd == at(5))
        #expect(book.expire(now: at(4.9)).isEmpty)
        #expect(book.order(against: subject, now: at(4.9)) != nil)
        #expect(book.order(against: subject, now: at(5)) == nil)
        #expect(book.current(now: at(5)).map(\.scope) == [.model("小")], "it is over though nobody has looked")
        #expect(book.expire(now: at(5)).map(\.scope) == [.all])
        #expect(book.nextEnd == nil)
    }

    @Test func aSecondOrderReplacesTheFirst() {
        var book = PauseBook()
        book.pause(order(.all, refuses: true))
        book.pause(order(.all, until: 5))
        #expect(book.order(against: subject, now: at(0)) == order(.all, until: 5))
        #expect(book.current(now: at(0)).count == 1)
    }

    @Test func resumingEndsOneOrAll() {
        var book = PauseBook()
        book.pause(order(.all))
        book.pause(order(.provider("a")))
        book.pause(order(.client("乙"), until: 1))
        #expect(book.resume(.model("大"), now: at(0)).isEmpty)
        #expect(book.resume(.all, now: at(0)).map(\.scope) == [.all])
        #expect(book.resume(.client("乙"), now: at(2)).isEmpty, "it was over")
        #expect(book.resume(nil, now: at(2)).map(\.scope) == [.provider("a")])
        #expect(book.resume(nil, now: at(2)).isEmpty)
    }
}
