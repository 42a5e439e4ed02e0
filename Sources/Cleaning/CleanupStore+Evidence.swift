import Exposition
import Redis
import Sessions

extension CleanupStore {
    var knownKey: String { CleanupKeys.known + fingerprint.description }
    var silenceKey: String { CleanupKeys.silence + fingerprint.description }

    /// The number of fields to write or delete in one command.
    static let fieldLimit = 500

    /// Reads shared evidence from the answers to `HGETALL` of both keys.
    public func evidence(known: RedisReply, silence: RedisReply) -> SharedEvidence {
        var shared = SharedEvidence()
        var void: [VoidEvidence: Int] = [:]
        for (field, value) in Self.pairs(known) {
            switch self.known(field, value) {
            case .failure(let fault):
                void[VoidEvidence(key: knownKey, why: fault.why, count: 0), default: 0] += 1
                shared.voidFields.insert(field)
            case .success(let known): shared.known.append(known)
            }
        }
        for (field, value) in Self.pairs(silence) {
            switch record(value) {
            case .failure(let fault): void[VoidEvidence(key: silenceKey, why: fault.why, count: 0), default: 0] += 1
            case .success(let json):
                guard let count = json["count"]?.int, let report = SilenceReport(json, fingerprint) else {
                    void[VoidEvidence(key: silenceKey, why: "wrong shape", count: 0), default: 0] += 1
                    continue
                }
                shared.reports[String(decoding: field, as: UTF8.self)] = .init(count: count, silence: report)
            }
        }
        shared.void = void.map { VoidEvidence(key: $0.key.key, why: $0.key.why, count: $0.value) }
            .sorted { ($0.key, $0.why) < ($1.key, $1.why) }
        return shared
    }

    private struct VoidRecord: Error { var why: String }

    /// Reads an owner from a field of `known`.
    private func known(_ field: [UInt8], _ value: [UInt8]) -> Result<KnownOwner, VoidRecord> {
        record(value).flatMap { json in
            let owner = (try? JSONValue(parsing: field)).flatMap { SessionOwner($0) }
            guard let known = owner.flatMap({ KnownOwner($0, json) }) else {
                return .failure(.init(why: "wrong shape"))
            }
            return .success(known)
        }
    }

    private func record(_ bytes: [UInt8]) -> Result<JSONValue, VoidRecord> {
        guard let json = try? JSONValue(parsing: bytes), json.object != nil else {
            return .failure(.init(why: "not a JSON object"))
        }
        guard json["v"]?.int == 1 else { return .failure(.init(why: "unknown version")) }
        guard json["watch"]?.string == fingerprint.description else {
            return .failure(.init(why: "another watch fingerprint"))
        }
        return .success(json)
    }

    /// Keeps owners that were seen alive. The key expires once no instance with these settings writes it any more.
    public mutating func write(_ known: [KnownOwner]) throws(CleanupFault) {
        let known = known.filter { !voidFields.contains(Array($0.owner.json.compact.utf8)) }
        guard !known.isEmpty else { return }
        try setFields(knownKey, known.map { [$0.owner.json.compact, $0.json(fingerprint).compact] })
        try keep(knownKey, seconds: Self.knownSeconds)
    }

    /// Keeps a person's attestation. The audit record is written first.
    public mutating func attest(_ known: KnownOwner) throws(CleanupFault) {
        guard let attestation = known.attestation else { return }
        // A record that is not ours is neither used nor overwritten. (HMGET, since a user with watch rights only has no
        // HGET.)
        let field = known.owner.json.compact
        if let held = try run([["HMGET", knownKey, field]], of: knownKey)[0].array?.first?.bytes,
            case .failure(let void) = self.known(Array(field.utf8), held)
        {
            throw .badRecord(key: knownKey, why: "the record of this owner is void (\(void.why)) and is left as it is")
        }
        try note(AuditEntry(attestation, of: known.owner))
        try write([known])
    }

    public mutating func forget(_ known: [KnownOwner]) throws(CleanupFault) {
        try deleteFields(knownKey, known.map(\.owner.json.compact).filter { !voidFields.contains(Array($0.utf8)) })
    }

    /// Tells other instances for how long this one has heard nothing of each owner.
    public mutating func write(_ report: SilenceReport, count: Int, as holder: String) throws(CleanupFault) {
        try setFields(silenceKey, [[holder, report.json(count: count).compact]])
        try keep(silenceKey, seconds: Self.silenceSeconds)
    }

    mutating func dropReports(of holders: [String]) throws(CleanupFault) { try deleteFields(silenceKey, holders) }

    /// Longer than any session lives.
    private static let knownSeconds = 45 * 86_400
    private static let silenceSeconds = 86_400

    /// Sets a key's expiry. If the ACL forbids that, the key stays forever, which does no harm.
    private mutating func keep(_ key: String, seconds: Int) throws(CleanupFault) {
        _ = try run([["PEXPIRE", key, String(seconds * 1000)]], expected: { $0.hasPrefix("NOPERM") })
    }

    private mutating func setFields(_ key: String, _ fields: [[String]]) throws(CleanupFault) {
        var rest = fields[...]
        while !rest.isEmpty {
            _ = try run([["HSET", key] + rest.prefix(Self.fieldLimit).flatMap(\.self)])
            rest = rest.dropFirst(Self.fieldLimit)
        }
    }

    private mutating func deleteFields(_ key: String, _ fields: [String]) throws(CleanupFault) {
        var rest = fields[...]
        while !rest.isEmpty {
            _ = try run([["HDEL", key] + rest.prefix(Self.fieldLimit)])
            rest = rest.dropFirst(Self.fieldLimit)
        }
    }
}
