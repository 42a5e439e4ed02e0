import Cleaning
import Configuration
import Exposition
import HTTP
import Intake
import Sessions
import Watching

/// `/livez`, `/readyz` and `/api/v1/status`: how the daemon is, and what the registry looks like as a whole.
struct StatusRoutes: Sendable {
    let watch: Watch
    let intake: EventIntake
    let board: CleanupBoard
    let incidents: IncidentBoard
    let sampling: HistorySampling
    let replica: String

    var routes: [Route] {
        [
            Route(.get, "/livez", access: .open) { request, _ in health(request, checks: [("http", nil)]) },
            Route(.get, "/readyz", access: .open) { request, _ in health(request, checks: readiness()) },
            Route(.get, "/api/v1/status", access: .scope(.read)) { request, _ in
                answering(request, known: []) { _ in status() }
            },
        ]
    }

    /// Each check by name, with why it fails or nil.
    func readiness() -> [(name: String, failure: String?)] {
        let now = watch.clock.now()
        let picture = watch.registry.withLock { $0.picture }
        let link = watch.link.withLock { $0 }
        var reading: String?
        if picture.asOf == nil {
            reading = "the first reading is not complete"
        } else if let gap = picture.gap {
            reading = "the picture is not whole: \(gap.rawValue)"
        }
        if let failure = link.readingFailure { reading = failure }
        var freshness: String?
        if let asOf = picture.asOf, now - asOf > watch.staleAfterSeconds {
            freshness = "the picture is \(Int(now - asOf)) s old, more than \(Int(watch.staleAfterSeconds)) s"
        }
        return [
            ("redis", link.isUp ? nil : link.failure?.error ?? "not connected yet"), ("reading", reading),
            ("freshness", freshness),
        ]
    }

    private func health(_ request: HTTPRequest, checks: [(name: String, failure: String?)]) -> HTTPResponse {
        let parameters: Parameters
        do throws(BadParameter) {
            parameters = try Parameters(request, known: ["verbose"])
        } catch {
            return error.response
        }
        let isVerbose = request.query.contains { $0.name == "verbose" } && parameters["verbose"] != "0"
        let isWell = checks.allSatisfy { $0.failure == nil }
        var text = ""
        for check in checks where isVerbose || check.failure != nil {
            text += check.failure.map { "[-] \(check.name): \($0)\n" } ?? "[+] \(check.name) ok\n"
        }
        text += isWell ? "ok\n" : "not ready\n"
        return .text(text, status: isWell ? 200 : 503)
    }

    private func status() -> HTTPResponse {
        let now = watch.clock.now()
        let snapshot = watch.registry.withLock { RegistrySnapshot($0, at: now) }
        let document = document(snapshot, diagnosis(snapshot, at: now), at: now)
        return Answer(picture: snapshot.picture, now: now, replica: replica).object(document)
    }

    /// What the route answers with, also for the page.
    func document(_ snapshot: RegistrySnapshot, _ diagnosis: Diagnosis, at now: UnixTime) -> JSONValue {
        [
            "findings": .array(diagnosis.findings.map(\.json)),
            "sessions": sessions(snapshot), "nodes": nodes(snapshot.nodes),
            "node_flags": .counts(
                NodeFlag.allCases.map { flag in (flag.rawValue, snapshot.nodes.count { $0.flags.contains(flag) }) }),
            "watch": watching(snapshot),
            "redis": redis(), "keys": keys(snapshot), "events": events(snapshot), "cleanup": cleanup(at: now),
            "incidents": [
                "open": .int(incidents.log.withLock { $0.openCount }),
                "problem": .string(orNull: incidents.problem.withLock { $0 }),
            ],
            "version": .string(Build.version), "replicas": replicas(at: now),
        ]
    }

    /// What the logs tell; `session_share` is the part of all requests seen that still name a session: at 0 no client needs
    /// stickiness any more.
    private func events(_ snapshot: RegistrySnapshot) -> JSONValue {
        let metrics = intake.metrics
        let (with, without) = (metrics.sessionRequests.value, metrics.sessionlessRequests.value)
        let (taken, rejected) = (metrics.events.sum, metrics.rejected.sum)
        return [
            "waiting": .int(intake.waitingCount), "judged": .int(intake.judgedCount),
            "affected": ["transient": .int(snapshot.affected.transient), "stuck": .int(snapshot.affected.stuck)],
            "session_requests": .int(with), "sessionless_requests": .int(without),
            "session_share": with + without > 0 ? .double(Double(with) / Double(with + without)) : .null,
            "problems": .object(
                intake.problems.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
            "lines": .int(metrics.lines.sum), "events": .int(taken), "rejected": .int(rejected),
            "understood_share": taken + rejected > 0 ? .double(Double(taken) / Double(taken + rejected)) : .null,
        ]
    }

    /// Null where nobody can tell: cleanup is off, or may not write to Redis.
    private func replicas(at now: UnixTime) -> JSONValue {
        guard let known = board.state.withLock({ $0.replicas }) else { return .null }
        return .array(KnownReplica.sorted(known, at: now).there.map(\.json))
    }

    private func cleanup(at now: UnixTime) -> JSONValue {
        let state = board.state.withLock { $0 }
        let brakes = board.brakes(watch, at: now)
        return [
            "mode": .string(board.settings.mode.rawValue), "lease": state.holder.map(\.json) ?? .null,
            "suspended": .stop(state.stop(at: now)),
            "brakes": .array(CleanupBrake.allCases.filter(brakes.contains).map { .string($0.rawValue) }),
            "last_success": .time(state.lastSuccess?.seconds), "refusal": .string(orNull: state.refusal),
            "slowest_node": slowestNode(),
        ]
    }

    /// The node that lets the most time pass between two heartbeats, and for how long it must be silent therefore.
    private func slowestNode() -> JSONValue {
        guard let slowest = watch.registry.withLock({ $0.slowestNode }) else { return .null }
        return [
            "node": .string(slowest.name), "interval_seconds": .double(slowest.intervalSeconds),
            "silence_seconds": .double(CleanupPolicy.silentIntervals * slowest.intervalSeconds),
            "max_silence_seconds": .double(max(board.policy.maxSilenceSeconds, board.policy.graceSeconds)),
        ]
    }

    private func sessions(_ snapshot: RegistrySnapshot) -> JSONValue {
        let counts = snapshot.counts
        return [
            "registered": .int(counts.inAll), "owned": .int(counts.owned), "orphaned": .int(counts.orphanedInAll),
            "unowned": .int(counts.unowned), "malformed": .int(counts.malformed),
            "orphaned_by_reason": .counts(OrphanReason.allCases.map { ($0.rawValue, counts.orphaned[$0] ?? 0) }),
            "malformed_by_reason": .counts(
                Malformation.allCases.map { ($0.word, snapshot.malformedSessions[$0] ?? 0) }),
            "no_expiry": .int(snapshot.withoutExpiry),
        ]
    }

    private func nodes(_ nodes: [NodeSummary]) -> JSONValue {
        .counts(Node.Status.allCases.map { status in (status.rawValue, nodes.count { $0.node.status == status }) })
    }

    private func watching(_ snapshot: RegistrySnapshot) -> JSONValue {
        let last = watch.lastReading.withLock { $0.seconds }
        let isRead = snapshot.picture.asOf != nil
        let link = watch.link.withLock { $0 }
        let isTracking = watch.isTracking
        return [
            "mode": isTracking ? "tracking" : "scan", "configured_mode": .string(watch.plan.mode.rawValue),
            "tracking_refused": .string(orNull: link.trackingRefusals.min { $0.key < $1.key }?.value),
            "tracking_lag_seconds": isTracking ? .double(watch.metrics.trackingLag.value) : .null,
            "drift": .int(snapshot.drift),
            "scan_every_seconds": .double(watch.readingEverySeconds),
            "redis_share": .double(watch.plan.redisShare),
            "last_reading_seconds": isRead ? .double(last) : .null,
            "reading_seconds_left": watch.readingSecondsLeft.map { .double($0) } ?? .null,
            "stale_after_seconds": .double(watch.staleAfterSeconds),
            "gap": .string(orNull: snapshot.picture.gap?.rawValue),
            "reading_failure": .string(orNull: link.readingFailure),
        ]
    }

    private func redis() -> JSONValue {
        let link = watch.link.withLock { $0 }
        return [
            "up": .bool(link.isUp), "endpoint": .string(watch.plan.deployment.description),
            "servers": .array(link.endpoints.sorted { $0.key < $1.key }.map { .string($0.value.description) }),
            "version": .string(orNull: link.server?.version), "role": .string(orNull: link.server?.role),
            "maxmemory_policy": .string(orNull: link.server?.maxmemoryPolicy),
            "evicts_sessions": link.server.map { .bool($0.evicts) } ?? .null,
            "evicted_keys": link.server.map { .int($0.evictedKeys) } ?? .null,
            "clock_skew_seconds": .double(watch.clock.skewSeconds), "error": .string(orNull: link.failure?.error),
        ]
    }

    private func keys(_ snapshot: RegistrySnapshot) -> JSONValue {
        [
            "sessions": .int(snapshot.reading.sessionKeys), "nodes": .int(snapshot.reading.nodeKeys),
            "skipped": .counts(SkippedKey.allCases.map { ($0.rawValue, snapshot.reading.skipped[$0] ?? 0) }),
        ]
    }
}

extension JSONValue {
    public static func counts(_ counts: [(String, Int)]) -> JSONValue {
        .object(counts.map { (key: $0.0, value: .int($0.1)) })
    }
}

/// Runs a handler on parameters that are all known, or says which is not.
func answering(
    _ request: HTTPRequest, known: [String], _ body: (Parameters) throws(BadParameter) -> HTTPResponse
) -> HTTPResponse {
    do throws(BadParameter) {
        return try body(try Parameters(request, known: known))
    } catch {
        return error.response
    }
}
