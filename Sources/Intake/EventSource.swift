/// The source of an event; the `source` label. It is never a path or an address.
public enum EventSource: String, Sendable, CaseIterable {
    case file
    /// A Redis stream.
    case stream
    /// Pushed over HTTP.
    case http
    /// Standard input.
    case stdin

    /// Its place among all sources.
    var number: Int {
        switch self {
        case .file: 0
        case .stream: 1
        case .http: 2
        case .stdin: 3
        }
    }
}
