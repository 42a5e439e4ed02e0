import Foundation
import Lab
import Redis
import Sessions
import Testing
import Trials

@testable import Cleaning
@testable import Sessions

/// What is left of each removal: in the stream, and in the file.
@Suite(.ownThreads) struct AuditTests {
    @Test func `each step has its record, with refs and no ids`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let ids = (1...3).map(uuid)
        try scene.redis.run(ids.map { ["SET", "mcp:session:\($0)", scene.value()] })
        var store = scene.store()
        let before = UnixTime(milliseconds: Int64(try scene.redis.now()) * 1000)
        var candidates = try scene.candidates(ids)
        candidates[1].createdAt = nil
        _ = try store.remove(scene.batch(candidates, try store.look(candidates)))
        let entries = try store.audit(after: nil, limit: 100)
        let after = UnixTime(milliseconds: Int64(try scene.redis.now() + 1) * 1000)
        let entry = try #require(entries.first)
        #expect((before...after).contains(entry.at))
        #expect(
            entries == [
                AuditEntry(
                    id: entry.id, at: entry.at, refs: ids.map(ref), agesSeconds: [100, nil, 100], node: "node-1",
                    boot: "b1", reason: .ownerDead, action: .delete, silentSeconds: 950, attestedBy: nil, epoch: 3,
                    by: "schedule", run: "run-1")
            ])
        let raw = try scene.redis.run([["XRANGE", CleanupKeys.audit, "-", "+"]])[0]
        let names = raw.array?.first?.array?[1].array?.enumerated().filter { $0.offset % 2 == 0 }.map { $1.text }
        #expect(
            names == [
                "v", "at", "refs", "ages_seconds", "action", "node", "boot", "reason", "silent_seconds", "attested_by",
                "epoch", "by", "run",
            ])
        #expect(!"\(raw)".contains(ids[0]))
    }

    /// Of an owner that nobody ever saw alive: each record of its sessions says who vouches for that.
    @Test func `a removal by attestation says whose`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run([["SET", "mcp:session:\(uuid(1))", scene.value()]])
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1)])
        var batch = scene.batch(candidates, try store.look(candidates))
        (batch.reason, batch.attestedBy) = (.ownerUnknown, "ann")
        #expect(try store.remove(batch) == .done([.cleaned]))
        let entry = try #require(try store.audit(after: nil, limit: 10).first)
        #expect(entry.reason == .ownerUnknown && entry.attestedBy == "ann" && entry.refs == [ref(uuid(1))])
    }

    @Test func `what a person says of an owner has its record before it is kept`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        var known = KnownOwner(SessionOwner(node: "node-9", boot: nil))
        // Nothing was said: nothing is written.
        try store.attest(known)
        #expect(try scene.existing([CleanupKeys.audit, store.knownKey]) == [])
        known.attestation = Attestation(by: "ann", why: "a \"test\"", at: UnixTime(milliseconds: 1_787_307_302_125))
        try store.attest(known)
        let entry = try #require(try store.audit(after: nil, limit: 10).first)
        #expect(
            entry
                == AuditEntry(
                    id: entry.id, at: UnixTime(milliseconds: 1_787_307_302_125), refs: [], agesSeconds: [],
                    node: "node-9", boot: nil, reason: .ownerUnknown, action: .attested, silentSeconds: 0,
                    attestedBy: "ann", epoch: 0, by: "ann", run: "-", why: "a \"test\""))
        #expect(try store.readShared().evidence.known == [known])
        // Where there can be no record, nothing is kept.
        known.attestation?.by = "bob"
        try scene.redis.run([["SET", CleanupKeys.audit, "x"]])
        #expect(fault { () throws(CleanupFault) in try store.attest(known) } != nil)
        #expect(try store.readShared().evidence.known.map(\.attestation?.by) == ["ann"])
    }

    @Test func `the stream keeps about ten thousand`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let fill = "for n = 1, 5000 do redis.call('XADD', KEYS[1], '*', 'v', '1', 'refs', n) end"
        try scene.redis.run(
            Array(repeating: ["EVAL", fill, "1", CleanupKeys.audit], count: 3)
                + [["SET", "mcp:session:\(uuid(1))", scene.value()]])
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1)])
        #expect(try store.remove(scene.batch(candidates, try store.look(candidates))) == .done([.cleaned]))
        // Whole nodes of a hundred go.
        #expect((10_000...10_100).contains(try scene.auditLength()))
    }

    @Test func `it is read on from any place, and from its end`() throws {
        let scene = try CleanupScene()
        let fill = """
            for n = 1, 2500 do
                redis.call('XADD', KEYS[1], n .. '-7', 'v', '3', 'at', n, 'refs', string.format('s:%016x', n), 'node',
                    'a', 'boot', '', 'reason', 'owner_dead', 'action', 'kept', 'ages_seconds', '-', 'silent_seconds', '1',
                    'attested_by', '', 'epoch', '2', 'by', 'b', 'run', 'r')
            end
            """
        try scene.redis.run([["EVAL", fill, "1", CleanupKeys.audit]])
        var store = scene.store()
        #expect(try store.audit(after: nil, limit: 10_000).map(\.id) == (1...2500).map { "\($0)-7" })
        #expect(try store.audit(after: nil, limit: 1_500).map(\.id) == (1001...2500).map { "\($0)-7" })
        #expect(try store.audit(after: "3-7", limit: 2_000).map(\.id) == (4...2003).map { "\($0)-7" })
        #expect(try store.audit(after: "2490-6", limit: 100).map(\.id) == (2490...2500).map { "\($0)-7" })
        #expect(try store.audit(after: "2500-7", limit: 100) == [])
        #expect(try store.audit(after: "2499-18446744073709551615", limit: 100).map(\.id) == ["2500-7"])
        let last = try #require(try store.audit(after: "2499-7", limit: 1).first)
        #expect(
            last
                == AuditEntry(
                    id: "2500-7", at: UnixTime(milliseconds: 2500), refs: [SessionRef(2500)], agesSeconds: [nil],
                    node: "a", boot: nil, reason: .ownerDead, action: .kept, silentSeconds: 1, attestedBy: nil,
                    epoch: 2,
                    by: "b", run: "r"))
    }

    @Test func `there is none where nothing was removed`() throws {
        let scene = try CleanupScene()
        var store = scene.store()
        #expect(try store.audit(after: nil, limit: 10) == [])
        #expect(try store.audit(after: "5-0", limit: 10) == [])
    }
}

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
            reason: .ownerDead, action: .delete, by: "api:ops", run: "run-1", silentSeconds: 950.5, beats: [],
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
