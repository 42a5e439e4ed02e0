import Exposition
import Redis
import Sessions

/// An audit record: the refs of the sessions that one step removed or expired, and why. Only this type names the fields
/// of a record, both in the stream and in the local file.
struct AuditEntry: Sendable, Equatable {
    enum Action: String, Sendable {
        case delete, expire
        /// The sessions stayed after all: Redis refused the removal, or they changed after the record was written, as may
        /// happen in a cluster.
        case kept
        /// No session was touched: a person attested that an owner is gone.
        case attested
        /// Removed sessions are back, each with the deadline that it had.
        case restored

        /// True for a record of sessions that were removed or expired.
        var removes: Bool { self == .delete || self == .expire }
    }

    static let version = "3"

    /// The entry's id in the stream; empty until it is written there.
    var id = ""
    var at: UnixTime
    var refs: [SessionRef]
    /// One age per session; nil if its record does not say when it was created.
    var agesSeconds: [Int?]
    var node: String
    var boot: String?
    var reason: OrphanReason
    var action: Action
    var silentSeconds: Int
    /// The person who attested that the owner is gone, if no daemon instance ever saw it alive.
    var attestedBy: String?
    var epoch: Int
    var by: String
    var run: String
    /// The reason given for an attestation.
    var why: String?
}

extension AuditEntry {
    var owner: SessionOwner { SessionOwner(node: node, boot: boot.map { Boot($0) }) }
}

// MARK: - Making records

extension AuditEntry {
    /// The record of a step on these sessions of a batch. `action` overrides the action of the batch.
    init(_ batch: RemovalBatch, of entries: [RemovalBatch.Entry], action: Action? = nil) {
        self.init(
            at: batch.at, refs: entries.map(\.candidate.ref), agesSeconds: entries.map(batch.ageSeconds(of:)),
            node: batch.owner.node, boot: batch.owner.boot?.text, reason: batch.reason,
            action: action ?? Action(batch.action), silentSeconds: Int(batch.silentSeconds),
            attestedBy: batch.attestedBy, epoch: batch.epoch, by: batch.by, run: batch.run)
    }

    /// The record of sessions of one owner that are restored. Redis fills in the time and the refs.
    init(restoring owner: SessionOwner, _ reason: OrphanReason, of run: String, by: String) {
        self.init(
            at: UnixTime(milliseconds: 0), refs: [], agesSeconds: [], node: owner.node, boot: owner.boot?.text,
            reason: reason, action: .restored, silentSeconds: 0, attestedBy: nil, epoch: 0, by: by, run: run)
    }

    /// The record of a person's attestation about an owner.
    init(_ attestation: Attestation, of owner: SessionOwner) {
        self.init(
            at: attestation.at, refs: [], agesSeconds: [], node: owner.node, boot: owner.boot?.text,
            reason: .ownerUnknown, action: .attested, silentSeconds: 0, attestedBy: attestation.by, epoch: 0,
            by: attestation.by, run: "-", why: attestation.why)
    }
}

extension AuditEntry.Action {
    fileprivate init(_ action: CleanupPolicy.Action) {
        self =
            switch action {
            case .delete: .delete
            case .expire: .expire
            }
    }
}

// MARK: - In the stream

extension AuditEntry {
    /// The fields of a record, named and ordered as they are written.
    private enum Member: String, CaseIterable {
        case version = "v"
        case at, refs
        case agesSeconds = "ages_seconds"
        case action, node, boot, reason
        case silentSeconds = "silent_seconds"
        case attestedBy = "attested_by"
        case epoch, by, run, why
    }

    /// Lua for the fields that the removal script fills in itself, since only the script knows when it runs and which
    /// sessions it cleans. These fields come first. The script has their values in `at`, `action`, `refs` and `ages`;
    /// of the last two it writes the elements from index `from` on.
    static let scriptWords = scriptMembers.map { "'\($0.rawValue)', \($1)" }.joined(separator: ", ")

    private static let scriptMembers: [(Member, lua: String)] = [
        (.version, "'\(version)'"), (.at, "at"), (.refs, "table.concat(refs, '\(separator)', from)"),
        (.agesSeconds, "table.concat(ages, '\(separator)', from)"), (.action, "action"),
    ]

    /// All other fields, as alternating names and values.
    var wordsForScript: [String] {
        words(of: Member.allCases.filter { member in !Self.scriptMembers.contains { $0.0 == member } })
    }

    /// Alternating names and values, as `XADD` takes them.
    var words: [String] { words(of: Member.allCases) }

    private func words(of members: [Member]) -> [String] {
        members.flatMap { member in text(of: member).map { [member.rawValue, $0] } ?? [] }
    }

    /// The field's value; nil if the record omits the field.
    private func text(of member: Member) -> String? {
        switch member {
        case .version: Self.version
        case .at: String(at.milliseconds)
        case .refs: refs.map(\.description).joined(separator: Self.separator)
        case .agesSeconds: agesSeconds.map(Self.word(ageSeconds:)).joined(separator: Self.separator)
        case .action: action.rawValue
        case .node: node
        case .boot: boot ?? ""
        case .reason: reason.rawValue
        case .silentSeconds: String(silentSeconds)
        case .attestedBy: attestedBy ?? ""
        case .epoch: String(epoch)
        case .by: by
        case .run: run
        case .why: why
        }
    }

    /// Reads an entry of `XRANGE`: its id, then alternating names and values.
    init(_ reply: RedisReply) throws(CleanupFault) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text, let words = parts[1].array else {
            throw .badRecord(key: CleanupKeys.audit, why: "it holds an entry of unexpected shape")
        }
        var texts: [Member: String] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            if let member = words[place].text.flatMap(Member.init) { texts[member] = words[place + 1].text }
        }
        guard let entry = try Self.read(id, texts) else {
            throw .badRecord(key: CleanupKeys.audit, why: "entry \(id) has missing or invalid fields")
        }
        self = entry
    }

    private static func read(_ id: String, _ texts: [Member: String]) throws(CleanupFault) -> AuditEntry? {
        guard let version = texts[.version] else { return nil }
        guard version == Self.version else { throw .unknownVersion(key: CleanupKeys.audit) }
        guard let at = texts[.at].flatMap(Int64.init), let refs = texts[.refs].flatMap(refs),
            let ages = texts[.agesSeconds].flatMap(ages), ages.count == refs.count,
            let reason = texts[.reason].flatMap(OrphanReason.init),
            let action = texts[.action].flatMap(Action.init), let node = texts[.node], let boot = texts[.boot],
            let silent = texts[.silentSeconds].flatMap(Int.init), let attested = texts[.attestedBy],
            let epoch = texts[.epoch].flatMap(Int.init), let by = texts[.by], let run = texts[.run]
        else { return nil }
        return AuditEntry(
            id: id, at: UnixTime(milliseconds: at), refs: refs, agesSeconds: ages, node: node,
            boot: boot.isEmpty ? nil : boot, reason: reason, action: action, silentSeconds: silent,
            attestedBy: attested.isEmpty ? nil : attested, epoch: epoch, by: by, run: run, why: texts[.why])
    }

    private static let unknownAge = "-"
    private static let separator = " "

    /// A session's age as the record states it.
    static func word(ageSeconds: Int?) -> String { ageSeconds.map { String($0) } ?? unknownAge }

    private static func refs(_ words: String) -> [SessionRef]? {
        let refs = words.split(separator: separator).map { SessionRef(whole: $0) }
        return refs.contains(nil) ? nil : refs.compactMap(\.self)
    }

    private static func ages(_ words: String) -> [Int?]? {
        let words = words.split(separator: separator)
        return words.allSatisfy { $0 == unknownAge || Int($0) != nil } ? words.map { Int($0) } : nil
    }
}

// MARK: - In the local file

extension AuditEntry {
    /// One line per session.
    var lines: [JSONValue] {
        zip(refs, agesSeconds).map { ref, ageSeconds in
            [
                "time": .time(at.seconds), "ref": .string(ref.description), "node": .string(node),
                "boot": .string(orNull: boot), "reason": .string(reason.rawValue), "action": .string(action.rawValue),
                "age_seconds": ageSeconds.map { .int($0) } ?? .null, "silent_seconds": .int(silentSeconds),
                "attested_by": .string(orNull: attestedBy), "epoch": .int(epoch), "by": .string(by),
                "run": .string(run),
            ]
        }
    }
}

extension AuditEntry {
    /// Reads one line of the file: a record of one session, without an id. Nil if it is no such line.
    init?(line bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let time = json["time"]?.string,
            let at = UnixTime(iso8601: Array(time.utf8).span),
            let ref = json["ref"]?.string.flatMap({ SessionRef(whole: $0[...]) }),
            let node = json["node"]?.string, let boot = json.member("boot", \.string),
            let reason = json["reason"]?.string.flatMap(OrphanReason.init),
            let action = json["action"]?.string.flatMap(Action.init), let age = json.member("age_seconds", \.int),
            let silent = json["silent_seconds"]?.int, let attested = json.member("attested_by", \.string),
            let epoch = json["epoch"]?.int, let by = json["by"]?.string, let run = json["run"]?.string
        else { return nil }
        self.init(
            at: at, refs: [ref], agesSeconds: [age], node: node, boot: boot, reason: reason, action: action,
            silentSeconds: silent, attestedBy: attested, epoch: epoch, by: by, run: run)
    }
}

// MARK: - Entry ids

extension AuditEntry {
    /// The id right after this one, to begin a range with: servers before 6.2 have no exclusive ranges. Nil if `id` is
    /// not an id, or is the last possible one.
    static func place(after id: String) -> String? {
        guard let (time, number) = numbers(id) else { return nil }
        if number < .max { return "\(time)-\(number + 1)" }
        return time < .max ? "\(time + 1)-0" : nil
    }

    /// The id right before this one; nil if `id` is not an id, or is the first possible one.
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
    /// Parses a complete ref: `s:` and all 16 digits.
    public init?(whole text: Substring) {
        guard text.utf8.count == 18, text.hasPrefix("s:"), let range = Self.range(prefix: String(text)),
            range.lowerBound == range.upperBound
        else { return nil }
        self = range.lowerBound
    }
}
