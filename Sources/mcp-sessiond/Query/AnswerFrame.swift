import API
import Exposition
import Sessions

/// The age of the view behind an answer, and the instance that answered.
struct AnswerFrame: Sendable {
    /// An older view gives a warning if the daemon itself does not say what stale is.
    static let oldSeconds = 90.0

    let asOf: UnixTime?
    /// Nil before the first full scan.
    let viewAgeSeconds: Double?
    let isComplete: Bool
    let instance: String

    init<Content>(_ envelope: Envelope<Content>) {
        (asOf, viewAgeSeconds) = (envelope.asOf, envelope.viewAgeSeconds)
        (isComplete, instance) = (envelope.complete, envelope.instance)
    }

    init<Row>(_ envelope: ListEnvelope<Row>) {
        (asOf, viewAgeSeconds) = (envelope.asOf, envelope.viewAgeSeconds)
        (isComplete, instance) = (envelope.complete, envelope.instance)
    }

    /// The daemon's own time, from which ages are counted: its clock is Redis', ours may differ.
    private var now: UnixTime? {
        guard let asOf, let viewAgeSeconds else { return nil }
        return asOf + viewAgeSeconds
    }

    /// `3m12s ago`; nil for nil.
    func age(_ time: UnixTime?) -> String? {
        time.map { time in now.map { TimeText.age($0 - time) } ?? RFC3339.text(time.seconds) }
    }

    /// `3m12s ago (2026-11-22T18:07:49.123Z)`; nil for nil.
    func ageAndTime(_ time: UnixTime?) -> String? {
        time.map { time in
            let text = RFC3339.text(time.seconds)
            return now.map { "\(TimeText.age($0 - time)) (\(text))" } ?? text
        }
    }

    /// Warnings about the answer, such as a stale view. `watch`: the part of a status about watching.
    func warnings(_ watch: StatusAnswer.Watch? = nil) -> [String] {
        guard let viewAgeSeconds else {
            return ["WARNING: the first full scan is not complete: this answer is incomplete"]
        }
        var warnings: [String] = []
        if !isComplete {
            let gap = watch?.gap.map { " (\($0.rawValue))" } ?? ""
            warnings.append(
                "WARNING: the view is incomplete\(gap): sessions may be missing, or shown though they are gone")
        }
        if viewAgeSeconds > watch?.staleAfterSeconds ?? Self.oldSeconds {
            warnings.append("WARNING: the view is stale: as of \(TimeText.age(viewAgeSeconds))")
        }
        return warnings
    }
}

extension AnswerFrame: CustomStringConvertible {
    /// `as of 2s ago, instance node-a`
    var description: String {
        let age = viewAgeSeconds.map { "as of \(TimeText.age($0))" } ?? "no full scan yet"
        return "\(age), instance \(HarmlessText(instance).cut(to: 40))"
    }
}
