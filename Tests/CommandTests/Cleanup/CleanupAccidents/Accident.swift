import Foundation
import Lab
import Redis
import Synchronization
import Testing

/// What came of one accident, or of several.
struct AccidentOutcome: Sendable {
    var runs = 0
    var live = 0
    /// Live sessions that are gone, by node.
    var lost: [String: Int] = [:]
    /// Sessions of nodes that could not write for too long: nothing is said of them.
    var forgiven = 0
    var orphansRemoved = 0
    var orphansLeft = 0
    /// Records of the audit that break a rule.
    var broken: [String] = []

    static func += (left: inout Self, right: Self) {
        left.runs += right.runs
        left.live += right.live
        left.lost.merge(right.lost) { $0 + $1 }
        left.forgiven += right.forgiven
        left.orphansRemoved += right.orphansRemoved
        left.orphansLeft += right.orphansLeft
        left.broken += right.broken
    }

    var lostCount: Int { lost.values.reduce(0, +) }

    var lostText: String {
        lost.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

/// One scripted world.
struct Accident: Sendable {
    var name: String
    var store = Store.Kind.server
    var prefix = "mcp:node:"
    /// How long the world goes on once the true orphans are removed, so that whatever else would go has gone.
    var furtherSeconds = 6.0
    /// Lets nodes and daemons begin, and the accident happen. The true orphans die afterwards.
    var script: @Sendable (World) throws -> Void
    /// What is done once more after that, such as a run by hand, until the true orphans are removed.
    var repeated: (@Sendable (World) throws -> Void)?

    func play(seed: UInt64) throws -> AccidentOutcome {
        let world = try World(store, prefix: prefix, seed: seed)
        defer { world.stop() }
        try world.populate()
        try script(world)
        try world.strandOrphans()
        var isOver = false
        if let repeated {
            let started = monotonicSeconds()
            while !isOver, monotonicSeconds() - started < 90 {
                try repeated(world)
                isOver = try world.outcome().orphansLeft == 0
            }
            try repeated(world)
        } else {
            _ = try world.waitForOrphans()
            // Nothing tells that something will never happen: only time does.
            Thread.sleep(forTimeInterval: furtherSeconds)
        }
        var outcome = try world.outcome()
        outcome.runs = 1
        outcome.broken = try world.brokenAudit(removed: outcome.orphansRemoved)
        return outcome
    }
}

/// Plays worlds beside each other: they mostly wait.
enum AccidentStage {
    static let rounds = ProcessInfo.processInfo.environment["ACCIDENT_ROUNDS"].flatMap(Int.init) ?? 1
    static let seed =
        ProcessInfo.processInfo.environment["ACCIDENT_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
    /// Part of a name: only those accidents are played.
    private static let wanted = ProcessInfo.processInfo.environment["ACCIDENT_ONLY"] ?? ""
    /// How many worlds go on at a time.
    private static let places = DispatchSemaphore(value: 8 * ProcessInfo.processInfo.activeProcessorCount)

    /// Plays every accident of a kind in each round, and expects that no live session is lost.
    static func play(_ kind: String, _ accidents: [Accident]) {
        let accidents = accidents.filter { wanted.isEmpty || "\(kind), \($0.name)".contains(wanted) }
        guard !accidents.isEmpty else { return }
        let sum = Mutex((outcome: AccidentOutcome(), failures: [String]()))
        let group = DispatchGroup()
        for round in 0..<rounds {
            for accident in accidents {
                group.enter()
                let thread = Thread {
                    defer { group.leave() }
                    places.wait()
                    defer { places.signal() }
                    let seed = seed &+ UInt64(round)
                    let (outcome, failure) = judge(accident, seed: seed)
                    sum.withLock { sum in
                        sum.outcome += outcome
                        if let failure { sum.failures.append("\(kind), \(accident.name), seed \(seed): \(failure)") }
                    }
                }
                thread.start()
            }
        }
        group.wait()
        let (all, failures) = sum.withLock { $0 }
        for failure in failures.sorted() { Issue.record(Comment(rawValue: failure)) }
        print(
            """
            \(kind): \(all.runs) runs, \(all.live) live sessions, \(all.lostCount) of them lost, \
            \(all.orphansRemoved) true orphans removed, \(all.orphansLeft) left, \(all.forgiven) sessions forgiven
            """)
    }

    private static func judge(_ accident: Accident, seed: UInt64) -> (AccidentOutcome, failure: String?) {
        do {
            let outcome = try accident.play(seed: seed)
            var faults: [String] = []
            if outcome.lostCount > 0 { faults.append("live sessions lost: \(outcome.lostText)") }
            if outcome.forgiven > outcome.live {
                faults.append("too slow to tell: \(outcome.forgiven) sessions forgiven")
            }
            if outcome.orphansLeft > 0 { faults.append("\(outcome.orphansLeft) true orphans left") }
            if !outcome.broken.isEmpty { faults.append(outcome.broken.joined(separator: "; ")) }
            return (outcome, faults.isEmpty ? nil : faults.joined(separator: "; "))
        } catch {
            return (AccidentOutcome(), "\(error)")
        }
    }
}
