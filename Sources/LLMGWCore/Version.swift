/// What this build is.
public enum Version {
    public static let current = "0.1.0"
    public static let protocolMajor: UInt8 = 1
    public static let protocolMinor: UInt8 = 0
}
