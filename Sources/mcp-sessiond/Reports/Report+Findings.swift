import API

extension Report {
    /// The daemon's findings, the gravest first, each with the command that shows more: the first lines of a status.
    func findings(_ findings: [FindingRow], _ facts: inout Facts) {
        for finding in findings {
            let tone: Tone = finding.isCritical ? .bad : finding.isWrong ? .attention : .plain
            facts.addSentence(
                finding.isWrong ? "wrong" : "note", "\(finding.sentence). See \(finding.command)", tone)
        }
        if !findings.contains(where: \.isWrong) { facts.add("well", "nothing is wrong", .good) }
    }
}
