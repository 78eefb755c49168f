import LLMGWCore

/// Writes metrics in Prometheus' text format (0.0.4) or OpenMetrics (1.0).
struct MetricsWriter {
    let format: MetricsFormat
    private var text = ""

    init(_ format: MetricsFormat) {
        self.format = format
    }

    var contentType: String {
        switch format {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// Complete, with its end mark.
    func finished() -> MetricsText {
        MetricsText(contentType: contentType, text: format == .openmetrics ? text + "# EOF\n" : text)
    }

    mutating func add(_ family: MetricFamily, _ value: Double) { add(family, [([], value)]) }

    /// Values of the family's labels in their order, and of the sample.
    mutating func add(_ family: MetricFamily, _ samples: [(labels: [String], value: Double)]) {
        begin(family)
        for sample in samples { line(family.name, family.labels, sample.labels, Self.number(sample.value)) }
    }

    mutating func add(_ family: MetricFamily, _ samples: [(labels: [String], histogram: Histogram)]) {
        begin(family)
        for (labels, histogram) in samples {
            let ends = histogram.bounds.map(Self.bound) + ["+Inf"]
            for (end, count) in zip(ends, histogram.cumulative) {
                line("\(family.name)_bucket", family.labels + ["le"], labels + [end], "\(count)")
            }
            line("\(family.name)_sum", family.labels, labels, Self.number(histogram.sum))
            line("\(family.name)_count", family.labels, labels, "\(histogram.count)")
        }
    }

    private mutating func begin(_ family: MetricFamily) {
        // In OpenMetrics a counter's family has the name without its ending.
        let isShort = format == .openmetrics && family.kind == .counter
        let name = isShort ? String(family.name.dropLast("_total".count)) : family.name
        text += "# HELP \(name) \(Self.escaped(family.help))\n# TYPE \(name) \(family.kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: [String], _ values: [String], _ number: String) {
        precondition(labels.count == values.count, "\(name) has the labels \(labels)")
        // An empty label is none.
        let pairs = zip(labels, values).filter { !$0.1.isEmpty }
        text += name
        if !pairs.isEmpty {
            text += "{" + pairs.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",") + "}"
        }
        text += " \(number)\n"
    }

    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Counts without a fraction, so that large ones stay exact for readers too.
    private static func number(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    /// As Go writes it: bounds are compared as text.
    static func bound(_ value: Double) -> String {
        let text = "\(value)"
        guard let dot = text.firstIndex(of: "."), value >= 1_000_000 else { return text }
        let digits = text[..<dot]
        var mantissa = "\(digits.prefix(1)).\(digits.dropFirst())\(text[text.index(after: dot)...])"
        while mantissa.hasSuffix("0") || mantissa.hasSuffix(".") { mantissa.removeLast() }
        let exponent = digits.count - 1
        return "\(mantissa)e+\(exponent < 10 ? "0" : "")\(exponent)"
    }
}
