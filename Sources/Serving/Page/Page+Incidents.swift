import Exposition
import Sessions

/// What happened, the latest first.
extension Page {
    static let incidentRows = 6
    /// Incidents that are listed at all.
    static let incidentLimit = 40

    func incidents(_ html: inout HTMLWriter) {
        let incidents = view.incidents.prefix(Self.incidentLimit)
        guard !incidents.isEmpty else {
            html.element("p", ["class": "calm"], "None that is remembered.")
            return
        }
        list(incidents.prefix(Self.incidentRows), &html)
        let more = incidents.dropFirst(Self.incidentRows)
        if !more.isEmpty {
            html.more("incidents-more", counted(more.count, "earlier incident")) { html in list(more, &html) }
        }
        html.leftOut(view.incidents.count - incidents.count, "incident", see: "mcp-sessiond incidents")
    }

    private func list(_ incidents: ArraySlice<JSONValue>, _ html: inout HTMLWriter) {
        html.element("ol", ["class": "incidents"]) { html in
            for incident in incidents { html.element("li") { html in one(incident, &html) } }
        }
    }

    private func one(_ incident: JSONValue, _ html: inout HTMLWriter) {
        let isOpen = incident["open"]?.bool == true
        html.element("p", ["class": "what"]) { html in
            html.status(isOpen ? "open" : "over")
            html.text(" ")
            let kind = (incident["kind"]?.string ?? "?").split(separator: "_").joined(separator: " ")
            html.element("bdi", (incident["summary"]?.string ?? kind).cut(scalars: HTMLWriter.sentenceScalars))
        }
        html.element("p", ["class": "hint"]) { html in
            if let began = incident["began_at"]?.unixTime {
                html.time(began, now: view.now)
                if let ended = incident["ended_at"]?.unixTime {
                    html.text(", over after \(TimeText.duration(max(ended - began, 0)))")
                }
            }
            for text in [Self.fates(incident["sessions"]), storm(incident["storm"])] {
                if let text { html.text(". \(text)") }
            }
            if isOpen, let alert = incident["alert"]?.string {
                html.text(". ")
                html.runbook(alert.cut(scalars: HTMLWriter.nameScalars))
            }
        }
    }

    /// `44 stranded: 3 recovered, 2 stuck, 39 silent`
    static func fates(_ sessions: JSONValue?) -> String? {
        guard let stranded = sessions?["stranded"]?.int ?? sessions?["sessions"]?.int else { return nil }
        let parts = ["recovered", "stuck", "silent"].compactMap { word in
            sessions?[word]?.int.flatMap { $0 > 0 ? "\(grouped($0)) \(word)" : nil }
        }
        return parts.isEmpty ? nil : "\(counted(stranded, "session")): \(parts.joined(separator: ", "))"
    }

    private func storm(_ storm: JSONValue?) -> String? {
        guard let new = storm?["new_sessions"]?.int else { return nil }
        var text = "In its wake \(counted(new, "new session"))"
        if let refused = storm?["refused_requests"]?.int { text += ", \(counted(refused, "refused request"))" }
        if let peak = storm?["peak_per_minute"]?.int { text += ", at most \(grouped(peak)) a minute" }
        return text
    }
}
