import API
import Sessions

/// The top of the page: the view in one line, then what is wrong and what to do about it.
extension Page {
    /// Findings that are shown; a line says how many more there are.
    static let findingLimit = 6

    /// The findings that are not shown as banners above.
    private var listed: [Finding] { view.findings.filter { !Self.bannerKinds.contains($0.kind) } }

    /// True if the view shows the registry as it is now.
    private var isCurrent: Bool { !view.findings.contains { Self.graveKinds.contains($0.kind) } }

    private func count(_ kinds: Finding.Kind...) -> Int {
        view.findings.filter { kinds.contains($0.kind) }.reduce(0) { $0 + ($1.count ?? 0) }
    }

    /// The view in one line, without names.
    var headline: String {
        guard view.hasBeenScanned else { return "Nothing is known yet" }
        var parts: [String] = []
        func add(_ number: Int, _ one: String, _ what: String, _ prefix: String = "") {
            if number > 0 { parts.append("\(prefix)\(counted(number, one)) \(what)") }
        }
        add(count(.nodeDead, .noNodeAlive), "node", "dead")
        add(count(.nodeSuspect), "node", "suspect")
        add(view.status.sessions.orphaned, "session", "orphaned")
        let isCut = view.findings.contains { $0.kind == .requestsMisrouted && $0.isCountCut }
        add(count(.requestsMisrouted), "request", "misrouted", isCut ? "at least " : "")
        add(count(.clientsStuck), "client", "stuck")
        let sentence = parts.isEmpty ? headlineWithoutNumbers : parts.joined(separator: ", ")
        return isCurrent ? sentence.capitalizedFirst : "As last seen: \(sentence)"
    }

    private var headlineWithoutNumbers: String {
        let wrong = listed.count(where: \.isWrong)
        if listed.contains(where: { $0.kind == .noNodeSeen }) { return "no node was seen" }
        if wrong > 0 { return counted(wrong, "thing is wrong", "things are wrong") }
        return listed.isEmpty ? "all is well" : "nothing is urgent"
    }

    /// The sentence where there is no finding.
    private var calm: String {
        guard view.hasBeenScanned else { return "The first full scan is not complete yet." }
        return "Nodes: \(view.status.nodes.text)." + (isCurrent ? " Nothing to do." : "")
    }

    func now(_ html: inout HTMLWriter) {
        let findings = listed
        html.element("h1", ["id": "now-h"], headline)
        guard !findings.isEmpty else {
            html.element("p", ["class": "calm"], calm)
            return
        }
        html.element("ol", ["class": "findings"]) { html in
            for finding in findings.prefix(Self.findingLimit) { Self.item(finding, &html) }
        }
        html.leftOut(findings.count - Self.findingLimit, "finding", see: "mcp-sessiond status")
    }

    private static func item(_ finding: Finding, _ html: inout HTMLWriter) {
        html.element("li", ["class": finding.isWrong ? "bad" : "note"]) { html in
            html.element("p", ["class": "what"]) { html in
                html.element("span", ["class": "sr"], finding.isWrong ? "Wrong: " : "Note: ")
                html.sentence(finding.what)
                if let evidence = finding.evidence {
                    html.text(": ")
                    html.element("bdi", evidence.cut(scalars: HTMLWriter.sentenceScalars))
                }
                html.text(".")
            }
            html.element("p", ["class": "advice"]) { html in
                html.text(finding.advice + " ")
                html.runbook(finding.runbook)
            }
        }
    }
}

extension HTMLWriter {
    /// A sentence that begins with a capital letter, with its names marked as names.
    mutating func sentence(_ phrase: Phrase) {
        for (place, part) in phrase.parts.enumerated() {
            switch part {
            case .text(let text): self.text(place == 0 ? text.capitalizedFirst : text)
            case .name(let name): self.name(name)
            }
        }
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension HTMLWriter {
    /// Says how many are not shown, and which command shows them.
    mutating func leftOut(_ count: Int, _ what: String, see command: String? = nil) {
        guard count > 0 else { return }
        element("p", ["class": "more"]) { html in
            html.text("\(counted(count, "more \(what)")) not shown")
            if let command {
                html.text(": ")
                html.element("code", command)
            }
        }
    }
}
