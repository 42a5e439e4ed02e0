import CleanupSimulation
import Foundation
import Testing

/// Cleanup against everything that may happen to it, by chance. `SIMULATION_SEED` runs one schedule again.
@Suite struct SimulationTests {
    private static let given = ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap { UInt64($0) }
    /// Schedules in the suite; `scripts/simulate-cleanup` runs as many as one likes.
    private static let schedules: UInt64 = 150
    /// Within so many schedules from this seed on a mistake must be found; always the same ones, so that it always is.
    private static let patience: UInt64 = 300
    private static let patientSeed: UInt64 = 1_000

    @Test func noScheduleBreaksAnInvariant() {
        let first = Self.given ?? UInt64.random(in: 0..<1 << 48)
        print("SIMULATION_SEED=\(first)")
        var coverage = Simulation.Coverage()
        for seed in first..<first + (Self.given == nil ? Self.schedules : 1) {
            var simulation = Simulation(seed: seed)
            let violation = simulation.run()
            #expect(violation == nil)
            coverage.add(simulation.coverage)
        }
        guard Self.given == nil else { return }
        for what in [
            "removed", "runs completed", "runs suspended", "runs aborted", "leases taken", "deaths", "restarts",
            "stalls that lapse", "ids taken up again", "clock jumps", "flushes", "Redis restarted empty",
            "failovers to a lagging replica", "stops by hand", "replicas stopped", "replicas killed", "partitions",
        ] {
            #expect((coverage.counts[what] ?? 0) > 0, "never happened: \(what)")
        }
    }

    @Test(arguments: DeliberateBug.allCases) func aMistakeMadeOnPurposeIsFound(bug: DeliberateBug) {
        let first = Self.patientSeed
        for seed in first..<first + Self.patience {
            var simulation = Simulation(seed: seed, bug: bug)
            if simulation.run() != nil {
                print("\(bug): found in schedule \(seed - first + 1)")
                return
            }
        }
        Issue.record("\(bug) was not found in \(Self.patience) schedules from \(first) on")
    }
}
