/// Why a line that begins like one of ours cannot be taken: the `reason` label of
/// `mcp_sessiond_log_events_rejected_total`.
public enum LineFault: String, Error, Sendable, CaseIterable {
    /// Broken JSON, a quote without end, no session id where the text promises one, or one that is none.
    case parseError = "parse_error"
    /// The line, or its session id, is longer than its bound.
    case tooLong = "too_long"
    /// Its time stamp is no time, or one outside what a record may claim.
    case badTime = "bad_time"
}
