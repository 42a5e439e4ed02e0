// Nodes that die, restart, drain, or become suspect.

extension IncidentLog {
    /// A node as it was in the last sight.
    struct NodeMemory: Sendable, Equatable {
        var seen: IncidentSight.Node
        /// The time at which it was last seen in another state than alive, or with another process. Requests that miss
        /// it around then do not show broken stickiness.
        var unsteadyAt: UnixTime?
    }

    mutating func checkNodes(_ sight: IncidentSight, at now: UnixTime) {
        let inOpenIncidents = Set(incidents.lazy.filter(\.isOpen).compactMap(\.node))
        for (name, node) in sight.nodes.sorted(by: { $0.key < $1.key }) {
            let before = nodes[name]
            let isOther = before.map { $0.seen.restarts != node.restarts || $0.seen.boot != node.boot } ?? false
            let isSteady = node.status == .alive && !isOther
            nodes[name] = NodeMemory(seen: node, unsteadyAt: isSteady ? before?.unsteadyAt : now)
            // Nothing begins or ends with most nodes, and thousands may be gone.
            if before?.seen == node, node.isUneventful, !inOpenIncidents.contains(name) { continue }
            let wasDraining = openIndex(.nodeDrained, node: name) != nil
            endIncidents(of: name, node, before?.seen, at: now)
            if let before = before?.seen, !wasDraining { noteLoss(of: name, node, before, sight, at: now) }
            noteSuccessor(of: name, node, before?.seen, sight, at: now)
            if node.status == .draining, openIndex(.nodeDrained, node: name) == nil {
                open(.nodeDrained, node: name, boot: node.boot, began: now, at: now)
            }
            checkSuspicion(of: name, node, at: now)
            follow(.silentButWorking, of: name, boot: node.silentWorker?.boot, lasts: node.silentWorker != nil, at: now)
            follow(.sharedName, of: name, boot: node.boot, lasts: !node.takingTurns.isEmpty, at: now)
        }
        endRollouts(sight, at: now)
        // Nothing names these nodes any more.
        let forgotten = nodes.keys.filter { sight.nodes[$0] == nil }
        for name in forgotten { nodes[name] = nil }
        changeEach {
            $0.isOpen && $0.isOfNode && sight.nodes[$0.node ?? ""] == nil
        } _: {
            $0.end(at: now)
        }
    }

    /// Notes the loss of a node. The losses of a node that drained belong to that incident, and are not handled here.
    private mutating func noteLoss(
        of name: String, _ node: IncidentSight.Node, _ before: IncidentSight.Node, _ sight: IncidentSight,
        at now: UnixTime
    ) {
        if node.status == .dead, before.departure == .goodbye { takeBackGoodbye(of: name, node, at: now) }
        guard before.isAlive else { return }
        let parts = Self.parts(name, before)
        if node.isAlive, node.restarts > before.restarts {
            settle(parts)
            // A process that claims to have started while the former one still had heartbeats has a wrong clock, or a
            // fixed text.
            let began = max(node.startedAt ?? now, before.lastHeartbeatAt ?? node.startedAt ?? now)
            open(.nodeRestarted, node: name, boot: before.boot, began: began, at: now) { incident in
                for part in parts { incident.add(part) }
                incident.end(at: now)
            }
        } else if node.departure == .goodbye {
            settle(parts)
            open(.nodeLeft, node: name, boot: before.boot, began: node.lastHeartbeatAt ?? now, at: now) { incident in
                for part in parts { incident.add(part) }
                incident.end(at: now)
            }
        } else if node.status == .dead || node.status == .gone {
            settle(parts)
            open(.nodeDied, node: name, boot: before.boot, began: node.lastHeartbeatAt ?? now, at: now) { incident in
                for part in parts { incident.add(part) }
                if !incident.isNamed(by: node) { incident.end(at: now) }
            }
        }
    }

    /// A flush took the heartbeat of a node: what was taken for a goodbye is a death.
    private mutating func takeBackGoodbye(of name: String, _ node: IncidentSight.Node, at now: UnixTime) {
        let index = incidents.lastIndex { $0.kind == .nodeLeft && $0.node == name && $0.boot == node.boot }
        guard let index else {
            open(.nodeDied, node: name, boot: node.boot, began: node.lastHeartbeatAt ?? now, at: now)
            return
        }
        incidents[index].kind = .nodeDied
        if incidents[index].isNamed(by: node) { incidents[index].endedAt = nil }
    }

    private mutating func endIncidents(
        of name: String, _ node: IncidentSight.Node, _ before: IncidentSight.Node?, at now: UnixTime
    ) {
        let isSame = { (incident: Incident) in
            incident.boot == node.boot && (before?.restarts ?? node.restarts) == node.restarts
        }
        if let index = openIndex(.nodeDied, node: name) {
            if node.isAlive, isSame(incidents[index]) { incidents[index].noteBack(boot: node.boot) }
            if node.isAlive || !incidents[index].isNamed(by: node) { incidents[index].end(at: now) }
        }
        if let index = openIndex(.nodeDrained, node: name) {
            let isTheSame = isSame(incidents[index])
            if node.status == .draining, isTheSame { return }
            if !node.isAlive || !isTheSame {
                let parts =
                    before.map { Self.parts(name, $0) } ?? [.init(node: name, boot: incidents[index].boot)]
                settle(parts)
                for part in parts { incidents[index].add(part) }
            }
            incidents[index].end(at: node.isAlive ? now : node.lastHeartbeatAt ?? now)
        }
    }

    /// Settles the earlier losses of these owners. If sessions name no boot, the next process has the same owner, so
    /// they are no longer followed.
    mutating func settle(_ parts: [Incident.Part]) {
        for part in parts {
            changeEach {
                $0.concerns(node: part.node, boot: part.boot)
            } _: { incident in
                for index in incident.parts.indices
                where incident.parts[index].node == part.node && incident.parts[index].boot == part.boot {
                    incident.parts[index].isSettled = true
                }
            }
        }
    }

    private mutating func checkSuspicion(of name: String, _ node: IncidentSight.Node, at now: UnixTime) {
        let denied = node.owners.filter { $0.denied > 0 }.map { Incident.Part(node: name, boot: $0.boot) }
        if openIndex(.nodeSuspect, node: name) == nil, !node.suspicions.isEmpty {
            open(.nodeSuspect, node: name, boot: node.boot, began: now, at: now)
        }
        guard let index = openIndex(.nodeSuspect, node: name) else { return }
        guard !node.suspicions.isEmpty else { return incidents[index].end(at: now) }
        let all = Suspicion.allCases.filter {
            incidents[index].suspicions.contains($0) || node.suspicions.contains($0)
        }
        incidents[index].suspicions = all
        for part in denied { incidents[index].add(part) }
    }

    /// Opens and ends an incident that costs no session by itself.
    private mutating func follow(
        _ kind: Incident.Kind, of name: String, boot: String?, lasts: Bool, at now: UnixTime
    ) {
        switch (openIndex(kind, node: name), lasts) {
        case (nil, true): open(kind, node: name, boot: boot, began: now, at: now)
        case (let index?, false): incidents[index].end(at: now)
        case (nil, false), (_?, true): break
        }
    }

    private mutating func follow(
        _ kind: Incident.Kind, of name: String, boot: Boot?, lasts: Bool, at now: UnixTime
    ) {
        follow(kind, of: name, boot: boot?.text, lasts: lasts, at: now)
    }

    /// The owners that had sessions when the node was last seen alive. The process that had the heartbeat is always
    /// among them, since perhaps not all of its sessions have been read.
    static func parts(_ name: String, _ before: IncidentSight.Node) -> [Incident.Part] {
        var parts = before.owners.filter { $0.owned > 0 }.map { owner in
            var part = Incident.Part(node: name, boot: owner.boot)
            part.before = owner.orphaned + owner.left
            return part
        }
        if !parts.contains(where: { $0.boot == before.boot }) {
            var part = Incident.Part(node: name, boot: before.boot)
            part.before = before.owners.first { $0.boot == before.boot }.map { $0.orphaned + $0.left } ?? 0
            parts.append(part)
        }
        return parts
    }
}

extension IncidentSight.Node {
    /// True if an incident of it neither lasts nor begins while it stays as it is.
    fileprivate var isUneventful: Bool {
        status != .draining && suspicions.isEmpty && silentWorker == nil && takingTurns.isEmpty
    }
}

extension Incident {
    /// True of the drain of a node that went: its next process drains for another reason, such as the next deploy.
    var isOverForGood: Bool { kind == .nodeDrained && !isOpen && !parts.isEmpty }

    fileprivate var isOfNode: Bool {
        switch kind {
        case .nodeDied, .nodeRestarted, .nodeDrained, .nodeLeft, .nodeSuspect, .silentButWorking, .sharedName: true
        case .rollout, .redisOutage, .redisFailover, .registryFlushed, .stickinessBroken, .reconnectionStorm,
            .removedSessionInUse:
            false
        }
    }

    /// Returns whether sessions that it stranded are still registered.
    fileprivate func isNamed(by node: IncidentSight.Node) -> Bool {
        node.owners.contains { owner in
            parts.contains {
                $0.boot == owner.boot && owner.owned + owner.orphaned > max($0.before - owner.left, 0)
            }
        }
    }

    /// Notes that a process that was believed dead is back and serves its sessions again. Meanwhile the proxy may have
    /// sent their clients elsewhere for good.
    fileprivate mutating func noteBack(boot: String?) {
        for index in parts.indices where [boot, nil].contains(parts[index].boot) && !parts[index].isSettled {
            parts[index].isBack = true
        }
    }
}

extension IncidentSight.Node {
    var isAlive: Bool { status == .alive || status == .draining }
}

// MARK: - Aftermaths

extension IncidentLog {
    /// Updates the aftermaths of incidents that are open, or ended recently.
    mutating func follow(_ sight: IncidentSight, at now: UnixTime) {
        changeEach {
            !$0.parts.isEmpty && $0.endedAt.map { now - $0 <= Self.followSeconds } ?? true
        } _: { incident in
            guard incident.kind != .registryFlushed else { return }
            let reasons: [OrphanReason] =
                incident.kind == .nodeSuspect ? [.ownerDenies] : [.ownerDead, .ownerRestarted, .ownerUnknown]
            for index in incident.parts.indices where !incident.parts[index].isSettled {
                if incident.parts[index].isBack {
                    incident.parts[index].followBack(sight.aftermaths)
                } else {
                    incident.parts[index].follow(sight.aftermaths, reasons)
                }
            }
        }
    }
}

extension Incident.Part {
    /// Updates the sessions of an owner that is back: those that its clients reach again are recovered.
    fileprivate mutating func followBack(_ aftermaths: Aftermaths) {
        let unreached = aftermaths.unreached(node: node, boot: boot)
        let stuck = min(unreached.stuck, aftermath.sessions)
        let recovered = max(aftermath.sessions - stuck - unreached.recent, 0)
        aftermath = Aftermath(sessions: aftermath.sessions, recovered: recovered, stuck: stuck)
    }

    fileprivate mutating func follow(_ aftermaths: Aftermaths, _ reasons: [OrphanReason]) {
        update(reasons.compactMap { aftermaths.of(node: node, boot: boot, $0) }.reduce(Aftermath(), +), without: before)
    }

    /// Takes what is known now. What was forgotten since, by a restart of the daemon or with the owner, stays as it
    /// was: the number of stranded sessions never falls, and no recovered session becomes silent again.
    mutating func update(_ now: Aftermath, without before: Int = 0) {
        let known = max(now.sessions - before, 0)
        let forgets = isInherited || known < aftermath.sessions
        let recent = max(now.sessions - now.recovered - now.stuck - now.silent, 0)
        aftermath.sessions = max(known, aftermath.sessions)
        aftermath.stuck = min(now.stuck, aftermath.sessions)
        let recovered = forgets ? max(aftermath.recovered, now.recovered) : now.recovered
        aftermath.recovered = min(recovered, aftermath.sessions - aftermath.stuck)
        aftermath.silent = max(aftermath.sessions - aftermath.stuck - aftermath.recovered - recent, 0)
    }
}
