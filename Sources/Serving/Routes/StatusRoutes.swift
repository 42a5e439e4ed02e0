import API
import Cleaning
import Configuration
import HTTP
import Intake
import Sessions
import Watching

/// `/livez`, `/readyz` and `/api/v1/status`: the state of the daemon, and the registry in total.
struct StatusRoutes: Sendable {
    let watch: WatchContext
    let intake: EventIntake
    let board: CleanupBoard
    let incidents: IncidentBoard
    let sampling: HistorySampling
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/livez", access: .open) { request, _ in health(request, checks: [("http", nil)]) },
            Route(.get, "/readyz", access: .open) { request, _ in health(request, checks: readiness()) },
            Route(.get, "/api/v1/status", access: .scope(.read)) { request, _ in
                answering(request, known: []) { _ in status() }
            },
        ]
    }

    /// Each check by name, with the reason of its failure or nil.
    func readiness() -> [(name: String, failure: String?)] {
        let now = watch.clock.now()
        let view = watch.registry.withLock { $0.view }
        let link = watch.link.withLock { $0 }
        var fullScan: String?
        if view.asOf == nil {
            fullScan = "the first full scan is not complete"
        } else if let gap = view.gap {
            fullScan = "the view is incomplete: \(gap.rawValue)"
        }
        if let failure = link.fullScanFailure { fullScan = failure }
        var freshness: String?
        if let age = view.ageSeconds(at: now), age > watch.staleAfterSeconds {
            freshness = "the view is \(Int(age)) s old, more than \(Int(watch.staleAfterSeconds)) s"
        }
        return [
            ("redis", link.isUp ? nil : link.failure?.error ?? "not connected yet"), ("full scan", fullScan),
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
        let input = diagnosisInput(snapshot, at: now)
        let document = document(snapshot, input, Diagnosis(input))
        return Framing(view: snapshot.view, now: now, instance: instance).object(document)
    }

    /// The answer of the route, also used by the page.
    func document(_ snapshot: RegistrySnapshot, _ input: DiagnosisInput, _ diagnosis: Diagnosis) -> StatusAnswer {
        StatusAnswer(
            findings: diagnosis.findings.map(FindingRow.init), sessions: StatusAnswer.Sessions(snapshot),
            nodes: Counts { status in snapshot.nodes.count { $0.node.status == status } },
            nodeFlags: Counts { flag in snapshot.nodes.count { $0.flags.contains(flag) } },
            watch: watching(snapshot), redis: redis(),
            keys: StatusAnswer.Keys(
                sessions: snapshot.fullScan.sessionKeys, nodes: snapshot.fullScan.nodeKeys,
                skipped: Counts(snapshot.fullScan.skipped)),
            events: events(snapshot), cleanup: cleanup(input.cleanup, at: input.now),
            incidents: StatusAnswer.Incidents(
                open: incidents.log.withLock { $0.openCount }, problem: incidents.problem.withLock { $0 }),
            version: Build.version,
            instances: board.state.withLock { $0.instances }.map { known in
                KnownInstance.sorted(known, at: input.now).there.map(InstanceRow.init)
            })
    }

    private func watching(_ snapshot: RegistrySnapshot) -> StatusAnswer.Watch {
        let link = watch.link.withLock { $0 }
        let isTracking = watch.isTracking
        return StatusAnswer.Watch(
            mode: isTracking ? .tracking : .scan, configuredMode: watch.plan.mode,
            trackingRefused: link.trackingRefusals.min { $0.key < $1.key }?.value,
            trackingLagSeconds: isTracking ? watch.metrics.trackingLag.value : nil, drift: snapshot.drift,
            scanEverySeconds: watch.fullScanEverySeconds, redisShare: watch.plan.redisShare,
            lastFullScanSeconds: snapshot.view.asOf != nil ? watch.lastFullScan.withLock { $0.seconds } : nil,
            fullScanSecondsLeft: watch.fullScanSecondsLeft, staleAfterSeconds: watch.staleAfterSeconds,
            gap: snapshot.view.gap, fullScanFailure: link.fullScanFailure)
    }

    private func redis() -> StatusAnswer.Redis {
        let link = watch.link.withLock { $0 }
        return StatusAnswer.Redis(
            up: link.isUp, endpoint: watch.plan.deployment.description,
            servers: link.endpoints.sorted { $0.key < $1.key }.map(\.value.description),
            version: link.server?.version, role: link.server?.role, maxmemoryPolicy: link.server?.maxmemoryPolicy,
            evictsSessions: link.server?.evicts, evictedKeys: link.server?.evictedKeys,
            clockSkewSeconds: watch.clock.skewSeconds, error: link.failure?.error)
    }

    private func events(_ snapshot: RegistrySnapshot) -> StatusAnswer.Events {
        let metrics = intake.metrics
        let (with, without) = (metrics.sessionRequests.value, metrics.sessionlessRequests.value)
        let (taken, rejected) = (metrics.events.sum, metrics.rejected.sum)
        return StatusAnswer.Events(
            waiting: intake.waitingCount + snapshot.pending, judged: max(intake.handedCount - snapshot.pending, 0),
            affected: AffectedAnswer(snapshot.affected),
            sessionRequests: with, sessionlessRequests: without,
            sessionShare: with + without > 0 && intake.tellsRevisions ? Double(with) / Double(with + without) : nil,
            problems: intake.problems.withLock { $0 }, lines: metrics.lines.sum, events: taken, rejected: rejected,
            understoodShare: taken + rejected > 0 ? Double(taken) / Double(taken + rejected) : nil)
    }

    private func cleanup(_ input: DiagnosisInput.Cleanup, at now: UnixTime) -> StatusAnswer.Cleanup {
        let state = board.state.withLock { $0 }
        let brakes = Set(input.brakes.map(\.brake))
        return StatusAnswer.Cleanup(
            mode: board.settings.mode, lease: state.holder.map(LeaseAnswer.init),
            suspended: input.stop.map(SuspensionAnswer.init),
            brakes: CleanupBrake.allCases.filter(brakes.contains), lastSuccess: state.lastSuccess,
            refusal: input.refusal,
            slowestNode: input.slowestNode.map { slowest in
                StatusAnswer.SlowestNode(
                    node: slowest.name, intervalSeconds: slowest.intervalSeconds,
                    silenceSeconds: CleanupPolicy.silentIntervals * slowest.intervalSeconds,
                    maxSilenceSeconds: input.mostSilenceSeconds)
            })
    }
}

extension StatusAnswer.Sessions {
    init(_ snapshot: RegistrySnapshot) {
        let counts = snapshot.counts
        self.init(
            registered: counts.inAll, owned: counts.owned, orphaned: counts.orphanedInAll, unowned: counts.unowned,
            malformed: counts.malformed, orphanedByReason: Counts(counts.orphaned),
            malformedByReason: Counts { snapshot.malformedSessions[$0.malformation] ?? 0 },
            noExpiry: snapshot.withoutExpiry)
    }
}

extension LeaseAnswer {
    init(_ holder: CleanupBoard.Holder) {
        self.init(holder: holder.name, epoch: holder.epoch, here: holder.isUs)
    }
}

extension InstanceRow {
    init(_ known: KnownInstance) {
        self.init(instance: known.name, version: known.version, watch: known.watch, seenAt: known.seenAt)
    }
}

/// Runs a handler on known parameters only, or answers which one is not known.
func answering(
    _ request: HTTPRequest, known: [String], _ body: (Parameters) throws(BadParameter) -> HTTPResponse
) -> HTTPResponse {
    do throws(BadParameter) {
        return try body(try Parameters(request, known: known))
    } catch {
        return error.response
    }
}
