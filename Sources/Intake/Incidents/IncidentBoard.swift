import Sessions
import Synchronization

/// The incidents, shared with whoever answers.
public final class IncidentBoard: Sendable {
    public let log = Mutex(IncidentLog())
    /// Why the log is not kept over a restart; nil where it is, or nothing had to be kept yet.
    public let problem = Mutex<String?>(nil)

    public init() {}

    /// The latest incident by which that owner lost its sessions.
    public func incident(ofOwner node: String, boot: String?) -> Incident? {
        log.withLock { $0.incident(ofOwner: node, boot: boot) }
    }

    /// The incident by which a session vanished that ended then.
    public func incident(ofVanishedAt time: UnixTime) -> Incident? {
        log.withLock { $0.incident(ofVanishedAt: time) }
    }
}
