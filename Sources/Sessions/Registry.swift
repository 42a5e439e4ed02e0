/// The view of the cluster: every registered session joined with the node that owns it.
///
/// It is a façade over three parts, each with its own state: ``Population`` holds the registered sessions, ``Liveness``
/// the nodes and their heartbeats, and ``Testimony`` what logs say. It passes on what needs one part, and answers what
/// needs two.
///
/// It is pure: no I/O, no clock (`now` is an argument, Redis' time), no thread. A session's state is derived from its
/// owner, and counts are kept by owner, so the cost of a node's death depends on the number of owners and not of
/// sessions.
public struct Registry: Sendable {
    var population: Population
    var liveness: Liveness
    var testimony = Testimony()
    var tripwire = Tripwire()

    /// Makes an empty registry. `shelfBits` is the number of parts, as a power of two, into which the sessions are
    /// divided. Few sessions need fewer.
    public init(policy: NodePolicy, shelfBits: Int = 16) {
        population = Population(shelfBits: shelfBits)
        liveness = Liveness(policy: policy)
    }

    /// The state of the entire view, which is that of its worst part.
    public var view: ViewState {
        var state = population.view
        if liveness.isCheckMissing, state.asOf != nil { state.gap = state.gap ?? .connectionLost }
        return state
    }
}

extension Registry: CustomStringConvertible, CustomReflectable {
    public var description: String { "Registry(\(sessionCount) sessions)" }
    /// Ids are credentials, so no dump shows them.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

// MARK: - State

extension Registry {
    /// Returns the fate of each owner by its number. It is judged once, and then used for any number of sessions.
    func fates(at now: UnixTime) -> [Fate] { population.owners.all.map { liveness.fate(of: $0) } }

    func state(of entry: SessionEntry, fates: [Fate]) -> SessionState {
        if let malformation = entry.malformation { return .malformed(malformation) }
        if entry.owner == 0 { return .unowned(.noOwner) }
        return fates[Int(entry.owner)].state(created: entry.created, isDenied: entry.isDenied)
    }

    /// Returns an owner's sessions by state.
    func counts(of owner: Owner) -> StateCounts { owner.counts(liveness.fate(of: owner)) }

    /// Returns whether a session is an orphan because of its owner's fate. A denial by an owner that exists does not
    /// count here.
    func isLeftBehind(_ entry: SessionEntry) -> Bool {
        guard entry.owner != 0, entry.malformation == nil else { return false }
        let fate = liveness.fate(of: population.owners[entry.owner])
        guard case .orphaned = fate.state(created: entry.created, isDenied: false) else { return false }
        return true
    }
}

// MARK: - Names

extension Registry {
    /// Returns the number of an owner, and gives it one if it is new; `learntAfterRestarts` as in
    /// ``Owner/learntAfterRestarts``.
    mutating func owner(
        _ name: OwnerName, isAdoptable: Bool, learntAfterRestarts: Int? = nil, at now: UnixTime
    ) -> UInt32 {
        let key = Owners.Key(name: name, isAdoptable: isAdoptable, learntAfterRestarts: learntAfterRestarts)
        if let number = population.owners.number(of: key) { return number }
        let owner = liveness.newOwner(name, isAdoptable: isAdoptable, learntAfterRestarts: learntAfterRestarts, at: now)
        return population.add(owner, key)
    }

    /// Gives numbers to the names in this batch that are new here. Other names that the reader still holds may be of nodes
    /// that were forgotten since.
    mutating func learn(_ names: inout RecordNames, in batch: [ObservedSession], at now: UnixTime) {
        let numbering = population.owners.numbering
        if names.known.numbering != numbering { names.known = RecordNames.Known(numbering: numbering, owners: [0]) }
        let newNames = names.owners.count - names.known.owners.count
        names.known.owners += repeatElement(RecordNames.Known.unnumbered, count: newNames)
        for session in batch {
            guard case .value(let value) = session.content else { continue }
            let place = Int(value.owner)
            guard names.known.owners[place] == RecordNames.Known.unnumbered else { continue }
            let owner = names.owners[place]
            names.known.owners[place] = self.owner(owner.name, isAdoptable: owner.isAdoptable, at: now)
        }
        for place in names.known.clients.count..<names.clients.count {
            names.known.clients.append(population.clients.number(of: names.clients[place]))
        }
    }

    /// Forgets owners without sessions, nodes that are long gone, and what lines said of ended ones. Numbers change, so
    /// nothing may hold one. It works only between full scans, and does nothing during one.
    public mutating func forgetTheGone(at now: UnixTime) {
        // The sessions that a full scan has staged hold owners by number.
        guard population.shards.allSatisfy({ $0.fullScan == nil }) else { return }
        for number in liveness.nodes.indices where liveness.nodes[number].hasEnded {
            testimony.forgetOld(ofNode: number, at: now)
        }
        let nodesInUse = Set(population.owners.inUse.map(\.node))
        let surplus = liveness.surplus(besides: nodesInUse)
        let kept = liveness.nodes.indices.filter {
            nodesInUse.contains($0) || !liveness.isLongGone($0, at: now) && !surplus.contains($0)
        }
        liveness.forgetEvidence(besides: kept, ownersNamed)
        let idleOwners = population.owners.all.dropFirst().count { $0.sessions == 0 }
        guard kept.count < liveness.nodes.count || idleOwners > Self.idleOwnerLimit else { return }
        let owners = population.renumber(keepingNodes: kept)
        liveness.renumber(keepingNodes: kept, owners: owners)
        testimony.renumberNodes(kept)
        let names = Set(liveness.nodes.map(\.name))
        testimony.serviceURLs.keep { names.contains($0) }
        updateAddresses()
    }

    /// The number of owners without sessions that may wait to be forgotten.
    static let idleOwnerLimit = 1024

    /// The owners that sessions name.
    var ownersNamed: Set<CanonicalOwner> {
        var named: Set<CanonicalOwner> = []
        for owner in population.owners.inUse { named.insert(liveness.name(of: owner).canonical) }
        return named
    }

    /// Updates cookies and addresses to the nodes' URLs.
    mutating func updateAddresses() { testimony.follow(liveness.nodes) }
}
