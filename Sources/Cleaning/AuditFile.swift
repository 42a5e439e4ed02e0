import Exposition
import Glibc
import Sessions

/// The local copy of the audit, as JSON lines. Each batch is synced to disk before the next step begins. The file is
/// opened anew for each batch, so it may be moved away at any time.
struct AuditFile: Sendable {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Appends a line for each session of the batch that was cleaned. A partial write is undone.
    func append(_ batch: RemovalBatch, _ results: [RemovalOutcome.Result]) throws(CleanupFault) {
        let cleaned = zip(batch.entries, results).filter { $0.1 == .cleaned }.map(\.0)
        var bytes: [UInt8] = []
        for line in AuditEntry(batch, of: cleaned).lines {
            line.write(into: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        guard !bytes.isEmpty else { return }
        // Without O_NONBLOCK, a pipe that nobody reads would block cleanup. With it, opening fails.
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard file >= 0 else { throw fault("cannot be opened") }
        defer { close(file) }
        var facts = stat()
        let isFile = unsafe fstat(file, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
        guard writeWhole(bytes, to: file) else {
            let fault = fault("cannot be written")
            // Half a line would corrupt the next one.
            if isFile { _ = ftruncate(file, facts.st_size) }
            throw fault
        }
        // A pipe or /dev/stdout cannot be synced and need not be.
        guard !isFile || fsync(file) == 0 else { throw fault("cannot be synced") }
        if isFile, facts.st_size == 0 { try syncFolder() }
    }

    /// Syncs the folder of a new file: until then a crash may lose the file's name, and with it the file.
    private func syncFolder() throws(CleanupFault) {
        let end = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder with search but no read permission cannot be synced.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw fault("cannot be synced") }
    }

    private func fault(_ what: String) -> CleanupFault {
        .auditFile("\(path) \(what): \(unsafe String(cString: strerror(errno)))")
    }
}

/// Writes all bytes, in as many calls as that takes. Returns false and leaves `errno` set if the system takes no more.
private func writeWhole(_ bytes: [UInt8], to file: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return false }
        rest = rest.dropFirst(written)
    }
    return true
}
