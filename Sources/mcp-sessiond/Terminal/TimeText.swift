import Exposition
import Foundation

/// Times and durations as people say them.
enum TimeText {
    /// The two largest units: `12s`, `3m12s`, `5h3m`, `29d23h`.
    static func duration(_ seconds: Double) -> String { spokenDuration(seconds) }

    /// `3m12s ago`; `in 29d23h` for what is to come.
    static func age(_ seconds: Double) -> String {
        seconds < 0 ? "in \(duration(-seconds))" : "\(duration(seconds)) ago"
    }

    /// Seconds since the epoch of an RFC 3339 time as the API writes it, `2026-11-22T18:07:49.123Z`.
    static func seconds(_ text: String) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = (try? style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
        return date?.timeIntervalSince1970
    }
}
