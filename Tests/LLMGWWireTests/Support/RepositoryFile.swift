import FoundationEssentials

/// Files of the repository that tests compare the code with.
enum RepositoryFile {
    /// The text at `path`, which counts from the top of the repository.
    static func text(_ path: String) -> String {
        // Tests/LLMGWWireTests/Support/RepositoryFile.swift
        let top = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        guard let data = FileManager.default.contents(atPath: "/\(top)/\(path)") else {
            preconditionFailure("the repository has no \(path)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
