import LLMGWCore

/// Makes the configuration from a checked document, and checks what no single setting can tell: names that refer to others, keys,
/// addresses.
struct ConfigurationBuilder {
    let document: SettingsDocument
    let sources: ConfigurationSources
    var report: ProblemReport

    mutating func build() -> GatewayConfiguration {
        let server = buildServer()
        var providers: [String: ProviderSettings] = [:]
        for (name, section) in document.providers { providers[name] = buildProvider(name, section) }
        var models: [String: ModelSettings] = [:]
        for model in document.models { models[model.name] = buildModel(model) }
        for model in models.values
        where model.deployments.contains(where: { providers[$0.provider]?.kind == .anthropic }) {
            checkParameters(model)
        }
        if document.models.isEmpty {
            report.problem([], "no model is configured; add a section [models.NAME] and its provider")
        }
        checkNames(models)
        checkFallbacks(models)
        let resilience = buildResilience()
        for model in models.values.sorted(by: { $0.name < $1.name }) { checkHedge(model, resilience) }
        let clients = buildClients(models)
        checkQuota(providers, models, clients)
        return GatewayConfiguration(
            server: server, providers: providers, models: models, defaults: buildDefaults(models),
            clients: clients, resilience: resilience, alerts: buildAlerts(models),
            cache: buildCache(server, models), metrics: buildMetrics(), path: report.file,
            effective: EffectiveSettings.list(document))
    }

    // MARK: Server

    private mutating func buildServer() -> ServerSettings {
        let section = document.server
        var server = ServerSettings()
        server.socket = absolutePath(section, "socket")
        server.adminSocket = absolutePath(section, "admin_socket")
        if let socket = server.adminSocket, socket == server.socket {
            report.problem(["server", "admin_socket"], "is the same path as server.socket")
        }
        server.socketMode = section.integer("socket_mode").map(UInt32.init) ?? server.socketMode
        server.stateDirectory = section.string("state_directory") ?? sources.variable("STATE_DIRECTORY")
        if let directory = server.stateDirectory, !directory.hasPrefix("/") {
            report.problem(["server", "state_directory"], "is not an absolute path")
        }
        server.adminUIDs = ids(section, "admin_users", "user", sources.uid)
        server.adminGIDs = ids(section, "admin_groups", "group", sources.gid)
        server.maxConnectionsPerUID = section.integer("max_connections_per_uid") ?? server.maxConnectionsPerUID
        server.maxStreamsPerUID = section.integer("max_streams_per_uid") ?? server.maxStreamsPerUID
        server.maxStreamsPerConnection = section.integer("max_streams_per_connection") ?? server.maxStreamsPerConnection
        server.maxWatchesPerUID = section.integer("max_watches_per_uid") ?? server.maxWatchesPerUID
        server.handshakeTimeout = section.duration("handshake_timeout") ?? server.handshakeTimeout
        server.idleTimeout = section.duration("idle_timeout") ?? server.idleTimeout
        server.writeTimeout = section.duration("write_timeout") ?? server.writeTimeout
        server.requestTimeout = section.duration("request_timeout") ?? server.requestTimeout
        server.drainTimeout = section.duration("drain_timeout") ?? server.drainTimeout
        server.exitWhenIdle = section.duration("exit_when_idle") ?? server.exitWhenIdle
        server.batchConcurrency = section.integer("batch_concurrency") ?? server.batchConcurrency
        return server
    }

    mutating func absolutePath(_ section: SettingsDocument.Section, _ setting: String) -> String? {
        guard let path = section.string(setting) else { return nil }
        if !path.hasPrefix("/") { report.problem(section.path + [setting], "is not an absolute path") }
        return path
    }

    mutating func ids(
        _ section: SettingsDocument.Section, _ setting: String, _ what: String, _ find: (String) -> UInt32?
    ) -> Set<UInt32> {
        var ids: Set<UInt32> = []
        for name in section.strings(setting) ?? [] {
            if let id = UInt32(name) ?? find(name) {
                ids.insert(id)
            } else {
                report.problem(section.path + [setting], "this host has no \(what) \"\(name)\"")
            }
        }
        return ids
    }

    // MARK: Providers

    private mutating func buildProvider(_ name: String, _ section: SettingsDocument.Section) -> ProviderSettings {
        var provider = ProviderSettings(name: name, baseURL: baseURL(section))
        provider.kind = section.string("kind").flatMap(ProviderSettings.Kind.init) ?? provider.kind
        // Other programs want this address without the version, which this one wants with it: both are meant alike.
        if provider.kind == .anthropic, !provider.baseURL.isEmpty, !provider.baseURL.hasSuffix("/v1") {
            provider.baseURL += "/v1"
        }
        provider.key = key(section)
        provider.headers = headers(section)
        provider.httpVersion =
            section.string("http_version").flatMap(ProviderSettings.HTTPVersion.init) ?? provider.httpVersion
        provider.caFile = section.string("ca_file")
        if let path = provider.caFile, case .failure(let error) = sources.read(path, false) {
            report.problem(section.path + ["ca_file"], "the file \(path) \(error.problem)")
        }
        provider.timeouts.connect = section.duration("connect_timeout") ?? provider.timeouts.connect
        provider.timeouts.firstToken = section.duration("first_token_timeout") ?? provider.timeouts.firstToken
        provider.timeouts.idle = section.duration("idle_timeout") ?? provider.timeouts.idle
        provider.timeouts.total = section.duration("total_timeout") ?? provider.timeouts.total
        provider.timeouts.drain = section.duration("end_timeout") ?? provider.timeouts.drain
        provider.limits = limits(section)
        provider.requestBurst = section.integer("rpm_burst")
        provider.budgets = budgets(section)
        provider.maxQueue = section.integer("max_queue") ?? provider.maxQueue
        provider.embedBatching.maxBatch = section.integer("embed_max_batch") ?? provider.embedBatching.maxBatch
        provider.embedBatching.maxWait = section.duration("embed_max_wait") ?? provider.embedBatching.maxWait
        provider.embedBatching.maxQueue = section.integer("embed_max_queue") ?? provider.embedBatching.maxQueue
        return provider
    }

    private mutating func baseURL(_ section: SettingsDocument.Section) -> String {
        guard let text = section.string("base_url") else { return "" }
        let path = section.path + ["base_url"]
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else {
            report.problem(path, "is not an http or https URL")
            return ""
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        // The URL itself may hold a password: it is not repeated.
        if authority.contains("@") {
            report.problem(path, "holds user information; use key_credential, key_file or key_env")
        }
        if rest.contains("?") || rest.contains("#") {
            report.problem(path, "has a query or fragment, which a base does not have")
        }
        if text.contains(where: { $0.isWhitespace || $0.isNewline }) { report.problem(path, "has blanks in it") }
        let host =
            authority.hasPrefix("[") ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        if host.isEmpty { report.problem(path, "names no host") }
        let end = authority.hasPrefix("[") ? authority.lastIndex(of: "]") : authority.firstIndex(of: ":")
        let port = end.map { authority[$0...].drop { $0 == "]" } } ?? ""
        if !authority.contains("@"), !port.isEmpty, !(1...65_535).contains(Int(port.dropFirst()) ?? 0) {
            report.problem(path, "has a port that is not a number from 1 to 65535")
        }
        if scheme == "http://", !Self.isLoopback(String(host)) {
            report.warning(path, "is plain http to another host: prompts and the key travel unencrypted")
        }
        var base = Substring(text)
        while base.hasSuffix("/") { base = base.dropLast() }
        return String(base)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private mutating func key(_ section: SettingsDocument.Section) -> Secret? {
        let names = ["key_credential", "key_file", "key_env"].filter { section.string($0) != nil }
        guard names.count <= 1 else {
            report.problem(section.path + [names[1]], "is one key too many beside \(names[0])")
            return nil
        }
        guard let name = names.first, let value = section.string(name) else { return nil }
        let path = section.path + [name]
        switch name {
        case "key_env":
            // What is no name may be the key itself: it is not repeated.
            guard value.utf8.allSatisfy({ Self.isVariableCharacter($0) }) else {
                report.problem(path, "is not the name of an environment variable")
                return nil
            }
            guard let text = sources.variable(value), !text.isEmpty else {
                report.problem(path, "the environment variable \(value) is not set")
                return nil
            }
            return checkedKey(text, path)
        case "key_file":
            guard value.hasPrefix("/") else {
                report.problem(path, "is not an absolute path")
                return nil
            }
            return keyFile(value, isSecret: true, path)
        default:
            guard let directory = sources.variable("CREDENTIALS_DIRECTORY"), !directory.isEmpty else {
                report.problem(
                    path,
                    "there are no credentials ($CREDENTIALS_DIRECTORY is not set); add LoadCredential=\(value):FILE to the unit"
                )
                return nil
            }
            guard !value.contains("/") else {
                report.problem(path, "is the name of a credential, not a path")
                return nil
            }
            return keyFile("\(directory)/\(value)", isSecret: false, path)
        }
    }

    static func isVariableCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private mutating func keyFile(_ file: String, isSecret: Bool, _ path: [String]) -> Secret? {
        switch sources.read(file, isSecret) {
        case .success(let text): return checkedKey(text, path)
        case .failure(let error):
            report.problem(path, "the file \(file) \(error.problem)")
            return nil
        }
    }

    private mutating func checkedKey(_ text: String, _ path: [String]) -> Secret? {
        let key = text.drop(while: \.isWhitespace)
        let end = key.lastIndex { !$0.isWhitespace }
        guard let end else {
            report.problem(path, "the key is empty")
            return nil
        }
        let trimmed = key[...end]
        guard trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            report.problem(path, "the key has characters that an HTTP header cannot carry")
            return nil
        }
        return Secret(String(trimmed))
    }

    private mutating func headers(_ section: SettingsDocument.Section) -> [ProviderSettings.Header] {
        var headers: [ProviderSettings.Header] = []
        for (name, value) in (section.table("headers") ?? [:]).sorted(by: { $0.key < $1.key }) {
            let path = section.path + ["headers", name]
            let isToken =
                !name.isEmpty
                && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"()<>@,;:\"/[]?={}"#.utf8.contains($0) }
            guard isToken else {
                report.problem(path, "is not the name of a header")
                continue
            }
            var text = value
            if value.hasPrefix("$") {
                let variable = String(value.dropFirst())
                guard !variable.isEmpty, variable.utf8.allSatisfy({ Self.isVariableCharacter($0) }) else {
                    report.problem(path, "is not \"$\" and the name of an environment variable")
                    continue
                }
                guard let found = sources.variable(variable) else {
                    report.problem(path, "the environment variable \(variable) is not set")
                    continue
                }
                text = found
            }
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                report.problem(path, "has a value with control characters")
                continue
            }
            headers.append(.init(name: name, value: Secret(text)))
        }
        return headers
    }
}
