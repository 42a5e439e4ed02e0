import Configuration
import Sessions
import Watching

/// A command that the daemon sends, in a form that tries the ACL and changes nothing: on missing keys, or in a way that
/// Redis refuses for another reason once the ACL has allowed it.
struct AccessNeed {
    /// The purpose of the command.
    enum Purpose: String, CaseIterable {
        case watching
        case tracking = "tracking of changes"
        case canaries
        case info = "version and eviction"
        case role = "finding the right server"
        case evidence = "cleanup's evidence, lease and reports"
        case removal
        case undo = "undo of removals"
        case stream = "the event stream"
    }

    let purpose: Purpose
    /// As an ACL names it: `client|id`.
    let command: String
    let words: [String]
    /// The keys that it must be allowed to use, as an ACL names them; nil if it uses none.
    let keys: KeyRight?
    /// True if it is sent only to try the keys: the daemon does not need the command.
    var isOfKeysAlone = false

    /// A right on keys: `%R~mcp:session:*`.
    struct KeyRight: Hashable {
        let pattern: String
        let isReadOnly: Bool

        /// The right in an ACL. Before Redis 7, reading and writing are not distinguished.
        func text(majorVersion: Int?) -> String {
            guard let majorVersion, majorVersion < 7 else { return (isReadOnly ? "%R~" : "~") + pattern }
            return "~" + pattern
        }
    }

    init(_ purpose: Purpose, _ words: [String], command: String? = nil, keys: KeyRight? = nil) {
        self.purpose = purpose
        self.words = words
        self.command = command ?? words[0].lowercased()
        self.keys = keys
    }
}

extension AccessNeed {
    /// All that the daemon needs with its settings, except tracking, which is tried on a connection of its own. `nonce`
    /// ends the names of missing keys; `canary` is a key that exists.
    static func all(_ settings: Settings, _ plan: WatchPlan, nonce: String, canary: String) -> [AccessNeed] {
        var needs = watching(plan, nonce) + [AccessNeed(.info, ["INFO"])]
        needs += plan.deployment.clientCommands(readsFromReplica: plan.readsFromReplica).map { words in
            AccessNeed(.role, words, command: words.joined(separator: "|").lowercased())
        }
        if settings.cleanup.mode != .off { needs += evidence(nonce, canary) }
        if settings.cleanup.mode.removes {
            needs += removal(plan, nonce)
            if settings.cleanup.undoFor > .zero { needs += undo(plan, nonce) }
        }
        if !settings.events.stream.key.isEmpty { needs += stream(settings.events.stream, nonce) }
        return needs
    }

    private static func watching(_ plan: WatchPlan, _ nonce: String) -> [AccessNeed] {
        func right(_ pattern: String) -> KeyRight { KeyRight(pattern: pattern, isReadOnly: true) }
        let prefix = plan.keySpace.dialects[0].sessions.prefix
        let (key, sessions) = (prefix + nonce, right(prefix + "*"))
        var needs = [
            AccessNeed(.watching, ["SCAN", "0", "COUNT", "1"]), AccessNeed(.watching, ["TIME"]),
            AccessNeed(.watching, ["MGET", key], keys: sessions), AccessNeed(.watching, ["GET", key], keys: sessions),
            AccessNeed(.watching, ["GETRANGE", key, "0", "0"], keys: sessions),
            AccessNeed(.watching, ["PTTL", key], keys: sessions),
            AccessNeed(.watching, ["EXISTS", key], keys: sessions),
            AccessNeed(.watching, ["TYPE", key], keys: sessions),
            AccessNeed(.watching, ["HMGET", key, "node"], keys: sessions),
        ]
        for dialect in plan.keySpace.dialects {
            for other in [dialect.sessions.prefix, dialect.owners?.prefix, dialect.nodes?.prefix].compactMap(\.self) {
                needs.append(AccessNeed(.watching, ["EXISTS", other + nonce], keys: right(other + "*")))
            }
            if let collection = dialect.nodesCollection {
                needs += [["HLEN"], ["HGETALL"], ["ZREVRANGE"]].map { words in
                    let rest = words == ["ZREVRANGE"] ? ["0", "0"] : []
                    return AccessNeed(.watching, words + [collection] + rest, keys: right(collection))
                }
            }
        }
        return needs
    }

    /// Tries whether a key may be written, if the command itself is allowed: an expiry that is not a number makes SET
    /// fail.
    private static func writing(_ purpose: Purpose, _ key: String, _ right: KeyRight) -> AccessNeed {
        var need = AccessNeed(purpose, ["SET", key, "1", "EX", "none"], keys: right)
        need.isOfKeysAlone = true
        return need
    }

    private static func evidence(_ nonce: String, _ canary: String) -> [AccessNeed] {
        let key = KeySpace.ourPrefix + "doctor:" + nonce
        let right = KeyRight(pattern: KeySpace.ourPrefix + "*", isReadOnly: false)
        let tried: [[String]] = [
            ["EVAL", "return 1", "1", key], ["EVALSHA", String(repeating: "0", count: 40), "1", key],
            // A field without its value.
            ["HSET", key, "f", "v", "f"], ["HDEL", key, "f"], ["DEL", key], ["LTRIM", key, "0", "0"],
            ["LRANGE", key, "0", "0"], ["XRANGE", key, "-", "+"], ["XREVRANGE", key, "+", "-"], ["GET", key],
            ["HGETALL", key], ["HMGET", key, "v"], ["TYPE", key],
        ]
        return tried.map { AccessNeed(.evidence, $0, keys: right) } + [
            writing(.evidence, key, right),
            // INFO tells the server's run id and replication offset, without which no silence counts.
            AccessNeed(.evidence, ["INFO"]),
            // An attestation is recorded in the audit. The length is not a number.
            AccessNeed(.evidence, ["XADD", key, "MAXLEN", "~", "none", "*", "f", "v"], keys: right),
            // The canary exists, and is not a list.
            AccessNeed(.evidence, ["LPUSH", canary, "v"], keys: right),
        ]
    }

    private static func removal(_ plan: WatchPlan, _ nonce: String) -> [AccessNeed] {
        let ours = KeySpace.ourPrefix + "doctor:" + nonce
        let prefix = plan.keySpace.dialects[0].sessions.prefix
        func right(_ pattern: String) -> KeyRight { KeyRight(pattern: pattern, isReadOnly: false) }
        var needs = [
            // The length is not a number.
            AccessNeed(
                .removal, ["XADD", ours, "MAXLEN", "~", "none", "*", "f", "v"], keys: right(KeySpace.ourPrefix + "*")),
            AccessNeed(.removal, ["UNLINK", prefix + nonce], keys: right(prefix + "*")),
            AccessNeed(.removal, ["PEXPIRE", prefix + nonce, "1000"], keys: right(prefix + "*")),
            AccessNeed(.removal, ["HGET", prefix + nonce, "f"], keys: right(prefix + "*")),
            AccessNeed(.removal, ["ZSCORE", prefix + nonce, "f"], keys: right(prefix + "*")),
        ]
        // A script may name no key that the user may not write.
        let sha = String(repeating: "0", count: 40)
        for dialect in plan.keySpace.dialects where !dialect.isAdoptable {
            for other in [dialect.sessions.prefix, dialect.owners?.prefix, dialect.nodes?.prefix].compactMap(\.self) {
                needs.append(AccessNeed(.removal, ["EVALSHA", sha, "1", other + nonce], keys: right(other + "*")))
                needs.append(writing(.removal, other + nonce, right(other + "*")))
            }
            if let collection = dialect.nodesCollection {
                needs.append(AccessNeed(.removal, ["EVALSHA", sha, "1", collection], keys: right(collection)))
                needs.append(writing(.removal, collection, right(collection)))
            }
        }
        return needs
    }

    /// What keeps removed sessions, without which none is removed, and restores them.
    private static func undo(_ plan: WatchPlan, _ nonce: String) -> [AccessNeed] {
        let session = plan.keySpace.dialects[0].sessions.prefix + nonce
        let store = KeySpace.ourPrefix + "doctor:" + nonce
        let sessions = KeyRight(pattern: plan.keySpace.dialects[0].sessions.prefix + "*", isReadOnly: false)
        let ours = KeyRight(pattern: KeySpace.ourPrefix + "*", isReadOnly: false)
        // The value is none.
        let onSessions = [["DUMP", session], ["RESTORE", session, "0", "none"], ["PERSIST", session]]
        let onStore = [["HGET", store, "f"], ["HLEN", store], ["HSCAN", store, "0"], ["UNLINK", store]]
        return onSessions.map { AccessNeed(.undo, $0, keys: sessions) }
            + onStore.map { AccessNeed(.undo, $0, keys: ours) }
            + [(session, sessions), (store, ours)].map { key, right in
                AccessNeed(.undo, ["PEXPIREAT", key, "1"], keys: right)
            }
    }

    private static func stream(_ stream: EventSettings.Stream, _ nonce: String) -> [AccessNeed] {
        let right = KeyRight(pattern: stream.key, isReadOnly: false)
        // The group does not exist.
        let (key, group) = (stream.key, "doctor-" + nonce)
        return [
            AccessNeed(
                .stream, ["XREADGROUP", "GROUP", group, group, "COUNT", "1", "STREAMS", key, ">"], keys: right),
            AccessNeed(.stream, ["XACK", key, group, "0-0"], keys: right),
            AccessNeed(.stream, ["XCLAIM", key, group, group, "0", "0-0"], keys: right),
            AccessNeed(.stream, ["XAUTOCLAIM", key, group, group, "0", "0-0"], keys: right),
            // The id is invalid.
            AccessNeed(.stream, ["XGROUP", "CREATE", key, group, "none"], command: "xgroup|create", keys: right),
            AccessNeed(.stream, ["XINFO", "STREAM", key], command: "xinfo|stream", keys: right),
            AccessNeed(.stream, ["XINFO", "GROUPS", key], command: "xinfo|groups", keys: right),
        ]
    }
}
