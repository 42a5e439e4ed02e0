import Events
import Logging
import ServiceLifecycle
import Sessions
import Workers

/// Has the waiting events judged by the registry as soon as it knows what it should know of their time.
///
/// While changes are told, that is a moment after they came: the node wrote its log line when it may just have asked Redis,
/// and the change it speaks of is on its way to us. Where everything is read again and again, it is the end of a reading
/// that began after they came; in a gap, the end of the gap. Where a session's very owner says that it does not have it,
/// it is the next look at the heartbeats: it may be a process that has just begun. What waits too long is `unverified`, in a
/// gap as well as where no look came.
public actor EventJudge: Service, CustomStringConvertible {
    static let settleSeconds = 0.1
    /// An event waits so long at most where the registry cannot be read.
    public static let patienceSeconds = 30.0
    static let pauseSeconds = 0.02
    /// Events that are judged under one lock of the registry: a scrape waits for no more.
    static let batch = 256
    /// Events that wait for the next look at the heartbeats at most; what comes beyond that is judged at once.
    static let postponedLimit = 4096

    private let thread = BlockingThread(label: "event judge")
    private let intake: EventIntake
    /// How long an event waits for the look that tells which process its owner is.
    private let checkPatienceSeconds: Double
    private let resolver: PrefixResolver
    /// What an owner's own process says of itself waits until it is known which process that is.
    private var postponed: [Case] = []

    /// An event, and the session that it names.
    private struct Case {
        let waiting: WaitingEvent
        let session: NamedSession?
    }

    public init(_ intake: EventIntake, checkPatienceSeconds: Double = EventJudge.patienceSeconds) {
        self.intake = intake
        self.checkPatienceSeconds = checkPatienceSeconds
        resolver = PrefixResolver(intake.watch)
    }

    public nonisolated var description: String { "EventJudge" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// The sources stop first, but for HTTP, which is refused from then on: what they brought is judged before it ends.
    public func run() async {
        for await _ in intake.arrivals.cancelOnGracefulShutdown() {
            while !Task.isEnding, !postponed.isEmpty || intake.waitingCount > 0 {
                if judge() < Self.batch { await pause(seconds: Self.pauseSeconds) }
            }
        }
        intake.close()
        finish()
    }

    /// Judges a batch of those that are due, or with `all`, of those that wait. Returns how many there were.
    @discardableResult
    public func judge(all: Bool = false) -> Int {
        let now = intake.watch.clock.now()
        let ready = all ? nil : readiness(at: now)
        let batch = intake.takeDue(Self.batch) { arrival in ready.map { $0.isReady(arrival, at: now) } ?? true }
        guard !batch.isEmpty || !postponed.isEmpty else { return 0 }
        let sessions = resolver.sessions(of: batch.map(\.event.session))
        let cases = takePostponed(all: all, at: now) + zip(batch, sessions).map(Case.init)
        var judgedCount = 0
        let judgements = intake.watch.registry.withLock { registry in
            cases.compactMap { event -> Judgement? in
                let request = LoggedRequest(event.waiting, of: event.session)
                let awaitsCheck = !all && request.map { registry.awaitsCheck($0, at: now) } ?? false
                if awaitsCheck, postponed.count < Self.postponedLimit,
                    now - event.waiting.arrival < checkPatienceSeconds
                {
                    postponed.append(event)
                    return nil
                }
                judgedCount += 1
                if let time = event.waiting.event.time { intake.metrics.lag.observe(seconds: max(now - time, 0)) }
                return request.flatMap { registry.judge($0, isOwnerChecked: !awaitsCheck, at: now) }
            }
        }
        intake.note(judgements, of: judgedCount)
        return batch.count
    }

    /// Those that waited for a look at the heartbeats, once there was one.
    private func takePostponed(all: Bool, at now: UnixTime) -> [Case] {
        guard let first = postponed.first else { return [] }
        let lastCheck = intake.watch.registry.withLock { $0.lastCheck } ?? .init(milliseconds: 0)
        guard all || first.waiting.arrival < lastCheck || now - first.waiting.arrival >= checkPatienceSeconds else {
            return []
        }
        defer { postponed = Array(postponed.dropFirst(Self.batch)) }
        return Array(postponed.prefix(Self.batch))
    }

    /// Judges all that waits.
    public func finish() {
        while judge(all: true) > 0 || !postponed.isEmpty {}
    }

    /// What the registry knows by now.
    struct Readiness {
        /// Nil in a gap, and before the first full scan.
        var knownUntil: UnixTime?

        func isReady(_ arrival: UnixTime, at now: UnixTime) -> Bool {
            if let knownUntil, arrival <= knownUntil { return true }
            return now - arrival >= EventJudge.patienceSeconds && knownUntil == nil
        }
    }

    private func readiness(at now: UnixTime) -> Readiness {
        let view = intake.watch.registry.withLock { $0.view }
        guard view.isComplete, let asOf = view.asOf else { return Readiness(knownUntil: nil) }
        if intake.watch.isTracking { return Readiness(knownUntil: now + -Self.settleSeconds) }
        // The view is of the moment when its reading ended; what happened since it began may be missing.
        let seconds = intake.watch.lastFullScan.withLock { $0.seconds }
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
