import Sessions

/// The last hour of the page's four numbers, and the time since when each brake has been on. It is kept in memory only,
/// so a restart forgets it.
struct RecentHistory: Sendable {
    /// The time from one sample to the next.
    static let everySeconds = 30.0
    /// Samples that are kept: one hour.
    static let sampleLimit = 120

    /// The numbers at one moment; nil while they are unknown, as the view was stale or incomplete.
    struct Numbers: Sendable, Equatable {
        var registered: Int?
        var orphaned: Int?
        var stuck: Int?
        /// Since the daemon started.
        var refused = 0
    }

    /// The numbers as lines from an hour ago to now, oldest first; nil before the start and for missed samples.
    struct Lines: Sendable, Equatable {
        var registered: [Double?] = []
        var orphaned: [Double?] = []
        var stuck: [Double?] = []
        var refusedPerMinute: [Double?] = []
    }

    struct LastHour: Sendable {
        var lines = Lines()
        /// Refused requests of about the last minute; nil before the first sample.
        var refusedPerMinute: Double?
    }

    private struct Sample {
        var numbers: Numbers
        var seconds: Double
        var refusedPerMinute: Double?
    }

    /// Keyed by the number of full sampling intervals since the first sample, in monotonic time. A missed sample leaves
    /// a gap.
    private var samples: [Int: Sample] = [:]
    private var begunSeconds: Double?
    private var newest: Sample?
    private(set) var brakesSince: [CleanupBrake: UnixTime] = [:]

    private func place(_ seconds: Double) -> Int {
        Int(((seconds - (begunSeconds ?? seconds)) / Self.everySeconds).rounded())
    }

    /// `seconds`: monotonic.
    mutating func add(_ numbers: Numbers, atSeconds seconds: Double) {
        if begunSeconds == nil { begunSeconds = seconds }
        let place = place(seconds)
        var sample = Sample(numbers: numbers, seconds: seconds)
        if let newest, seconds > newest.seconds {
            let more = max(numbers.refused - newest.numbers.refused, 0)
            sample.refusedPerMinute = Double(more) * 60 / (seconds - newest.seconds)
        }
        newest = sample
        samples[place] = sample
        samples = samples.filter { $0.key > place - Self.sampleLimit }
    }

    /// Keeps the times since when these brakes have been on, and forgets all others.
    mutating func note(brakes: some Sequence<CleanupBrake>, at now: UnixTime) {
        brakesSince = Dictionary(brakes.map { ($0, brakesSince[$0] ?? now) }, uniquingKeysWith: { first, _ in first })
    }

    func lines(atSeconds seconds: Double) -> Lines {
        let last = place(seconds)
        var lines = Lines()
        for place in (last - Self.sampleLimit + 1)...last {
            let sample = samples[place]
            lines.registered.append(sample?.numbers.registered.map(Double.init))
            lines.orphaned.append(sample?.numbers.orphaned.map(Double.init))
            lines.stuck.append(sample?.numbers.stuck.map(Double.init))
            lines.refusedPerMinute.append(sample?.refusedPerMinute)
        }
        return lines
    }

    /// Refused requests per minute, counted from the newest sample that is a minute old, else from the oldest one.
    func refusedPerMinute(_ refused: Int, atSeconds seconds: Double) -> Double? {
        let all = samples.values.sorted { $0.seconds < $1.seconds }
        guard let base = all.last(where: { seconds - $0.seconds >= 60 }) ?? all.first, seconds > base.seconds else {
            return nil
        }
        // A count over less than a minute is not scaled up to a minute.
        return Double(max(refused - base.numbers.refused, 0)) * 60 / max(seconds - base.seconds, 60)
    }
}
