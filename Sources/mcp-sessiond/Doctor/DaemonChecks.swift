import Exposition
import Sessiond
import Sessions

/// What a daemon's status says about the set-up.
struct DaemonChecks {
    /// Below this part of the lines that speak of sessions being understood, the log's format is suspected.
    static let understoodLeast = 0.95

    private let answer: DaemonAnswer
    private var data: JSONValue { answer.data }
    /// Of this program.
    private let version: String

    init(_ answer: DaemonAnswer, version: String = Build.version) {
        self.answer = answer
        self.version = version
    }

    var all: [Check] { [picture, lines, replicas, heartbeats, cleanup] }

    static func unanswered(_ error: DaemonClientError, isNamed: Bool) -> Check {
        switch error {
        case .outOfReach where !isNamed:
            return Check("daemon", .skipped, "none answers at \(DaemonClient.standardServer); --server names another")
        case .refused(let text):
            return Check(
                "daemon", .warn, "it does not let us read its status: \(text)",
                mend: "Give a token with the scope read in \(DaemonClient.tokenVariable), or by --token-file.")
        default:
            return Check(
                "daemon", .fail, error.description, mend: "Start it (mcp-sessiond serve), or name it by --server.")
        }
    }

    /// Whether what it shows is whole and new.
    private var picture: Check {
        let why = [
            data["watch"]?["gap"]?.string, data["watch"]?["reading_failure"]?.string, data["redis"]?["error"]?.string,
        ]
        let reason = why.compactMap(\.self).first.map { ": \($0)" } ?? ""
        guard let age = answer.viewAgeSeconds else {
            return Check(
                "picture", .fail, "nothing was read completely yet\(reason)",
                mend: "mcp-sessiond status shows how long the first reading will take, or what stops it.")
        }
        guard answer.isComplete else {
            return Check(
                "picture", .fail, "not whole\(reason)", mend: "The checks of Redis above say what stands in the way.")
        }
        let stale = data["watch"]?["stale_after_seconds"]?.double ?? DaemonAnswer.oldSeconds
        guard age <= stale else {
            return Check(
                "picture", .fail, "old: as of \(TimeText.age(age))\(reason)",
                mend: "The checks of Redis above say what stands in the way.")
        }
        return Check("picture", .ok, "complete, as of \(TimeText.age(age))")
    }

    /// Whether it understands the logs that it reads.
    private var lines: Check {
        let events = data["events"]
        if let (source, problem) = events?["problems"]?.object?.first.map({ ($0.key, $0.value.string ?? "?") }) {
            return Check("events", .warn, "\(source): \(problem)", mend: "See docs/events.md: sources.")
        }
        let (read, taken, rejected) = (
            events?["lines"]?.int ?? 0, events?["events"]?.int ?? 0, events?["rejected"]?.int ?? 0
        )
        let mend = "mcp-sessiond events test FILE shows what each line is taken for; events.rules teach a new format."
        guard let share = events?["understood_share"]?.double else {
            guard read == 0 else {
                return Check("events", .warn, "none of \(read) lines speaks of a session", mend: mend)
            }
            return Check("events", .skipped, "no log was read: why a request failed is not known")
        }
        let shown = "\(taken) of \(taken + rejected) lines that speak of sessions are understood"
        return share < Self.understoodLeast
            ? Check("events", .warn, shown, mend: mend) : Check("events", .ok, shown)
    }

    /// Whether all replicas, and this program, are of one version.
    private var replicas: Check {
        let own = data["version"]?.string ?? "?"
        let known = (data["replicas"]?.array ?? []).compactMap { row -> (String, String)? in
            guard let name = row["replica"]?.string, let version = row["version"]?.string else { return nil }
            return (name, version)
        }
        let versions = Set(known.map(\.1) + [own]).sorted()
        guard versions.count < 2 else {
            let list = known.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            return Check(
                "replicas", .warn, "\(versions.count) versions run beside each other: \(list)",
                mend: "Bring all replicas to one version; which removes is up to who holds the lease.")
        }
        guard own == version else {
            return Check(
                "replicas", .warn, "the daemon is version \(own), this program \(version)",
                mend: "Restart the daemon with the new version, or use the program that it runs.")
        }
        let watches = Set((data["replicas"]?.array ?? []).compactMap { $0["watch"]?.string })
        guard watches.count < 2 else {
            return Check(
                "replicas", .warn, "they watch different keys: \(watches.count) fingerprints",
                mend: "What one saw of nodes is void for the other: give all the same redis.url database and "
                    + "registry.* settings.")
        }
        guard data["replicas"]?.array != nil else {
            return Check(
                "replicas", .skipped, "version \(own); others are not known where cleanup is off or may not write")
        }
        return Check("replicas", .ok, "\(known.count == 1 ? "1 replica" : "\(known.count) replicas"), version \(own)")
    }

    /// Whether nodes beat as cleanup needs it.
    private var heartbeats: Check {
        let flags = data["node_flags"]
        if let working = flags?["silent_but_working"]?.int, working > 0 {
            return Check(
                "nodes", .fail,
                working == 1 ? "1 node works without a heartbeat" : "\(working) nodes work without a heartbeat",
                mend: "Mend the heartbeats, restart none: mcp-sessiond nodes shows which.")
        }
        if let shared = flags?["shared_name"]?.int, shared > 0 {
            return Check(
                "nodes", .fail,
                shared == 1 ? "1 name is shared by two boots" : "\(shared) names are shared by two boots each",
                mend: "Give each process a name of its own: mcp-sessiond nodes shows which.")
        }
        guard let slowest = data["cleanup"]?["slowest_node"], !slowest.isNull,
            let needed = slowest["silence_seconds"]?.double, let most = slowest["max_silence_seconds"]?.double
        else { return Check("nodes", .skipped, "none was seen to beat twice") }
        let interval = TimeText.duration(slowest["interval_seconds"]?.double ?? 0)
        guard needed > most else {
            return Check("nodes", .ok, "none lets more than \(interval) pass between two heartbeats")
        }
        let (name, grace) = (slowest["node"]?.string ?? "?", TimeText.duration(needed))
        return Check(
            "nodes", .warn,
            "\(name) lets \(interval) pass between two heartbeats: it should be silent for \(grace) before its "
                + "sessions go",
            mend: "Set cleanup.grace to \(grace) or more, or have it beat more often.")
    }

    /// Whether cleanup may do what it is told to.
    private var cleanup: Check {
        let cleanup = data["cleanup"]
        let mode = cleanup?["mode"]?.string ?? "?"
        if mode == "off" { return Check("cleanup", .skipped, "off: orphans stay until they expire") }
        if let refusal = cleanup?["refusal"]?.string {
            return Check(
                "cleanup", .fail, "\(mode), and may not: \(refusal)", mend: "See acl above, and docs/cleanup.md.")
        }
        let brakes = (cleanup?["brakes"]?.array ?? []).compactMap(\.string)
        guard brakes.isEmpty else {
            return Check(
                "cleanup", .warn, "\(mode), held back by \(brakes.joined(separator: ", "))",
                mend: "mcp-sessiond cleanup says what was measured; docs/cleanup.md#brakes what each waits for.")
        }
        return Check("cleanup", .ok, "\(mode), nothing holds it back")
    }
}
