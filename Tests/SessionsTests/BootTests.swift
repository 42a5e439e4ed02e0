import Testing

@testable import Sessions

@Suite struct BootTests {
    private static let uuid = "3f2a8c41-09e7-4b6d-8f51-c0ffee000001"

    @Test(arguments: [
        ("1", "1"), ("1", "1.0"), ("1", "+1"), ("1", "01"), ("1760000000", "1.76e9"), ("1760000000", "1760000000.000"),
        ("\"1\"", "1"), (" 7 ", "7"), (uuid, uuid.uppercased()), (uuid, uuid.filter { $0 != "-" }),
        (uuid, "{\(uuid)}"), (uuid, "urn:uuid:\(uuid)"),
        ("2026-11-30T10:00:00Z", "2026-11-30T12:00:00+02:00"), ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00.000Z"),
        ("12345678901234567890", "+12345678901234567890"),
    ])
    func oneBootInTwoForms(one: String, other: String) {
        #expect(Boot(one).relation(to: Boot(other)) == .same)
        #expect(Boot(other).relation(to: Boot(one)) == .same)
        #expect(Boot(one).canonical == Boot(other).canonical)
    }

    @Test(arguments: [
        ("1", "2"), ("1", "1.5"), ("b1", "b10"), ("a", "b"), (uuid, uuid.replacing("000001", with: "000002")),
        ("1760000000", "1760000001"), ("9007199254740993", "9007199254740992"),
        ("2026-11-30T10:00:00Z", "2026-11-30T10:00:05Z"), ("host-7:4711", "host-7:4712"),
        // Random digits that happen to be decimal.
        ("12345678", "9f86d081"), ("1e234567", "9f86d081"),
    ])
    func twoBoots(one: String, other: String) {
        #expect(Boot(one).relation(to: Boot(other)) == .different)
        #expect(Boot(other).relation(to: Boot(one)) == .different)
        #expect(Boot(one).canonical != Boot(other).canonical)
    }

    /// Nothing rests on these.
    @Test(arguments: [
        // Of two kinds.
        ("1", uuid), ("1760000000", "2025-10-09T08:53:20Z"), ("b1", "1"), (uuid, "b1"),
        // One start in seconds and in milliseconds, or cut to whole seconds.
        ("1760000000", "1760000000000"), ("1760000000", "1760000000123"), ("1760000000", "1760000000.7"),
        ("2026-11-30T10:00:00Z", "2026-11-30T10:00:00.400Z"),
        // By how they are written alone.
        ("Boot-A", "boot-a"), ("boot 7", "boot_7"), ("abcdefgh", "abcdefgh-ijkl"),
    ])
    func whatCannotBeTold(one: String, other: String) {
        #expect(Boot(one).relation(to: Boot(other)) == .unclear)
        #expect(Boot(other).relation(to: Boot(one)) == .unclear)
    }

    @Test(arguments: ["", " ", "nan", "inf", "-", "0x1f", "1e999", "\u{0}", "e", "."]) func oddTexts(text: String) {
        #expect(Boot(text).relation(to: Boot(text)) == .same)
        #expect(Boot(text).relation(to: "b7") != .same)
    }
}
