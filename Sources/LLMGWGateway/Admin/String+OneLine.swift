import LLMGWCore

extension String {
    /// For text that an administrator gives and others are shown. Throws if it is too long, or more than a line.
    func requireOneLine(_ field: String, maxLength: Int) throws(GatewayError) {
        guard count <= maxLength else {
            throw GatewayError(.invalidRequest, "\(field): longer than \(maxLength) characters")
        }
        guard !unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw GatewayError(.invalidRequest, "\(field): has control characters; one line of text is expected")
        }
    }
}
