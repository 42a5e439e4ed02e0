/// The reason why a run without a daemon did not begin, or ended early.
public enum CleanupOnceError: Error, CustomStringConvertible {
    /// Another instance, or another such run, holds the lease.
    case heldElsewhere(String)
    /// The first full scan did not complete.
    case notRead(String)
    /// Redis did not answer, or denies access to something that cleanup needs.
    case failed(String)
    /// No instance with these settings is observing.
    case nobodyObserves

    public var description: String {
        switch self {
        case .heldElsewhere(let holder): "cleanup's lease is held by \(holder)"
        case .notRead(let why): "the registry could not be read: \(why)"
        case .failed(let why): "cleanup failed: \(why)"
        case .nobodyObserves:
            "no running instance watches the same keys of this Redis, so nothing was observed: start one with a "
                + "cleanup.mode other than off, or leave --no-wait out"
        }
    }
}
