import API
import Lab
import Sessions

/// The story of the demo, told from the differences between one update and the next.
struct DemoStory {
    static let limit = 100
    /// Shortest time between two lines about refused requests, which are counted together.
    static let refusalSeconds = 4.0

    /// The latest line is the last.
    private(set) var lines: [String] = []
    private var news: [String] = []
    private var cluster: [String: SimulatedCluster.State.Node] = [:]
    private var seen: [String: (status: Node.Status, restarts: Int)] = [:]
    private var wasBroken = false
    private var refused: [Verdict: Int] = [:]
    private var lastRefusals = -refusalSeconds

    mutating func tell(_ text: String, at seconds: Double) {
        guard !text.isEmpty else { return }
        let line = "\(Self.clock(seconds))  \(text)"
        lines = (lines + [line]).suffix(Self.limit)
        news = (news + [line]).suffix(Self.limit)
    }

    /// The new lines since the last call.
    mutating func takeNews() -> [String] {
        defer { news = [] }
        return news
    }

    /// Adds what the simulation did.
    mutating func compare(_ state: SimulatedCluster.State, at seconds: Double) {
        if state.isStickinessBroken != wasBroken {
            wasBroken = state.isStickinessBroken
            let what = wasBroken ? "forgets its cookies: requests reach any node" : "keeps clients to their nodes again"
            tell("the proxy \(what)", at: seconds)
        }
        for node in state.nodes {
            defer { cluster[node.name] = node }
            guard let before = cluster[node.name] else { continue }
            if before.isAlive, !node.isAlive {
                tell("\(node.name) is killed; \(node.sessions) sessions lose their transport", at: seconds)
            }
            if before.boot != node.boot {
                tell("\(node.name) starts anew, with another boot and no session", at: seconds)
            }
            if !before.isDraining, node.isDraining {
                tell("\(node.name) drains: it takes no new sessions", at: seconds)
            }
        }
    }

    /// Adds what the daemon noticed.
    mutating func compare(_ nodes: [NodeRow], at seconds: Double) {
        for node in nodes {
            let (name, status, orphaned) = (node.node, node.status, node.sessions.orphaned)
            defer { seen[name] = (status, node.restarts) }
            guard let before = seen[name] else { continue }
            if before.restarts < node.restarts {
                tell("mcp-sessiond: \(name) restarted: \(orphaned) sessions orphaned (owner_restarted)", at: seconds)
            } else if before.status != status {
                let orphans = status == .dead ? ": \(orphaned) sessions orphaned (owner_dead)" : ""
                tell("mcp-sessiond: \(name) is \(status.rawValue)\(orphans)", at: seconds)
            }
        }
    }

    /// Adds the daemon's verdicts on the nodes' logs.
    mutating func compare(_ totals: SomeCounts<Verdict>, at seconds: Double) {
        guard seconds - lastRefusals >= Self.refusalSeconds else { return }
        let news = totals.all.map { (key: $0.key, count: $0.count - refused[$0.key, default: 0]) }
        guard news.contains(where: { $0.count > 0 }) else { return }
        (refused, lastRefusals) = (totals.numbers, seconds)
        tell("mcp-sessiond: requests answered 404: \(Report.words(news))", at: seconds)
    }

    /// `1m05s`
    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds)
        return "\(whole / 60)m\(whole % 60 < 10 ? "0" : "")\(whole % 60)s"
    }
}
