import Foundation
import Lab
import Redis
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Sessions

/// The audit that cleanup itself leaves keeps to the rules, and what others put there is named.
@Suite(.ownThreads) struct AuditVerifierRedisTests {
    private static func verify(
        _ scene: CleanupScene, user: String = "", file: String = ""
    ) throws -> AuditVerification {
        var plan = scene.plan
        if !user.isEmpty {
            var endpoint = scene.redis.endpoint
            (endpoint.username, endpoint.password) = (user, "secret")
            plan = CleanupScene.plan(endpoint, scene.plan.keySpace.dialects)
        }
        return try AuditVerifier(plan, CleanupPolicy(), file: file).verify()
    }

    private static func scene(_ sessions: Int) throws -> CleanupScene {
        let scene = try CleanupScene()
        try scene.giveLease()
        try scene.redis.run((1...sessions).map { ["SET", CleanupScene.key($0), scene.value(), "EX", "10000"] })
        return scene
    }

    @Test func `what was removed, restored, attested and kept verifies`() throws {
        let scene = try Self.scene(60)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = AuditFile(folder.file("audit.log"))
        var store = scene.store()
        for first in [1, 11, 21] {
            let candidates = try scene.candidates((first...(first + 9)).map(uuid))
            let batch = scene.batch(candidates, try store.recheck(candidates))
            guard case .done(let results) = try store.remove(batch) else { return #expect(Bool(false)) }
            try file.append(batch, results)
        }
        _ = try scene.remove(31...40, as: .expire(seconds: 60), run: "run-2", &store)
        #expect(try scene.undo(.run("run-1"), &store) == .init(restored: 30))
        // What is back may be removed again.
        _ = try scene.remove(1...10, run: "run-3", &store)
        #expect(try scene.undo(.session(ref(uuid(1))), &store) == .init(restored: 1))
        // Of an owner that nobody saw.
        var known = KnownOwner(CleanupScene.owner)
        known.attestation = Attestation(by: "ann", why: "scrapped", at: scene.created + 1)
        try store.attest(known)
        let candidates = try scene.candidates((41...50).map(uuid))
        var batch = scene.batch(candidates, try store.recheck(candidates), run: "run-4")
        (batch.reason, batch.attestedBy) = (.ownerUnknown, "ann")
        #expect(try store.remove(batch) == .done(Array(repeating: .cleaned, count: 10)))
        // Redis refuses the removal after the record is written.
        try scene.redis.run([["ACL", "SETUSER", "weak", "on", ">secret", "~*", "+@all", "-unlink"]])
        var weak = scene.store(user: "weak")
        let last = try scene.candidates((51...60).map(uuid))
        let refused = scene.batch(last, try weak.recheck(last), run: "run-5")
        #expect(fault { () throws(CleanupFault) in try weak.remove(refused) } != nil)

        let result = try Self.verify(scene, file: file.path)
        #expect(result.broken == 0 && result.gaps.isEmpty, "\(result)")
        #expect((result.removed, result.restored, result.kept, result.attestations) == (70, 31, 10, 1))
        #expect(result.runs == 5 && result.lines == 30)
        #expect(try Self.verify(scene).gaps.map(\.rule) == [.file])
    }

    @Test func `an attestation whose record Redis lost is known from the evidence`() throws {
        let scene = try Self.scene(1)
        var store = scene.store()
        var known = KnownOwner(CleanupScene.owner)
        known.attestation = Attestation(by: "ann", why: "scrapped", at: scene.created + 1)
        try store.attest(known)
        try scene.redis.run([["DEL", CleanupKeys.audit]])
        let candidates = try scene.candidates([uuid(1)])
        var batch = scene.batch(candidates, try store.recheck(candidates))
        (batch.reason, batch.attestedBy) = (.ownerUnknown, "ann")
        #expect(try store.remove(batch) == .done([.cleaned]))
        let lost = try Self.verify(scene)
        #expect(lost.broken == 0 && lost.gaps.map(\.rule) == [.attested, .file], "\(lost)")
        try scene.redis.run([["DEL", store.knownKey]])
        #expect(try Self.verify(scene).violations.map(\.rule) == [.attested])
    }

    @Test func `it needs to read only, and says what it may not`() throws {
        let scene = try Self.scene(1)
        var store = scene.store()
        _ = try scene.remove(1...1, &store)
        try scene.redis.run([
            ["ACL", "SETUSER", "reader", "on", ">secret", "~mcp:sessiond:audit", "+xrange"],
            ["ACL", "SETUSER", "nobody", "on", ">secret", "~mcp:sessiond:audit", "+get"],
        ])
        #expect(try Self.verify(scene, user: "reader").removed == 1)
        #expect(throws: CleanupFault.self) { try Self.verify(scene, user: "nobody") }
    }

    @Test func `what is no record is named, and so is a key of another type`() throws {
        let scene = try Self.scene(1)
        var store = scene.store()
        _ = try scene.remove(1...1, &store)
        let words = auditRecord(1).words
        func add(_ id: String, _ change: (inout [String: String]) -> Void) throws {
            var members = Dictionary(
                uniqueKeysWithValues: stride(from: 0, to: words.count, by: 2).map { (words[$0], words[$0 + 1]) })
            change(&members)
            try scene.redis.run([["XADD", CleanupKeys.audit, id] + members.flatMap { [$0.key, $0.value] }])
        }
        let far = "9000000000000"
        try scene.redis.run([["XADD", CleanupKeys.audit, "\(far)-0", "secret-id", "x"]])
        try add("\(far)-1") { $0["v"] = "2" }
        try add("\(far)-2") { $0["refs"] = "s:12" }
        try add("\(far)-3") { $0["epoch"] = "many" }
        try add("\(far)-4") { $0["ages_seconds"] = "1" }
        let result = try Self.verify(scene)
        #expect(result.violations.map(\.place) == (0...4).map { "\(far)-\($0)" })
        #expect(result.violations.allSatisfy { $0.rule == .readable })
        #expect(result.violations.map(\.found).filter { $0.contains("another version") }.count == 1)
        #expect(!"\(result)".contains("secret-id"))

        try scene.redis.run([["DEL", CleanupKeys.audit], ["SET", CleanupKeys.audit, "x"]])
        let broken = try Self.verify(scene)
        #expect(
            broken.violations == [
                .init(place: CleanupKeys.audit, rule: .readable, found: "it has the wrong type")
            ])
    }

    @Test func `all pages are read, and a full stream may have been trimmed`() throws {
        let scene = try CleanupScene()
        let fill = """
            for n = 1, tonumber(ARGV[1]) do
                redis.call('XADD', KEYS[1], '*', 'v', '3', 'at', (1795404600000 + n * 100), 'refs', string.format('s:%016x', n),
                    'node', 'a', 'boot', '', 'reason', 'owner_dead', 'action', 'delete', 'ages_seconds', '-',
                    'silent_seconds', '900', 'attested_by', '', 'epoch', '2', 'by', 'b', 'run', 'r')
            end
            """
        try scene.redis.run([["EVAL", fill, "1", CleanupKeys.audit, "2550"]])
        let result = try Self.verify(scene)
        #expect(result.broken == 0 && result.records == 2_550 && result.removed == 2_550, "\(result)")
        #expect(!result.gaps.contains { $0.rule == nil })
        try scene.redis.run([["DEL", CleanupKeys.audit], ["EVAL", fill, "1", CleanupKeys.audit, "10000"]])
        #expect(try Self.verify(scene).gaps.contains { $0.rule == nil && $0.why.contains("10000") })
    }

    @Test func `a file that is broken, unfinished or missing`() throws {
        let scene = try Self.scene(2)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = AuditFile(folder.file("audit.log"))
        var store = scene.store()
        let candidates = try scene.candidates([uuid(1), uuid(2)])
        let batch = scene.batch(candidates, try store.recheck(candidates))
        guard case .done(let results) = try store.remove(batch) else { return #expect(Bool(false)) }
        #expect(
            try Self.verify(scene, file: file.path).gaps.map(\.why) == [
                "\(file.path) cannot be read: No such file or directory"
            ])
        try file.append(batch, results)
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        try ("{\"time\":\"x\n" + text + "{\"ti").write(toFile: file.path, atomically: true, encoding: .utf8)
        let result = try Self.verify(scene, file: file.path)
        #expect(result.violations.map(\.place) == ["\(file.path):1"] && result.lines == 3)
        #expect(result.gaps.map(\.place) == ["\(file.path):4"])
    }
}
