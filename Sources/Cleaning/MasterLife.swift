import Exposition
import Sessions

/// One term of a server as master.
struct MasterLife: Sendable, Equatable {
    /// The id of the server's process.
    var runID: String
    /// The id of its data set: a promoted replica takes a new one. Nil if the server does not say.
    var replicationID: String?
    /// The time at which it was first seen as master.
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

    /// True if it is the same term, as far as both sides know.
    func isSame(as other: MasterLife) -> Bool {
        guard runID == other.runID else { return false }
        guard let mine = replicationID, let theirs = other.replicationID else { return true }
        return mine == theirs
    }
}
