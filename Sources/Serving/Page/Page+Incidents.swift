import API
import Sessions

/// The incidents, the latest first.
extension Page {
    static let incidentRows = 6
    /// Limit of listed incidents.
    static let incidentLimit = 40

    func incidents(_ html: inout HTMLWriter) {
        let incidents = view.incidents.prefix(Self.incidentLimit)
        guard !incidents.isEmpty else {
            html.element("p", ["class": "calm"], "None remembered.")
            return
        }
        list(incidents.prefix(Self.incidentRows), &html)
        let more = incidents.dropFirst(Self.incidentRows)
        if !more.isEmpty {
            html.more("incidents-more", counted(more.count, "earlier incident")) { html in list(more, &html) }
        }
        html.leftOut(view.incidents.count - incidents.count, "incident", see: "mcp-sessiond incidents")
    }

    private func list(_ incidents: ArraySlice<IncidentRow>, _ html: inout HTMLWriter) {
        html.element("ol", ["class": "incidents"]) { html in
            for incident in incidents { html.element("li") { html in one(incident, &html) } }
        }
    }

    private func one(_ incident: IncidentRow, _ html: inout HTMLWriter) {
        html.element("p", ["class": "what"]) { html in
            html.status(incident.open ? "open" : "over")
            html.text(" ")
            html.element("bdi", incident.summary.cut(scalars: HTMLWriter.sentenceScalars))
        }
        html.element("p", ["class": "hint"]) { html in
            html.time(incident.beganAt, now: view.now)
            if let ended = incident.endedAt {
                html.text(", over after \(TimeText.duration(max(ended - incident.beganAt, 0)))")
            }
            for text in [incident.sessions.flatMap(Self.fates), incident.storm.map(Self.storm)] {
                if let text { html.text(". \(text)") }
            }
            if incident.open, let alert = incident.alert {
                html.text(". ")
                html.runbook(alert.cut(scalars: HTMLWriter.nameScalars))
            }
        }
    }

    private static func fates(_ lost: IncidentRow.Sessions) -> String? {
        fates(of: lost.stranded, recovered: lost.recovered, stuck: lost.stuck, silent: lost.silent)
    }

    /// `44 sessions: 3 recovered, 2 stuck, 39 silent`; nil where the fate of none is known.
    static func fates(of sessions: Int, recovered: Int, stuck: Int, silent: Int) -> String? {
        let fates = [(recovered, "recovered"), (stuck, "stuck"), (silent, "silent")].filter { $0.0 > 0 }
        guard !fates.isEmpty else { return nil }
        let parts = fates.map { "\(grouped($0)) \($1)" }
        return "\(counted(sessions, "session")): \(parts.joined(separator: ", "))"
    }

    private static func storm(_ storm: IncidentRow.Storm) -> String {
        "Followed by \(counted(storm.newSessions, "new session")), "
            + "\(counted(storm.refusedRequests, "refused request")), "
            + "at most \(grouped(storm.peakPerMinute)) per minute"
    }
}
