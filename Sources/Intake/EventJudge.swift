import Events
import Logging
import ServiceLifecycle
import Sessions
import Workers

/// An actor that has the registry judge waiting events, as soon as the registry knows their time.
///
/// While Redis sends invalidations, that is a moment after the event arrived: the node may have written its log line
/// just as it wrote to Redis, and the change is still on its way to us. Without tracking, it is the end of a full scan
/// that began after the event arrived; in a gap, the end of the gap. If a session's own owner says that it does not
/// have the session, the event waits for the next check of heartbeats, since the node may just have started a new boot.
/// An event that waits too long is `unverified`, in a gap as well as when no check came.
public actor EventJudge: Service, CustomStringConvertible {
    static let settleSeconds = 0.1
    /// The longest wait of an event while the registry cannot be read.
    public static let patienceSeconds = 30.0
    static let pauseSeconds = 0.02
    /// The number of events judged under one lock of the registry, so that a scrape waits for no more.
    static let batch = 256
    /// The number of events that may wait for the next check of heartbeats; any beyond it are judged at once.
    static let postponedLimit = 4096

    private let thread = BlockingThread(label: "event judge")
    private let intake: EventIntake
    /// The longest wait for the check that tells which boot the owner's node has.
    private let checkPatienceSeconds: Double
    private let resolver: PrefixResolver
    /// Refused requests that were logged by the owner itself; they wait until the boot of its node is known.
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

    /// Judges events until the end. The sources stop first, and HTTP pushes are refused from then on, so all that they
    /// brought in is judged before this returns.
    public func run() async {
        for await _ in intake.arrivals.cancelOnGracefulShutdown() {
            while !Task.isEnding, !postponed.isEmpty || intake.waitingCount > 0 {
                if judge() < Self.batch { await pause(seconds: Self.pauseSeconds) }
            }
        }
        intake.close()
        finish()
    }

    /// Judges a batch of the events that are due; with `all`, of all that wait. Returns their number.
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

    /// The postponed events, once there was a check of heartbeats after them, or they have waited too long.
    private func takePostponed(all: Bool, at now: UnixTime) -> [Case] {
        guard let first = postponed.first else { return [] }
        let lastCheck = intake.watch.registry.withLock { $0.lastCheck } ?? .init(milliseconds: 0)
        guard all || first.waiting.arrival < lastCheck || now - first.waiting.arrival >= checkPatienceSeconds else {
            return []
        }
        defer { postponed = Array(postponed.dropFirst(Self.batch)) }
        return Array(postponed.prefix(Self.batch))
    }

    /// Judges all waiting events.
    public func finish() {
        while judge(all: true) > 0 || !postponed.isEmpty {}
    }

    /// The time up to which the registry knows what happened.
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
        // The view dates from the end of its full scan, but may lack changes made since that scan began.
        let seconds = intake.watch.lastFullScan.withLock { $0.seconds }
        return Readiness(knownUntil: asOf + -(seconds + Self.settleSeconds))
    }
}

extension LoggedRequest {
    /// The question to the registry about an event; nil if the registry has no say in it.
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
            cookie: event.cookie, givenCookie: event.givenCookie, serviceURL: event.proxy?.url,
            serviceName: event.proxy?.service, client: event.client)
    }
}
