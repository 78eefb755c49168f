import Testing

@testable import LLMGWControl

@Suite("What the daemon sees of its callers")
struct CallerVisibilityTests {
    private func mounts(_ options: String) -> String {
        """
        22 1 0:21 / /sys rw shared:7 - sysfs sysfs rw
        23 1 0:22 / /proc rw,nosuid shared:5 - proc proc rw
        24 23 0:22 /sys /proc/sys ro,nosuid - proc proc rw,hidepid=invisible
        95 60 0:40 / /proc rw,nosuid - proc proc \(options)

        """
    }

    private func visibility(_ options: String, capabilities: String = "0000000000000000") -> CallerVisibility {
        CallerVisibility(
            mounts: mounts(options), status: "Name:\t守护\nCapPrm:\t000001ffffffffff\nCapEff:\t\(capabilities)\n")
    }

    @Test("Units are there unless /proc hides processes; the last that is mounted counts")
    func units() {
        for options in ["rw", "rw,hidepid=off", "rw,hidepid=0"] {
            #expect(visibility(options) == CallerVisibility(units: true, executables: false))
        }
        for options in ["rw,hidepid=invisible", "rw,gid=5,hidepid=2", "rw,hidepid=noaccess", "rw,hidepid=ptraceable"] {
            #expect(visibility(options) == CallerVisibility(units: false, executables: false))
        }
    }

    @Test("Who may look into every program sees all")
    func capability() {
        #expect(visibility("rw,hidepid=invisible", capabilities: "0000000000080000") == .all)
        #expect(visibility("rw", capabilities: "fffffffffff7ffff").executables == false)
    }

    @Test("This process, and none")
    func processes() {
        #expect(CallerVisibility(process: "self") != nil)
        #expect(CallerVisibility(process: "0") == nil)
    }

    @Test(
        "Sections that nobody can meet are warned of",
        arguments: [
            (.all, []), (CallerVisibility(units: true, executables: false), ["executables"]),
            (CallerVisibility(units: false, executables: false), ["units", "executables"]),
        ] as [(CallerVisibility, [String])])
    func warnings(visibility: CallerVisibility, lists: [String]) throws {
        var sources = ConfigurationSources.test()
        sources.visibility = visibility
        let text =
            minimalConfiguration + """
                [clients."报告"]
                units = ["report.service"]
                executables = ["/usr/bin/报告"]
                [clients.others]
                users = ["1000"]
                """
        let found = try ConfigurationLoader.parse(text, file: "f.toml", sources: sources).warnings
        #expect(found.map(\.key) == lists.map { "clients.报告.\($0)" })
    }
}
