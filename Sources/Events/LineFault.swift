/// The fault of a line that begins like an event but cannot be one: the `reason` label of
/// `mcp_sessiond_log_events_rejected_total`.
public enum LineFault: String, Error, Sendable, CaseIterable {
    /// The JSON is broken, a quote is not closed, or the session id that the text announces is missing or illegal.
    case parseError = "parse_error"
    /// The line or its session id is too long.
    case tooLong = "too_long"
    /// The timestamp is not a time, or not a plausible one.
    case badTime = "bad_time"
}
