import CleanupSimulation
import Glibc

/// Runs schedules of cleanup one after the other: `simulate-cleanup [schedules] [first seed] [bug]`. Ends with 1 where one
/// breaks an invariant; with a bug made on purpose, at the first that does.
@main
struct SimulateCleanup {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let count = words.first.flatMap { UInt64($0) } ?? 10_000
        let first = words.dropFirst().first.flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 48)
        let bug = words.dropFirst(2).first.flatMap { DeliberateBug(rawValue: $0) }
        print("\(count) schedules from seed \(first) on" + (bug.map { ", \($0)" } ?? ""))
        var coverage = Simulation.Coverage()
        var violations = 0
        let clock = ContinuousClock()
        let start = clock.now
        for seed in first..<first + count {
            var simulation = Simulation(seed: seed, bug: bug)
            if let violation = simulation.run() {
                print(violation)
                violations += 1
                guard bug == nil else {
                    print("found in schedule \(seed - first + 1)")
                    return
                }
            }
            coverage.add(simulation.coverage)
        }
        print("\(violations) violations in \(clock.now - start)")
        for (what, count) in coverage.counts.sorted(by: { $0.key < $1.key }) { print("  \(what): \(count)") }
        if violations > 0 { exit(1) }
    }
}
