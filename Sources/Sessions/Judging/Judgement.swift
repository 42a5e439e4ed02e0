/// What the registry says to a request that was refused.
public struct Judgement: Sendable, Equatable {
    /// The session; nil where the line carries only the beginning of an id, and that fits none or several.
    public var ref: SessionRef?
    /// When it was refused: as stamped, but not later than its line came.
    public var time: UnixTime
    public var verdict: Verdict
    /// The node that refused it; nil where the line names none, or none that is known.
    public var node: String?
    /// The owner's node and boot, as the session names them or events told; nil where no owner is known.
    public var owner: String?
    public var boot: String?
    /// Of a ``Verdict/misrouted`` request only.
    public var cause: StickyCause?
    /// The node that its sticky cookie names.
    public var cookieNode: String?
    /// As the line names it, else as the session does; bounded, and printable.
    public var client: String?
    public var createdAt: UnixTime?
    /// Of a session that is not registered, and remembered.
    public var endedAt: UnixTime?
    /// Since when the session has been without its owner.
    public var orphanedSince: UnixTime?

    init(ref: SessionRef?, time: UnixTime, verdict: Verdict = .unverified) {
        self.ref = ref
        self.time = time
        self.verdict = verdict
    }
}
