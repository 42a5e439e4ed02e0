import Exposition
import Foundation
import Testing

@testable import Monitoring

/// A checked-in dashboard, read as Grafana would read it.
struct DashboardDocument {
    static let uids = ["mcp-sessions", "mcp-sessiond-self", "mcp-deploys"]

    /// The repository's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let json: JSONValue

    init(_ uid: String) throws {
        let file = Self.root.appendingPathComponent("dashboards/\(uid).json")
        json = try JSONValue(parsing: Array(Data(contentsOf: file)))
    }

    /// Headings and panels.
    var boxes: [JSONValue] { json["panels"]?.array ?? [] }

    var panels: [DashboardPanel] { boxes.filter { $0["type"]?.string != "row" }.map(DashboardPanel.init) }

    var variables: [JSONValue] { json["templating"]?["list"]?.array ?? [] }

    /// Those that are asked of Prometheus, not those that people write by hand.
    var annotations: [JSONValue] {
        (json["annotations"]?["list"]?.array ?? []).filter { $0["builtIn"] == nil }
    }

    /// Each query with the name of what it is for.
    var queries: [(name: String, query: String)] {
        panels.flatMap { panel in panel.targets.map { (panel.title, $0["expr"]?.string ?? "") } }
            + annotations.map { ($0["name"]?.string ?? "", $0["expr"]?.string ?? "") }
    }

    func variable(_ name: String) -> JSONValue? { variables.first { $0["name"]?.string == name } }
}

/// A panel of a checked-in dashboard.
struct DashboardPanel {
    let json: JSONValue

    var title: String { json["title"]?.string ?? "" }
    var kind: String { json["type"]?.string ?? "" }
    var targets: [JSONValue] { json["targets"]?.array ?? [] }
    var defaults: JSONValue { json["fieldConfig"]?["defaults"] ?? .null }
}
