import Testing

@testable import Exposition

@Suite struct RFC3339Tests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (0.9996, "1970-01-01T00:00:01.000Z"), (0.0004, "1970-01-01T00:00:00.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.000Z"),
        (86_399.999, "1970-01-01T23:59:59.999Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
        (1_709_164_800, "2024-02-29T00:00:00.000Z"), (1_735_689_599.5, "2024-12-31T23:59:59.500Z"),
        (1_740_787_200, "2025-03-01T00:00:00.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        (4_107_542_399, "2100-02-28T23:59:59.000Z"), (1_795_370_869.123, "2026-11-22T18:07:49.123Z"),
        (-2_203_891_200, "1900-03-01T00:00:00.000Z"), (-11_644_473_600, "1601-01-01T00:00:00.000Z"),
        (-62_135_596_800, "0001-01-01T00:00:00.000Z"), (-62_167_219_200, "0000-01-01T00:00:00.000Z"),
        (-1e18, "0000-01-01T00:00:00.000Z"), (32_503_680_000, "3000-01-01T00:00:00.000Z"),
        (253_402_300_799.999, "9999-12-31T23:59:59.999Z"), (1e18, "9999-12-31T23:59:59.999Z"),
        (.infinity, "9999-12-31T23:59:59.999Z"), (-.infinity, "0000-01-01T00:00:00.000Z"),
        (.nan, "0000-01-01T00:00:00.000Z"),
    ])
    func unixTimeAsText(seconds: Double, expected: String) {
        #expect(RFC3339.text(seconds) == expected)
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        var (year, month, day) = (1970, 1, 1)
        for days in 0..<146_097 {
            let text = RFC3339.text(Double(days) * 86_400)
            let digits = { (number: Int, width: Int) in
                String(repeating: "0", count: width - String(number).count) + String(number)
            }
            guard text == "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T00:00:00.000Z" else {
                Issue.record("day \(days) is \(text)")
                return
            }
            let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect((year, month, day) == (2370, 1, 1))
    }
}
