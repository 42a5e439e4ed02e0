import Exposition
import Sessions

// What replicas share, as JSON. Times are milliseconds since the epoch, by Redis' clock. Each record names its version;
// one of another version, or with a member that is none, is not guessed at.

extension JSONValue {
    /// A record of the version that we write, out of the bytes of `key`.
    static func record(_ bytes: [UInt8], of key: String) throws(CleanupFault) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw .badRecord(key: key, why: "it holds no JSON")
        }
        guard value["v"]?.int == 1 else {
            guard value["v"] != nil else { throw .badRecord(key: key, why: "it holds a record without a version") }
            throw .unknownVersion(key: key)
        }
        return value
    }

    static func milliseconds(_ time: UnixTime?) -> JSONValue { time.map { .int($0.milliseconds) } ?? .null }

    var milliseconds: UnixTime? { int.map { UnixTime(milliseconds: Int64($0)) } }

    /// A member that may be missing or null, which gives nil in it; nil where it is there and cannot be read.
    func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) -> Value?? {
        guard let member = self[name], !member.isNull else { return .some(nil) }
        return read(member).map { .some($0) }
    }
}

extension GoneOwnerName {
    /// `{"node":"node-1","boot":"b7"}`, with `before` where boots cannot be compared.
    var json: JSONValue {
        [
            "node": .string(node), "boot": .string(orNull: boot),
            "before": createdBefore.map { .int(Int($0)) } ?? .null,
        ]
    }

    init?(_ json: JSONValue) {
        guard let node = json["node"]?.string, let boot = json.member("boot", \.string),
            let before = json.member("before", { $0.int.flatMap { UInt32(exactly: $0) } })
        else { return nil }
        self.init(node: node, boot: boot, createdBefore: before)
    }
}

extension GoneOwner {
    var json: JSONValue {
        [
            "v": 1, "reason": .string(reason.rawValue), "since": .milliseconds(since), "seen_at": .milliseconds(seenAt),
            "gone_seconds": .double(goneSeconds),
        ]
    }

    init?(_ json: JSONValue) {
        guard let reason = json["reason"]?.string.flatMap(OrphanReason.init), let since = json["since"]?.milliseconds,
            let seenAt = json["seen_at"]?.milliseconds, let seconds = json["gone_seconds"]?.double, seconds >= 0
        else { return nil }
        self.init(reason: reason, since: since, seenAt: seenAt, goneSeconds: seconds)
    }
}

extension CleanupStop {
    var json: JSONValue {
        [
            "v": 1, "by": .string(by), "why": .string(why), "at": .milliseconds(at), "until": .milliseconds(until),
        ]
    }

    init?(_ json: JSONValue) {
        guard let by = json["by"]?.string, let why = json["why"]?.string, let at = json["at"]?.milliseconds,
            let until = json.member("until", \.milliseconds)
        else { return nil }
        self.init(by: by, why: why, at: at, until: until)
    }
}

extension RecalledNode {
    var json: JSONValue {
        [
            "v": 1, "boot": .string(orNull: boot), "started_at": .milliseconds(startedAt),
            "seen_at": .milliseconds(seenAt), "last_beat": .milliseconds(lastBeat),
            "silent_seconds": .double(silentSeconds),
        ]
    }

    init?(name: String, _ json: JSONValue) {
        guard let lastBeat = json["last_beat"]?.milliseconds, let silent = json["silent_seconds"]?.double, silent >= 0,
            let boot = json.member("boot", \.string), let startedAt = json.member("started_at", \.milliseconds),
            let seenAt = json.member("seen_at", \.milliseconds)
        else { return nil }
        self.init(
            name: name, boot: boot, startedAt: startedAt, seenAt: seenAt, lastBeat: lastBeat, silentSeconds: silent)
    }
}

/// One life of a server as the master.
struct MasterLife: Sendable, Equatable {
    /// Of the process.
    var runID: String
    /// Of its data: a replica that is promoted takes a new one. Nil where the server does not tell.
    var replicationID: String?
    /// When it was first seen as the master.
    var since: UnixTime

    var json: JSONValue {
        [
            "v": 1, "run_id": .string(runID), "repl_id": .string(orNull: replicationID),
            "since": .milliseconds(since),
        ]
    }
}

extension MasterLife {
    init?(_ json: JSONValue) {
        guard let runID = json["run_id"]?.string, let since = json["since"]?.milliseconds,
            let replicationID = json.member("repl_id", \.string)
        else { return nil }
        self.init(runID: runID, replicationID: replicationID, since: since)
    }

    /// Whether it goes on, as far as both tell.
    func isSame(as other: MasterLife) -> Bool {
        guard runID == other.runID else { return false }
        guard let mine = replicationID, let theirs = other.replicationID else { return true }
        return mine == theirs
    }
}
