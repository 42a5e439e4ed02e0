/// The findings about one session, before they are put into words.
struct SessionFinding: Sendable, Equatable {
    struct OwnerPart: Sendable, Equatable {
        var node: String
        var boot: String?
        var isLearnt = false
        var isAdoptable = false
    }

    var verdict: Verdict
    var owner: OwnerPart?
    /// The time since which it has had no owner, or has been gone.
    var since: UnixTime?
    var cause: StickyCause?
    /// The cause of the first refused request since it was last served, if it is another.
    var firstCause: StickyCause?
    /// The node that refused the last request, for a misrouted session.
    var refusedBy: String?
    /// The time at which the last request was refused, if the owner is not proven alive since.
    var pendingSince: UnixTime?
    var malformation: Malformation?
    var unowned: UnownedReason?
    /// True if boots could not be compared, and the session is older than its node's present start.
    var isDecidedByAge = false
    /// True if its record was just written, and names an owner that no check of the heartbeats has met yet.
    var isOwnerOfUnknownBoot = false
    /// True if nothing proves that its owner was alive when the last request was refused.
    var isUnproven = false
    /// True if its key is gone, and nothing has shown yet how it ended.
    var isEndGuessed = false

    init(
        _ verdict: Verdict, owner: OwnerPart? = nil, malformation: Malformation? = nil, unowned: UnownedReason? = nil
    ) {
        self.verdict = verdict
        self.owner = owner
        self.malformation = malformation
        self.unowned = unowned
    }
}
