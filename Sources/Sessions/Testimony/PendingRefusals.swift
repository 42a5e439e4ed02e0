/// Refused requests whose owner seems to be alive, though nothing proves yet that it was alive at that moment: it may have
/// died or restarted without anybody knowing. They wait, at most for ``NodePolicy/proofSeconds``, until a later heartbeat
/// of the owner's boot proves it alive, or until its end is known.
///
/// Requests are kept in groups, so that thousands a second take bounded room and hold back no source.
struct PendingRefusals: Sendable {
    /// The number of groups that are told apart by session. Beyond it, requests are told apart by their nodes only.
    static let limit = 16_384
    /// The number of groups beyond which a request cannot wait.
    static let hardLimit = 2 * limit
    /// The longest time that one group spans. A heartbeat proves a group only if it is later than its last request.
    static let groupSeconds = 1.0

    /// Requests for one session within a second, which the same node refused for the same apparent reason.
    struct Group: Sendable {
        /// The judgement if the owner proves to be alive, with the number of requests and the time of the first.
        var judgement: Judgement
        /// Nil for requests that are told apart by their nodes only.
        var session: NamedSession?
        /// The owner, and the name of its node, since numbers of nodes change.
        var owner: Owner
        /// The creation of the session, in whole seconds since the epoch.
        var created: UInt32
        /// A heartbeat later than this proves that the owner was alive when the last of the requests was refused.
        var provenAfter: UnixTime
        /// The time at which the first of them began to wait.
        var since: UnixTime
        /// The number of the first of their lines, in the order of arrival.
        var line: Int
        /// The time at which the session was served after these requests.
        var servedAt: UnixTime?

        fileprivate var key: Key {
            Key(
                ref: judgement.ref, node: judgement.node, owner: ownerKey, verdict: judgement.verdict,
                cause: judgement.cause, client: judgement.client,
                created: owner.boot == nil ? created : nil)
        }

        /// The judgement if nothing can be proven.
        var unverified: Judgement {
            var judgement = judgement
            (judgement.verdict, judgement.cause) = (.unverified, nil)
            return judgement
        }

        /// Forgets everything that is not true of all sessions of the owner.
        fileprivate mutating func forgetSession() {
            (session, judgement.ref, judgement.createdAt) = (nil, nil, nil)
            (judgement.client, judgement.cookieNode) = (nil, nil)
        }

        /// Returns whether both were refused and began to wait within a second.
        fileprivate func isWithinASecond(of other: Group) -> Bool {
            abs(other.since - since) < PendingRefusals.groupSeconds
                && abs(other.judgement.time - judgement.time) < PendingRefusals.groupSeconds
        }

        var ownerKey: CanonicalOwner {
            CanonicalOwner(node: judgement.owner ?? "", boot: owner.boot?.canonical)
        }
    }

    fileprivate struct Key: Hashable {
        var ref: SessionRef?
        var node: String?
        var owner: CanonicalOwner
        var verdict: Verdict
        var cause: StickyCause?
        var client: String?
        /// Where no boot tells, the age of a session decides whether its owner is gone.
        var created: UInt32?
    }

    /// The groups of one owner in the order of arrival. `removed` have left at the front.
    private struct Queue: Sendable {
        var groups: [Group] = []
        var removed = 0
    }

    private struct Place: Sendable {
        var owner: CanonicalOwner
        /// Counted from the first group that the owner ever had.
        var number: Int
    }

    private var queues: [CanonicalOwner: Queue] = [:]
    /// The last group of each kind, which the next such request joins.
    private var latest: [Key: Place] = [:]
    /// The last group of each session.
    private var sessions: [SessionRef: Place] = [:]
    private var groupCount = 0
    /// The number of requests that wait.
    private(set) var count = 0

    var owners: [CanonicalOwner] { Array(queues.keys) }

    /// The lowest number of a line that waits. Nil if none waits.
    var firstLine: Int? { queues.values.lazy.compactMap(\.groups.first?.line).min() }

    /// Keeps a request until it is settled. Returns false if there is no room for it.
    mutating func add(_ request: Group) -> Bool {
        var request = request
        if groupCount >= Self.limit { request.forgetSession() }
        let (key, owner) = (request.key, request.ownerKey)
        if let place = latest[key], let index = index(of: place),
            let first = queues[owner]?.groups[index], first.isWithinASecond(of: request)
        {
            queues[owner]?.groups[index].judgement.count += 1
            queues[owner]?.groups[index].provenAfter = max(first.provenAfter, request.provenAfter)
            queues[owner]?.groups[index].servedAt = nil
            count += 1
            return true
        }
        guard groupCount < Self.hardLimit else { return false }
        queues[owner, default: Queue()].groups.append(request)
        let queue = queues[owner] ?? Queue()
        let place = Place(owner: owner, number: queue.removed + queue.groups.count - 1)
        latest[key] = place
        if let ref = request.judgement.ref { sessions[ref] = place }
        groupCount += 1
        count += 1
        return true
    }

    /// Returns the last requests for a session that wait. Nil if there are none.
    func last(of ref: SessionRef) -> Group? {
        sessions[ref].flatMap { place in index(of: place).flatMap { queues[place.owner]?.groups[$0] } }
    }

    /// Notes that a session was served.
    mutating func noteServed(_ ref: SessionRef, at time: UnixTime) {
        guard let place = sessions[ref], let index = index(of: place),
            let refused = queues[place.owner]?.groups[index].judgement.time, time >= refused
        else { return }
        queues[place.owner]?.groups[index].servedAt = time
    }

    /// Returns the judgements on an owner's oldest groups, up to the first group that cannot be settled yet.
    func settled(of owner: CanonicalOwner, atMost limit: Int, _ settlement: (Group) -> Judgement?) -> [Judgement] {
        var settled: [Judgement] = []
        for group in queues[owner]?.groups.prefix(limit) ?? [] {
            guard let judgement = settlement(group) else { break }
            settled.append(judgement)
        }
        return settled
    }

    /// Removes the oldest groups of an owner, and returns them.
    mutating func take(_ number: Int, of owner: CanonicalOwner) -> [Group] {
        guard number > 0, var queue = queues.removeValue(forKey: owner) else { return [] }
        let taken = Array(queue.groups.prefix(number))
        queue.groups.removeFirst(taken.count)
        queue.removed += taken.count
        for group in taken {
            count -= group.judgement.count
            if let place = latest[group.key], place.number < queue.removed { latest[group.key] = nil }
            if let ref = group.judgement.ref, let place = sessions[ref], place.owner == owner,
                place.number < queue.removed
            {
                sessions[ref] = nil
            }
        }
        groupCount -= taken.count
        if !queue.groups.isEmpty { queues[owner] = queue }
        return taken
    }

    private func index(of place: Place) -> Int? {
        guard let queue = queues[place.owner], place.number >= queue.removed else { return nil }
        return place.number - queue.removed
    }
}
