import CleanupSimulation
import Glibc

/// Runs schedules of cleanup one after the other: `simulate-cleanup [schedules] [first seed] [bug]`. Ends with 1 where one
/// breaks an invariant; with a bug made on purpose, at the first that does. `SIMULATION_SEED` runs that one alone, and
/// tells what happens in it.
@main
struct SimulateCleanup {
    /// From one line of progress to the next, so that a run that is cut off shows how far it came.
    private static let progressSchedules: UInt64 = 50_000

    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let bug = words.dropFirst(2).first.flatMap { DeliberateBug(rawValue: $0) }
        if let seed = environment("SIMULATION_SEED").flatMap({ UInt64($0) }) { return replay(seed, bug) }
        let count = words.first.flatMap { UInt64($0) } ?? 10_000
        let first = words.dropFirst().first.flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 48)
        print("\(count) schedules from seed \(first) on" + (bug.map { ", \($0)" } ?? ""))
        var coverage = Coverage()
        var violations = 0
        var events = 0
        let clock = ContinuousClock()
        let start = clock.now
        for seed in first..<first + count {
            let simulation = Simulation(seed: seed, bug: bug)
            if let violation = simulation.run() {
                violations += 1
                if violations <= 100 { tell("\(violation)") }
                guard bug == nil else {
                    print("found in schedule \(seed - first + 1)")
                    return
                }
            }
            coverage.add(simulation.coverage)
            events += simulation.events
            let done = seed - first + 1
            guard done % progressSchedules == 0 else { continue }
            tell("\(done) schedules, \(violations) violations, \(clock.now - start)")
        }
        print("\(violations) violations in \(clock.now - start), \(events / Int(count)) events a schedule")
        for event in CoverageEvent.allCases { print("  \(event): \(coverage[event])") }
        if violations > 0 { exit(1) }
    }

    /// At once, also into a file.
    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func replay(_ seed: UInt64, _ bug: DeliberateBug?) {
        let simulation = Simulation(seed: seed, bug: bug)
        simulation.trace = { print($0) }
        let violation = simulation.run()
        print(violation?.description ?? "seed \(seed): no violation")
        if violation != nil { exit(1) }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
