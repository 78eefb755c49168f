import Glibc

/// What a journal's file holds.
struct QuotaJournalContents {
    var header: QuotaJournalHeader?
    var records: [QuotaRecord] = []
    /// Places that hold neither a record nor nothing: torn by a power failure, or damaged by the disk.
    var damaged = 0

    init() {}

    init(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= QuotaRecord.size,
            let header = QuotaJournalHeader(UnsafeRawBufferPointer(rebasing: bytes[..<QuotaRecord.size]))
        else { return }
        self.header = header
        for start in stride(from: QuotaRecord.size, to: bytes.count - QuotaRecord.size + 1, by: QuotaRecord.size) {
            let place = UnsafeRawBufferPointer(rebasing: bytes[start..<start + QuotaRecord.size])
            switch QuotaRecord.decode(place, seed: header.seed) {
            case .record(let record): records.append(record)
            case .empty: break
            case .damaged: damaged += 1
            }
        }
    }

    /// A file that cannot be read counts as empty, and that is said.
    static func read(path: String) -> (contents: QuotaJournalContents, problem: String?) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            return (Self(), errno == ENOENT ? nil : "\(path): cannot open: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > 0 else { return (Self(), "\(path): it is empty; what the quotas gave away before is forgotten") }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
        defer { bytes.deallocate() }
        let count = pread(descriptor, bytes.baseAddress, size, 0)
        guard count >= 0 else { return (Self(), "\(path): cannot read: \(String(cString: strerror(errno)))") }
        let contents = Self(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        if contents.header == nil {
            return (contents, "\(path): its header is damaged; what the quotas gave away before is forgotten")
        }
        let problem = contents.damaged > 0 ? "\(path): \(contents.damaged) damaged records were left out" : nil
        return (contents, problem)
    }
}
