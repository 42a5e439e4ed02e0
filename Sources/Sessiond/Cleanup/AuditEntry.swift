import Redis
import Sessions

/// One record of the audit stream: a session that was cleaned, by its ref.
struct AuditEntry: Sendable, Equatable {
    enum Action: String, Sendable {
        case delete, expire
        /// It was left after all: of a cluster, where the record comes before the removal.
        case kept
    }

    /// Its place in the stream.
    var id: String
    var at: UnixTime
    var ref: SessionRef
    var node: String
    var boot: String?
    var reason: OrphanReason
    var action: Action
    /// Of the session, where its record told when it was created.
    var ageSeconds: Int?
    var goneSeconds: Int
    var epoch: Int
    var by: String
    var run: String

    /// An entry of `XRANGE`: its id, and names and values in turns.
    init?(_ reply: RedisReply) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text, let words = parts[1].array else {
            return nil
        }
        var fields: [String: String] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[place].text { fields[name] = words[place + 1].text }
        }
        guard fields["v"] == "1", let at = fields["at"].flatMap(Int64.init),
            let ref = fields["ref"].flatMap({ SessionRef.range(prefix: $0) }), ref.lowerBound == ref.upperBound,
            let reason = fields["reason"].flatMap(OrphanReason.init), let action = fields["action"].flatMap(Action.init)
        else { return nil }
        self.id = id
        self.at = UnixTime(milliseconds: at)
        self.ref = ref.lowerBound
        node = fields["node"] ?? ""
        boot = fields["boot"].flatMap { $0.isEmpty ? nil : $0 }
        self.reason = reason
        self.action = action
        ageSeconds = fields["age_seconds"].flatMap(Int.init)
        goneSeconds = fields["gone_seconds"].flatMap(Int.init) ?? 0
        epoch = fields["epoch"].flatMap(Int.init) ?? 0
        by = fields["by"] ?? ""
        run = fields["run"] ?? ""
    }
}
