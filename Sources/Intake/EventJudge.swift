import Events
import Logging
import ServiceLifecycle
import Sessions
import Workers

/// An actor that has the registry judge waiting events, as soon as the registry knows their time.
///
/// While Redis sends invalidations, that is a moment after the event arrived: the node may have written its log line
/// just as it wrote to Redis, and the change is still on its way to us. Without tracking, it is the end of a full scan
/// that began after the event arrived; in a gap, the end of the gap, or ``patienceSeconds`` later. A request whose owner
/// seems to be alive is settled once that is proven (``Registry/settlePending(all:at:)``).
public actor EventJudge: Service, CustomStringConvertible {
    static let settleSeconds = 0.1
    /// The longest wait of an event while the registry cannot be read.
    public static let patienceSeconds = 30.0
    /// The time between two batches, and between two questions whether a pending request is settled.
    static let pauseSeconds = 0.02
    static let pendingPauseSeconds = 0.1
    /// The number of events judged under one lock of the registry, so that a scrape waits for no more.
    static let batch = 256

    private let thread = BlockingThread(label: "event judge")
    private let intake: EventIntake
    private let resolver: PrefixResolver
    /// True if the registry holds requests that are not settled, and if the last batch could not settle all that it could.
    private var hasPending = false
    private var hasMore = false

    public init(_ intake: EventIntake) {
        self.intake = intake
        resolver = PrefixResolver(intake.watch)
    }

    public nonisolated var description: String { "EventJudge" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    /// Judges events until the end. The sources stop first, and HTTP pushes are refused from then on, so all that they
    /// brought in is judged before this returns.
    public func run() async {
        for await _ in intake.arrivals.cancelOnGracefulShutdown() {
            while !Task.isEnding, hasPending || intake.waitingCount > 0 {
                guard judge() < Self.batch, !hasMore else { continue }
                await pause(seconds: intake.waitingCount > 0 ? Self.pauseSeconds : Self.pendingPauseSeconds)
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
        guard !batch.isEmpty || hasPending else { return 0 }
        let sessions = resolver.sessions(of: batch.map(\.event.session))
        for time in batch.lazy.compactMap(\.event.time) { intake.metrics.lag.observe(seconds: max(now - time, 0)) }
        let requests = zip(batch, sessions).compactMap { LoggedRequest($0, of: $1) }
        let (judged, settled, firstPending) = intake.watch.registry.withLock { registry in
            let judged = requests.compactMap { registry.judge($0, at: now) }
            return (judged, registry.settlePending(all: all, limit: Self.batch, at: now), registry.firstPendingLine)
        }
        (hasPending, hasMore) = (firstPending != nil, settled.count == Self.batch)
        intake.note(judged + settled, of: batch.count, firstPending: firstPending)
        return batch.count
    }

    /// Judges all waiting events, and settles all pending requests.
    public func finish() {
        repeat { judge(all: true) } while hasPending || intake.waitingCount > 0
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
        line = waiting.number
        answerNamesSession = event.proxy?.answerNamesSession ?? true
    }
}
