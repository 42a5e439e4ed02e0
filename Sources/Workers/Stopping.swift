import ServiceLifecycle

// Helpers for ending the daemon's loops.

extension Task where Success == Never, Failure == Never {
    /// True if a loop should end: its task is cancelled, or the daemon is told to stop.
    public static var isEnding: Bool { isShuttingDownGracefully || isCancelled }
}

/// Waits; returns at once when the daemon is told to stop.
public func pause(seconds: Double) async {
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(seconds)) }
}
