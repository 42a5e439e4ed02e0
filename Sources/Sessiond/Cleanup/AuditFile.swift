import Exposition
import Glibc
import Sessions

/// The local copy of the audit: JSON lines, on the disk before the next step begins. Opened anew for each batch, so that
/// it may be moved away at any time.
struct AuditFile: Sendable {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Appends a line for each session of the batch that was cleaned.
    func append(
        _ batch: RemovalBatch, _ results: [RemovalOutcome.Result], at now: UnixTime
    ) throws(CleanupFault) {
        var bytes: [UInt8] = []
        for (entry, result) in zip(batch.entries, results) where result == .cleaned {
            line(entry.candidate, batch, at: now).write(into: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        guard !bytes.isEmpty else { return }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw fault("cannot be opened") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw fault("cannot be written") }
            rest = rest.dropFirst(written)
        }
        // What is no file (a pipe, /dev/stdout) cannot be synced, and need not be.
        guard fsync(file) == 0 || errno == EINVAL || errno == EROFS else { throw fault("cannot be synced") }
    }

    private func fault(_ what: String) -> CleanupFault {
        .auditFile("\(path) \(what): \(unsafe String(cString: strerror(errno)))")
    }

    private func line(_ candidate: CleanupCandidate, _ batch: RemovalBatch, at now: UnixTime) -> JSONValue {
        [
            "time": .time(now.seconds), "ref": .string(candidate.ref.description), "node": .string(batch.owner.node),
            "boot": .string(orNull: batch.owner.boot), "reason": .string(batch.reason.rawValue),
            "action": .string(batch.action.word),
            "age_seconds": candidate.createdAt.map { .int(Int(max(now - $0, 0))) } ?? .null,
            "gone_seconds": .int(Int(batch.goneSeconds)), "epoch": .int(batch.epoch), "by": .string(batch.by),
            "run": .string(batch.run),
        ]
    }
}
