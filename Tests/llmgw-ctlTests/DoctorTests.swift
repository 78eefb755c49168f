import Glibc
import LLMGWCore
import Testing

@testable import llmgw_ctl

@Suite("What the doctor makes of what it sees")
struct DoctorTests {
    private let running = [
        "LoadState": "loaded", "ActiveState": "active", "SubState": "running", "MainPID": "42", "NRestarts": "0",
        "UnitFileState": "enabled", "Result": "success",
    ]

    private func service(_ changes: [String: String], pid: UInt32? = 42) -> Finding {
        ServiceCheck.judge(running.merging(changes) { $1 }, daemonPID: pid)
    }

    @Test("A unit that runs the daemon is well")
    func service() {
        #expect(service([:]).verdict == .ok)
        #expect(service([:]).message == "llmgw.service is active (running), enabled at boot")
        #expect(service(["ActiveState": "inactive", "MainPID": "0"], pid: nil).verdict == .ok)
    }

    @Test("Every other unit has a remedy")
    func services() {
        let findings = [
            service(["LoadState": "not-found"]), service(["ActiveState": "failed", "Result": "exit-code"]),
            service(["MainPID": "43"]), service(["NRestarts": "3"]),
        ]
        #expect(findings.map(\.verdict) == [.warning, .failed, .warning, .warning])
        #expect(findings.allSatisfy { $0.remedy != nil })
        #expect(findings[1].message.contains("exit-code"))
        #expect(findings[3].message.contains("3 times"))
    }

    @Test("Properties as systemctl and timedatectl write them")
    func properties() {
        let properties = HostCommand.properties("NTPSynchronized=yes\nExecStart={ a=b }\n名=值\nnothing\nEmpty=\n")
        #expect(properties == ["NTPSynchronized": "yes", "ExecStart": "{ a=b }", "名": "值", "Empty": ""])
    }

    @Test("Another program's words; nothing of one that fails, is not there or does not end")
    func programs() {
        #expect(HostCommand.output("printf", "%s=%s\n", "名", "值") == "名=值\n")
        #expect(HostCommand.output("false") == nil)
        #expect(HostCommand.output("/nonexistent/program") == nil)
        #expect(HostCommand.output("sleep", "600", within: .milliseconds(50)) == nil)
    }

    @Test("The clock")
    func clock() {
        #expect(ClockCheck.judge(isSynchronised: true, source: "x").verdict == .ok)
        #expect(ClockCheck.judge(isSynchronised: false, source: "x").verdict == .warning)
    }

    @Test("Room on the disk")
    func disk() {
        func verdict(_ free: UInt64, _ size: UInt64) -> Finding.Verdict {
            DiskCheck.judge("/状态", free: free, size: size).verdict
        }
        #expect(verdict(1 << 40, 1 << 41) == .ok)
        #expect(verdict(1 << 30, 1 << 40) == .warning)
        #expect(verdict(63 << 20, 100 << 20) == .warning)
        #expect(verdict(0, 1 << 40) == .failed)
        #expect(DiskCheck.finding("/nonexistent/状态").verdict == .failed)
        #expect(DiskCheck.finding(nil).verdict == .skipped)
    }

    @Test("Open files, as the kernel tells them")
    func limits() {
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n"
        #expect(
            LimitsCheck.openFiles(text + "Max open files            1024                 524288               files \n")
                == 1024)
        #expect(
            LimitsCheck.openFiles(text + "Max open files            unlimited            unlimited            files \n")
                == .max)
        #expect(LimitsCheck.openFiles(text) == nil)
        #expect(LimitsCheck.judge(1024).verdict == .warning)
        #expect(LimitsCheck.judge(65_536).verdict == .ok)
        #expect(LimitsCheck.finding(daemonPID: UInt32(getpid())).verdict != .skipped)
    }

    @Test("Providers: how far a request came, and what helps")
    func providers() {
        func result(_ provider: String, _ reason: ErrorReason? = nil) -> ModelTestResult {
            ModelTestResult(
                model: "大", deployment: "d", provider: provider, error: reason.map { GatewayError($0, "详情") },
                duration: .milliseconds(20))
        }
        let findings = ProviderCheck.findings([
            result("a"), result("a"), result("b", .dnsFailed), result("c"), result("c", .authentication),
            result("d", .tlsVerificationFailed),
        ])
        #expect(findings.map(\.check) == ["provider a", "provider b", "provider c", "provider d"])
        #expect(findings.map(\.verdict) == [.ok, .failed, .failed, .failed])
        #expect(findings[1].message.hasPrefix("its name has no address: 大/d: llmgw.upstream.dns_failed"))
        #expect(findings[2].message.hasPrefix("1 of 2 deployments fail; it refuses the key"))
        #expect(findings[3].message.hasPrefix("no TLS"))
        #expect(findings.dropFirst().allSatisfy { $0.remedy?.isEmpty == false })
    }

    @Test(
        "Who is on this host",
        arguments: [
            ("http://127.0.0.1:8089/v1", true), ("http://127.9.9.9/v1", true), ("http://[::1]:80/v1", true),
            ("http://localhost/v1", true), ("https://api.example.com/v1", false),
            ("http://127.0.0.1.example.com/v1", false),
            ("https://10.0.0.1/v1", false), ("http://localhost.example.com", false),
        ])
    func endpoints(url: String, isLocal: Bool) {
        #expect(Endpoint(url)?.isLocal == isLocal)
        #expect(Endpoint("no address") == nil)
    }

    @Test("Names that cannot be found")
    func names() async {
        #expect(await NameCheck.finding("127.0.0.1").verdict == .ok)
        #expect(NameCheck.judge("没有.example", .failure("unknown")).remedy != nil)
    }

    @Test("A finding is one line, whatever is in it, and the remedy below it")
    func text() {
        #expect(Finding.ok("a", "b\nc").text == "ok       a: b c\n")
        #expect(Finding.failed("检查", "b", "do\nit").text == "failed   检查: b\n         → do it\n")
    }
}
