import Glibc
import Redis

// Functions that wait for a condition.

/// The pause between two checks of a condition.
private let pollSeconds = 0.005

/// The longest wait of a test. On a loaded machine everything may take fifty times as long, while tests that only
/// compute hold the threads that all tasks share.
public let patienceSeconds = 300.0

/// Blocks its thread for so long, or until a signal comes.
func pause(seconds: Double) {
    usleep(UInt32(seconds * 1e6))
}

/// Blocks the thread until `condition` holds. Throws ``LabError/timedOut(waitingFor:seconds:)`` after `seconds`, and any
/// error of `condition` at once.
public func waitUntil(
    deadline seconds: Double = patienceSeconds, _ what: String, _ condition: () throws -> Bool
) throws {
    let deadline = monotonicSeconds() + seconds
    while try !condition() {
        guard monotonicSeconds() < deadline else { throw LabError.timedOut(waitingFor: what, seconds: seconds) }
        pause(seconds: pollSeconds)
    }
}

/// Waits as the function above does, but suspends its task instead of blocking the thread.
public func waitUntil(
    deadline seconds: Double = patienceSeconds, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = monotonicSeconds() + seconds
    while try await !condition() {
        guard monotonicSeconds() < deadline else { throw LabError.timedOut(waitingFor: what, seconds: seconds) }
        try await Task.sleep(for: .seconds(pollSeconds))
    }
}

/// Blocks the thread until `condition`, which asks several servers and so is checked less often, holds.
func waitForServers(_ what: String, _ condition: () throws -> Bool) throws {
    try waitUntil(deadline: PrivateCluster.readySeconds, what) {
        if try condition() { return true }
        pause(seconds: 0.05)
        return false
    }
}
