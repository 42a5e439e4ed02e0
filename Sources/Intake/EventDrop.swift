/// The reason why an event was dropped before it was judged and counted; the `reason` label.
public enum EventDrop: String, Sendable, CaseIterable {
    /// Too many events were waiting to be judged.
    case queueFull = "queue_full"
    /// The event came when no more events were being judged.
    case shutdown
    /// The entry was trimmed from a stream before it was read.
    case trimmed
}
