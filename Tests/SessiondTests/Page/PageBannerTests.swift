import Exposition
import Sessions
import Testing

@testable import Sessiond

/// What must not be missed.
struct PageBannerTests {
    private static let now = PageTests.now

    private func banners(_ change: (inout PageView) throws -> Void) throws -> [String] {
        var view = try PageTests.calm()
        try change(&view)
        return Page(view: view).banners.map { banner in
            let since = banner.since.map { " since \(rfc3339($0.seconds))" } ?? ""
            return (banner.isGrave ? "! " : "- ") + banner.title + since + (banner.why.map { ": \($0)" } ?? "")
        }
    }

    private static func status(_ redis: String, _ watch: String) throws -> JSONValue {
        try json("{\"redis\":{\(redis)},\"watch\":{\(watch),\"stale_after_seconds\":90.0}}")
    }

    @Test func noneWhereAllIsWell() throws {
        #expect(try banners { _ in } == [])
    }

    @Test func redisIsDown() throws {
        let lines = try banners { view in
            view.status = try Self.status(#""up":false,"error":"Connection refused""#, #""gap":"connection_lost""#)
            view.isComplete = false
            view.redisDownSince = Self.now - 20
        }
        #expect(lines == ["! Redis is down since 2026-09-21T14:13:00.000Z: Connection refused"])
    }

    @Test func redisIsDownForLong() throws {
        let lines = try banners { view in
            view.status = try Self.status(#""up":false,"error":"Connection refused""#, #""gap":"connection_lost""#)
            view.isComplete = false
            view.asOf = Self.now - 100
            view.redisDownSince = Self.now - 99
        }
        #expect(
            lines == [
                "! Redis is down since 2026-09-21T14:11:41.000Z: Connection refused",
                "! The picture is stale since 2026-09-21T14:11:40.000Z",
            ])
    }

    @Test func thePictureIsIncomplete() throws {
        let lines = try banners { view in
            view.status = try Self.status(#""up":true"#, #""gap":"resync""#)
            view.isComplete = false
        }
        #expect(
            lines == ["! The picture is incomplete since 2026-09-21T14:13:19.000Z: changes may have been missed"])
    }

    @Test func theFirstReadingRuns() throws {
        let lines = try banners { view in
            view.status = try Self.status(#""up":true"#, #""gap":"first_reading","reading_seconds_left":42.3"#)
            view.isComplete = false
            view.asOf = nil
        }
        #expect(lines == ["! The first reading is not complete, about 42s to go"])
    }

    @Test func redisWasNeverReached() throws {
        let lines = try banners { view in
            view.status = try Self.status(#""up":false,"error":"Connection refused""#, #""gap":"first_reading""#)
            view.isComplete = false
            view.asOf = nil
            view.redisDownSince = Self.now - 5
        }
        #expect(lines == ["! Redis was not reached yet since 2026-09-21T14:13:15.000Z: Connection refused"])
    }

    @Test func cleanupIsSuspended() throws {
        let lines = try banners { view in
            view.cleanup = try json(
                """
                {"mode":"delete","suspended":{"by":"ann","why":"deploy","at":"2026-09-21T14:00:00.000Z",
                "until":"2026-09-21T16:00:00.000Z"},"brakes":[{"brake":"suspended","detail":"stopped by ann: deploy"}]}
                """)
        }
        #expect(lines == ["- Cleanup is suspended by ann since 2026-09-21T14:00:00.000Z: deploy"])
    }

    @Test func cleanupIsBraked() throws {
        let lines = try banners { view in
            view.cleanup = try json(
                """
                {"mode":"delete","suspended":null,"brakes":[
                {"brake":"dead_fraction","measured":0.75,"limit":0.5,"detail":"3 of 4 nodes are dead at once"}]}
                """)
            view.seen.brakesSince = ["dead_fraction": Self.now - 60]
        }
        #expect(
            lines == [
                "- Cleanup is held back by the brake dead_fraction since 2026-09-21T14:12:20.000Z: "
                    + "3 of 4 nodes are dead at once: 0.75, limit 0.5"
            ])
    }

    /// The picture's own banner says it already.
    @Test func aStalePictureIsSaidOnce() throws {
        let lines = try banners { view in
            view.asOf = Self.now - 91
            view.cleanup = try json(
                #"{"mode":"delete","suspended":null,"brakes":[{"brake":"view_stale","detail":"x"},{"brake":"redis_unsettled","detail":"y"}]}"#
            )
        }
        #expect(lines == ["! The picture is stale since 2026-09-21T14:11:49.000Z"])
    }

    @Test func theyStandInThePageBeforeAllElse() throws {
        var view = try PageTests.calm()
        view.asOf = Self.now - 100
        let text = String(decoding: Page(view: view).html(), as: UTF8.self)
        let banner = try #require(text.range(of: "<div class=\"banner bad\"><p>"))
        let headline = try #require(text.range(of: "<h1 id=\"now-h\">As last seen: all is well</h1>"))
        #expect(banner.lowerBound < headline.lowerBound)
    }
}
