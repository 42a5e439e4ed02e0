/// The events that every large simulation should reach.
public enum CoverageEvent: Int, CaseIterable, Sendable {
    // Nodes.
    case sessionsRegistered, sessionsClosed, sessionsTouched, idsTakenOver, deaths, drains, restarts, overlaps, newNames
    case shortStalls, lapsedStalls, stallsResumed, muteNodes, denials, learntOwners
    case sharedNames, foreignHeartbeats, strandedBefore, renewals, served
    // Redis and people.
    case clockJumpsForward, clockJumpsBack, smallClockJumps, localClockJumps, restartsEmpty, failovers, flushes
    case restartsFromBackup, stepsWithRestart
    case stops, resumes, stopsThatEnded
    // Instances.
    case instancesKilled, instancesStopped, stallsInPauses, instancesGivingUp, instancesFrozen, partitions
    case answersLost, lateRequests
    case fullScans, resyncs, leasesTaken, leasesLost, leasesLostInRun, epochsChangedInRun, reports
    // Runs.
    case runsCompleted, runsSuspended, runsAborted, runsFailed, dryRuns
    case removed, shortened, removedRestarted, removedFromStalled, removedFromMute, removedInUseElsewhere
    case removedOfOtherName
    case changedBeforeRemoval, renewedBeforeRemoval, alreadyShort, refusedLease, refusedStop, refusedHeartbeat
    case refusedLate
    case watchedClosely
    case skippedGrace, skippedReturned, skippedChanged, skippedRenewed, skippedProtected, skippedRateLimited
    case heldByView, heldByHeartbeats, heldByDeadFraction, heldBySettling, heldBySkew, heldByStop
    case calmEnds
}

/// The number of times that each event happened.
public struct Coverage: Sendable {
    private var counts = [Int](repeating: 0, count: CoverageEvent.allCases.count)

    public init() {}

    public subscript(_ event: CoverageEvent) -> Int { counts[event.rawValue] }

    mutating func note(_ event: CoverageEvent, _ count: Int = 1) { counts[event.rawValue] += count }

    public mutating func add(_ other: Coverage) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The events that never happened.
    public var missing: [CoverageEvent] { CoverageEvent.allCases.filter { self[$0] == 0 } }
}
