import Configuration
import Events
import Sessions
import Synchronization
import Watching

/// The single entry point for events: every source hands them in here. They wait until the registry knows the time at
/// which they happened; then ``EventJudge`` has them judged, and they are counted.
public final class EventIntake: Sendable {
    /// The number of events that may wait; any beyond it are dropped and counted. So each source reads on only while
    /// there is room (``withRoom(for:_:)``), and otherwise waits itself.
    public static let capacity = 65_536
    /// The number of events that one chunk or body may bring at most.
    public static let roomPerChunk = 16_384
    /// The lead that a writer's clock may have over ours; events stamped later are rejected.
    static let aheadSeconds = 600.0

    private struct State {
        var waiting = WaitingEvents()
        /// Room reserved for events that are being taken in.
        var reserved = 0
        /// True once no more events are judged; `late` counts those that came afterwards.
        var isClosed = false
        var late = 0
        var tally = MisrouteTally()
        /// The proxy's logs by number. The first are those of all events of a source together.
        var proxyLogs = EventSource.allCases.map { ProxyLog($0.rawValue, isOneLog: $0 != .http) }
        /// The events that were handed to the registry.
        var judged = 0
        /// The number of the first event that the registry has not settled. Nil if there is none.
        var firstPending: Int?

        /// While reserved room is being filled, events in it count twice. So for that moment it reports too little
        /// room, never too much.
        func hasRoom(for count: Int) -> Bool { !isClosed && waiting.count + reserved + count <= EventIntake.capacity }
    }

    /// Yields when an event begins to wait and none did before. Only the judge consumes it.
    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    /// The problems of the sources, by source; shown in the status.
    public let problems = Mutex<[String: String]>([:])
    public let watch: WatchContext
    public let metrics = EventMetrics()
    /// The time at which counting began.
    public let since: UnixTime
    private let state = Mutex(State())

    public init(_ watch: WatchContext) {
        self.watch = watch
        since = watch.clock.now()
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// Events taken in since the start. Once ``judgedCount`` has reached this number, all of them are counted.
    public var acceptedCount: Int { state.withLock { $0.waiting.accepted } }
    /// The events that were judged before the first one that is not, in the order of arrival.
    public var judgedCount: Int {
        state.withLock { state in state.firstPending.map { min($0 - 1, state.judged) } ?? state.judged }
    }
    /// The events that were handed to the registry, refused requests that wait for proof included.
    public var handedCount: Int { state.withLock { $0.judged } }
    /// All counts, sorted. It costs milliseconds where many nodes refused each other's sessions.
    public var tally: MisrouteTally.Snapshot { state.withLock { $0.tally }.snapshot }
    /// The latest refused requests, the oldest first; at most ``MisrouteTally/recentLimit``.
    public var recentRefusals: [Judgement] { state.withLock { $0.tally.latest } }
    /// The number of refused requests since the start.
    public var refusedCount: Int { state.withLock { $0.tally.refused } }
    /// Refused requests, and the misrouted ones of them by the owner of their session.
    public var refusals: (all: Int, misrouted: [String: Int]) {
        state.withLock { ($0.tally.refused, $0.tally.misroutedByOwner) }
    }

    /// Adds a log whose lines keep these headers, and returns its number for ``take(_:from:log:node:at:)``.
    func addLog(_ name: String, keeping headers: [KeptHeader]) -> Int {
        state.withLock { state in
            state.proxyLogs.append(ProxyLog(name, keeping: headers))
            return state.proxyLogs.count - 1
        }
    }

    /// The proxy's logs that cannot tell of sessions.
    public var blindLogs: [BlindLog] { state.withLock { $0.proxyLogs.compactMap(\.blindness) } }

    /// True if no log leaves out the headers that tell the sessionless revision from the others.
    public var tellsRevisions: Bool {
        state.withLock { state in
            state.proxyLogs.allSatisfy { $0.keepsRevision || !$0.hasRequests && $0.blindness == nil }
        }
    }

    /// The result of taking in one outcome.
    public enum Taken: Equatable {
        case event
        case ignored
        /// Also used for a dropped event; see ``EventDrop``.
        case rejected(String)
    }

    /// Takes in the outcome of a line, or of several. `log` is the number of the log that it stands in; if nil, all
    /// events of the source stand in one. `node` is the writer, if the settings name it.
    @discardableResult
    public func take(
        _ outcome: LineReading.Outcome, from source: EventSource, log: Int? = nil, node: String? = nil,
        at arrival: UnixTime
    ) -> Taken {
        switch outcome {
        case .irrelevant, .pending: return .ignored
        case .unreached(let unreached):
            let time = min(unreached.time ?? arrival, arrival)
            watch.registry.withLock { $0.noteUnreached(unreached.node, url: unreached.url, at: time) }
            return .ignored
        case .malformed(let fault): return reject(fault.rawValue, from: source)
        case .event(var event):
            if let time = event.time, time - arrival > Self.aheadSeconds { return reject("future", from: source) }
            if let node { event.node = node }
            let log = log ?? source.number
            guard event.isJudged else {
                state.withLock { $0.proxyLogs[log].note(&event) }
                metrics.note(event, from: source)
                return .event
            }
            let (drop, isFirst) = state.withLock { state -> (EventDrop?, isFirst: Bool) in
                if state.isClosed {
                    state.late += 1
                    return (.shutdown, false)
                }
                guard state.waiting.count < Self.capacity else { return (.queueFull, false) }
                state.proxyLogs[log].note(&event)
                // Count it as an event before it can be judged.
                metrics.note(event, from: source)
                state.waiting.append(WaitingEvent(event: event, source: source, arrival: arrival))
                return (nil, state.waiting.count == 1)
            }
            if isFirst { self.arrival.yield() }
            return drop.map { dropped($0) } ?? .event
        }
    }

    /// Takes in the outcome of a line that is read without room for its event: a judged event is dropped.
    func pass(_ outcome: LineReading.Outcome, from source: EventSource, at arrival: UnixTime) {
        if case .event(let event) = outcome, event.isJudged {
            _ = dropped(.queueFull)
        } else {
            take(outcome, from: source, at: arrival)
        }
    }

    /// Counts the lines of a text, or of a piece of it. `log` is as for ``take(_:from:log:node:at:)``.
    public func noteLines(_ count: Int, in text: Span<UInt8>, from source: EventSource, log: Int? = nil) {
        metrics.lines.add([source.rawValue], count)
        let log = log ?? source.number
        guard var survey = state.withLock({ $0.proxyLogs[log].openSurvey }) else { return }
        survey.take(text)
        let counted = survey
        state.withLock { $0.proxyLogs[log].note(counted) }
    }

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
            watch.logger.info("events from \(source): back to normal")
        }
    }
}

// MARK: - Room

extension EventIntake {
    var hasRoom: Bool { state.withLock { $0.hasRoom(for: Self.roomPerChunk) } }
    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Reserves room for `count` events, which other sources cannot take, while `body` takes in that many at most.
    /// Returns nil if there is too little room, or if no more events are judged.
    public func withRoom<Result, Failure: Error>(
        for count: Int = roomPerChunk, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let isReserved = state.withLock { state in
            guard state.hasRoom(for: count) else { return false }
            state.reserved += count
            return true
        }
        guard isReserved else { return nil }
        defer { state.withLock { $0.reserved -= count } }
        return try body()
    }
}

// MARK: - For the judge

extension EventIntake {
    func takeDue(_ limit: Int, whileDue isDue: (UnixTime) -> Bool) -> [WaitingEvent] {
        state.withLock { $0.waiting.take(limit, whileDue: isDue) }
    }

    /// Counts the judgements of a batch. `firstPending` is the number of the first event that is not settled.
    public func note(_ judgements: [Judgement], of batch: Int, firstPending: Int?) {
        state.withLock { state in
            for judgement in judgements { state.tally.add(judgement) }
            state.judged += batch
            state.firstPending = firstPending
        }
    }

    /// Stops taking in events; those that wait now are the last to be judged.
    public func close() { state.withLock { $0.isClosed = true } }

    /// Drops the events that were not judged by the very end, and logs a warning if any event came too late.
    public func end() {
        let (left, late) = state.withLock { state in
            state.isClosed = true
            return (state.waiting.take(Self.capacity) { _ in true }.count, state.late)
        }
        metrics.dropped.add([EventDrop.shutdown.rawValue], left)
        guard left + late > 0 else { return }
        watch.logger.warning("\(left + late) events came too late to be judged and are not counted")
    }
}

extension LogEvent {
    /// True if the registry has a say in it. A node's failure to reach the registry says nothing about any session, and
    /// a request of the sessionless revision names none.
    var isJudged: Bool {
        switch kind {
        case .registryError, .modern: false
        case .misroute, .unknown, .miss, .created, .held, .closed, .ownerDead, .ownerRestarted: session != .none
        }
    }
}
