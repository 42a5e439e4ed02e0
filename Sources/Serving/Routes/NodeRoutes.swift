import API
import HTTP
import Sessions
import Watching

/// `/api/v1/nodes` and `/api/v1/nodes/{node}`.
struct NodeRoutes: Sendable {
    static let limit = 1000

    let watch: WatchContext
    let instance: String

    var routes: [Route] {
        [
            Route(.get, "/api/v1/nodes", access: .scope(.read)) { request, _ in
                answering(request, known: ["status", "workload", "limit", "cursor"]) {
                    parameters throws(BadParameter) in
                    try list(parameters)
                }
            },
            Route(.get, "/api/v1/nodes/{node}", access: .scope(.read)) { request, path in
                answering(request, known: ["drain"]) { parameters throws(BadParameter) in
                    one(path["node"] ?? "", withDrain: try parameters.flag("drain") ?? false)
                }
            },
        ]
    }

    /// By name; the cursor is the last name of the page before.
    private func list(_ parameters: Parameters) throws(BadParameter) -> HTTPResponse {
        let status = try parameters.word("status", of: Node.Status.allCases.map(\.rawValue))
        let limit = try parameters.number("limit", in: 1...Self.limit, default: Self.limit)
        let now = watch.clock.now()
        let (all, view) = watch.registry.withLock { ($0.nodeSummaries(at: now), $0.view) }
        // Each rollout leaves nodes that nobody looks for.
        var rows = all.filter {
            status.map { [node = $0.node] in $0 == node.status.rawValue } ?? ($0.node.status != .gone)
        }
        let workload = try NodeFilter.name(in: parameters, "workload") {
            Set(all.compactMap { $0.node.workload?.name }).sorted()
        }
        if let workload { rows = rows.filter { $0.node.workload?.name == workload } }
        if let cursor = parameters["cursor"] { rows = rows.filter { $0.node.name > cursor } }
        let page = rows.prefix(limit)
        let next = rows.count > page.count ? page.last?.node.name : nil
        return Framing(view: view, now: now, instance: instance).list(
            page.map { NodeRow($0, at: now) }, nextCursor: next)
    }

    private func one(_ name: String, withDrain: Bool) -> HTTPResponse {
        let now = watch.clock.now()
        let (summary, view) = watch.registry.withLock { ($0.nodeSummary(named: name, at: now), $0.view) }
        guard let summary else {
            let names = watch.registry.withLock { $0.nodeNames }
            return .problem(
                404, "no heartbeat of that node was ever seen, and no session names it" + NodeFilter.hint(name, names))
        }
        let answer = NodeAnswer(
            row: NodeRow(summary, at: now),
            recent: summary.recentJudgements.reversed().map(RefusedRequestRow.init),
            drain: withDrain ? drain(ofNode: name, at: now) : nil)
        return Framing(view: view, now: now, instance: instance).object(answer)
    }

    /// Walks over the table in short steps, between which scrapes and changes go on.
    private func drain(ofNode name: String, at now: UnixTime) -> DrainAnswer {
        var drain = Drain(node: name)
        while !watch.registry.withLock({ $0.addDrain(to: &drain, at: now) }) {}
        return DrainAnswer(drain, ends: watch.registry.withLock { $0.recentEnds(ofNode: name, at: now) })
    }
}
