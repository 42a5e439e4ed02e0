/// Where an event came from: the `source` label. Never a path or an address.
public enum EventSource: String, Sendable, CaseIterable {
    case file
    /// A Redis stream.
    case stream
    /// Pushed over HTTP.
    case http
    /// Standard input.
    case stdin
}
