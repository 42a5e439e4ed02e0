import Sessions

/// A node of the day.
struct Pod {
    /// How a pod of a rollout ends.
    enum End: CaseIterable {
        /// It says that it drains, its clients close their sessions, and it removes its heartbeat.
        case drainedEmpty
        /// It says that it drains, and removes its heartbeat.
        case drained
        /// It removes its heartbeat.
        case goodbye
        /// It stops; its heartbeat expires.
        case vanished
    }

    let name: String
    let boot: String
    var isDraining = false
    /// The times in seconds of its last heartbeat and of its end.
    var lastBeat = 0
    var ended: Int?
    /// True if its heartbeat is there until it expires.
    var leavesHeartbeat = false
    /// True if it announced its end, or one of another revision came.
    var isRolledOut = false
    /// The crashed pod's successor came at that time.
    var replacedAt: Int?
    /// The numbers of its sessions that are registered.
    var sessions: [UInt32] = []

    var isAlive: Bool { ended == nil }
}

/// Names as Kubernetes makes them.
enum PodName {
    private static let letters = Array("bcdfghjklmnpqrstvwxz2456789")

    static func revision(_ number: Int) -> String { "7d" + spelled(number, 7) }
    static func make(revision: String, _ number: Int) -> String { "mcp-\(revision)-\(spelled(number * 7_919, 5))" }

    private static func spelled(_ number: Int, _ count: Int) -> String {
        var (rest, text) = (number, "")
        for _ in 0..<count {
            text.append(letters[rest % letters.count])
            rest /= letters.count
        }
        return text
    }
}
