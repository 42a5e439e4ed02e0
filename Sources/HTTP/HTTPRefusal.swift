/// Why a request or a connection ended before the handler saw it; the raw value is a metric's label.
/// Heads beyond what the library can hold are refused by itself, and are not among them.
public enum HTTPRefusal: String, CaseIterable, Sendable {
    case connectionLimit = "connection_limit"
    case addressLimit = "address_limit"
    /// The request was not over in `HTTPLimits.requestSeconds`. There is no answer: it may be half sent.
    case deadline
    case targetTooLong = "target_too_long"
    case headersTooLarge = "headers_too_large"
    case bodyTooLarge = "body_too_large"
    case unknownMethod = "unknown_method"
    case unknownVersion = "unknown_version"
    /// HTTP/1.1 without Host, or more than one.
    case badHost = "bad_host"
    /// Content-Length and Transfer-Encoding together, or either in a form that two parsers could read in two ways.
    case ambiguousLength = "ambiguous_length"
    case badHeader = "bad_header"
}
