/// The answer to "why does this session answer 404?": the verdict, what it rests on, and what to do.
public struct Explanation: Sendable, Equatable {
    /// How far the verdict can be relied on.
    public enum Confidence: String, Sendable, CaseIterable {
        /// Its key was read for this answer, and what it says, the view and the heartbeats agree.
        case certain
        /// What is known fits no other verdict as well; something of it was not proven for this answer.
        case likely
        /// Something that matters is not known, or old.
        case unsure
    }

    /// The owner that its record names, and what has become of it.
    public struct Owner: Sendable, Equatable {
        public var node: String
        /// As the session's record has it; nil where none is recorded.
        public var boot: String?
        public var status: Node.Status
        /// The boot that beats now, or beat last.
        public var bootNow: String?
        public var startedAt: UnixTime?
        public var lastHeartbeatAt: UnixTime?
        /// No record names it: log lines told.
        public var isLearnt: Bool
    }

    public var ref: SessionRef
    public var verdict: Verdict
    public var confidence: Confidence
    public var advice: Advice
    /// As the view has it; nil where it is not registered there.
    public var session: SessionSummary?
    /// Nil while it is registered, and where nothing of it is remembered.
    public var ended: EndedSession?
    public var owner: Owner?
    public var live: LiveRead
    /// Of a misrouted session: what the sticky cookie of the last refused request said.
    public var cause: StickyCause?
    /// What weighs most comes first.
    public var evidence: [Evidence]
    public var refused: SessionFailures?
    /// All that share its fate; nil where it has none, or ended by itself.
    public var blastRadius: Aftermath?
}

/// What an explanation says in plain words.
public struct Advice: Sendable, Equatable {
    /// Why it answers 404, in one sentence or two.
    public var why: String
    /// One step each, in order.
    public var whatToDo: [String]
    public var tellClient: String
    /// The runbook that goes on from here, as a path in the repository.
    public var runbook: String?
}
