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

    private init(unreadable _: Void) {
        (kind, severity) = ("findings_unknown", "critical")
        what = "the daemon does not say what is wrong, or not as this program understands it"
        advice = "Use the program of the daemon's own version."
        (evidence, command) = (nil, "mcp-sessiond doctor")
    }

    /// Those of a status, the gravest first. What cannot be read is never taken for well.
    static func all(in status: JSONValue) -> [ReportedFinding] {
        guard let list = status["findings"]?.array else { return [ReportedFinding(unreadable: ())] }
        let findings = list.compactMap(ReportedFinding.init)
        return findings.count == list.count ? findings : [ReportedFinding(unreadable: ())] + findings
    }

    var isCritical: Bool { severity == "critical" }
    var isWrong: Bool { severity != "note" }

    /// What it is, and what shows it.
    var sentence: String { evidence.map { "\(what): \($0)" } ?? what }
}
