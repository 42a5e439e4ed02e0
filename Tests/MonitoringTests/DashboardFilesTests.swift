import Foundation
import Testing

@testable import Monitoring

@Suite struct DashboardFilesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// `RECORD_MONITORING=1` writes them anew.
    @Test func checkedInFilesAreWhatIsRendered() throws {
        let records = ProcessInfo.processInfo.environment["RECORD_MONITORING"] != nil
        for (path, text) in Dashboards.files() {
            let file = Self.root.appendingPathComponent(path)
            if records { try text.write(to: file, atomically: true, encoding: .utf8) }
            #expect(try String(contentsOf: file, encoding: .utf8) == text, "\(path)")
        }
    }
}
