import Testing

@testable import Configuration

@Suite struct SettingTextsTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500), "500ms"), ("15s", .seconds(15), "15s"), ("10m", .seconds(600), "10m"),
        ("1h", .seconds(3_600), "1h"), ("30d", .seconds(2_592_000), "30d"), ("1.5s", .milliseconds(1_500), "1500ms"),
        ("0.5ms", .microseconds(500), "0.5ms"), ("0s", .zero, "0s"), ("60s", .seconds(60), "1m"),
        ("0.000001ms", .nanoseconds(1), "1e-06ms"), ("3650d", .seconds(315_360_000), "3650d"),
        ("007s", .seconds(7), "7s"),
    ])
    func durationsAreReadExactly(text: String, expected: Duration, shown: String) throws {
        #expect(try DurationText.parse(text) == expected)
        #expect(DurationText.text(expected) == shown)
    }

    @Test(arguments: [
        "", "s", "1 s", "1S", "-1s", "+1s", "1.s", ".5s", "1.2.3s", "1e3s", "1w", "1s ", "٣s", "1.1234567s",
    ])
    func whatIsNoDurationIsRefused(text: String) throws {
        #expect(try DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        ("15", "\"15\" has no unit: write 15s for seconds"), ("3651d", "\"3651d\" is longer than 3650d"),
        ("99999999999999999999s", "\"99999999999999999999s\" is longer than 3650d"),
        ("9000000000000d", "\"9000000000000d\" is longer than 3650d"),
    ])
    func someDurationsAreRefusedWithAHint(text: String, message: String) {
        let thrown = #expect(throws: SettingProblem.self) { try DurationText.parse(text) }
        #expect(thrown?.message == message)
    }

    @Test(arguments: [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("dead_aftr", "dead_after", 1)])
    func distancesCountEdits(one: String, other: String, expected: Int) {
        #expect(Spelling.distance(Array(one.utf8), Array(other.utf8)) == expected)
    }

    @Test func textsInMistakesAreShort() {
        #expect(RawSetting.quoted(String(repeating: "x", count: 200)) == "\"\(String(repeating: "x", count: 60))…\"")
    }
}
