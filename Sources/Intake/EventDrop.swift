/// Why an event was dropped before it was judged and counted: the `reason` label.
public enum EventDrop: String, Sendable, CaseIterable {
    /// No room: so many wait to be judged.
    case queueFull = "queue_full"
    /// It came when nothing more was judged.
    case shutdown
    /// Gone from a stream before it was read.
    case trimmed
}
