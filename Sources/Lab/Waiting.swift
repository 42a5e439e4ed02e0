import Foundation
import Redis

/// How often a condition is asked for while it is waited for.
private let pollSeconds = 0.005

/// Longest wait of a test: a machine may be so loaded that everything takes fifty times as long, while tests that only
/// compute hold the threads that all tasks share.
public let patienceSeconds = 300.0

/// Waits until `condition` holds, at most `seconds`; then throws ``LabError/waitedInVain(what:seconds:)``.
/// What `condition` throws ends the wait too. It blocks its thread.
public func waitUntil(
    deadline seconds: Double = patienceSeconds, _ what: String, _ condition: () throws -> Bool
) throws {
    let deadline = monotonicSeconds() + seconds
    while try !condition() {
        guard monotonicSeconds() < deadline else { throw LabError.waitedInVain(what: what, seconds: seconds) }
        Thread.sleep(forTimeInterval: pollSeconds)
    }
}

/// The same for tasks: other tasks run on meanwhile.
public func waitUntil(
    deadline seconds: Double = patienceSeconds, _ what: String, _ condition: () async throws -> Bool
) async throws {
    let deadline = monotonicSeconds() + seconds
    while try await !condition() {
        guard monotonicSeconds() < deadline else { throw LabError.waitedInVain(what: what, seconds: seconds) }
        try await Task.sleep(for: .seconds(pollSeconds))
    }
}
