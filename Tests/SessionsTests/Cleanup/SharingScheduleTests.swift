import Testing

@testable import Sessions

/// How often instances ask what the others wrote.
@Suite struct SharingScheduleTests {
    private static let empty = SilenceReport(
        fingerprint: WatchFingerprint([], database: 0), history: RedisHistory([:]), nodes: [])
    private static let told = SilenceReport(
        fingerprint: empty.fingerprint, history: empty.history,
        nodes: [.init(name: "a", owners: [], soleBoot: nil, soleSeconds: 0, isShared: false, renewed: [])])

    /// One that was found idle, or not, at 100 s, and did everything at 120 s.
    private static func schedule(
        _ report: SilenceReport? = empty, orphans: Int = 0, isRunning: Bool = false
    ) -> SharingSchedule {
        var schedule = SharingSchedule()
        schedule.note(report, orphans: orphans, isRunning: isRunning, at: 100)
        for step in SharingSchedule.Step.allCases { schedule.note(step, at: 120) }
        return schedule
    }

    /// By step, when it is due again after 120 s.
    private static func due(_ schedule: SharingSchedule) -> [Double] {
        SharingSchedule.Step.allCases.map { step in
            stride(from: 0.0, through: 60, by: 1).first { schedule.isDue(step, at: 120 + $0) } ?? .infinity
        }
    }

    private static let busy: [Double] = [10, 5, 30, 2, 0]
    private static let quiet: [Double] = [30, 10, 30, 2, 6]

    @Test func `everything is due at first`() {
        let schedule = SharingSchedule()
        for step in SharingSchedule.Step.allCases { #expect(schedule.isDue(step, at: 5)) }
    }

    @Test func `it asks less often where there is nothing to remove`() {
        #expect(Self.due(Self.schedule()) == Self.quiet)
        #expect(Self.due(Self.schedule(Self.told)) == Self.busy)
        #expect(Self.due(Self.schedule(nil)) == Self.busy)
        #expect(Self.due(Self.schedule(orphans: 1)) == Self.busy)
        #expect(Self.due(Self.schedule(isRunning: true)) == Self.busy)
    }

    @Test func `it goes on asking for a while after that`() {
        var schedule = Self.schedule(orphans: 1)
        schedule.note(Self.empty, orphans: 0, isRunning: false, at: 118)
        schedule.note(Self.empty, orphans: 0, isRunning: false, at: 120)
        #expect(schedule.isDue(.shared, at: 127.9))
        #expect(!schedule.isDue(.shared, at: 128))
        // Once more there is something.
        schedule.note(Self.told, orphans: 0, isRunning: false, at: 128)
        #expect(Self.due(schedule) == Self.busy)
    }

    @Test func `a run begins with what is so then`() {
        var schedule = Self.schedule()
        schedule.prepareRun()
        #expect(Self.due(schedule) == [0, 0, 30, 2, 0])
        schedule.note(.settled, at: 120)
        schedule.note(.shared, at: 120)
        #expect(Self.due(schedule) == Self.busy)
        schedule.hasten(.known)
        #expect(schedule.isDue(.known, at: 120))
    }
}
