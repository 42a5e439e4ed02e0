import Exposition

extension Picture {
    /// What the daemon finds wrong, the gravest first, each with where to look next: the first lines that are read.
    func attention(_ data: JSONValue, _ facts: inout Facts) {
        let findings = ReportedFinding.all(in: data)
        var label = ""
        for finding in findings {
            let next = finding.isWrong ? "wrong" : "note"
            let tone: Tone = finding.isCritical ? .bad : finding.isWrong ? .attention : .plain
            facts.add(next == label ? "" : next, "\(finding.sentence): \(finding.command)", tone)
            label = next
        }
        if !findings.contains(where: \.isWrong) { facts.add("well", "nothing is wrong", .good) }
    }
}
