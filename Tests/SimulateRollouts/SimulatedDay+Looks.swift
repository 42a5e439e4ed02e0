import Exposition
import Sessions
import TestSupport

// What a person or Prometheus is told, against the truth.

extension SimulatedDay {
    private enum Truth {
        static let deadAfter = 15
        /// Two checks: a heartbeat of the same moment may have been read by one or not.
        static let doubt = 2 * DayPlan.stepSeconds
    }

    /// The status that a pod has, or each that it may have by now.
    private func statuses(of pod: Pod) -> Set<String> {
        if pod.isAlive { return [pod.isDraining ? "draining" : "alive"] }
        let silent = now - pod.lastBeat
        if silent >= plan.forgetAfterSeconds { return ["gone", "forgotten"] }
        let before = pod.isDraining ? "draining" : "alive"
        if silent < Truth.deadAfter - Truth.doubt { return [before] }
        let after: Set<String> =
            if pod.isRolledOut {
                ["gone"]
            } else if let replacedAt = pod.replacedAt {
                now - replacedAt > Truth.doubt ? ["gone"] : ["dead", "gone"]
            } else {
                ["dead"]
            }
        return silent > Truth.deadAfter + Truth.doubt ? after : after.union([before])
    }

    private var truth: [String: Set<String>] {
        var truth: [String: Set<String>] = [:]
        for pod in staying + pods { truth[pod.name] = statuses(of: pod) }
        for pod in ended.values { truth[pod.name] = statuses(of: pod) }
        return truth
    }

    private func json(_ target: String) -> JSONValue {
        guard let data = try? paper.watched.json(target)["data"] else {
            fail("\(target) answers without data")
            return .null
        }
        return data
    }

    func lookAtStatus() {
        let status = json("/api/v1/status")
        let truth = truth
        for word in ["alive", "draining", "dead", "gone"] {
            let counted = status["nodes"]?[word]?.int ?? -1
            let least = truth.values.count { $0 == [word] }
            let most = truth.values.count { $0.contains(word) }
            if !(least...most ~= counted) { fail("\(counted) nodes are \(word); right is \(least) to \(most)") }
        }
        let dead = truth.filter { $0.value == ["dead"] }.keys.sorted()
        var named: [String] = []
        for finding in status["findings"]?.array ?? [] {
            let name = finding["finding"]?.string ?? "?"
            let isNote = finding["severity"]?.string == "note"
            switch name {
            case "node_dead": named = finding["nodes"]?.array?.compactMap(\.string) ?? []
            // Some clients repeat their calls. No Redis is there to be reached.
            case "clients_stuck", "redis_unreachable", "cleanup_held": break
            case _ where isNote: break
            default: fail("finds \(name): \(finding["what"]?.string ?? "")")
            }
        }
        let mayBeDead = Set(truth.filter { $0.value.contains("dead") }.keys)
        if !Set(named).isSubset(of: mayBeDead) || !Set(dead).isSubset(of: named) {
            fail("finds dead: \(named); right is \(dead)")
        }
    }

    func lookAtNodes() {
        var listed: [String: String] = [:]
        for node in json("/api/v1/nodes").array ?? [] {
            listed[node["node"]?.string ?? "?"] = node["status"]?.string ?? "?"
        }
        for (name, statuses) in truth {
            // Gone nodes are listed on request.
            guard let status = listed[name] else {
                if !statuses.contains("gone") { fail("\(name) is not listed; right is \(statuses)") }
                continue
            }
            if !statuses.contains(status) { fail("\(name) is listed as \(status); right is \(statuses)") }
        }
    }

    func lookAtMetrics() {
        let text = paper.watched.get("/metrics").text
        var (series, up): (Int, Set<String>) = (0, [])
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            series += 1
            let head = #"mcp_registry_node_up{node_id=""#
            guard line.hasPrefix(head), line.hasSuffix("} 1") else { continue }
            up.insert(String(line.dropFirst(head.count).prefix { $0 != "\"" }))
        }
        let truth = truth
        func isUp(_ statuses: Set<String>) -> Bool { !statuses.isDisjoint(with: ["alive", "draining"]) }
        let must = truth.filter { isUp($0.value) && $0.value.isDisjoint(with: ["dead", "gone"]) }.keys
        let may = truth.filter { isUp($0.value) }.keys
        if !Set(must).isSubset(of: up) || !up.isSubset(of: may) {
            fail("up: \(up.symmetricDifference(must).sorted()) differ")
        }
        if series > 4_000 { fail("\(series) series") }
        keep?(text)
        mostSeries = max(mostSeries, series)
    }

    func lookAtPage() {
        let page = paper.watched.get("/").text
        let dead = truth.contains { $0.value.contains("dead") }
        if page.contains("is dead") || page.contains("are dead"), !dead { fail("the page calls a node dead") }
        let gone = truth.values.count { $0 == ["gone"] }
        if gone > 20, !page.contains(" gone") { fail("the page does not tell of \(gone) gone nodes") }
    }

    /// Each rollout is one incident, with all pods and all sessions that it stranded.
    func lookAtIncident() {
        let incident = paper.watched.incidents.log.withLock { $0.incidents.last { $0.kind == .rollout } }
        guard let incident, let told = incident.rollout else { return fail("no incident tells of the rollout") }
        let sessions = incident.aftermath?.sessions ?? 0
        if told.replaced != replaced || told.total != plan.pods || sessions != stranded || incident.isOpen {
            fail("\(incident.summary), open \(incident.isOpen); right is \(replaced) replaced, \(stranded) stranded")
        }
    }
}
