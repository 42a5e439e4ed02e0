/// The view of the cluster: every registered session joined with the node that owns it.
///
/// A façade over three parts, each with its own state: ``Population`` holds who is registered, ``Liveness`` who is alive, and
/// ``Testimony`` what logs say. What needs one part is passed on to it; what needs two is answered here.
///
/// Pure: no I/O, no clock (`now` is an argument, Redis' time), no thread. A session's state is derived from its owner,
/// and counts are kept by owner, so that a node's death costs by the number of owners and not of sessions.
public struct Registry: Sendable {
    var population: Population
    var liveness: Liveness
    var testimony = Testimony()

    /// `shelfBits`: into how many parts, as a power of two, the sessions are divided; fewer where there are few of them.
    public init(policy: NodePolicy, shelfBits: Int = 16) {
        population = Population(shelfBits: shelfBits)
        liveness = Liveness(policy: policy)
    }

    /// How far the view as a whole can be trusted: as far as its worst part.
    public var view: ViewState {
        var whole = population.view
        if liveness.isCheckMissing, whole.asOf != nil { whole.gap = whole.gap ?? .connectionLost }
        return whole
    }
}

extension Registry: CustomStringConvertible, CustomReflectable {
    public var description: String { "Registry(\(sessionCount) sessions)" }
    /// Ids are credentials: no dump shows them.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

// MARK: - State

extension Registry {
    /// What became of each owner, by its number: judged once, then used for as many sessions as there are.
    func fates(at now: UnixTime) -> [Fate] { population.owners.all.map { liveness.fate(of: $0) } }

    func state(of entry: SessionEntry, fates: [Fate]) -> SessionState {
        if let malformation = entry.malformation { return .malformed(malformation) }
        if entry.owner == 0 { return .unowned(.noOwner) }
        return fates[Int(entry.owner)].state(created: entry.created, isDenied: entry.isDenied)
    }

    /// An owner's sessions by state.
    func counts(of owner: Owner) -> StateCounts { owner.counts(liveness.fate(of: owner)) }

    /// Whether it is an orphan for what became of its owner. What an owner that is there denies is not counted here.
    func isLeftBehind(_ entry: SessionEntry) -> Bool {
        guard entry.owner != 0, entry.malformation == nil else { return false }
        let fate = liveness.fate(of: population.owners[entry.owner])
        guard case .orphaned = fate.state(created: entry.created, isDenied: false) else { return false }
        return true
    }
}

// MARK: - Names

extension Registry {
    /// The number of an owner, which is given one if it is new; `learntLife` as ``Owner/learntLife``.
    mutating func owner(
        _ name: OwnerName, isAdoptable: Bool, learntLife: Int? = nil, at now: UnixTime
    ) -> UInt32 {
        let key = Owners.Key(name: name, isAdoptable: isAdoptable, learntLife: learntLife)
        if let number = population.owners.number(of: key) { return number }
        let owner = liveness.newOwner(name, isAdoptable: isAdoptable, learntLife: learntLife, at: now)
        return population.add(owner, key)
    }

    /// Gives the names that are new a place here.
    mutating func learn(_ names: inout RecordNames, at now: UnixTime) {
        let numbering = population.owners.numbering
        if names.known.numbering != numbering { names.known = RecordNames.Known(numbering: numbering, owners: [0]) }
        for place in names.known.owners.count..<names.owners.count {
            let owner = names.owners[place]
            names.known.owners.append(self.owner(owner.name, isAdoptable: owner.isAdoptable, at: now))
        }
        for place in names.known.clients.count..<names.clients.count {
            names.known.clients.append(population.clients.number(of: names.clients[place]))
        }
    }

    /// Forgets owners without sessions and nodes long gone. Positions change, so nothing may hold one: only between
    /// fullScans, and during one it does nothing.
    public mutating func forgetTheGone(at now: UnixTime) {
        // What a reading has staged holds owners by number.
        guard population.shards.allSatisfy({ $0.reading == nil }) else { return }
        let nodesInUse = Set(population.owners.inUse.map(\.node))
        let kept = liveness.nodes.indices.filter { nodesInUse.contains($0) || !liveness.isLongGone($0, at: now) }
        liveness.forgetEvidence(besides: kept, ownersNamed)
        let idleOwners = population.owners.all.dropFirst().count { $0.sessions == 0 }
        guard kept.count < liveness.nodes.count || idleOwners > Self.idleOwnerLimit else { return }
        let owners = population.renumber(keepingNodes: kept)
        liveness.renumber(keepingNodes: kept, owners: owners)
        testimony.renumberNodes(kept)
        updateAddresses()
    }

    /// Owners without sessions that may wait for the next forgetting.
    static let idleOwnerLimit = 1024

    /// The owners that sessions name.
    var ownersNamed: Set<CanonicalOwner> {
        var named: Set<CanonicalOwner> = []
        for owner in population.owners.inUse { named.insert(liveness.name(of: owner).canonical) }
        return named
    }

    /// Has cookies and addresses follow the nodes' URLs.
    mutating func updateAddresses() { testimony.follow(liveness.nodes) }
}
