import Events
import Logging
import ServiceLifecycle
import Sessions

/// Has the waiting events judged by the registry as soon as it knows what it should know of their time.
///
/// While changes are told, that is a moment after they came: the node wrote its log line when it may just have asked Redis,
/// and the change it speaks of is on its way to us. Where everything is read again and again, it is the end of a reading
/// that began after they came; in a gap, the end of the gap. What waits too long is judged as it is: `unverified` in a gap.
actor EventJudge: Service, CustomStringConvertible {
    static let settleSeconds = 0.1
    /// An event waits so long at most where the registry cannot be read.
    static let patienceSeconds = 30.0
    static let pauseSeconds = 0.02
    /// Events that are judged under one lock of the registry: a scrape waits for no more.
    static let batch = 256

    private let thread = BlockingThread(label: "event judge")
    private let intake: EventIntake
    private let resolver: PrefixResolver

    init(_ intake: EventIntake) {
        self.intake = intake
        resolver = PrefixResolver(intake.watch)
    }

    nonisolated var description: String { "EventJudge" }
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// The sources stop first, but for HTTP, which is refused from then on: what they brought is judged before it ends.
    func run() async {
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            if judge() < Self.batch { await pause(seconds: Self.pauseSeconds) }
        }
        intake.close()
        finish()
    }

    /// Judges a batch of those that are due, or with `all`, of those that wait. Returns how many there were.
    @discardableResult
    func judge(all: Bool = false) -> Int {
        let now = intake.watch.clock.now()
        let ready = all ? nil : readiness(at: now)
        let batch = intake.takeDue(Self.batch) { arrival in ready.map { $0.isReady(arrival, at: now) } ?? true }
        guard !batch.isEmpty else { return 0 }
        let sessions = resolver.sessions(of: batch.map(\.event.session))
        let judgements = intake.watch.registry.withLock { registry in
            zip(batch, sessions).compactMap { waiting, session -> Judgement? in
                LoggedRequest(waiting, of: session).flatMap { registry.judge($0, at: now) }
            }
        }
        for waiting in batch {
            if let time = waiting.event.time { intake.metrics.lag.observe(seconds: max(now - time, 0)) }
        }
        intake.note(judgements, of: batch.count)
        return batch.count
    }

    /// Judges all that waits.
    func finish() {
        while judge(all: true) > 0 {}
    }

    /// What the registry knows by now.
    struct Readiness {
        /// Nil in a gap, and before the first reading.
        var knownUntil: UnixTime?

        func isReady(_ arrival: UnixTime, at now: UnixTime) -> Bool {
            if let knownUntil, arrival <= knownUntil { return true }
            return now - arrival >= EventJudge.patienceSeconds && knownUntil == nil
        }
    }

    private func readiness(at now: UnixTime) -> Readiness {
        let picture = intake.watch.registry.withLock { $0.picture }
        guard picture.isComplete, let asOf = picture.asOf else { return Readiness(knownUntil: nil) }
        if intake.watch.isTracking { return Readiness(knownUntil: now + -Self.settleSeconds) }
        // The picture is of the moment when its reading ended; what happened since it began may be missing.
        let seconds = intake.watch.lastReading.withLock { $0.seconds }
        return Readiness(knownUntil: asOf + -(seconds + Self.settleSeconds))
    }
}

extension LoggedRequest {
    /// What the registry is asked about an event; nil where it has no say.
    init?(_ waiting: WaitingEvent, of session: NamedSession?) {
        let event = waiting.event
        let outcome: Outcome
        switch event.kind {
        case .misroute, .unknown, .miss, .ownerDead, .ownerRestarted: outcome = .refused
        case .created: outcome = .created
        case .held: outcome = .served
        case .closed: outcome = .closed
        case .registryError, .modern: return nil
        }
        self.init(
            outcome, session: session, node: event.node, time: event.time, arrival: waiting.arrival,
            cookie: event.cookie, client: event.client)
    }
}
