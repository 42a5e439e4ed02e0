import Exposition

/// The dashboards that are shipped, as files for Grafana 10 and newer.
public enum Dashboards {
    /// Where the runbooks are read unless told otherwise.
    public static let standardRunbooks = "https://github.com/mcp-sessiond/mcp-sessiond/blob/main"

    static let all: [Dashboard] = [.sessions, .selfWatch, .deploys]

    /// Each dashboard as a file: its path under the repository's root, and its text. `runbooks` is the URL under which
    /// `alerts/runbooks/` is found.
    public static func files(runbooks: String = standardRunbooks) -> [(path: String, text: String)] {
        all.map { ("dashboards/\($0.uid).json", $0.json(runbooks: runbooks).pretty + "\n") }
    }
}
