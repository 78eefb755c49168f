import LLMGWCore
import LLMGWWire

extension Optional {
    /// The part of the gateway that answers the method; throws where the gateway is built or configured without it.
    func required(for method: Method) throws(GatewayError) -> Wrapped {
        guard let self else {
            throw GatewayError(
                .unknownMethod, "this daemon is built or configured without what \(method.operation) asks for")
        }
        return self
    }
}
