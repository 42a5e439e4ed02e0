import Configuration
import Doctor
import Exposition
import Sessions

/// What a daemon's status says about the set-up: all that it finds, and that the rest is well.
struct DaemonChecks {
    private let answer: DaemonAnswer
    private var data: JSONValue { answer.data }
    private let findings: [ReportedFinding]
    /// Of this program.
    private let version: String

    init(_ answer: DaemonAnswer, version: String = Build.version) {
        self.answer = answer
        findings = ReportedFinding.all(in: answer.data)
        self.version = version
    }

    var all: [Check] {
        checks(
            "view", ["findings_unknown", "redis_unreachable", "first_scan", "view_incomplete", "view_stale"], else: view
        )
            + checks("events", ["events_not_read", "events_not_understood"], else: events)
            + checks("instances", ["instances_differ"], else: instances)
            + checks(
                "nodes",
                [
                    "no_node_seen", "no_node_alive", "node_silent_but_working", "node_name_shared", "node_dead",
                    "node_suspect", "node_unknown", "heartbeat_malformed", "heartbeats_too_rare",
                ], else: nodes)
            + checks("requests", ["requests_misrouted", "clients_stuck"], else: nil)
            + checks(
                "sessions", ["sessions_orphaned", "sessions_malformed", "sessions_without_expiry", "redis_evicts"],
                else: nil)
            + checks("cleanup", ["cleanup_refused", "cleanup_suspended", "cleanup_held"], else: cleanup)
    }

    /// The findings of those kinds, a check each; where there are none, what is to be said instead.
    private func checks(_ name: String, _ kinds: Set<String>, else well: Check?) -> [Check] {
        let found = findings.filter { kinds.contains($0.kind) }
        guard found.isEmpty else {
            return found.map {
                let more = $0.command == "mcp-sessiond doctor" ? "" : " \($0.command) shows more."
                return Check(name, $0.isCritical ? .fail : .warn, $0.sentence, mend: $0.advice + more)
            }
        }
        return well.map { [$0] } ?? []
    }

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

    private var view: Check {
        Check("view", .ok, "complete" + (answer.viewAgeSeconds.map { ", as of \(TimeText.age($0))" } ?? ""))
    }

    private var events: Check {
        let (taken, rejected) = (data["events"]?["events"]?.int ?? 0, data["events"]?["rejected"]?.int ?? 0)
        guard taken + rejected > 0 else {
            return Check("events", .skipped, "no log was read: why a request failed is not known")
        }
        return Check("events", .ok, "\(taken) of \(taken + rejected) lines that speak of sessions are understood")
    }

    /// Whether the daemon and this program are of one version is seen from here alone.
    private var instances: Check {
        let own = data["version"]?.string ?? "?"
        guard own == version else {
            return Check(
                "instances", .warn, "the daemon is version \(own), this program \(version)",
                mend: "Restart the daemon with the new version, or use the program that it runs.")
        }
        guard let known = data["replicas"]?.array else {
            return Check(
                "instances", .skipped, "version \(own); others are not known where cleanup is off or may not write")
        }
        return Check(
            "instances", .ok, "\(known.count == 1 ? "1 instance" : "\(known.count) instances"), version \(own)")
    }

    private var nodes: Check {
        guard let slowest = data["cleanup"]?["slowest_node"], !slowest.isNull else {
            return Check("nodes", .skipped, "none was seen to beat twice")
        }
        let interval = TimeText.duration(slowest["interval_seconds"]?.double ?? 0)
        return Check("nodes", .ok, "none lets more than \(interval) pass between two heartbeats")
    }

    private var cleanup: Check {
        let mode = data["cleanup"]?["mode"]?.string ?? "?"
        return mode == "off"
            ? Check("cleanup", .skipped, "off: orphans stay until they expire")
            : Check("cleanup", .ok, "\(mode), nothing holds it back")
    }
}
