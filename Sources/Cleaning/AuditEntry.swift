import Exposition
import Redis
import Sessions

/// One record of the audit: the sessions that one step cleaned, by their refs, and why. Only this type names the members
/// of a record, in the stream as well as in the local file.
struct AuditEntry: Sendable, Equatable {
    enum Action: String, Sendable {
        case delete, expire
        /// They were left after all: in a cluster, where the record comes before the removal, or where that was refused.
        case kept
        /// No session went: a person said that an owner is gone.
        case attested
    }

    static let version = "3"

    /// Its place in the stream; empty as long as it is not written there.
    var id = ""
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
    /// The reason that was given for an attestation.
    var why: String?
}

// MARK: - What it tells of

extension AuditEntry {
    /// What a step does to these sessions of a batch; `action` where that is not what the batch is for.
    init(_ batch: RemovalBatch, of entries: [RemovalBatch.Entry], action: Action? = nil) {
        self.init(
            at: batch.at, refs: entries.map(\.candidate.ref), agesSeconds: entries.map(batch.ageSeconds(of:)),
            node: batch.owner.node, boot: batch.owner.boot?.text, reason: batch.reason,
            action: action ?? Action(batch.action), silentSeconds: Int(batch.silentSeconds),
            attestedBy: batch.attestedBy, epoch: batch.epoch, by: batch.by, run: batch.run)
    }

    /// What a person says of an owner.
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
    /// The members of a record, by their names and in the order in which they are written.
    private enum Member: String, CaseIterable {
        case version = "v"
        case at, refs
        case agesSeconds = "ages_seconds"
        case action, node, boot, reason
        case silentSeconds = "silent_seconds"
        case attestedBy = "attested_by"
        case epoch, by, run, why
    }

    /// Lua for the members that the script that removes fills in itself, since it alone knows when it runs and which
    /// sessions it cleans. They come first. It has them in its variables `at`, `action`, and `refs` and `ages`, of which those
    /// `from` a number on are told.
    static let scriptWords = scriptMembers.map { "'\($0.rawValue)', \($1)" }.joined(separator: ", ")

    private static let scriptMembers: [(Member, lua: String)] = [
        (.version, "'\(version)'"), (.at, "at"), (.refs, "table.concat(refs, '\(separator)', from)"),
        (.agesSeconds, "table.concat(ages, '\(separator)', from)"), (.action, "action"),
    ]

    /// The words of all other members: names and values in turns.
    var wordsForScript: [String] {
        words(of: Member.allCases.filter { member in !Self.scriptMembers.contains { $0.0 == member } })
    }

    /// Names and values in turns, as `XADD` takes them.
    var words: [String] { words(of: Member.allCases) }

    private func words(of members: [Member]) -> [String] {
        members.flatMap { member in text(of: member).map { [member.rawValue, $0] } ?? [] }
    }

    /// Nil where the record goes without that member.
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

    /// An entry of `XRANGE`: its id, and names and values in turns.
    init(_ reply: RedisReply) throws(CleanupFault) {
        guard let parts = reply.array, parts.count == 2, let id = parts[0].text, let words = parts[1].array else {
            throw .badRecord(key: CleanupKeys.audit, why: "it holds an entry of another shape")
        }
        var texts: [Member: String] = [:]
        for place in stride(from: 0, to: words.count - 1, by: 2) {
            if let member = words[place].text.flatMap(Member.init) { texts[member] = words[place + 1].text }
        }
        guard let entry = try Self.read(id, texts) else {
            throw .badRecord(key: CleanupKeys.audit, why: "its entry \(id) lacks what it must have")
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

    /// What the record of a session says of its age.
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
    /// A line for each of its sessions.
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

// MARK: - Places in the stream

extension AuditEntry {
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
