import CPlatform

/// Whether the clock is kept right: certificates, budgets and the ledger's days depend on it.
enum ClockCheck {
    private static let remedy = "Run a time service: timedatectl set-ntp true, or install chrony."

    static var finding: Finding {
        if let text = HostCommand.output("timedatectl", "show"),
            let synchronised = HostCommand.properties(text)["NTPSynchronized"]
        {
            return judge(isSynchronised: synchronised == "yes", source: "timedatectl")
        }
        let state = cplatform_clock_is_synchronised()
        guard state >= 0 else {
            return .skipped("clock", "neither timedatectl nor the kernel tells whether it is synchronised")
        }
        return judge(isSynchronised: state == 1, source: "the kernel")
    }

    static func judge(isSynchronised: Bool, source: String) -> Finding {
        isSynchronised
            ? .ok("clock", "synchronised, says \(source)")
            : .warning("clock", "not synchronised, says \(source)", remedy)
    }
}
