import Testing

@testable import Sessions

private func parsed(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    return UnixTime(parsing: bytes.span)?.milliseconds
}

/// 2026-08-21T10:15:02Z.
private let moment: Int64 = 1_787_307_302_000

@Suite struct UnixTimeTests {
    @Test(
        arguments: [
            // Seconds.
            ("1787307302", moment), ("1787307302.0", moment), ("1787307302.5", moment + 500),
            ("1787307302.05", moment + 50), ("1787307302.123", moment + 123), ("1787307302.123999", moment + 123),
            ("1787307302.12345678901234567890", moment + 123),
            // Milliseconds: from 100,000,000,000 on, as seconds would be the year 5138.
            ("1787307302000", moment), ("1787307302500", moment + 500), ("1787307302500.75", moment + 500),
            // Exponents, as some languages print large floats.
            ("1.787307302e9", moment), ("1.787307302E9", moment), ("1.787307302e+09", moment),
            ("1.7873073025e+09", moment + 500), ("1.7873073025e12", moment + 500), ("17873073020e-1", moment),
            ("1787307302e0", moment),
            // The bounds of what a record may claim.
            ("1000000000", 1_000_000_000_000), ("4294967295", 4_294_967_295_000),
            ("1000000000000", 1_000_000_000_000), ("4294967295000", 4_294_967_295_000),
        ] as [(String, Int64)])
    func readsNumbers(text: String, milliseconds: Int64) {
        #expect(parsed(text) == milliseconds)
    }

    @Test(
        arguments: [
            ("2026-08-21T10:15:02Z", moment), ("2026-08-21t10:15:02z", moment), ("2026-08-21 10:15:02Z", moment),
            ("2026-08-21T10:15:02", moment), ("2026-08-21 10:15:02", moment),
            ("2026-08-21T10:15:02.5Z", moment + 500), ("2026-08-21T10:15:02,5Z", moment + 500),
            ("2026-08-21T10:15:02.123Z", moment + 123), ("2026-08-21T10:15:02.123456Z", moment + 123),
            ("2026-08-21T10:15:02.123456789Z", moment + 123), ("2026-08-21T10:15:02.123456", moment + 123),
            ("2026-08-21T12:15:02+02:00", moment), ("2026-08-21T12:15:02+0200", moment),
            ("2026-08-21T12:15:02+02", moment),
            ("2026-08-21T04:45:02-05:30", moment), ("2026-08-21T10:15:02-00:00", moment),
            ("2026-08-21T10:15:02.123456789+00:00", moment + 123), ("2026-08-22T00:14:02+13:59", moment),
            ("2026-08-20T20:15:02-14", moment), ("2026-08-21T12:15:02.5+02:00", moment + 500),
            // Leap days, a leap second, the ends of a year.
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2028-02-29T12:00:00Z", 1_835_438_400_000),
            ("2004-02-29T23:59:59Z", 1_078_099_199_000), ("2024-03-01T00:00:00Z", 1_709_251_200_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2025-12-31T23:59:59Z", 1_767_225_599_000),
            ("2026-01-01T00:00:00Z", 1_767_225_600_000), ("2100-02-28T00:00:00Z", 4_107_456_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("2001-09-09T01:46:40Z", 1_000_000_000_000), ("2106-02-07T06:28:15Z", 4_294_967_295_000),
        ] as [(String, Int64)])
    func readsISO8601(text: String, milliseconds: Int64) {
        #expect(parsed(text) == milliseconds)
    }

    @Test(arguments: [
        // No number, or one of no meaning as a time.
        "", " ", "x", "now", "null", "nan", "inf", "-1", "-1787307302", "+1787307302", "0", "1", "41", "999999999",
        "4294967296", "999999999999", "4294967295001", "100000000000", "9223372036854775807", "1e300", "1e15",
        "1787307302000000", "1787307302000000000", "0x6a8b", "1787307302s", " 1787307302", "1787307302 ", "1787307302.",
        ".5", "1,787,307,302", "1.787307302e", "1.787307302e9e9", "1.78.73e9", "e9", "1787307302-", "1787307302+5",
        "1.7873e99999999999999999999999999", "1787307302\u{0}", "１７８７３０７３０２",
        // Dates that are none, or not whole.
        "2026-08-21", "2026-08-21T10:15", "2026-08-21T10:15:2Z", "2026-8-21T10:15:02Z", "26-08-21T10:15:02Z",
        "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
        "2026-08-21T24:00:00Z", "2026-08-21T10:60:00Z", "2026-08-21T10:15:61Z", "2026/08/21T10:15:02Z",
        "2026-08-21X10:15:02Z", "2026-08-21T10-15-02Z", "2026-08-21T10:15:02.Z", "2026-08-21T10:15:02.",
        "-026-08-21T10:15:02Z",
        "2026-08-21T10:15:02ZZ", "2026-08-21T10:15:02Z ", "2026-08-21T10:15:02 UTC", "2026-08-21T10:15:02+",
        "2026-08-21T10:15:02+2", "2026-08-21T10:15:02+02:", "2026-08-21T10:15:02+02:0", "2026-08-21T10:15:02+02:000",
        "2026-08-21T10:15:02+020", "2026-08-21T10:15:02+24:00", "2026-08-21T10:15:02+02:60",
        "2026-08-21T10:15:02*02:00",
        // Dates outside the plausible, and texts too long to be looked at.
        "0000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2001-09-09T01:46:39Z", "2106-02-07T06:28:16Z",
        "9999-12-31T23:59:59Z", "2026-08-21T10:15:02.00000000000000000000Z",
        "1787307302.000000000000000000000000000000",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(parsed(text) == nil)
    }

    @Test func everyDayOfTwoCenturiesIsTheDayAfterTheOneBefore() {
        var expected: Int64 = 1_009_843_200_000  // 2002-01-01
        for year in 2002...2105 {
            for month in 1...12 {
                for day in 1...31 {
                    let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)T00:00:00Z"
                    guard let time = parsed(text) else { continue }
                    #expect(time == expected, "\(text)")
                    expected += 86_400_000
                }
            }
        }
        #expect(expected == 4_291_747_200_000)  // 2106-01-01
    }

    @Test func countsInSeconds() {
        let time = UnixTime(milliseconds: moment)
        #expect(time + 1.5 == UnixTime(milliseconds: moment + 1500))
        #expect(time - 0.25 == UnixTime(milliseconds: moment - 250))
        #expect((time + 90) - time == 90)
        #expect(time.seconds == 1_787_307_302)
        #expect(UnixTime(seconds: 1_787_307_302.1234) == UnixTime(milliseconds: moment + 123))
        #expect(time < time + 0.001)
        // A span that somebody may ask for must not end the process.
        for seconds in [1e300, -1e300, Double.infinity, -Double.infinity, Double.greatestFiniteMagnitude] {
            #expect((time + seconds > time) == (seconds > 0))
            #expect((time - seconds > time) == (seconds < 0))
        }
        #expect(time + Double.nan == time)
    }
}
