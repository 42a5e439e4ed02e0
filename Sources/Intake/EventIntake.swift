import Events
import Sessions
import Synchronization
import Watching

/// The one door for events: every source brings its fullScans here. They wait until the registry knows what it should know of
/// the time they happened, then ``EventJudge`` has them judged, and they are counted.
public final class EventIntake: Sendable {
    /// Events that wait at most; what comes in spite of that is dropped, and counted. So each source takes something in only
    /// with room for it (``withRoom(for:_:)``), and waits itself where there is too little.
    public static let capacity = 65_536
    /// Most events that one chunk or body may bring.
    public static let roomPerChunk = 16_384
    /// How far ahead of ours a writer's clock may be: what is stamped later is rejected.
    static let aheadSeconds = 600.0

    private struct State {
        var waiting = WaitingEvents()
        /// Room that is kept for what is being taken in.
        var kept = 0
        /// Nothing more is judged, and so much came too late for it.
        var isClosed = false
        var late = 0
        var tally = MisrouteTally()
        /// Events that were judged, those taken out for it and not ready yet left out.
        var judged = 0

        /// Events that came into room that is kept stand in it twice until all of them are there: for that moment too little
        /// is offered, never too much.
        func hasRoom(for count: Int) -> Bool { !isClosed && waiting.count + kept + count <= EventIntake.capacity }
    }

    /// A value whenever an event begins to wait and none did. The judge alone takes them.
    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    /// What is wrong with a source, by what it is: shown in status.
    public let problems = Mutex<[String: String]>([:])
    public let watch: WatchContext
    public let metrics = EventMetrics()
    /// When it began to count.
    public let since: UnixTime
    private let state = Mutex(State())

    public init(_ watch: WatchContext) {
        self.watch = watch
        since = watch.clock.now()
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// How many events were taken in since the start; once ``judgedCount`` has come so far, all of them are counted.
    public var acceptedCount: Int { state.withLock { $0.waiting.accepted } }
    public var judgedCount: Int { state.withLock { $0.judged } }
    public var tally: MisrouteTally.Snapshot { state.withLock { $0.tally.snapshot } }
    /// Refused requests, and those of them that were misrouted, by the owner of their session.
    public var refusals: (all: Int, misrouted: [String: Int]) {
        state.withLock { ($0.tally.refused, $0.tally.misroutedByOwner) }
    }

    /// What came of one reading.
    public enum Taken: Equatable {
        case event
        case ignored
        /// Also an event that was dropped: see ``EventDrop``.
        case rejected(String)
    }

    /// Takes in what a line, or lines before it, came to. `node`: who wrote it, where the settings say so.
    @discardableResult
    public func take(
        _ outcome: LineReading.Outcome, from source: EventSource, node: String? = nil, at arrival: UnixTime
    ) -> Taken {
        switch outcome {
        case .irrelevant, .pending: return .ignored
        case .malformed(let fault): return reject(fault.rawValue, from: source)
        case .event(var event):
            if let time = event.time, time - arrival > Self.aheadSeconds { return reject("future", from: source) }
            if let node { event.node = node }
            guard event.isJudged else {
                metrics.note(event, from: source)
                return .event
            }
            let (drop, isFirst) = state.withLock { state -> (EventDrop?, isFirst: Bool) in
                if state.isClosed {
                    state.late += 1
                    return (.shutdown, false)
                }
                guard state.waiting.count < Self.capacity else { return (.queueFull, false) }
                // Counted as an event before it can be judged.
                metrics.note(event, from: source)
                state.waiting.append(WaitingEvent(event: event, source: source, arrival: arrival))
                return (nil, state.waiting.count == 1)
            }
            if isFirst { self.arrival.yield() }
            return drop.map { dropped($0) } ?? .event
        }
    }

    /// What a line came to that is read though there is no room for its event: that is dropped.
    func pass(_ outcome: LineReading.Outcome, from source: EventSource, at arrival: UnixTime) {
        if case .event(let event) = outcome, event.isJudged {
            _ = dropped(.queueFull)
        } else {
            take(outcome, from: source, at: arrival)
        }
    }

    public func noteLines(_ count: Int, from source: EventSource) { metrics.lines.add([source.rawValue], count) }

    private func reject(_ reason: String, from source: EventSource) -> Taken {
        metrics.rejected.add([source.rawValue, reason])
        return .rejected(reason)
    }

    private func dropped(_ drop: EventDrop) -> Taken {
        metrics.dropped.add([drop.rawValue])
        return .rejected(drop.rawValue)
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

// MARK: - Room

extension EventIntake {
    var hasRoom: Bool { state.withLock { $0.hasRoom(for: Self.roomPerChunk) } }
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Runs `body`, which takes in so many events at most, and keeps room for them meanwhile, whatever other sources bring;
    /// nil where there is too little, or nothing more is judged.
    public func withRoom<Result, Failure: Error>(
        for count: Int = roomPerChunk, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let isKept = state.withLock { state in
            guard state.hasRoom(for: count) else { return false }
            state.kept += count
            return true
        }
        guard isKept else { return nil }
        defer { state.withLock { $0.kept -= count } }
        return try body()
    }
}

// MARK: - For the judge

extension EventIntake {
    func takeDue(_ limit: Int, whileDue isDue: (UnixTime) -> Bool) -> [WaitingEvent] {
        state.withLock { $0.waiting.take(limit, whileDue: isDue) }
    }

    /// Counts what a batch came to.
    public func note(_ judgements: [Judgement], of batch: Int) {
        state.withLock { state in
            for judgement in judgements { state.tally.add(judgement) }
            state.judged += batch
        }
    }

    /// Takes in nothing more: what waits now is the last that is judged.
    public func close() { state.withLock { $0.isClosed = true } }

    /// At the very end: what still waits was not judged in time, and is dropped. Says so if any event came too late.
    public func end() {
        let (left, late) = state.withLock { state in
            state.isClosed = true
            return (state.waiting.take(Self.capacity) { _ in true }.count, state.late)
        }
        metrics.dropped.add([EventDrop.shutdown.rawValue], left)
        guard left + late > 0 else { return }
        watch.logger.warning("\(left + late) events came too late to be judged, and are not counted")
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
