import ServiceLifecycle

// The daemon's loops and its end.

extension Task where Success == Never, Failure == Never {
    /// True if a loop is to end: its task is cancelled, or the daemon is told to stop.
    public static var isEnding: Bool { isShuttingDownGracefully || isCancelled }
}

/// Waits, or ends at once when the daemon is told to stop.
public func pause(seconds: Double) async {
    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(seconds)) }
}
