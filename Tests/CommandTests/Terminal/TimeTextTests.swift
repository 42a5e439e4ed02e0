import Sessions
import Testing

@testable import mcp_sessiond

@Suite struct TimeTextTests {
    @Test(arguments: [
        (0.0, "0s ago"), (0.9, "0s ago"), (12, "12s ago"), (60, "1m ago"), (192.7, "3m12s ago"), (18_180, "5h3m ago"),
        (2_588_400, "29d23h ago"), (-5, "in 5s"), (-2_592_000, "in 30d"), (.infinity, "? ago"), (1e300, "? ago"),
    ])
    func `ages have their two largest units`(seconds: Double, text: String) {
        #expect(TimeText.age(seconds) == text)
    }
}
