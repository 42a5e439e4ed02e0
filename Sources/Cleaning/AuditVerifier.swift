import Configuration
import Redis
import Sessions
import Watching

/// Checks the audit in Redis and the local audit file, without a daemon. It only reads.
public struct AuditVerifier: Sendable {
    private let plan: WatchPlan
    private let terms: AuditCheck.Terms
    private let file: AuditLines?

    /// The settings hold for records from `since` on. Throws like ``CleanupOnce`` if they are invalid.
    public init(settings: Settings, environment: [String: String], since: UnixTime? = nil) throws {
        self.init(
            try WatchPlan(settings, environment: environment), CleanupPolicy(settings.cleanup),
            file: settings.cleanup.auditFile, since: since)
    }

    init(_ plan: WatchPlan, _ policy: CleanupPolicy, file: String = "", since: UnixTime? = nil) {
        self.plan = plan
        terms = AuditCheck.Terms(policy: policy, since: since)
        self.file = file.isEmpty ? nil : AuditLines(file)
    }

    /// Reads all of the audit, and judges it.
    public func verify() throws(CleanupFault) -> AuditVerification {
        var store = CleanupStore(plan)
        var terms = terms
        terms.isCluster = !store.client.takesManyKeys
        terms.attested = try store.attestedOwners()
        var check = AuditCheck(terms)
        // What is written to the file from now on has no record among those that are read below.
        let length = file?.length() ?? .failure(.init(why: "cleanup.audit_file is not set"))
        try read(&store, &check)
        switch length {
        case .success(let bytes): readFile(bytes, &check)
        case .failure(let fault): check.doubt(.file, nil, fault.why)
        }
        return check.finish()
    }

    private func read(_ store: inout CleanupStore, _ check: inout AuditCheck) throws(CleanupFault) {
        do throws(CleanupFault) {
            try store.eachOfAudit { reply in
                do throws(CleanupFault) {
                    check.take(try AuditEntry(reply))
                } catch {
                    check.takeUnreadable(reply.array?.first?.text ?? "?", Self.found(error))
                }
            }
        } catch {
            guard case .badRecord(CleanupKeys.audit, let why) = error else { throw error }
            check.takeBroken(CleanupKeys.audit, why)
        }
    }

    /// What is wrong with an entry, without anything that it holds.
    private static func found(_ fault: CleanupFault) -> String {
        if case .unknownVersion = fault { return "it was written by another version of mcp-sessiond" }
        return "fields are missing or invalid"
    }

    private func readFile(_ length: Int, _ check: inout AuditCheck) {
        guard let file else { return }
        check.beginFile()
        let failure = file.read(length) { number, line in
            let place = "\(file.path):\(number)"
            switch line {
            case .whole(let bytes):
                if let entry = AuditEntry(line: bytes) {
                    check.take(line: entry, at: place)
                } else {
                    check.takeUnreadableLine(at: place)
                }
            case .unfinished: check.doubt(.file, place, "the last line of the file has no end: it may just be written")
            }
        }
        if let failure { check.doubt(.file, nil, failure.why) }
    }
}

extension CleanupStore {
    /// The owners that evidence shows as attested, and by whom; none if it cannot be read.
    fileprivate mutating func attestedOwners() throws(CleanupFault) -> [(owner: SessionOwner, by: String)] {
        let known = try run([["HGETALL", knownKey]], expected: { _ in true })[0]
        return evidence(known: known, silence: .null).known.compactMap { known in
            known.attestation.map { (known.owner, $0.by) }
        }
    }

    /// Passes on all entries of the audit, the oldest first.
    mutating func eachOfAudit(_ take: (RedisReply) -> Void) throws(CleanupFault) {
        var start = "-"
        while true {
            let range = ["XRANGE", CleanupKeys.audit, start, "+", "COUNT", String(Self.auditPage)]
            let page = try run([range])[0].array ?? []
            for reply in page { take(reply) }
            guard page.count == Self.auditPage, let last = page.last?.array?.first?.text,
                let next = AuditEntry.place(after: last)
            else { return }
            start = next
        }
    }
}
