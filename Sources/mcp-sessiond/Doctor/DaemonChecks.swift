import API
import Configuration
import Doctor
import Sessions

/// The checks of a daemon's status: one for each finding, and ok for the rest.
struct DaemonChecks {
    private let frame: AnswerFrame
    private let status: StatusAnswer
    /// The version of this program.
    private let version: String

    init(_ answer: DaemonAnswer<StatusAnswer>, version: String = Build.version) {
        (frame, status) = (answer.frame, answer.data)
        self.version = version
    }

    var all: [Check] {
        checks("view", [.redisUnreachable, .firstScan, .viewIncomplete, .viewStale], else: view)
            + checks(
                "events", [.eventsNotRead, .eventsNotUnderstood, .logCannotTell, .addressesUnknown, .addressesDiffer],
                else: events)
            + checks("instances", [.instancesDiffer], else: instances)
            + checks(
                "nodes",
                [
                    .noNodeSeen, .noNodeAlive, .nodeSilentButWorking, .nodeNameShared, .nodeDead, .nodesMissing,
                    .nodeSuspect, .nodeUnknown, .heartbeatMalformed, .heartbeatsTooRare,
                ], else: nodes)
            + checks("requests", [.stickinessOff, .requestsMisrouted, .clientsStuck], else: nil)
            + checks(
                "sessions",
                [.sessionsOrphaned, .orphansOfGoneNodes, .sessionsMalformed, .sessionsWithoutExpiry, .redisEvicts],
                else: nil)
            + checks("cleanup", [.cleanupRefused, .cleanupSuspended, .cleanupHeld], else: cleanup)
    }

    /// A check for each finding of those kinds; if there are none, the given check.
    private func checks(_ name: String, _ kinds: Set<Finding.Kind>, else well: Check?) -> [Check] {
        let found = status.findings.filter { kinds.contains($0.finding) }
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
        case .otherVersion:
            return Check("daemon", .fail, error.description, mend: "Use the program of the daemon's own version.")
        default:
            return Check(
                "daemon", .fail, error.description, mend: "Start it (mcp-sessiond serve), or name it by --server.")
        }
    }

    private var view: Check {
        Check("view", .ok, "complete" + (frame.viewAgeSeconds.map { ", as of \(TimeText.age($0))" } ?? ""))
    }

    private var events: Check {
        let (taken, rejected) = (status.events.events, status.events.rejected)
        guard taken + rejected > 0 else {
            return Check("events", .skipped, "no log was read: why a request failed is not known")
        }
        return Check("events", .ok, "\(taken) of \(taken + rejected) lines about sessions are understood")
    }

    /// The comparison of the daemon's version with this program's, which only this program can make.
    private var instances: Check {
        let own = status.version
        guard own == version else {
            return Check(
                "instances", .warn, "the daemon is version \(own), this program \(version)",
                mend: "Restart the daemon with the new version, or use the program that it runs.")
        }
        guard let known = status.instances else {
            return Check(
                "instances", .skipped, "version \(own); others are not known where cleanup is off or may not write")
        }
        return Check(
            "instances", .ok, "\(known.count == 1 ? "1 instance" : "\(known.count) instances"), version \(own)")
    }

    private var nodes: Check {
        guard let slowest = status.cleanup.slowestNode else {
            return Check("nodes", .skipped, "no node was seen to write two heartbeats")
        }
        let interval = TimeText.duration(slowest.intervalSeconds)
        return Check("nodes", .ok, "none lets more than \(interval) pass between two heartbeats")
    }

    private var cleanup: Check {
        status.cleanup.mode == .off
            ? Check("cleanup", .skipped, "off: orphans stay until they expire")
            : Check("cleanup", .ok, "\(status.cleanup.mode.rawValue), nothing holds it back")
    }
}
