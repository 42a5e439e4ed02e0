/// The source of an event; the `source` label. It is never a path or an address.
public enum EventSource: String, Sendable, CaseIterable {
    case file
    /// A Redis stream.
    case stream
    /// Pushed over HTTP.
    case http
    /// Standard input.
    case stdin
}
