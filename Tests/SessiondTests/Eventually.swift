import Lab

/// Waits until `condition` holds without holding a thread: the watchers' pauses need the shared ones.
func eventually(_ what: String, within seconds: Double = patienceSeconds, _ condition: () throws -> Bool) async throws {
    try await waitUntil(deadline: seconds, what) { () async throws -> Bool in try condition() }
}
