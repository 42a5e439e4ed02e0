import Events
import Sessions
import Synchronization

/// The one door for events: every source brings its readings here. They wait until the registry knows what it should know of
/// the time they happened, then ``EventJudge`` has them judged, and they are counted.
final class EventIntake: Sendable {
    /// Events that wait at most. A source that finds too little room waits itself; nothing is dropped for want of room.
    static let capacity = 65_536
    /// Most events that one chunk or body may bring: a source begins only where there is room for as many.
    static let roomPerChunk = 16_384
    /// How far ahead of ours a writer's clock may be: what is stamped later is rejected.
    static let aheadSeconds = 600.0

    private struct State {
        var waiting = WaitingEvents()
        var tally = MisrouteTally()
        /// Events that were judged, those taken out for it and not ready yet left out.
        var judged = 0
    }

    /// What is wrong with a source, by what it is: shown in status and readiness.
    let problems = Mutex<[String: String]>([:])
    let watch: Watch
    let metrics = EventMetrics()
    /// When it began to count.
    let since: UnixTime
    private let state = Mutex(State())

    init(_ watch: Watch) {
        self.watch = watch
        since = watch.clock.now()
    }

    var hasRoom: Bool { waitingCount + Self.roomPerChunk <= Self.capacity }
    var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// How many events were taken in since the start; once ``judgedCount`` has come so far, all of them are counted.
    var acceptedCount: Int { state.withLock { $0.waiting.accepted } }
    var judgedCount: Int { state.withLock { $0.judged } }
    var tally: MisrouteTally.Snapshot { state.withLock { $0.tally.snapshot } }

    /// What came of one reading.
    enum Taken: Equatable {
        case event
        case ignored
        case rejected(String)
    }

    /// Takes in what a line, or lines before it, came to. `node`: who wrote it, where the settings say so.
    @discardableResult
    func take(
        _ outcome: LineReading.Outcome, from source: EventSource, node: String? = nil, at arrival: UnixTime
    ) -> Taken {
        switch outcome {
        case .irrelevant, .pending: return .ignored
        case .malformed(let fault): return reject(fault.rawValue, from: source)
        case .event(var event):
            if let time = event.time, time - arrival > Self.aheadSeconds { return reject("future", from: source) }
            if let node { event.node = node }
            metrics.note(event, from: source)
            guard event.isJudged else { return .event }
            state.withLock { $0.waiting.append(WaitingEvent(event: event, source: source, arrival: arrival)) }
            return .event
        }
    }

    func noteLines(_ count: Int, from source: EventSource) { metrics.lines.add([source.rawValue], count) }

    private func reject(_ reason: String, from source: EventSource) -> Taken {
        metrics.rejected.add([source.rawValue, reason])
        return .rejected(reason)
    }

    func noteProblem(_ problem: String?, of source: String) {
        let isNews = problems.withLock { problems in
            defer { problems[source] = problem }
            return problems[source] != problem
        }
        guard isNews else { return }
        if let problem {
            watch.logger.warning("events from \(source): \(problem)")
        } else {
            watch.logger.info("events from \(source): all is well")
        }
    }
}

// MARK: - For the judge

extension EventIntake {
    func takeDue(_ limit: Int, whileDue isDue: (UnixTime) -> Bool) -> [WaitingEvent] {
        state.withLock { $0.waiting.take(limit, whileDue: isDue) }
    }

    /// Counts what a batch came to.
    func note(_ judgements: [Judgement], of batch: Int) {
        state.withLock { state in
            for judgement in judgements { state.tally.add(judgement) }
            state.judged += batch
        }
    }
}

extension LogEvent {
    /// Whether the registry has a say in it. That a node could not ask the registry tells of no session's whereabouts, and a
    /// request of the sessionless revision of none at all.
    var isJudged: Bool {
        switch kind {
        case .registryError, .modern: false
        case .misroute, .unknown, .miss, .created, .held, .closed, .ownerDead, .ownerRestarted: session != .none
        }
    }
}
