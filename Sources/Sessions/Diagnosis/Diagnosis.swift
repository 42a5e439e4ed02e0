/// The list of all that is wrong with the cluster now, the gravest first. The page, `status`, the exit codes, `doctor` and
/// the API show it; nothing else decides what is wrong.
public struct Diagnosis: Sendable, Equatable {
    /// Requests refused longer ago than that are over.
    public static let recentSeconds = 900.0
    /// Below this part of the lines that speak of sessions being understood, the log's format is suspected.
    public static let understoodLeast = 0.95

    public private(set) var findings: [Finding]

    public init(_ input: DiagnosisInput) {
        let all =
            input.viewFindings + input.nodeFindings + input.requestFindings + input.redisFindings
            + input.sessionFindings + input.eventFindings + input.cleanupFindings + input.instanceFindings
        // Of like gravity the order above stays.
        findings = all.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }.map(\.element)
    }

    /// Nothing is to be seen to.
    public var isWell: Bool { !findings.contains(where: \.isWrong) }
}

// MARK: - The view

extension DiagnosisInput {
    fileprivate var viewFindings: [Finding] {
        guard let asOf = view.asOf else { return [redis.isUp ? firstScan : unreachable] }
        var findings: [Finding] = []
        if !redis.isUp {
            findings.append(unreachable)
        } else if let gap = view.gap {
            findings.append(
                Finding(
                    .viewIncomplete, .warning, since: asOf, "the view is incomplete: \(Self.words(gap))",
                    evidence: redis.scanFailure,
                    advice: "Sessions may be missing, or shown that are gone. Everything is being read again: wait.",
                    runbook: "McpSessiondResyncing", command: "doctor"))
        }
        if now - asOf > staleAfterSeconds {
            findings.append(
                Finding(
                    .viewStale, .critical, since: asOf, "the view is stale",
                    evidence: redis.isUp ? redis.scanFailure : nil,
                    advice:
                        "It is older than \(TimeText.duration(staleAfterSeconds)): do not act on its numbers alone.",
                    runbook: "McpSessiondViewStale", command: "doctor"))
        }
        return findings
    }

    private var unreachable: Finding {
        Finding(
            .redisUnreachable, .critical, since: redis.downSince,
            view.asOf == nil ? "Redis is out of reach, and nothing was read yet" : "Redis is out of reach",
            evidence: redis.error ?? redis.scanFailure,
            advice: view.asOf == nil
                ? "Nothing is known yet. Nothing is removed meanwhile."
                : """
                This is the last view before. Restart no node and start no empty Redis: both end sessions that may be \
                alive. Nothing is removed meanwhile.
                """,
            runbook: "McpRegistryUnreachable", command: "doctor")
    }

    private var firstScan: Finding {
        let left = redis.scanSecondsLeft.map { ", about \(TimeText.duration(max($0, 1))) to go" } ?? ""
        return Finding(
            .firstScan, .warning, "the first full scan is not complete\(left)",
            evidence: redis.error ?? redis.scanFailure,
            advice: "Nothing is known yet. Nothing is removed meanwhile.", runbook: "McpSessiondResyncing",
            command: "doctor")
    }

    private static func words(_ gap: ViewState.Gap) -> String {
        switch gap {
        case .firstFullScan: "nothing was read completely yet"
        case .connectionLost: "a server gives no answer, or refuses a command"
        case .fullScanFailed: "a full scan was cut off after it had begun"
        case .resync: "changes may have been missed"
        case .slotsMissing: "slots of the cluster are served by nobody"
        }
    }
}

// MARK: - Requests, Redis, sessions

extension DiagnosisInput {
    fileprivate var requestFindings: [Finding] {
        var findings: [Finding] = []
        let misrouted = refusals.filter { $0.verdict == .misrouted && now - $0.time <= Diagnosis.recentSeconds }
        if !misrouted.isEmpty {
            var causes: [StickyCause: Int] = [:]
            for request in misrouted { causes[request.cause ?? .notLogged, default: 0] += 1 }
            let cause = StickyCause.allCases.max { causes[$0] ?? 0 < causes[$1] ?? 0 } ?? .notLogged
            let atLeast = areRefusalsCut ? "at least " : ""
            var finding = Finding(
                .requestsMisrouted, .critical, since: misrouted.map(\.time).min(), count: misrouted.count,
                """
                \(atLeast)\(counted(misrouted.count, "request")) of the last 15 minutes reached another node than the living \
                owner, mostly \(cause.rawValue)
                """, advice: Self.advice(on: cause), runbook: "McpRequestsMisrouted", command: "misroutes")
            finding.isCountCut = areRefusalsCut
            findings.append(finding)
        }
        if stuckClients > 0 {
            findings.append(
                Finding(
                    .clientsStuck, .critical, count: stuckClients,
                    """
                    \(counted(stuckClients, "client repeats", "clients repeat")) a refused request and \
                    \(stuckClients == 1 ? "does" : "do") not begin anew
                    """,
                    advice: "Many kinds of clients follow one death: wait. One kind: tell its users to reconnect.",
                    runbook: "McpClientsStuck", command: "sessions --stuck"))
        }
        return findings
    }

    private static func advice(on cause: StickyCause) -> String {
        switch cause {
        case .noCookie:
            "Those clients keep no cookies. If it is all of them, the route sets no sticky cookie: mend that."
        case .cookieOwner:
            "The cookie is right and the proxy sent it elsewhere: look at the owner's health check there."
        case .cookieElsewhere:
            "Right after a node flapped: wait, those clients begin anew. Else mend the sticky cookie."
        case .cookieDead: "The cookie names a dead node: those clients are on their way to another. Wait."
        case .cookieOldScheme: "Proxies of two versions write cookies: give all the same version."
        case .cookieUnmapped:
            "The cookie names no node that is known: compare the nodes' url with the proxy's."
        case .notLogged: "Did the proxy's configuration change in the last hour? Undo that. Restart no node."
        }
    }

    fileprivate var redisFindings: [Finding] {
        guard redis.isUp, redis.evicts == true else { return [] }
        return [
            Finding(
                .redisEvicts, .warning, count: redis.evictedKeys,
                redis.evictedKeys > 0
                    ? "Redis evicted \(counted(redis.evictedKeys, "key")) since it started: sessions may be lost"
                    : "Redis drops keys when its memory is full, sessions too",
                advice: "Set maxmemory-policy noeviction.", runbook: "McpRegistryEvictingKeys", command: "doctor")
        ]
    }

    fileprivate var sessionFindings: [Finding] {
        var findings: [Finding] = []
        let malformed = counts.malformed
        if malformed > 0 {
            let reasons = Malformation.allCases.compactMap { reason in
                self.malformed[reason].flatMap { $0 > 0 ? "\($0) \(reason.word)" : nil }
            }
            findings.append(
                Finding(
                    .sessionsMalformed, .warning, count: malformed,
                    "\(counted(malformed, "session")) cannot be read",
                    evidence: reasons.isEmpty ? nil : reasons.joined(separator: ", "),
                    advice: "If it rises, a writer is wrong now: compare with the last release.",
                    runbook: "McpMalformedKeys", command: "sessions --state malformed"))
        }
        if withoutExpiry > 0 {
            findings.append(
                Finding(
                    .sessionsWithoutExpiry, .note, count: withoutExpiry,
                    "\(counted(withoutExpiry, "session has", "sessions have")) no expiry",
                    advice: "If it rises, find the writer and have it mended.", runbook: "McpSessionsWithoutExpiry",
                    command: "sessions"))
        }
        return findings
    }
}

// MARK: - Logs, cleanup, instances

extension DiagnosisInput {
    fileprivate var eventFindings: [Finding] {
        let sources = events.problems.sorted { $0.key < $1.key }.map { source, problem in
            Finding(
                .eventsNotRead, .warning, Self.words(onSource: source), evidence: problem,
                advice: source == "positions"
                    ? "After a restart lines may be read once more, or not at all: see docs/events.md, sources."
                    : "Refused requests may be missing: see docs/events.md, sources.",
                runbook: "McpLogReadingBehind", command: "doctor")
        }
        let (spoke, mend) = (
            events.taken + events.rejected,
            "mcp-sessiond events test FILE shows what each line is taken for; events.rules teach a new format."
        )
        if spoke > 0, Double(events.taken) / Double(spoke) < Diagnosis.understoodLeast {
            return sources + [
                Finding(
                    .eventsNotUnderstood, .warning, count: events.rejected,
                    "\(events.taken) of \(spoke) lines that speak of sessions are understood", advice: mend,
                    runbook: "McpEventLinesRejected", command: "doctor")
            ]
        }
        guard spoke == 0, events.lines > 0 else { return sources }
        return sources + [
            Finding(
                .eventsNotUnderstood, .note, count: events.lines, "none of \(events.lines) lines speaks of a session",
                advice: mend, runbook: "McpEventLinesRejected", command: "doctor")
        ]
    }

    private static func words(onSource source: String) -> Phrase {
        switch source {
        case "files": "not all log files are read"
        case "positions": "the positions in log files are not kept"
        case "stream": "the stream of events is not read"
        default: "events from \(name: source) are not read"
        }
    }

    fileprivate var cleanupFindings: [Finding] {
        guard !cleanup.isOff else { return [] }
        var findings: [Finding] = []
        // With Redis down that follows.
        if let refusal = cleanup.refusal, redis.isUp {
            findings.append(
                Finding(
                    .cleanupRefused, .critical, "cleanup cannot work", evidence: refusal,
                    advice: "Give its Redis user what is missing: docs/watching.md.", runbook: "McpCleanupNotRunning",
                    command: "doctor"))
        }
        if let stop = cleanup.stop {
            let until = stop.until.map { "It ends by itself in \(TimeText.duration($0 - now))." }
            findings.append(
                Finding(
                    .cleanupSuspended, .note, since: stop.at, "cleanup is suspended by \(name: stop.by)",
                    evidence: stop.why.isEmpty ? nil : stop.why,
                    advice: (until ?? "It lasts until it is resumed.")
                        + " Do not resume what you do not understand: ask first.",
                    runbook: "McpCleanupSuspended", command: "cleanup"))
        }
        findings += cleanup.brakes.filter { !isSaidElsewhere($0.brake) }.map { brake in
            Finding(
                .cleanupHeld, brake.brake.severity, since: cleanup.brakesSince[brake.brake],
                "cleanup is held back by the brake \(brake.brake.rawValue)", evidence: brake.evidence,
                advice: Self.advice(on: brake.brake), runbook: "McpCleanupSuspended", command: "cleanup")
        }
        if let slowest = cleanup.slowestNode {
            findings += heartbeatsTooRare(slowest.name, everySeconds: slowest.intervalSeconds)
        }
        return findings
    }

    /// A stop by hand has its own finding, and what follows from the view is said there.
    private func isSaidElsewhere(_ brake: CleanupBrake) -> Bool {
        switch brake {
        case .suspended: true
        case .viewStale, .redisUnsettled: !viewFindings.isEmpty
        case .noHeartbeats: nodes.allSatisfy { !$0.node.isSeen }
        default: false
        }
    }

    private static func advice(on brake: CleanupBrake) -> String {
        switch brake {
        case .noHeartbeats, .deadFraction:
            "Suspect the heartbeats first: ask a node itself. If it answers, restart nothing and mend its heartbeat."
        case .redisUnsettled: "It lets go by itself once Redis has been steady for a while."
        case .clockSkew: "Set the clocks of this machine and of Redis right."
        case .viewStale: "It lets go with the next complete scan."
        case .suspended: "It lets go by itself once its reason is gone."
        }
    }

    private func heartbeatsTooRare(_ node: String, everySeconds: Double) -> [Finding] {
        let needed = CleanupPolicy.silentIntervals * everySeconds
        guard needed > cleanup.mostSilenceSeconds else { return [] }
        let (interval, silence) = (TimeText.duration(everySeconds), TimeText.duration(needed))
        return [
            Finding(
                .heartbeatsTooRare, .warning, nodes: [node],
                """
                \(name: node) lets \(interval) pass between two heartbeats: it should be silent for \(silence) before its \
                sessions go
                """, advice: "Set cleanup.grace to \(silence) or more, or have it send heartbeats more often.",
                runbook: "McpNodeSilentButWorking", command: "nodes")
        ]
    }

    fileprivate var instanceFindings: [Finding] {
        let all = instances ?? []
        let versions = Set(all.map(\.version))
        var findings: [Finding] = []
        if versions.count > 1 {
            findings.append(
                Finding(
                    .instancesDiffer, .warning, count: versions.count,
                    "\(versions.count) versions run beside each other",
                    evidence: all.map { "\(PrintableText.of($0.name)) \($0.version)" }.joined(separator: ", "),
                    advice: "Bring all instances to one version; which removes is up to who holds the lease.",
                    runbook: "McpCleanupNotRunning", command: "doctor"))
        }
        let watches = Set(all.compactMap(\.watch))
        if watches.count > 1 {
            findings.append(
                Finding(
                    .instancesDiffer, .warning, count: watches.count,
                    "instances watch different keys: \(watches.count) fingerprints",
                    advice: """
                        What one saw of nodes is void for the other: give all the same redis.url database and registry.* \
                        settings.
                        """, runbook: "McpCleanupNotRunning", command: "doctor"))
        }
        return findings
    }
}

extension CleanupBrake {
    /// Some come with every start, and go by themselves.
    fileprivate var severity: Finding.Severity {
        switch self {
        case .redisUnsettled, .viewStale, .suspended: .note
        case .noHeartbeats, .deadFraction, .clockSkew: .warning
        }
    }
}

extension AppliedBrake {
    /// `2 of 3 nodes are dead at once (0.67, limit 0.5)`
    var evidence: String {
        guard let measured, let limit else { return detail }
        func text(_ number: Double) -> String {
            let rounded = (number * 100).rounded() / 100
            return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
        }
        return "\(detail) (\(text(measured)), limit \(text(limit)))"
    }
}
