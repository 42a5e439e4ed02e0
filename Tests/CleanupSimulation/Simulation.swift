import Digests
import Sessions

/// One schedule: nodes, daemon instances, Redis and people for some minutes of simulated time, all from one seed.
///
/// The domain's code is the code that ships: registry, evidence, plan, run, lease. Around it is the work of the
/// daemon's threads. Each request to Redis is an event of its own, so anything may come in between. The truth, which no
/// instance sees, shows whether something happened that must never happen.
public final class Simulation {
    /// Something that must never happen, and the time at which it did.
    public struct Violation: Sendable, CustomStringConvertible {
        public var seed: UInt64
        public var at: Double
        public var what: String

        public var description: String { "seed \(seed), after \((at * 1000).rounded() / 1000) s: \(what)" }
    }

    public let seed: UInt64
    let bug: DeliberateBug?
    let schedule: Schedule
    var random: SplitMix64
    var now = 0.0
    var queue = EventQueue()
    var server = SimulatedServer()
    /// The past of the server, for failovers to a replica that lags.
    var snapshots: [(at: Double, server: SimulatedServer)] = []
    var processes: [SimulatedProcess] = []
    var instances: [Instance] = []
    var oracle = Oracle()
    var sessionNames = SessionNames()
    public private(set) var events = 0
    var nextSession = 0
    var nextWriting = 0
    public internal(set) var coverage = Coverage()
    public private(set) var violation: Violation?
    /// A closure that gets what happens, line by line.
    public var trace: ((String) -> Void)?

    public init(seed: UInt64, bug: DeliberateBug? = nil) {
        self.seed = seed
        self.bug = bug
        random = SplitMix64(seed: seed)
        schedule = Schedule(&random)
    }

    /// Makes a schedule in which nothing happens but what a script plans; see ``ScriptedWorld``.
    init(_ schedule: Schedule, bug: DeliberateBug?) {
        seed = 0
        self.bug = bug
        self.schedule = schedule
        random = SplitMix64(seed: seed)
    }

    /// Draws what happens, and runs to the end or to the first violation.
    public func run() -> Violation? {
        beginNodes()
        for number in 0..<schedule.instances { startInstance(after: Double(number) * random.seconds(0...4)) }
        after(random.seconds(1...3)) { self.befall() }
        after(2) { self.keepSnapshot() }
        if let calm = schedule.calmFrom { after(calm) { self.calmDown() } }
        return play()
    }

    /// Plays what is planned, to the end or to the first violation.
    func play() -> Violation? {
        while violation == nil, let event = queue.next(), event.at <= schedule.seconds {
            now = event.at
            events += 1
            event.act()
        }
        if violation == nil { judgeEnd() }
        // The remaining events hold this schedule, which holds them.
        queue = EventQueue()
        return violation
    }

    func fail(_ what: String) {
        if violation == nil { violation = Violation(seed: seed, at: now, what: what) }
        note("VIOLATION: \(what)")
    }

    func after(_ seconds: Double, _ act: @escaping () -> Void) { queue.add(at: now + seconds, act) }

    func note(_ what: @autoclosure () -> String) {
        guard let trace else { return }
        trace("\((now * 1000).rounded() / 1000)  \(what())")
    }

    /// True if nothing goes wrong any more.
    var isCalm: Bool { schedule.calmFrom.map { now >= $0 } ?? false }
}
