import Glibc
import Lab

/// Waits until `condition` holds without holding a thread: the watchers' pauses need the shared ones.
public func eventually(_ what: String, within seconds: Double = patienceSeconds, _ condition: () throws -> Bool)
    async throws
{
    try await waitUntil(deadline: seconds, what) { () async throws -> Bool in try condition() }
}

/// Waits for what another thread brings about; false after two minutes.
public func eventually(_ condition: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(120)
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        usleep(1_000)
    }
    return true
}
