import Sessions
import Synchronization

/// The incident log, shared by the watcher and the API.
public final class IncidentBoard: Sendable {
    public let log = Mutex(IncidentLog())
    /// The reason why the log is not kept across restarts; nil if it is, or if nothing had to be kept yet.
    public let problem = Mutex<String?>(nil)

    public init() {}

    /// The latest incident by which that owner lost its sessions.
    public func incident(ofOwner node: String, boot: String?) -> Incident? {
        log.withLock { $0.incident(ofOwner: node, boot: boot) }
    }

    /// The incident in which a session vanished that ended at that time.
    public func incident(ofVanishedAt time: UnixTime) -> Incident? {
        log.withLock { $0.incident(ofVanishedAt: time) }
    }
}
