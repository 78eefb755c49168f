import ArgumentParser
import LLMGWControl
import LLMGWCore

/// A length of time above 0 on the command line, with its unit.
struct TimeSpan: ExpressibleByArgument, Sendable {
    let duration: Duration

    init?(argument: String) {
        guard let duration = Duration(settingText: argument), duration > .zero else { return nil }
        self.duration = duration
    }
}
