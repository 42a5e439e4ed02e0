import Sessions
import Testing

@testable import Serving

/// The last hour in memory, and its lines.
struct RecentHistoryTests {
    private func numbers(_ registered: Int?, refused: Int = 0) -> RecentHistory.Numbers {
        .init(
            registered: registered, orphaned: registered.map { _ in 1 }, stuck: registered.map { _ in 0 },
            refused: refused)
    }

    @Test func whatWasNotSampledIsAGap() {
        var history = RecentHistory()
        for (seconds, registered) in [(1_000.0, 5), (1_031, 6), (1_120, 7)] {
            history.add(numbers(registered), atSeconds: seconds)
        }
        history.add(numbers(nil), atSeconds: 1_150)
        let lines = history.lines(atSeconds: 1_160)
        #expect(lines.registered.count == RecentHistory.sampleLimit)
        #expect(lines.registered.suffix(7) == [nil, 5, 6, nil, nil, 7, nil])
        #expect(lines.orphaned.suffix(7) == [nil, 1, 1, nil, nil, 1, nil])
    }

    @Test func anHourIsKeptAndNoMore() {
        var history = RecentHistory()
        for step in 0..<500 { history.add(numbers(step), atSeconds: Double(step) * 30) }
        let line = history.lines(atSeconds: 499 * 30).registered
        #expect(line.count == 120)
        #expect(line.first == 380)
        #expect(line.last == 499)
    }

    @Test func refusedRequestsAreCountedByTheMinute() {
        var history = RecentHistory()
        #expect(history.refusedPerMinute(5, atSeconds: 0) == nil)
        history.add(numbers(1, refused: 10), atSeconds: 0)
        // Less than a minute is not stretched to one.
        #expect(history.refusedPerMinute(16, atSeconds: 6) == 6)
        history.add(numbers(1, refused: 40), atSeconds: 30)
        history.add(numbers(1, refused: 40), atSeconds: 60)
        history.add(numbers(1, refused: 55), atSeconds: 90)
        #expect(history.refusedPerMinute(60, atSeconds: 100) == 20 / (70.0 / 60))
        #expect(history.lines(atSeconds: 90).refusedPerMinute.suffix(4) == [nil, 60, 0, 30])
    }

    @Test func aBrakeIsOnSinceItWasFirstSeen() {
        var history = RecentHistory()
        history.note(brakes: [.viewStale], at: UnixTime(seconds: 100))
        history.note(brakes: [.viewStale, .clockSkew], at: UnixTime(seconds: 130))
        #expect(
            history.brakesSince == [.viewStale: UnixTime(seconds: 100), .clockSkew: UnixTime(seconds: 130)])
        history.note(brakes: [.clockSkew], at: UnixTime(seconds: 160))
        history.note(brakes: [.viewStale], at: UnixTime(seconds: 190))
        #expect(history.brakesSince == [.viewStale: UnixTime(seconds: 190)])
    }

    @Test func aLineIsBrokenWhereItIsNotKnown() {
        let sparkline = Sparkline(points: [0, 10, nil, 5, nil, nil, 10])
        #expect(sparkline.lines == ["0,221 200,19", "400,120 600,120", "1000,19 1200,19"])
        #expect(sparkline.range == "0 to 10")
        #expect(
            sparkline.description(of: "Stuck clients")
                == "Stuck clients in the last 3m30s: 0 to 10, at last 10, with gaps")
    }

    @Test func withoutSamplesThereIsNoLine() {
        let sparkline = Sparkline(points: [nil, nil])
        #expect(sparkline.lines == [])
        #expect(sparkline.range == nil)
        #expect(sparkline.description(of: "Stuck clients") == "Stuck clients: no samples yet")
    }

    @Test func aNumberThatStandsStillIsALevelLine() {
        #expect(Sparkline(points: [7, 7]).lines == ["0,120 1200,120"])
        #expect(Sparkline(points: [0, 0]).lines == ["0,221 1200,221"])
        #expect(Sparkline(points: [1_204, 1_204]).range == "1,204")
        #expect(Sparkline(points: [0.25, 9.96, 649.4]).range == "0.3 to 649")
    }
}
