/// The answer to whether a person may attest that an owner is gone.
public enum Attestable: Sendable, Equatable {
    case may
    /// No session names it. `named` lists the nodes that sessions name, perhaps this one with other boots.
    case noSessions(named: [String])
    /// Its heartbeat is heard.
    case alive(String)
    /// The registry has not been read yet.
    case notRead(String)
}
