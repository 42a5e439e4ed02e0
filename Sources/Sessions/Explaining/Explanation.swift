/// The answer to "why does this session answer 404?": the verdict, its evidence, and what to do.
public struct Explanation: Sendable, Equatable {
    /// The degree to which the verdict can be relied on.
    public enum Confidence: String, Sendable, CaseIterable {
        /// The key was read for this answer, and its content, the view and the heartbeats agree.
        case certain
        /// No other verdict fits as well, but part of what is known was not proven for this answer.
        case likely
        /// Something that matters is unknown or outdated.
        case unsure
        /// A request was refused just now, and the owner's next heartbeat, or its end, shows why. It takes
        /// ``NodePolicy/proofSeconds`` at most.
        case pending
    }

    /// The owner that its record names, and its present state.
    public struct Owner: Sendable, Equatable {
        public var node: String
        /// The boot in the session's record. Nil if there is none.
        public var boot: String?
        public var status: Node.Status
        /// The boot of the node's last heartbeat.
        public var bootNow: String?
        public var startedAt: UnixTime?
        public var lastHeartbeatAt: UnixTime?
        /// True if no record names it, and it is known from log lines.
        public var isLearnt: Bool
    }

    public var ref: SessionRef
    public var verdict: Verdict
    public var confidence: Confidence
    public var advice: Advice
    /// The session as the view has it. Nil if it is not registered there.
    public var session: SessionSummary?
    /// Nil while it is registered, and if nothing is remembered of it.
    public var ended: EndedSession?
    public var owner: Owner?
    public var live: LiveRead
    /// The cause that the sticky cookie of the last refused request shows, for a misrouted session.
    public var cause: StickyCause?
    /// The cause of the first refused request since the session was last served, if it is another.
    public var firstCause: StickyCause?
    /// The facts, the weightiest first.
    public var evidence: [Evidence]
    public var refused: SessionFailures?
    /// All sessions that share its fate. Nil if it has none, or ended by itself.
    public var blastRadius: Aftermath?
}

/// The plain words of an explanation.
public struct Advice: Sendable, Equatable {
    /// The reason why it answers 404, in one or two sentences.
    public var why: String
    /// The steps to take, in order.
    public var whatToDo: [String]
    public var tellClient: String
    /// The runbook that continues from here, as a path in the repository.
    public var runbook: String?
}
