/// The result of reading the candidates of one owner again, on the master. `records` has an item for each candidate,
/// nil if the key is gone or holds no session. `heartbeats` covers every place where a heartbeat of their node may be.
public struct RecheckResult: Sendable {
    public var records: [HeldRecord?]
    public var heartbeats: [RawHeartbeat]
    /// The master's time just before it answered.
    public var time: UnixTime

    public init(records: [HeldRecord?], heartbeats: [RawHeartbeat], time: UnixTime) {
        self.records = records
        self.heartbeats = heartbeats
        self.time = time
    }
}
