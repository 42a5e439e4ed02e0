import API
import Sessions

/// The exit code for each kind of answer.
extension ExitStatus {
    /// Decided by the daemon's findings.
    static func status(_ findings: [FindingRow]) -> ExitStatus {
        if findings.contains(where: { $0.finding == .redisUnreachable }) { return .outOfReach }
        return findings.contains(where: \.isWrong) ? .foundWrong : .fine
    }

    static func nodes(_ rows: [NodeRow]) -> ExitStatus {
        rows.contains { !$0.findings.isEmpty } ? .foundWrong : .fine
    }

    /// 1 if a session is lost if the node stops now, or is lost already.
    static func drain(_ drain: DrainAnswer) -> ExitStatus {
        drain.wouldStrand.sessions > 0 || drain.stranded.sessions > 0 ? .foundWrong : .fine
    }

    /// 1 if a request was refused.
    static func misroutes(_ misroutes: MisroutesAnswer) -> ExitStatus {
        misroutes.totals.all.contains { $0.count > 0 } ? .foundWrong : .fine
    }

    /// 1 if an incident is not over.
    static func incidents(_ rows: [IncidentRow]) -> ExitStatus {
        rows.contains(where: \.open) ? .foundWrong : .fine
    }

    /// 1 if something holds cleanup back.
    static func cleanup(_ cleanup: CleanupAnswer) -> ExitStatus {
        !cleanup.brakes.isEmpty || cleanup.refusal != nil ? .foundWrong : .fine
    }

    /// 1 if the run did not complete.
    static func run(_ run: RunRow) -> ExitStatus {
        run.result == .completed ? .fine : .foundWrong
    }

    /// 1 for any verdict but `live`: each of them explains a 404.
    static func explanation(_ verdict: Verdict) -> ExitStatus {
        verdict == .live ? .fine : .foundWrong
    }

    static func sessions(_ rows: [SessionRow]) -> ExitStatus {
        rows.contains { $0.state == .orphaned || $0.state == .malformed } ? .foundWrong : .fine
    }
}
