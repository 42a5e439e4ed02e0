import Foundation
import Testing

/// A page of metrics as it was once recorded and looked through. What differs from run to run stands there as `~`, by
/// the rules below; all else is compared as it is. `RECORD_PAGES=1` writes the file anew.
struct Recorded {
    /// Beginnings of series whose value depends on the clock, the machine or the run.
    static let volatile = [
        // Usage of this process.
        "process_",
        // Moments, and differences to them.
        "mcp_registry_node_heartbeat_timestamp_seconds", "mcp_registry_node_start_timestamp_seconds",
        "mcp_sessiond_scan_last_success_timestamp_seconds", "mcp_sessiond_clock_skew_seconds",
        // A registry whose clock stands still falls behind ours.
        "mcp_sessiond_cleanup_suspended{brake=\"clock_skew\"}",
        // It ages by the monotonic clock, too, which goes on.
        "mcp_sessiond_cleanup_suspended{brake=\"view_stale\"}",
        // Sums of ages.
        "mcp_registry_session_age_seconds_gsum", "mcp_registry_session_ttl_seconds_gsum",
        "mcp_registry_orphan_age_seconds_gsum",
        // How long things took, and into how many batches a SCAN fell.
        "mcp_sessiond_scan_duration_seconds_bucket", "mcp_sessiond_scan_duration_seconds_sum",
        "mcp_sessiond_redis_command_duration_seconds",
    ]

    /// Labels that name a version.
    private static let versions = ["mcp_registry_redis_info", "mcp_sessiond_build_info"]

    let name: String

    init(_ name: String) {
        self.name = name
    }

    private var file: URL {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
    }

    static func isVolatile(_ series: String) -> Bool { volatile.contains { series.hasPrefix($0) } }

    func compare(with page: String) throws {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map { Self.steady(String($0)) }
        if ProcessInfo.processInfo.environment["RECORD_PAGES"] != nil {
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let difference = lines.difference(from: recorded)
        let missing = difference.removals.map { "- \($0.text)" }
        let extra = difference.insertions.map { "+ \($0.text)" }
        #expect(difference.isEmpty, "\(name):\n\((missing + extra).joined(separator: "\n"))")
    }

    private static func steady(_ line: String) -> String {
        var line = line
        if isVolatile(line), let space = line.lastIndex(of: " ") { line = line[..<space] + " ~" }
        for family in versions where line.hasPrefix(family) {
            line.replace(#/(version|revision)="[^"]*"/#) { "\($0.output.1)=\"~\"" }
        }
        return line
    }
}

extension CollectionDifference.Change where ChangeElement == String {
    fileprivate var text: String {
        switch self {
        case .insert(_, let element, _), .remove(_, let element, _): element
        }
    }
}
