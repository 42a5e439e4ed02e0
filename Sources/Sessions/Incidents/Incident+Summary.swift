// The words for an incident: the same in the API, the command line and the page.

extension Incident {
    /// One sentence without a full stop.
    public var summary: String {
        let name = node.map { PrintableText.of($0) } ?? ""
        switch kind {
        case .nodeDied: return "\(name) died\(often): \(stranded)"
        case .nodeRestarted: return "\(name) restarted\(often): \(stranded)"
        case .nodeDrained: return drained(name)
        case .nodeLeft: return "\(name) announced its end and went\(often): \(stranded)"
        case .rollout: return rolledOut
        case .nodeSuspect: return suspect(name)
        case .silentButWorking:
            return "\(name) \(isOpen ? "works" : "worked") without a heartbeat\(often): mend that, and do not "
                + "restart it"
        case .sharedName: return "two boots \(isOpen ? "take" : "took") turns under the name \(name)\(often)"
        case .redisOutage:
            return isOpen ? "Redis is out of reach\(often)" : "Redis was out of reach\(often) \(duration)"
        case .redisFailover:
            return isOpen
                ? "another Redis server took over\(often), and is being read"
                : "another Redis server took over\(often): no complete view \(duration)"
        case .registryFlushed: return "the registry was emptied\(often): \(stranded(as: "vanished"))"
        case .removedSessionInUse:
            return "cleanup removed what was in use, and \(isOpen ? "is" : "was") suspended: \(evidence ?? "")"
        case .stickinessBroken:
            return
                "stickiness broken: \(Self.count(requests, "request")) reached a living node other than the living owner"
        case .reconnectionStorm:
            let count = Self.count(storm?.newSessions ?? 0, "new session")
            return "\(count), at most \(storm?.peakPerMinute ?? 0) a minute, after nothing else that was seen"
        }
    }

    private var often: String { times > 1 ? " \(times) times" : "" }
    private var stranded: String { stranded(as: "stranded") }

    private func stranded(as word: String) -> String {
        let aftermath = aftermath ?? Aftermath()
        guard aftermath.sessions > 0 else { return "no session \(word)" }
        return "\(Self.count(aftermath.sessions, "session")) \(word), \(aftermath.recovered) recovered, "
            + "\(aftermath.stuck) stuck"
    }

    private func drained(_ name: String) -> String {
        if isOpen { return "\(name) is draining\(often)" }
        return parts.isEmpty ? "\(name) drained\(often), and serves again" : "\(name) drained and went: \(stranded)"
    }

    /// `rollout of mcp: 8 of 8 replaced within 192 s, 214 sessions stranded, 201 recovered, 9 stuck`
    private var rolledOut: String {
        let rollout = rollout ?? Rollout(workload: "", total: 0)
        let word = isOpen ? "replaced so far" : "replaced \(duration)"
        return
            "rollout of \(PrintableText.of(rollout.workload)): \(rollout.replaced) of \(rollout.total) \(word), \(stranded)"
    }

    private func suspect(_ name: String) -> String {
        var reasons: [String] = []
        if suspicions.contains(.deniesSessions) { reasons.append("it denies sessions that name it") }
        if suspicions.contains(.countDrifts) { reasons.append("its count and the registry's drift apart") }
        if suspicions.contains(.unreachable) { reasons.append("the proxy cannot reach it") }
        var text = "\(name) \(isOpen ? "is" : "was") suspect\(often): \(reasons.joined(separator: ", and "))"
        if let aftermath { text += ": \(Self.count(aftermath.sessions, "session")), \(aftermath.stuck) stuck" }
        return text
    }

    /// The duration, such as `for 42 s`, or `within 42 s` for an incident that happened several times.
    private var duration: String {
        let seconds = Int(((endedAt ?? beganAt) - beganAt).rounded())
        let word = times > 1 || isRollout ? "within" : "for"
        switch seconds {
        case ..<120: return "\(word) \(seconds) s"
        case ..<7200: return "\(word) \(seconds / 60) min"
        default: return "\(word) \(seconds / 3600) h"
        }
    }

    private static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}

extension Incident {
    /// The number of restarts in one incident that make a loop, as in the alert.
    static let loopTimes = 3

    /// The alert that fires while it lasts. Nil if it requires no action.
    public var alert: String? {
        switch kind {
        case .nodeDied: "McpNodeDownWithSessions"
        case .nodeRestarted: times >= Self.loopTimes ? "McpNodeRestartLoop" : nil
        case .nodeDrained, .nodeLeft, .rollout: nil
        case .nodeSuspect: "McpNodeSuspect"
        case .silentButWorking: "McpNodeSilentButWorking"
        case .sharedName: "McpNodeNameShared"
        case .redisOutage, .redisFailover: "McpRegistryUnreachable"
        case .registryFlushed: "McpSessionsVanished"
        case .stickinessBroken: "McpRequestsMisrouted"
        case .reconnectionStorm: "McpReconnectionStorm"
        case .removedSessionInUse: "McpRemovedSessionInUse"
        }
    }

    /// The page of that alert in the repository.
    public var runbook: String? { alert.map { "alerts/runbooks/\($0).md" } }
}
