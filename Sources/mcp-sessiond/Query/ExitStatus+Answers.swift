import Exposition

/// The exit code that an answer asks for.
extension ExitStatus {
    /// What is wrong is up to the daemon: it lists its findings.
    static func status(_ data: JSONValue) -> ExitStatus {
        let findings = ReportedFinding.all(in: data)
        if findings.contains(where: { $0.kind == "redis_unreachable" }) { return .outOfReach }
        return findings.contains(where: \.isWrong) ? .foundWrong : .fine
    }

    static func nodes(_ rows: [JSONValue]) -> ExitStatus {
        rows.contains { $0["findings"]?.array?.isEmpty == false } ? .foundWrong : .fine
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
