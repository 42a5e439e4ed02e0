import Testing

@testable import HTTP

@Suite struct FailureTableTests {
    private let start = ContinuousClock.now

    private func fill(_ table: inout FailureTable, _ peer: String, count: Int = FailureTable.limit, at seconds: Int = 0)
    {
        for _ in 0..<count { table.countWrongToken(of: peer, at: start + .seconds(seconds)) }
    }

    @Test func anAddressWaitsOutItsWindow() {
        var table = FailureTable()
        fill(&table, "192.0.2.1", count: FailureTable.limit - 1)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start) == nil)
        fill(&table, "192.0.2.1", count: 1, at: 30)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start + .seconds(30)) == 30)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start + .milliseconds(59_001)) == 1)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start + .seconds(60)) == nil)
        #expect(table.waitSeconds(of: "192.0.2.2", at: start + .seconds(30)) == nil)
        // It begins anew then.
        fill(&table, "192.0.2.1", count: FailureTable.limit - 1, at: 60)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start + .seconds(60)) == nil)
    }

    @Test func anAddressOfVersion6CountsForItsNetwork() {
        var table = FailureTable()
        fill(&table, "2001:db8::1", count: 5)
        fill(&table, "2001:db8::ffff:1", count: 5)
        #expect(table.waitSeconds(of: "2001:db8::2", at: start) == 60)
        #expect(table.waitSeconds(of: "2001:db8:0:1::1", at: start) == nil)
    }

    @Test func aClientWithoutAnAddressIsNotCounted() {
        var table = FailureTable()
        fill(&table, "")
        #expect(table.waitSeconds(of: "", at: start) == nil)
        #expect(table.count == 0)
    }

    @Test func thoseWhoseWindowsEndFirstMakeRoom() {
        var table = FailureTable()
        for number in 0..<FailureTable.addressLimit {
            fill(&table, "10.0.\(number / 256).\(number % 256)", at: number == 7 ? 0 : 1)
        }
        fill(&table, "192.0.2.1", at: 2)
        #expect(table.count == FailureTable.addressLimit)
        #expect(table.waitSeconds(of: "10.0.0.7", at: start + .seconds(2)) == nil)
        #expect(table.waitSeconds(of: "10.0.0.8", at: start + .seconds(2)) == 59)
        #expect(table.waitSeconds(of: "192.0.2.1", at: start + .seconds(2)) == 60)
        // Windows that are over go first.
        fill(&table, "192.0.2.2", at: 61)
        #expect(table.count == 2)
    }
}
