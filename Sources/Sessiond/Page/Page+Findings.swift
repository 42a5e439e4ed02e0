import Exposition
import Sessions

/// What is wrong now and what to do: the top of the page, in the words of the runbooks.
extension Page {
    /// Findings that are shown; more are left out and said to be.
    static let findingLimit = 6
    /// Refused requests of so long ago still count as now.
    static let recentSeconds = 900.0

    struct Finding {
        var isBad = true
        /// What is wrong.
        var what: (inout HTMLWriter) -> Void
        var advice: String
        var runbook: String
    }

    private func count(_ path: String...) -> Int {
        var value = view.status
        for key in path { value = value[key] ?? .null }
        return value.int ?? 0
    }

    private var dead: Int { count("nodes", "dead") }
    private var orphaned: Int { count("sessions", "orphaned") }
    private var stuck: Int { count("events", "affected", "stuck") }

    /// Whether the picture is of now.
    private var isKnown: Bool { view.isComplete && !view.isStale && view.status["redis"]?["up"]?.bool != false }

    /// The picture in one line, without names.
    var headline: String {
        guard view.asOf != nil else { return "Nothing is known yet" }
        var parts: [String] = []
        if dead > 0 { parts.append("\(counted(dead, "node")) dead") }
        let suspects = view.nodes.count { $0["suspect"]?.bool == true }
        if suspects > 0 { parts.append("\(counted(suspects, "node")) suspect") }
        if orphaned > 0 { parts.append("\(counted(orphaned, "session")) orphaned") }
        if recentlyMisrouted > 0 {
            parts.append("\(atLeast)\(counted(recentlyMisrouted, "request")) misrouted")
        }
        if stuck > 0 { parts.append("\(counted(stuck, "client")) stuck") }
        if parts.isEmpty {
            let wrong = findings.count { $0.isBad }
            if view.nodes.isEmpty {
                parts = ["no node was seen"]
            } else if wrong > 0 {
                parts = [counted(wrong, "thing is wrong", "things are wrong")]
            } else {
                parts = [findings.isEmpty ? "all is well" : "nothing is urgent"]
            }
        }
        let sentence = parts.joined(separator: ", ")
        return isKnown ? sentence.capitalizedFirst : "As last seen: \(sentence)"
    }

    /// Requests of the last minutes whose session lives elsewhere.
    static func recentMisroutes(_ view: PageView) -> [JSONValue] {
        (view.misroutes["recent"]?.array ?? []).filter { row in
            row["verdict"]?.string == "misrouted"
                && row["at"]?.unixTime.map { view.now - $0 <= recentSeconds } ?? false
        }
    }

    private var recentlyMisrouted: Int { recentMisroutes.count }

    /// Where more requests were refused than are remembered.
    private var atLeast: String {
        (view.misroutes["recent"]?.array ?? []).count >= PageView.recentLimit ? "at least " : ""
    }

    /// The worst first.
    var findings: [Finding] {
        nodeFindings + requestFindings + registryFindings
    }

    private var nodeFindings: [Finding] {
        let alive = count("nodes", "alive") + count("nodes", "draining")
        if alive == 0, dead > 0 {
            return [
                finding(
                    "No node beats: \(counted(dead, "node is", "nodes are")) dead.",
                    "Ask a node itself. If it answers, restart nothing: mend the heartbeats. If none answers, start them.",
                    "McpAllNodesDown")
            ]
        }
        // Of one that works without a heartbeat another finding tells.
        let gone = view.nodes.filter {
            $0["status"]?.string == "dead" && ($0["sessions"]?["orphaned"]?.int ?? 0) > 0
                && !has(.silentButWorking, $0)
        }.sorted { ($0["sessions"]?["orphaned"]?.int ?? 0) > ($1["sessions"]?["orphaned"]?.int ?? 0) }
        var findings = gone.prefix(2).map { node in
            let orphaned = node["sessions"]?["orphaned"]?.int ?? 0
            let beat = node["heartbeat_age_seconds"]?.double.map {
                ", its last heartbeat was \(TimeText.duration($0)) ago"
            }
            return Finding(
                what: { html in
                    html.name(node["node"]?.string ?? "?")
                    html.text(" is dead\(beat ?? ""): \(counted(orphaned, "session")) orphaned.")
                },
                advice: """
                    If its process still answers, mend its heartbeat and do not restart it. If it is gone, start it or \
                    another; its sessions do not come back, their clients begin anew.
                    """, runbook: "McpNodeDownWithSessions")
        }
        if gone.count > 2 {
            findings.append(
                finding(
                    "\(counted(gone.count - 2, "more node is", "more nodes are")) dead with sessions.",
                    "Look for a common cause, memory or a release, before you start them all again.",
                    "McpNodeDownWithSessions"))
        }
        findings += flagFindings
        let suspects = view.nodes.filter { $0["suspect"]?.bool == true }
        findings += suspects.prefix(2).map { node in
            let reasons = (node["suspect_reasons"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
            return Finding(
                what: { html in
                    html.name(node["node"]?.string ?? "?")
                    html.text(" is suspect (\(reasons)): it beats, and may refuse its own sessions.")
                },
                advice: "See whether it serves new sessions. If not, drain it at the proxy, then restart it.",
                runbook: "McpNodeSuspect")
        }
        return findings
    }

    private func has(_ flag: NodeFlag, _ node: JSONValue) -> Bool {
        (node["flags"]?.array ?? []).contains { $0.string == flag.rawValue }
    }

    /// Nodes whose heartbeats mislead.
    private var flagFindings: [Finding] {
        let working = view.nodes.filter { has(.silentButWorking, $0) }.prefix(2).map { node in
            let work = node["working"]
            let silent = TimeText.duration(work?["without_heartbeat_seconds"]?.double ?? 0)
            let at = work?["at"]?.unixTime.map { " \(TimeText.duration(max(view.now - $0, 0))) ago" } ?? ""
            return Finding(
                what: { html in
                    html.name(node["node"]?.string ?? "?")
                    html.text(
                        " works without a heartbeat: none for \(silent), and it \(work?["did"]?.string ?? "?") a "
                            + "session\(at).")
                },
                advice: "Mend its heartbeat; do not restart it. Its sessions live.", runbook: "McpNodeSilentButWorking")
        }
        let shared = view.nodes.filter { has(.sharedName, $0) }.prefix(2).map { node in
            Finding(
                what: { html in
                    html.text("Two boots take turns under the name ")
                    html.name(node["node"]?.string ?? "?")
                    html.text(".")
                },
                advice: "Two processes share that name: give each its own. Nothing is removed of either meanwhile.",
                runbook: "McpNodeNameShared")
        }
        return Array(working + shared)
    }

    private var requestFindings: [Finding] {
        var findings: [Finding] = []
        if recentlyMisrouted > 0 {
            var causes: [String: Int] = [:]
            for row in recentMisroutes { causes[row["cause"]?.string ?? "not_logged", default: 0] += 1 }
            let cause = causes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "not_logged"
            findings.append(
                finding(
                    """
                    \(atLeast)\(counted(recentlyMisrouted, "request")) of the last 15 minutes reached another node than the \
                    living owner, mostly \(cause).
                    """, Self.advice(onCause: cause), "McpRequestsMisrouted"))
        }
        if stuck > 0 {
            findings.append(
                finding(
                    """
                    \(counted(stuck, "client repeats", "clients repeat")) a refused request and \
                    \(stuck == 1 ? "does" : "do") not begin anew.
                    """,
                    "Many kinds of clients follow one death: wait. One kind: tell its users to reconnect.",
                    "McpClientsStuck"))
        }
        return findings
    }

    private static func advice(onCause cause: String) -> String {
        switch cause {
        case "no_cookie":
            "Those clients keep no cookies. If it is all of them, the route sets no sticky cookie: mend that."
        case "cookie_owner":
            "The cookie is right and the proxy sent it elsewhere: look at the owner's health check there."
        case "cookie_elsewhere":
            "Right after a node flapped: wait, those clients begin anew. Else mend the sticky cookie."
        case "cookie_dead": "The cookie names a dead node: those clients are on their way to another. Wait."
        case "cookie_old_scheme": "Proxies of two versions write cookies: give all the same version."
        case "cookie_unmapped": "The cookie names no node that is known: compare the nodes' url with the proxy's."
        default: "Did the proxy's configuration change in the last hour? Undo that. Restart no node."
        }
    }

    private var registryFindings: [Finding] {
        let sessions = view.status["sessions"]
        var findings: [Finding] = []
        // With Redis down the banner says it.
        if let refusal = view.cleanup["refusal"]?.string, view.status["redis"]?["up"]?.bool != false {
            findings.append(
                finding(
                    "Cleanup cannot work: \(refusal)", "Give its Redis user what is missing.", "McpCleanupNotRunning"))
        }
        for problem in (view.status["events"]?["problems"]?.object ?? []).prefix(3) {
            findings.append(
                finding(
                    "Events from \(problem.key): \(problem.value.string ?? "")",
                    "Refused requests may be missing below.", "McpLogReadingBehind"))
        }
        if view.status["redis"]?["evicts_sessions"]?.bool == true {
            findings.append(
                finding(
                    "Redis drops keys when its memory is full, sessions too.",
                    "Set maxmemory-policy noeviction.", "McpRegistryEvictingKeys"))
        }
        let reasons = sessions?["orphaned_by_reason"]
        if let unknown = reasons?["owner_unknown"]?.int, unknown > 0 {
            findings.append(
                note(
                    "\(counted(unknown, "session names", "sessions name")) a node that never beat.",
                    "Compare the name in the sessions with the name that it beats under.", "McpOrphansPilingUp"))
        }
        if let left = reasons?["owner_restarted"]?.int, left > 0 {
            findings.append(
                note(
                    "\(counted(left, "session is", "sessions are")) left over from nodes that restarted.",
                    "Nothing to do: clients begin anew, and cleanup or their TTL removes them.", "McpOrphansPilingUp"))
        }
        if let malformed = sessions?["malformed"]?.int, malformed > 0 {
            findings.append(
                note(
                    "\(counted(malformed, "key")) cannot be read (\(sessions?["malformed_by_reason"]?.countsText ?? "")).",
                    "If it rises, a writer is wrong now: compare with the last release.", "McpMalformedKeys"))
        }
        if let leaked = sessions?["no_expiry"]?.int, leaked > 0 {
            findings.append(
                note(
                    "\(counted(leaked, "session has", "sessions have")) no TTL.",
                    "If it rises, find the writer and have it mended.", "McpSessionsWithoutExpiry"))
        }
        return findings
    }

    private func finding(_ what: String, _ advice: String, _ runbook: String) -> Finding {
        Finding(
            what: { html in html.element("bdi", what.capitalizedFirst.cut(scalars: HTMLWriter.sentenceScalars)) },
            advice: advice,
            runbook: runbook)
    }

    private func note(_ what: String, _ advice: String, _ runbook: String) -> Finding {
        var finding = finding(what, advice, runbook)
        finding.isBad = false
        return finding
    }

    /// Where there is no finding.
    private var calm: String {
        guard view.asOf != nil else { return "The registry has not been read yet." }
        guard !view.nodes.isEmpty else {
            return "Nothing beats under the keys that are read: compare registry.dialects with what the nodes write."
        }
        return "Nodes: \(view.status["nodes"]?.countsText ?? "")." + (isKnown ? " Nothing to do." : "")
    }

    func now(_ html: inout HTMLWriter) {
        let findings = findings
        html.element("h1", ["id": "now-h"], headline)
        guard !findings.isEmpty else {
            html.element("p", ["class": "calm"], calm)
            return
        }
        html.element("ol", ["class": "findings"]) { html in
            for finding in findings.prefix(Self.findingLimit) {
                html.element("li", ["class": finding.isBad ? "bad" : "note"]) { html in
                    html.element("p", ["class": "what"]) { html in
                        html.element("span", ["class": "sr"], finding.isBad ? "Wrong: " : "Note: ")
                        finding.what(&html)
                    }
                    html.element("p", ["class": "advice"]) { html in
                        html.text(finding.advice + " ")
                        html.runbook(finding.runbook)
                    }
                }
            }
        }
        html.leftOut(findings.count - Self.findingLimit, "finding")
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

extension HTMLWriter {
    /// Says how many are not shown, and where they are.
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
