import Redis
import Sessions

/// One record of the audit stream: the sessions that one step cleaned, by their refs.
struct AuditEntry: Sendable, Equatable {
    enum Action: String, Sendable {
        case delete, expire
        /// They were left after all: in a cluster, where the record comes before the removal, or where that was refused.
        case kept
        /// No session went: a person said that an owner is gone.
        case attested
    }

    static let version = "3"

    /// Its place in the stream.
    var id: String
    var at: UnixTime
    var refs: [SessionRef]
    /// By session; nil where its record did not tell when it was created.
    var agesSeconds: [Int?]
    var node: String
    var boot: String?
    var reason: OrphanReason
    var action: Action
    var silentSeconds: Int
    /// Who says that the owner is gone, where no instance ever saw it alive.
    var attestedBy: String?
    var epoch: Int
    var by: String
    var run: String
}

extension AuditEntry {
    /// An entry of `XRANGE`: its id, and names and values in turns.
    init(_ reply: RedisReply) throws(CleanupFault) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text, let words = parts[1].array else {
            throw .badRecord(key: CleanupKeys.audit, why: "it holds an entry of another shape")
        }
        var fields: [String: String] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[place].text { fields[name] = words[place + 1].text }
        }
        guard let entry = try Self.read(id, fields) else {
            throw .badRecord(key: CleanupKeys.audit, why: "its entry \(id) lacks what it must have")
        }
        self = entry
    }

    private static func read(_ id: String, _ fields: [String: String]) throws(CleanupFault) -> AuditEntry? {
        guard let version = fields["v"] else { return nil }
        guard version == Self.version else { throw .unknownVersion(key: CleanupKeys.audit) }
        guard let at = fields["at"].flatMap(Int64.init), let refs = fields["refs"].flatMap(refs),
            let ages = fields["ages_seconds"].flatMap(ages), ages.count == refs.count,
            let reason = fields["reason"].flatMap(OrphanReason.init),
            let action = fields["action"].flatMap(Action.init), let node = fields["node"], let boot = fields["boot"],
            let silent = fields["silent_seconds"].flatMap(Int.init), let attested = fields["attested_by"],
            let epoch = fields["epoch"].flatMap(Int.init),
            let by = fields["by"], let run = fields["run"]
        else { return nil }
        return AuditEntry(
            id: id, at: UnixTime(milliseconds: at), refs: refs, agesSeconds: ages, node: node,
            boot: boot.isEmpty ? nil : boot, reason: reason, action: action, silentSeconds: silent,
            attestedBy: attested.isEmpty ? nil : attested, epoch: epoch, by: by, run: run)
    }

    private static let unknownAge = "-"

    /// What the record of a session says of its age.
    static func word(ageSeconds: Int?) -> String { ageSeconds.map { String($0) } ?? unknownAge }

    private static func refs(_ words: String) -> [SessionRef]? {
        let refs = words.split(separator: " ").map { SessionRef(whole: $0) }
        return refs.contains(nil) ? nil : refs.compactMap(\.self)
    }

    private static func ages(_ words: String) -> [Int?]? {
        let words = words.split(separator: " ")
        return words.allSatisfy { $0 == unknownAge || Int($0) != nil } ? words.map { Int($0) } : nil
    }

    /// The place right behind this one, where a range of the stream may begin: servers before 6.2 know no open ranges.
    /// Nil for what is no place, and behind the last one.
    static func place(after id: String) -> String? {
        guard let (time, number) = numbers(id) else { return nil }
        if number < .max { return "\(time)-\(number + 1)" }
        return time < .max ? "\(time + 1)-0" : nil
    }

    /// The place right before this one.
    static func place(before id: String) -> String? {
        guard let (time, number) = numbers(id) else { return nil }
        if number > 0 { return "\(time)-\(number - 1)" }
        return time > 0 ? "\(time - 1)-\(UInt64.max)" : nil
    }

    private static func numbers(_ id: String) -> (time: UInt64, number: UInt64)? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, let time = UInt64(parts[0]), let number = UInt64(parts[1]) else { return nil }
        return (time, number)
    }
}

extension SessionRef {
    /// `s:` and all 16 digits.
    public init?(whole text: Substring) {
        guard text.utf8.count == 18, text.hasPrefix("s:"), let range = Self.range(prefix: String(text)),
            range.lowerBound == range.upperBound
        else { return nil }
        self = range.lowerBound
    }
}
