/// Mistakes that are made on purpose, to see whether they are found.
public enum DeliberateBug: String, CaseIterable, Sendable {
    /// The server's step leaves a check out.
    case valueNotCompared, heartbeatNotCompared, stopNotChecked, leaseNotChecked
    /// It asks for the holder, and not for the epoch.
    case epochNotCompared
    /// It removes without a record.
    case auditForgotten
    /// A run is told that the owners have been gone for long enough.
    case noGrace
    /// A run is told that nothing holds it back.
    case brakesIgnored
    /// Evidence outlives the owner's return.
    case evidenceKept
    /// The evidence counts whatever Redis' clock says.
    case clockBelieved
    /// A run takes orphans whose owner never beat.
    case wrongReason
    /// Sessions that any node can rebuild are taken for common ones.
    case adoptableForgotten
    /// A run goes faster than it may.
    case rateIgnored
}
