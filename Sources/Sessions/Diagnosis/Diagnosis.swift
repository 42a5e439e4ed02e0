/// The list of everything that is wrong with the cluster now, the most severe first. The page, `status`, the exit
/// codes, `doctor` and the API show it; nothing else decides what is wrong.
public struct Diagnosis: Sendable, Equatable {
    /// The age from which refused requests no longer count.
    public static let recentSeconds = 900.0
    /// The share of lines about sessions that must be understood. Below it the log's format is suspected.
    public static let understoodLeast = 0.95

    public private(set) var findings: [Finding]

    public init(_ input: DiagnosisInput) {
        let all =
            input.viewFindings + input.nodeFindings + input.requestFindings + input.redisFindings
            + input.sessionFindings + input.eventFindings + input.logFindings + input.addressFindings
            + input.cleanupFindings + input.instanceFindings
        // Findings of equal severity stay in the order above.
        findings = all.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }.map(\.element)
    }

    /// True if nothing needs attention.
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
                    advice: "Sessions may be missing, or shown though they are gone. All is being read again: wait.",
                    runbook: "McpSessiondResyncing", command: "doctor"))
        }
        if let age = view.ageSeconds(at: now), age > staleAfterSeconds {
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
                This is the last view. Do not restart a node or start an empty Redis: both end sessions that may be \
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
        case .firstFullScan: "nothing has been read completely yet"
        case .connectionLost: "a server does not answer, or refuses a command"
        case .fullScanFailed: "a full scan was interrupted"
        case .resync: "changes may have been missed"
        case .slotsMissing: "some slots of the cluster have no server"
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
            for request in misrouted { causes[request.cause ?? .notLogged, default: 0] += request.count }
            let count = misrouted.reduce(0) { $0 + $1.count }
            let cause = StickyCause.allCases.max { causes[$0] ?? 0 < causes[$1] ?? 0 } ?? .notLogged
            let atLeast = areRefusalsCut ? "at least " : ""
            if let off = stickinessOff(misrouted) { findings.append(off) }
            var finding = Finding(
                .requestsMisrouted, .critical, since: misrouted.map(\.time).min(), count: count,
                """
                \(atLeast)\(counted(count, "request")) of the last 15 minutes reached another node than the living \
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
                    \(stuckClients == 1 ? "does" : "do") not start a new session
                    """,
                    advice: "Many kinds of clients: a node died, so wait. One kind: tell its users to reconnect.",
                    runbook: "McpClientsStuck", command: "sessions --stuck"))
        }
        return findings
    }

    private static func advice(on cause: StickyCause) -> String {
        switch cause {
        case .noCookie:
            "These clients keep no cookies. If no client keeps one, the route sets no sticky cookie: fix it."
        case .stickinessOff:
            "Turn the sticky cookie on for the route's service, or undo the last change of the proxy's configuration."
        case .cookieRejected:
            "The proxy's version or the nodes' addresses in its configuration changed: undo that, or wait for new sessions."
        case .cookieOwner:
            "The cookie is right, but the proxy sent it elsewhere: see the owner's health check there."
        case .cookieElsewhere:
            "If a node just flapped, wait: these clients start new sessions. Else fix the sticky cookie."
        case .cookieDead: "The cookie names a dead node: these clients are moving to another. Wait."
        case .cookieOldScheme: "Proxies of two versions write cookies: run one version everywhere."
        case .cookieUnmapped:
            "The cookie names no known node: compare the nodes' url with the proxy's."
        case .notLogged: "Did the proxy's configuration change in the last hour? Undo it. Do not restart a node."
        }
    }

    fileprivate var redisFindings: [Finding] {
        guard redis.isUp, redis.evicts == true else { return [] }
        return [
            Finding(
                .redisEvicts, .warning, count: redis.evictedKeys,
                redis.evictedKeys > 0
                    ? "Redis evicted \(counted(redis.evictedKeys, "key")) since it started: sessions may be lost"
                    : "Redis evicts keys when its memory is full, sessions included",
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
                    advice: "If the number rises, a writer is broken now: compare with the last release.",
                    runbook: "McpMalformedKeys", command: "sessions --state malformed"))
        }
        if withoutExpiry > 0 {
            findings.append(
                Finding(
                    .sessionsWithoutExpiry, .note, count: withoutExpiry,
                    "\(counted(withoutExpiry, "session has", "sessions have")) no expiry",
                    advice: "If the number rises, find and fix the writer.", runbook: "McpSessionsWithoutExpiry",
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
                    ? "After a restart lines may be read again, or not at all: see docs/events.md, sources."
                    : "Refused requests may be missing: see docs/events.md, sources.",
                runbook: "McpLogReadingBehind", command: "doctor")
        }
        let (spoke, mend) = (
            events.taken + events.rejected,
            "mcp-sessiond events test FILE shows how each line is understood; events.rules add a format."
        )
        if spoke > 0, Double(events.taken) / Double(spoke) < Diagnosis.understoodLeast {
            return sources + [
                Finding(
                    .eventsNotUnderstood, .warning, count: events.rejected,
                    "\(events.taken) of \(spoke) lines about sessions are understood", advice: mend,
                    runbook: "McpEventLinesRejected", command: "doctor")
            ]
        }
        guard spoke == 0, events.lines > 0, events.blindLogs.isEmpty else { return sources }
        return sources + [
            Finding(
                .eventsNotUnderstood, .note, count: events.lines, "none of \(events.lines) lines is about a session",
                advice: mend, runbook: "McpEventLinesRejected", command: "doctor")
        ]
    }

    private static func words(onSource source: String) -> Phrase {
        switch source {
        case "files": "not all log files are read"
        case "positions": "the positions in log files are not saved"
        case "stream": "the stream of events is not read"
        default: "events from \(name: source) are not read"
        }
    }

    fileprivate var cleanupFindings: [Finding] {
        guard !cleanup.isOff else { return [] }
        var findings: [Finding] = []
        // While Redis is down, this follows from it.
        if let refusal = cleanup.refusal, redis.isUp {
            findings.append(
                Finding(
                    .cleanupRefused, .critical, "cleanup cannot work", evidence: refusal,
                    advice: "Give its Redis user what is missing: docs/watching.md.", runbook: "McpCleanupNotRunning",
                    command: "doctor"))
        }
        if let stop = cleanup.stop, stop.isTripped {
            findings.append(
                Finding(
                    .cleanupSuspended, .critical, since: stop.at,
                    "cleanup removed a session that is in use, and is suspended", evidence: stop.why,
                    advice: """
                        Find out why its owner was taken for dead before you resume cleanup. What it removed can be \
                        restored: mcp-sessiond cleanup history, cleanup undo RUN.
                        """, runbook: "McpRemovedSessionInUse", command: "cleanup"))
        } else if let stop = cleanup.stop {
            let until = stop.until.map { "It ends by itself in \(TimeText.duration($0 - now))." }
            findings.append(
                Finding(
                    .cleanupSuspended, .note, since: stop.at, "cleanup is suspended by \(name: stop.by)",
                    evidence: stop.why.isEmpty ? nil : stop.why,
                    advice: (until ?? "It lasts until it is resumed.")
                        + " Do not resume cleanup before you know why: ask first.",
                    runbook: "McpCleanupSuspended", command: "cleanup"))
        }
        findings += cleanup.brakes.compactMap { brake in
            guard !isSaidElsewhere(brake.brake), let advice = Self.advice(on: brake.brake) else { return nil }
            return Finding(
                .cleanupHeld, brake.brake.severity, since: cleanup.brakesSince[brake.brake],
                "cleanup is held back by the brake \(brake.brake.rawValue)", evidence: brake.evidence,
                advice: advice, runbook: "McpCleanupSuspended", command: "cleanup")
        }
        if let slowest = cleanup.slowestNode {
            findings += heartbeatsTooRare(slowest.name, everySeconds: slowest.intervalSeconds)
        }
        return findings
    }

    /// Returns whether another finding already says it.
    private func isSaidElsewhere(_ brake: CleanupBrake) -> Bool {
        switch brake {
        case .viewStale, .redisUnsettled: !viewFindings.isEmpty
        case .noHeartbeats: nodes.allSatisfy { !$0.node.isSeen }
        default: false
        }
    }

    /// Nil for a suspension by hand, which has a finding of its own.
    private static func advice(on brake: CleanupBrake) -> String? {
        switch brake {
        case .noHeartbeats, .deadFraction:
            "Suspect the heartbeats first: ask a node directly. If it answers, restart nothing and fix its heartbeat."
        case .redisUnsettled: "The brake releases by itself once Redis has been stable for a while."
        case .clockSkew: "Correct the clocks of this machine and of Redis."
        case .viewStale: "The brake releases after the next complete full scan."
        case .suspended, .removedSessionInUse: nil
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
                sessions are removed
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
                    "\(versions.count) versions run side by side",
                    evidence: all.map { "\(PrintableText.of($0.name)) \($0.version)" }.joined(separator: ", "),
                    advice: "Run one version everywhere: until then the holder of the lease decides which removes.",
                    runbook: "McpCleanupNotRunning", command: "doctor"))
        }
        let watches = Set(all.compactMap(\.watch))
        if watches.count > 1 {
            findings.append(
                Finding(
                    .instancesDiffer, .warning, count: watches.count,
                    "instances watch different keys: \(watches.count) fingerprints",
                    advice: """
                        One instance cannot use what another saw: give all the same redis.url database and registry.* \
                        settings.
                        """, runbook: "McpCleanupNotRunning", command: "doctor"))
        }
        return findings
    }
}

extension CleanupBrake {
    /// Some brakes come with every start, and release by themselves.
    fileprivate var severity: Finding.Severity {
        switch self {
        case .redisUnsettled, .viewStale, .suspended: .note
        case .noHeartbeats, .deadFraction, .clockSkew: .warning
        case .removedSessionInUse: .critical
        }
    }
}

extension AppliedBrake {
    /// The evidence, such as `2 of 3 nodes are dead at once (0.67, limit 0.5)`.
    var evidence: String {
        guard let measured, let limit else { return detail }
        func text(_ number: Double) -> String {
            let rounded = (number * 100).rounded() / 100
            return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
        }
        return "\(detail) (\(text(measured)), limit \(text(limit)))"
    }
}
