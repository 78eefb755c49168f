import Glibc
import LLMGWControl
import LLMGWCore

/// Whether the configuration file is valid, and whether the keys that it names are there. What only the daemon sees is taken to be there: it would not
/// have started otherwise.
struct ConfigurationCheck {
    private(set) var findings: [Finding] = []
    /// Nil where it could not be read.
    private(set) var stateDirectory: String?

    /// Without `daemonPID`, what the daemon sees of its callers is taken to be enough.
    init(_ path: String, isNamed: Bool, daemonPID: UInt32?) {
        guard access(path, R_OK) == 0 else {
            let (code, why) = (errno, String(cString: strerror(errno)))
            let check = "configuration"
            findings = [
                code != ENOENT
                    ? .skipped(
                        check, "\(path): \(why)", "Run the doctor as the user whom the file belongs to, or as root.")
                    : isNamed
                        ? .failed(check, "\(path): \(why)", "Write it: llmgw.toml(5) has every setting.")
                        : .skipped(check, "there is none at \(path)", "Name it with --config.")
            ]
            return
        }
        do throws(ConfigurationErrors) {
            let loaded = try ConfigurationLoader.load(
                path: path, sources: PartialSources.sources(daemonPID: daemonPID))
            let configuration = loaded.configuration
            stateDirectory = configuration.server.stateDirectory
            findings = [.ok("configuration", "\(path) is valid")]
            findings += loaded.warnings.map {
                .warning("configuration", $0.description, "Change the setting, unless that is meant.")
            }
            let providers = configuration.providers.values.sorted { $0.name < $1.name }
            findings += providers.map { Self.key($0) }
        } catch {
            findings = error.problems.map {
                .failed(
                    "configuration", $0.description,
                    "Correct the line; `llmgw-ctl config check` tells when it is right.")
            }
        }
    }

    private static func key(_ provider: ProviderSettings) -> Finding {
        let check = "key of \(provider.name)"
        guard let key = provider.key else {
            return Endpoint(provider.baseURL)?.isLocal ?? false
                ? .ok(check, "none, and the provider is local")
                : .warning(
                    check, "none",
                    "Set key_credential or key_file of [providers.\(provider.name)], unless it needs none.")
        }
        guard let place = PartialSources.place(in: key.reveal()) else { return .ok(check, "present") }
        return .skipped(check, "in \(place), which only the daemon sees")
    }
}

/// The host's sources, where they can be seen from here. For the others there is a stand-in that tells which it is.
private enum PartialSources {
    private static let mark = "llmgw-doctor-unseen:"
    private static let credentials = "/run/credentials/\(ServiceCheck.unit)"

    static func place(in key: String) -> String? {
        key.hasPrefix(mark) ? String(key.dropFirst(mark.count)) : nil
    }

    static func sources(daemonPID: UInt32?) -> ConfigurationSources {
        let system = ConfigurationSources.system
        return ConfigurationSources(
            variable: { name in
                switch name {
                case "CREDENTIALS_DIRECTORY": credentials
                case "STATE_DIRECTORY": nil
                default: system.variable(name) ?? "\(mark)$\(name)"
                }
            },
            read: { path, isSecret in
                let isKey = isSecret || path.hasPrefix(credentials + "/")
                guard isKey, access(path, R_OK) != 0, isSecret ? errno == EACCES : true else {
                    return system.read(path, isSecret)
                }
                return .success(mark + path)
            },
            uid: system.uid, gid: system.gid,
            visibility: daemonPID.flatMap { CallerVisibility(process: "\($0)") } ?? .all)
    }
}
