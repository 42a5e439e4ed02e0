// The findings about stickiness and about what logs can tell.

extension DiagnosisInput {
    /// Clients that sent no cookie, and got none: no client can return to its node. `misrouted` are recent requests.
    func stickinessOff(_ misrouted: [Judgement]) -> Finding? {
        let off = misrouted.filter { $0.cause == .stickinessOff }
        guard !off.isEmpty else { return nil }
        let count = off.reduce(0) { $0 + $1.count }
        return Finding(
            .stickinessOff, .critical, since: off.map(\.time).min(), count: count,
            "stickiness is off: the proxy gave no sticky cookie with \(counted(count, "refused request"))",
            advice: "Turn the sticky cookie of the route's service on again. Do not restart a node.",
            runbook: "McpRequestsMisrouted", command: "misroutes")
    }

    /// The part of Traefik's static configuration by which its access log tells of sessions.
    static let accessLogSettings = """
        accessLog: {filePath: /var/log/traefik/access.log, format: json, fields: {headers: {names: {Mcp-Session-Id: keep, \
        Cookie: keep, Set-Cookie: keep, Mcp-Protocol-Version: keep, Mcp-Method: keep, User-Agent: keep}}}}
        """

    var logFindings: [Finding] {
        events.blindLogs.map { log in
            let count = log.isCountCut ? "at least \(log.requests)" : "\(log.requests)"
            let what =
                switch log.fault {
                case .noHeader: "Traefik requests, none with Mcp-Session-Id"
                case .hiddenHeader: "Traefik requests, all with a hidden Mcp-Session-Id"
                case .commonFormat: "requests in the common log format, which has no headers"
                }
            return Finding(
                .logCannotTell, .warning, count: log.requests, "\(name: log.name): \(count) \(what)",
                advice: """
                    Refused requests cannot be seen there. Put this into Traefik's static configuration and restart it: \
                    \(Self.accessLogSettings)
                    """, runbook: "McpEventLinesRejected", command: "doctor")
        }
    }

    var addressFindings: [Finding] {
        var findings: [Finding] = []
        let unknown = events.unknownAddresses.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
        if !unknown.isEmpty {
            findings.append(
                Finding(
                    .addressesUnknown, .note, count: unknown.count,
                    """
                    \(counted(unknown.count, "address", "addresses")) in log lines \(unknown.count == 1 ? "belongs" : "belong") \
                    to no known node: \(names: unknown.map(\.text))
                    """,
                    advice: """
                        Compare the url in the heartbeats with the proxy's servers. An address is also learnt once a node \
                        serves a session there.
                        """, runbook: "McpRequestsMisrouted", command: "nodes -o wide"))
        }
        if let first = events.nodesElsewhere.first {
            let names = events.nodesElsewhere.map(\.name)
            let (own, proxy) = (PrintableText.of(first.heartbeatURL), PrintableText.of(first.proxyURL))
            findings.append(
                Finding(
                    .addressesDiffer, .note, nodes: names, count: names.count,
                    "the proxy writes the address of \(names: names) in another way than the heartbeat",
                    evidence: "\(PrintableText.of(first.name)) is \(proxy) to the proxy and \(own) in its heartbeat",
                    advice: """
                        Both are known, so nothing is misjudged. If the proxy's servers were just changed, the cookies that it \
                        gave before are void.
                        """, runbook: "McpRequestsMisrouted", command: "nodes -o wide"))
        }
        return findings
    }
}
