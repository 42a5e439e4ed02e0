/// The `nodes` settings: when a node counts as dead or unknown.
public struct NodePolicy: Sendable, Equatable {
    public var deadAfterSeconds = 15.0
    public var unknownAfterSeconds = 60.0
    /// After this much silence, a node that no session names is gone.
    public var goneAfterSeconds = 600.0
    /// A node without a heartbeat and without sessions is forgotten after this long.
    public var forgetAfterSeconds = 86_400.0
    /// The most nodes that are remembered though they have ended and no session names them.
    public var endedLimit = 10_000
    public var maxClockSkewSeconds = 2.0
    /// All rules; only the simulator leaves any out.
    @_spi(Simulation) public var rules = EvidenceRules.all

    public init() {}

    /// The time between two checks. There are five in `dead_after`, so that a death is noticed soon.
    public var checkSeconds: Double { min(max(deadAfterSeconds / 5, 0.1), 5) }

    /// The time after its end for which a process may still seem to have worked.
    var workMarginSeconds: Double { deadAfterSeconds + maxClockSkewSeconds }

    /// The longest time for which a refused request waits for proof of its owner's life or end. A death is known at the
    /// first check after ``deadAfterSeconds``.
    var proofSeconds: Double { deadAfterSeconds + gapSeconds }

    /// The most silence that one check can add, however long ago the check before was.
    var gapSeconds: Double { checkSeconds * 2 }

    /// After this long without hearing an owner, it is certain to count as quiet. A check finds an owner quiet once
    /// nothing was heard for ``gapSeconds``, and the next check may add as much again.
    var quietSeconds: Double { 2 * gapSeconds }
}
