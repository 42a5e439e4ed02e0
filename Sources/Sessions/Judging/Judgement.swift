/// The registry's judgement of a refused request, or of several for the same session within a second.
public struct Judgement: Sendable, Equatable {
    /// The number of requests.
    public var count = 1
    /// The session. Nil if the line carries only the prefix of an id, and that fits no session or several.
    public var ref: SessionRef?
    /// The time of the first refusal: the line's timestamp, but no later than its arrival.
    public var time: UnixTime
    public var verdict: Verdict
    /// The node that refused it. Nil if the line names none, or none that is known.
    public var node: String?
    /// The owner's node and boot, as the session names them or events showed them. Nil if no owner is known.
    public var owner: String?
    public var boot: String?
    /// Set only for a ``Verdict/misrouted`` request.
    public var cause: StickyCause?
    /// The node that its sticky cookie names.
    public var cookieNode: String?
    /// The client's name from the line or else from the session, bounded and printable.
    public var client: String?
    public var createdAt: UnixTime?
    /// Set if the session is not registered, but remembered.
    public var endedAt: UnixTime?
    /// The time since which the session has had no owner.
    public var orphanedSince: UnixTime?

    init(ref: SessionRef?, time: UnixTime, verdict: Verdict = .unverified) {
        self.ref = ref
        self.time = time
        self.verdict = verdict
    }
}
