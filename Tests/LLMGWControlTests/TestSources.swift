import LLMGWControl

extension ConfigurationSources {
    /// A host of the test's own: these variables and files, the user "操作员" (1001) and the group "staff" (50).
    static func test(variables: [String: String] = [:], files: [String: String] = [:]) -> ConfigurationSources {
        ConfigurationSources(
            variable: { variables[$0] },
            read: { path, isSecret in
                if isSecret, path.hasSuffix(".public") { return .failure(FileProblem("can be read by others")) }
                return files[path].map { .success($0) } ?? .failure(FileProblem("cannot be read"))
            },
            uid: { $0 == "操作员" ? 1001 : nil },
            gid: { $0 == "staff" ? 50 : nil })
    }
}

/// A provider and a model: the least that is needed.
let minimalConfiguration = """

    [providers.p]
    base_url = "https://api.example.org/v1"

    [models.m]
    provider = "p"

    """
