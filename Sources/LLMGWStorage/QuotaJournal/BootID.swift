import Glibc

/// Which boot of the machine this is.
struct BootID: Hashable, Sendable {
    var high: UInt64
    var low: UInt64

    /// As the kernel says. Where it does not, a random one: then no earlier boot is taken for this one.
    static func current() -> BootID {
        var random = SystemRandomNumberGenerator()
        return read() ?? BootID(high: random.next(), low: random.next())
    }

    private static func read() -> BootID? {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "re") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 36)
        guard fread(&text, 1, text.count, file) == text.count else { return nil }
        return BootID(uuid: String(decoding: text, as: UTF8.self))
    }

    init?(uuid: String) {
        let digits = String(uuid.filter { $0 != "-" })
        guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}
