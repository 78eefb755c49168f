import LLMGWCore

/// The 8 bytes with which a client begins: "LLGW", major, minor, 0, 0.
public enum Preface {
    public static let size = 8
    private static let magic: [UInt8] = [0x4C, 0x4C, 0x47, 0x57]

    public static var bytes: [UInt8] { magic + [Version.protocolMajor, Version.protocolMinor, 0, 0] }

    /// Judges as much of a preface as has arrived, so that a client of another protocol is told after its first byte.
    static func check(_ bytes: some Collection<UInt8>) throws(ProtocolViolation) {
        for (offset, byte) in bytes.enumerated() {
            switch offset {
            case 0..<4: if byte != magic[offset] { throw .wrongPreface }
            case 4: if byte != Version.protocolMajor { throw .otherVersion }
            case 5: break  // A newer minor version only adds.
            default: if byte != 0 { throw .wrongPreface }
            }
        }
    }
}
