import Exposition

/// A finding of the daemon's diagnosis, as its status lists it.
struct ReportedFinding {
    let kind: String
    let severity: String
    /// One sentence without a full stop.
    let what: String
    let evidence: String?
    let advice: String
    /// `mcp-sessiond nodes`
    let command: String

    /// Nil where a member is missing: then it is no daemon of ours that answers.
    init?(_ json: JSONValue) {
        guard let kind = json["finding"]?.string, let severity = json["severity"]?.string,
            let what = json["what"]?.string, let advice = json["advice"]?.string, let command = json["command"]?.string
        else { return nil }
        (self.kind, self.severity, self.what, self.advice, self.command) = (kind, severity, what, advice, command)
        evidence = json["evidence"]?.string
    }

    /// Those of a status, the gravest first.
    static func all(in status: JSONValue) -> [ReportedFinding] {
        (status["findings"]?.array ?? []).compactMap(ReportedFinding.init)
    }

    var isCritical: Bool { severity == "critical" }
    var isWrong: Bool { severity != "note" }

    /// What it is, and what shows it.
    var sentence: String { evidence.map { "\(what): \($0)" } ?? what }
}
