import TestSupport

@testable import LLMGWStorage

/// 32 bytes, as spread as a digest's.
func key(_ number: Int) -> [UInt8] {
    let word = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    return (0..<32).map { UInt8(truncatingIfNeeded: word >> ($0 % 8 * 8)) }
}

func entry(
    _ number: Int, scope: String = "uid:1000", model: String = "gpt", tags: [String] = [], staleUntil: Int64 = .max,
    epoch: UInt32 = 0, body: [UInt8] = Array("{\"文\":1}".utf8)
) -> CacheFileEntry {
    CacheFileEntry(
        metadata: CacheFileMetadata(
            key: key(number), scope: scope, model: model, tags: tags, created: 1_000, expires: 1_500,
            staleUntil: staleUntil, epoch: epoch, size: body.count),
        body: body)
}

func openCache(
    _ directory: TemporaryDirectory, maxBytes: Int64 = 1 << 30, retryDelay: Duration = .seconds(30)
) async throws -> CacheFile {
    let file = try CacheFile(.init(path: directory("cache.db"), maxBytes: maxBytes, retryDelay: retryDelay))
    _ = await eventually { file.status.state != .opening }
    return file
}

extension CacheFile {
    /// Written entries appear with their batch.
    func reads(_ entry: CacheFileEntry) async -> Bool {
        await eventually { await self.read(entry.metadata.key) == entry }
    }
}
