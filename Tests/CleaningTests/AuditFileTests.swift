import Foundation
import Lab
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// The audit's local copy.
@Suite struct AuditFileTests {
    private static func batch(_ count: Int) throws -> RemovalBatch {
        let entries = try (1...count).map { number in
            let id = try SessionID(Array(uuid(number).utf8).span, maxLength: 1024)
            return RemovalBatch.Entry(
                candidate: CleanupCandidate(
                    id: id, ref: ref(uuid(number)), dialect: 0, owner: CleanupScene.owner, reason: .ownerDead,
                    createdAt: number == 1 ? nil : UnixTime(milliseconds: 1_787_307_302_000), expiresAt: nil),
                record: HeldRecord(value: .text([]), owner: nil, deadline: nil))
        }
        return RemovalBatch(
            holder: "a", epoch: 7, at: UnixTime(milliseconds: 1_787_307_402_250), holds: .always,
            owner: CleanupScene.owner,
            reason: .ownerDead, action: .delete, by: "api:ops", run: "run-1", silentSeconds: 950.5, heartbeats: [],
            entries: entries)
    }

    private static func line(_ number: Int) -> String {
        """
        {"time":"2026-08-21T10:16:42.250Z","ref":"\(ref(uuid(number)))","node":"node-1","boot":"b1",\
        "reason":"owner_dead","action":"delete","age_seconds":\(number == 1 ? "null" : "100"),"silent_seconds":950,\
        "attested_by":null,"epoch":7,"by":"api:ops","run":"run-1"}

        """
    }

    @Test func `a line for each session that was cleaned, wherever the file is now`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = AuditFile(folder.file("audit.log"))
        try file.append(Self.batch(3), [.cleaned, .changed, .cleaned])
        try file.append(Self.batch(2), [.alreadyShort, .changed])
        try FileManager.default.moveItem(atPath: folder.file("audit.log"), toPath: folder.file("audit.log.1"))
        try file.append(Self.batch(2), [.cleaned, .cleaned])
        try file.append(Self.batch(1), [.cleaned])
        #expect(try String(contentsOfFile: folder.file("audit.log.1"), encoding: .utf8) == Self.line(1) + Self.line(3))
        #expect(
            try String(contentsOfFile: file.path, encoding: .utf8) == Self.line(1) + Self.line(2) + Self.line(1))
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `what cannot be written is an error that names the file`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        func failure(_ path: String) -> String? {
            fault { () throws(CleanupFault) in
                guard let batch = try? Self.batch(1) else { return }
                try AuditFile(path).append(batch, [.cleaned])
            }?.description
        }
        #expect(
            failure(folder.file("none/audit.log"))
                == "cleanup.audit_file: \(folder.file("none/audit.log")) cannot be opened: No such file or directory")
        #expect(failure(folder.path) == "cleanup.audit_file: \(folder.path) cannot be opened: Is a directory")
        #expect(failure("/dev/full") == "cleanup.audit_file: /dev/full cannot be written: No space left on device")
        // A pipe without a reader holds nobody up.
        #expect(unsafe mkfifo(folder.file("pipe"), 0o600) == 0)
        #expect(
            failure(folder.file("pipe"))
                == "cleanup.audit_file: \(folder.file("pipe")) cannot be opened: No such device or address")
    }
}
