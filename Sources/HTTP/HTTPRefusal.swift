/// A reason why a request or connection ended before the handler saw it. The raw value is the label of a metric. The
/// library itself refuses heads that it cannot hold; those are not counted.
public enum HTTPRefusal: String, CaseIterable, Sendable {
    case connectionLimit = "connection_limit"
    case addressLimit = "address_limit"
    /// The request was not over within `HTTPLimits.requestSeconds`. It gets no answer, as one may be half sent.
    case deadline
    case targetTooLong = "target_too_long"
    case headersTooLarge = "headers_too_large"
    case bodyTooLarge = "body_too_large"
    case unknownMethod = "unknown_method"
    case unknownVersion = "unknown_version"
    /// The Host header is missing from HTTP/1.1, or there is more than one.
    case badHost = "bad_host"
    /// There are both Content-Length and Transfer-Encoding, or two parsers could read one of them differently.
    case ambiguousLength = "ambiguous_length"
    case badHeader = "bad_header"
}
