import Exposition

/// What in an answer is wrong with the cluster: exit code 1.
enum Finding {
    static func status(_ data: JSONValue) -> ExitStatus {
        if data["redis"]?["up"]?.bool != true { return .outOfReach }
        let sessions = data["sessions"]
        let isWrong = ["orphaned", "malformed"].contains { (sessions?[$0]?.int ?? 0) > 0 }
        let isFlagged = isAnyNodeGone(data["nodes"]) || isAnyNodeFlagged(data["node_flags"])
        return isWrong || isFlagged || isEvicting(data["redis"]) ? .foundWrong : .fine
    }

    /// A node that works without a heartbeat, or shares its name.
    private static func isAnyNodeFlagged(_ counts: JSONValue?) -> Bool {
        ["silent_but_working", "shared_name"].contains { (counts?[$0]?.int ?? 0) > 0 }
    }

    /// Redis drops keys for want of memory, and may have dropped sessions.
    private static func isEvicting(_ redis: JSONValue?) -> Bool {
        redis?["evicts_sessions"]?.bool == true && (redis?["evicted_keys"]?.int ?? 0) > 0
    }

    static func isAnyNodeGone(_ counts: JSONValue?) -> Bool {
        ["dead", "unknown"].contains { (counts?[$0]?.int ?? 0) > 0 }
    }

    static func nodes(_ rows: [JSONValue]) -> ExitStatus {
        let isWrong = rows.contains { node in
            ["dead", "unknown"].contains(node["status"]?.string) || (node["sessions"]?["orphaned"]?.int ?? 0) > 0
                || node["malformed"]?.string != nil || node["flags"]?.array?.isEmpty == false
        }
        return isWrong ? .foundWrong : .fine
    }

    /// A session that is lost if the node stops now, or is lost already.
    static func drain(_ node: JSONValue) -> ExitStatus {
        let groups = ["would_strand", "stranded"].map { node["drain"]?[$0]?["sessions"]?.int ?? 0 }
        return groups.contains { $0 > 0 } ? .foundWrong : .fine
    }

    /// A request that was refused.
    static func misroutes(_ data: JSONValue) -> ExitStatus {
        (data["totals"]?.object ?? []).contains { ($0.value.int ?? 0) > 0 } ? .foundWrong : .fine
    }

    /// An incident that is not over.
    static func incidents(_ rows: [JSONValue]) -> ExitStatus {
        rows.contains { $0["open"]?.bool == true } ? .foundWrong : .fine
    }

    /// Something holds cleanup back.
    static func cleanup(_ data: JSONValue) -> ExitStatus {
        let isHeld = data["brakes"]?.array?.isEmpty == false || data["refusal"]?.string != nil
        return isHeld ? .foundWrong : .fine
    }

    /// A run that did not complete.
    static func run(_ report: JSONValue) -> ExitStatus {
        report["result"]?.string == "completed" ? .fine : .foundWrong
    }

    /// Any verdict but `live` is why it answers 404.
    static func explanation(_ data: JSONValue) -> ExitStatus {
        data["verdict"]?.string == "live" ? .fine : .foundWrong
    }

    static func sessions(_ rows: [JSONValue]) -> ExitStatus {
        rows.contains { ["orphaned", "malformed"].contains($0["state"]?.string) } ? .foundWrong : .fine
    }
}
