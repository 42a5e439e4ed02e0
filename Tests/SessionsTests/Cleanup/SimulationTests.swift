import CleanupSimulation
import Foundation
import Testing

/// Cleanup against everything that may happen to it. The schedules are always the same ones: what new ones find is for whoever
/// asks (`scripts/simulate-cleanup`), not for whoever changes something else. `SIMULATION_SEED` runs one of them again.
@Suite struct SimulationTests {
    private static let given = ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap { UInt64($0) }
    /// Schedules in the suite; `scripts/simulate-cleanup` runs as many as one likes.
    private static let schedules: UInt64 = 300
    private static let firstSeed: UInt64 = 7_000
    /// Within so many schedules from this seed on a mistake must be found; always the same ones, so that it always is.
    private static let patience: UInt64 = 250
    private static let patientSeed: UInt64 = 1_000
    /// Where the search begins for a mistake that takes a rare world to show.
    private static let seeds: [DeliberateBug: UInt64] = [
        .intervalsIgnored: 50_000, .lateJudgement: 1_600, .sharedNamesIgnored: 1_300, .longStepsCounted: 700_100,
    ]
    /// Too seldom to come to pass in so few schedules each time.
    private static let rare: Set<CoverageEvent> = [
        .leasesLostInRun, .epochsChangedInRun, .removedInUseElsewhere, .removedOfOtherName,
    ]

    @Test func noScheduleBreaksAnInvariant() {
        let first = Self.given ?? Self.firstSeed
        var coverage = Coverage()
        for seed in first..<first + (Self.given == nil ? Self.schedules : 1) {
            let simulation = Simulation(seed: seed)
            let violation = simulation.run()
            #expect(violation == nil)
            coverage.add(simulation.coverage)
        }
        guard Self.given == nil else { return }
        #expect(Set(coverage.missing).subtracting(Self.rare).isEmpty)
    }

    @Test(arguments: DeliberateBug.allCases) func aMistakeMadeOnPurposeIsFound(bug: DeliberateBug) {
        let first = Self.seeds[bug] ?? Self.patientSeed
        for seed in first..<first + Self.patience where Simulation(seed: seed, bug: bug).run() != nil {
            // It is the mistake that was found.
            #expect(Simulation(seed: seed).run() == nil)
            print("\(bug): found in schedule \(seed - first + 1)")
            return
        }
        Issue.record("\(bug) was not found in \(Self.patience) schedules from \(first) on")
    }
}
