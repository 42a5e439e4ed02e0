import Sessions
import Testing

@testable import Serving

/// The banners, which nobody must miss.
struct PageBannerTests {
    private static let now = PageViews.now

    /// A view of a second ago in which nothing is wrong, but for the change.
    private func view(_ change: (inout DiagnosisInput) -> Void) -> PageView {
        var input = DiagnosisInput(now: Self.now)
        (input.view.asOf, input.view.gap, input.staleAfterSeconds) = (Self.now - 1, nil, 90)
        input.cleanup.mostSilenceSeconds = 21_600
        change(&input)
        var view = PageViews.calm()
        view.asOf = input.view.asOf
        view.findings = Diagnosis(input).findings
        return view
    }

    /// The banners without their markup, each with its sign.
    private func banners(_ change: (inout DiagnosisInput) -> Void) -> [String] {
        let text = String(decoding: Page(view: view(change)).html(), as: UTF8.self)
        return text.matches(of: #/<div class="banner (?:bad|hold)"><p>(.*?)<\/p>/#).map { match in
            String(match.output.1).replacing(#/<time [^>]*datetime="([^"]*)"[^>]*>.*?<\/time>/#) { "\($0.output.1)" }
                .replacing(#/<\/span>/#, with: " ").replacing(#/<[^>]*>/#, with: "")
        }
    }

    @Test func noneWhereAllIsWell() {
        #expect(banners { _ in } == [])
    }

    @Test func redisIsDown() {
        let lines = banners { input in
            (input.redis.isUp, input.redis.downSince) = (false, Self.now - 20)
            (input.redis.error, input.view.gap) = ("Connection refused", .connectionLost)
        }
        #expect(
            lines == [
                "! Redis is out of reach since 2026-09-21T14:13:00.000Z: Connection refused"
            ])
    }

    @Test func redisIsDownForLong() {
        let lines = banners { input in
            (input.redis.isUp, input.redis.downSince) = (false, Self.now - 99)
            (input.redis.error, input.view.asOf) = ("Connection refused", Self.now - 100)
        }
        #expect(
            lines == [
                "! Redis is out of reach since 2026-09-21T14:11:41.000Z: Connection refused",
                "! The view is stale since 2026-09-21T14:11:40.000Z",
            ])
    }

    @Test func theViewIsIncomplete() {
        #expect(
            banners { $0.view.gap = .resync } == [
                "! The view is incomplete: changes may have been missed since 2026-09-21T14:13:19.000Z"
            ])
    }

    @Test func theFirstScanRuns() {
        let lines = banners { input in
            (input.view.asOf, input.view.gap, input.redis.scanSecondsLeft) = (nil, .firstFullScan, 42.3)
        }
        #expect(lines == ["! The first full scan is not complete, about 42s to go"])
    }

    @Test func redisWasNeverReached() {
        let lines = banners { input in
            (input.view.asOf, input.view.gap, input.redis.isUp) = (nil, .firstFullScan, false)
            (input.redis.error, input.redis.downSince) = ("Connection refused", Self.now - 5)
        }
        #expect(
            lines == [
                "! Redis is out of reach, and nothing was read yet since 2026-09-21T14:13:15.000Z: Connection refused"
            ])
    }

    @Test func cleanupIsSuspended() {
        let lines = banners { input in
            input.cleanup.stop = CleanupStop(by: "ann", why: "deploy", at: Self.now - 800, until: Self.now + 7_200)
            input.cleanup.brakes = [AppliedBrake(.suspended, detail: "ann suspended cleanup: deploy")]
        }
        #expect(lines == ["‖ Cleanup is suspended by ann since 2026-09-21T14:00:00.000Z: deploy"])
    }

    @Test func cleanupIsBraked() {
        let lines = banners { input in
            input.cleanup.brakes = [
                AppliedBrake(.deadFraction, measured: 0.75, limit: 0.5, detail: "3 of 4 nodes are dead at once")
            ]
            input.cleanup.brakesSince = [.deadFraction: Self.now - 60]
        }
        #expect(
            lines == [
                "‖ Cleanup is held back by the brake dead_fraction since 2026-09-21T14:12:20.000Z: "
                    + "3 of 4 nodes are dead at once (0.75, limit 0.5)"
            ])
    }

    /// The view's own banner says it already.
    @Test func aStaleViewIsSaidOnce() {
        let lines = banners { input in
            input.view.asOf = Self.now - 91
            input.cleanup.brakes = [
                AppliedBrake(.viewStale, detail: "x"), AppliedBrake(.redisUnsettled, detail: "y"),
            ]
        }
        #expect(lines == ["! The view is stale since 2026-09-21T14:11:49.000Z"])
    }

    @Test func theyStandInThePageBeforeAllElse() throws {
        let view = view { input in
            input.view.asOf = Self.now - 100
            input.nodes = []
        }
        let text = String(decoding: Page(view: view).html(), as: UTF8.self)
        let banner = try #require(text.range(of: "<div class=\"banner bad\"><p>"))
        let headline = try #require(text.range(of: "<h1 id=\"now-h\">As last seen: "))
        #expect(banner.lowerBound < headline.lowerBound)
    }
}
