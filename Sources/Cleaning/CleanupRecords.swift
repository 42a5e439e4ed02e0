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

    /// Nil for a time so far off that no other can be reckoned from it.
    var milliseconds: UnixTime? {
        int.flatMap { Self.times.contains($0) ? UnixTime(milliseconds: Int64($0)) : nil }
    }

    /// How long something took; nil where it is below zero, or longer than anything.
    var spanSeconds: Double? { double.flatMap { (0...Self.longestSpan).contains($0) ? $0 : nil } }

    private static let longestSpan = 3e15
    private static let times = -3_000_000_000_000_000_000...3_000_000_000_000_000_000

    /// A member that may be missing or null, which gives nil in it; nil where it is there and cannot be read.
    public func member<Value>(_ name: String, _ read: (JSONValue) -> Value?) -> Value?? {
        guard let member = self[name], !member.isNull else { return .some(nil) }
        return read(member).map { .some($0) }
    }
}

extension CleanupStop {
    public var json: JSONValue {
        [
            "v": 1, "by": .string(by), "why": .string(why), "at": .milliseconds(at), "until": .milliseconds(until),
        ]
    }

    public init?(_ json: JSONValue) {
        guard let by = json["by"]?.string, let why = json["why"]?.string, let at = json["at"]?.milliseconds,
            let until = json.member("until", \.milliseconds)
        else { return nil }
        self.init(by: by, why: why, at: at, until: until)
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
