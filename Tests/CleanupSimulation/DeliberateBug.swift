@_spi(Simulation) import Sessions

/// Mistakes that are made on purpose, to see whether the simulation finds them.
public enum DeliberateBug: String, CaseIterable, Sendable {
    /// The server's step leaves out a check.
    case valueNotCompared, heartbeatNotCompared, stopNotChecked, leaseNotChecked, lateJudgement
    /// The step checks the holder, but not the epoch.
    case epochNotCompared
    /// The step removes without an audit record.
    case auditForgotten
    /// A run is told that the owners have been gone for long enough.
    case noGrace
    /// A run is told that nothing holds it back.
    case brakesIgnored
    /// The step does not check when a key expires.
    case deadlineNotCompared
    /// One of the rules of evidence does not hold.
    case unknownTakenForDead, heartbeatWritesIgnored, workIgnored, renewalsIgnored, intervalsIgnored
    case sharedNamesIgnored, bootsComparedAsText, longStepsCounted
    /// The observations of an instance with another configuration count.
    case fingerprintIgnored
    /// Silence continues over a restart or failover of Redis.
    case historyIgnored
    /// Silence is counted by Redis' clock.
    case wallClockBelieved
    /// Sessions that any node can rebuild are treated like all others.
    case adoptableForgotten
    /// A run goes faster than it may.
    case rateIgnored
}

extension DeliberateBug {
    /// The rules of evidence that hold under this bug.
    var rules: EvidenceRules {
        switch self {
        case .unknownTakenForDead: EvidenceRules.all.subtracting(.known)
        case .historyIgnored: EvidenceRules.all.subtracting(.oneHistory)
        case .longStepsCounted, .wallClockBelieved: EvidenceRules.all.subtracting(.boundedSteps)
        case .heartbeatWritesIgnored: EvidenceRules.all.subtracting(.heartbeatWrites)
        case .workIgnored: EvidenceRules.all.subtracting(.work)
        case .renewalsIgnored: EvidenceRules.all.subtracting(.renewals)
        case .intervalsIgnored: EvidenceRules.all.subtracting(.intervals)
        case .sharedNamesIgnored: EvidenceRules.all.subtracting(.soleBoot)
        case .bootsComparedAsText: EvidenceRules.all.subtracting(.canonicalBoots)
        default: EvidenceRules.all
        }
    }
}
