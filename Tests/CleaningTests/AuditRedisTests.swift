import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// What is left of each removal: in the stream, and in the file.
@Suite(.ownThreads) struct AuditRedisTests {
    @Test func `each step has its record, with refs and no ids`() throws {
        let scene = try CleanupScene()
        try scene.giveLease()
        let ids = (1...3).map(uuid)
        try scene.redis.run(ids.map { ["SET", "mcp:session:\($0)", scene.value()] })
        var store = scene.store()
        let before = UnixTime(milliseconds: Int64(try scene.redis.now()) * 1000)
        var candidates = try scene.candidates(ids)
        candidates[1].createdAt = nil
        _ = try store.remove(scene.batch(candidates, try store.recheck(candidates)))
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
        var batch = scene.batch(candidates, try store.recheck(candidates))
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
        #expect(try store.remove(scene.batch(candidates, try store.recheck(candidates))) == .done([.cleaned]))
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
