import Foundation
import Sessions

extension TimeText {
    /// Seconds since the epoch of an RFC 3339 time as the API writes it, `2026-11-22T18:07:49.123Z`.
    static func seconds(_ text: String) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = (try? style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
        return date?.timeIntervalSince1970
    }
}
