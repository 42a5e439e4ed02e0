import API

extension Report {
    /// What the daemon finds wrong, the gravest first, each with where to look next: the first lines that are read.
    func findings(_ findings: [FindingRow], _ facts: inout Facts) {
        for finding in findings {
            let tone: Tone = finding.isCritical ? .bad : finding.isWrong ? .attention : .plain
            facts.addSentence(
                finding.isWrong ? "wrong" : "note", "\(finding.sentence). See \(finding.command)", tone)
        }
        if !findings.contains(where: \.isWrong) { facts.add("well", "nothing is wrong", .good) }
    }
}
