// The evidence of a verdict: each fact with its source and time, the weightiest first.

extension ExplanationInput {
    var evidence: [Evidence] {
        [keyEvidence] + registryEvidence + ownerEvidence + endEvidence + requestEvidence + viewEvidence
    }

    // MARK: - The key and the registry

    private var keyEvidence: Evidence {
        switch live {
        case .notRead(let why): Evidence("its key was not read: \(why)", .redis, at: nil)
        case .absent(let time): Evidence("its key does not exist", .redis, at: time)
        case .present(let record, let time): Evidence("its key exists\(Self.naming(record))", .redis, at: time)
        }
    }

    private static func naming(_ record: LiveRecord) -> String {
        if let malformation = record.malformation { return ", and cannot be read (\(malformation.word))" }
        guard let owner = record.owner else { return ", and names no owner" }
        let node = PrintableText.of(String(decoding: owner.node, as: UTF8.self))
        guard let boot = owner.boot else { return ", and names \(node) without a boot" }
        return ", and names \(node), boot \(PrintableText.of(String(decoding: boot, as: UTF8.self)))"
    }

    private var registryEvidence: [Evidence] {
        guard let session else { return [] }
        var evidence: [Evidence] = []
        if let createdAt = session.createdAt { evidence.append(Evidence("it was created", .registry, at: createdAt)) }
        if let lastSeen = session.lastSeen { evidence.append(Evidence("it was last used", .registry, at: lastSeen)) }
        if session.hasNoExpiry, !session.state.isMalformed {
            evidence.append(Evidence("its key has no expiry: its writer set no TTL", .registry, at: nil))
        }
        return evidence
    }

    // MARK: - The owner

    private var ownerEvidence: [Evidence] {
        guard let owner else { return [] }
        let node = PrintableText.of(owner.node)
        var evidence = [Evidence(heartbeatFact(of: owner, node), .heartbeats, at: owner.lastHeartbeatAt)]
        if let then = owner.boot, let now = owner.bootNow, owner.lastHeartbeatAt != nil {
            let boots = (PrintableText.of(then), PrintableText.of(now))
            let fact =
                then == now
                ? "its owner's boot \(boots.0) " + (isAlive(owner) ? "is the present one" : "was the last one")
                : "its owner's boot was \(boots.0); \(node) "
                    + (isAlive(owner) ? "runs boot \(boots.1) now" : "last ran boot \(boots.1)")
            evidence.append(Evidence(fact, .heartbeats, at: then == now ? lastCheck : owner.startedAt))
        } else if owner.boot == nil, let started = owner.startedAt, owner.lastHeartbeatAt != nil {
            evidence.append(Evidence("no boot is recorded; \(node)'s process started", .heartbeats, at: started))
        }
        if owner.isLearnt {
            evidence.append(Evidence("no record names its owner: it is known from a log", .events, at: nil))
        }
        for suspicion in suspicions {
            evidence.append(Evidence("\(node) is suspect: \(suspicion.rawValue)", .heartbeats, at: lastCheck))
        }
        if let unreached {
            let fact = "the proxy could not reach \(node): \(counted(unreached.count, "request")) answered 502 or 504"
            evidence.append(Evidence(fact, .events, at: unreached.last))
        }
        if let worker = silentWorker {
            let silent = TimeText.duration(worker.silentSeconds)
            let heartbeat =
                owner.lastHeartbeatAt == nil ? "\(node) was never heard" : "\(node)'s heartbeat ended \(silent) ago"
            let fact = "\(heartbeat), but it has \(worker.work.kind.rawValue) a session since"
            evidence.append(Evidence(fact, worker.work.kind == .served ? .events : .registry, at: worker.work.at))
        }
        if !takingTurns.isEmpty {
            let boots = takingTurns.map { PrintableText.of($0.text) }.joined(separator: " and ")
            evidence.append(Evidence("boots \(boots) take turns under the name \(node)", .heartbeats, at: lastCheck))
        }
        if let renewedSeconds {
            let others = Set((refused?.recent ?? []).compactMap(\.node)).subtracting([owner.node]).sorted()
            let by =
                others.isEmpty
                ? "" : ", renewed by others: \(others.map { PrintableText.of($0) }.joined(separator: ", ")) refused it"
            let fact = "its key was renewed or rewritten while its owner was silent\(by)"
            evidence.append(Evidence(fact, .registry, at: now - renewedSeconds))
        }
        if let offset = clockOffsetSeconds, abs(offset) >= Self.clockOffsetOfInterestSeconds {
            let side = offset < 0 ? "ahead of" : "behind"
            let fact = "\(node)'s clock is \(TimeText.duration(abs(offset))) \(side) Redis', or its lines arrive late"
            evidence.append(Evidence(fact, .events, at: nil))
        }
        return evidence
    }

    /// The smallest clock offset that explains anything.
    static let clockOffsetOfInterestSeconds = 5.0

    private func isAlive(_ owner: Explanation.Owner) -> Bool { owner.status == .alive || owner.status == .draining }

    private func heartbeatFact(of owner: Explanation.Owner, _ node: String) -> String {
        switch owner.status {
        case .alive: "\(node) sends heartbeats"
        case .draining: "\(node) sends heartbeats, but takes no new sessions: it is draining"
        case .dead, .gone: "\(node) sent its last heartbeat"
        case .unknown: "no heartbeat of \(node) was ever seen"
        }
    }

    // MARK: - Its end

    private var endEvidence: [Evidence] {
        var evidence: [Evidence] = []
        if let ended {
            let doubt = Double(ended.doubtSeconds)
            let early = doubt >= 1 ? ", or up to \(TimeText.duration(doubt)) before that" : ""
            evidence.append(Evidence("it ended: \(ended.ending.rawValue)\(early)", .memory, at: ended.endedAt))
            if let createdAt = ended.createdAt {
                evidence.append(Evidence("it was created", .memory, at: createdAt))
            }
        }
        if let servedSinceEnd {
            let node = PrintableText.of(servedSinceEnd.node)
            evidence.append(Evidence("\(node) served it after its end", .events, at: servedSinceEnd.time))
        } else if ended == nil, let created {
            let node = PrintableText.of(created.node)
            evidence.append(
                Evidence("\(node) said that it has it, but it was never registered", .events, at: created.time))
        }
        if finding.verdict == .neverSeen, let memorySince {
            evidence.append(Evidence("ends are remembered since then", .memory, at: memorySince))
        }
        return evidence
    }

    // MARK: - Requests

    private var requestEvidence: [Evidence] {
        guard let refused else {
            guard !hearsRequests else { return [] }
            return [Evidence("no log is read here: refused requests cannot be seen", .events, at: nil)]
        }
        var evidence: [Evidence] = []
        if refused.refused > 0 {
            let requests = refused.refused == 1 ? "1 request" : "\(refused.refused) requests"
            let last = refused.recent.last?.node.map { ", the last by \(PrintableText.of($0))" } ?? ""
            let fact = "\(requests) refused since it was last served\(last)"
            evidence.append(Evidence(fact, .events, at: refused.last))
        }
        if refused.isStuck {
            let fact = "its client does not start a new session: it is stuck"
            evidence.append(Evidence(fact, .events, at: refused.first))
        }
        if let cause = finding.cause {
            evidence.append(Evidence(cause.fact, .cookie, at: refused.recent.last?.time))
        }
        if let cause = finding.firstCause {
            evidence.append(Evidence("at first, \(cause.fact)", .cookie, at: refused.first))
        }
        return evidence
    }

    // MARK: - The view

    private var viewEvidence: [Evidence] {
        guard let gap = view.gap else { return [] }
        return [Evidence("the view is incomplete: \(gap.rawValue)", .registry, at: view.asOf)]
    }
}

extension SessionState {
    var isMalformed: Bool { if case .malformed = self { true } else { false } }
}

extension StickyCause {
    /// The fact that the sticky cookie of a misrouted request shows.
    var fact: String {
        switch self {
        case .noCookie: "the request carried no sticky cookie"
        case .cookieElsewhere: "its sticky cookie names another living node"
        case .cookieOwner: "its sticky cookie names the owner, but the proxy sent it elsewhere"
        case .cookieDead: "its sticky cookie names a dead node"
        case .cookieOldScheme: "its sticky cookie was written by an older version of Traefik"
        case .stickinessOff: "the request carried no sticky cookie, and the proxy gave none: stickiness is off"
        case .cookieRejected: "the proxy rejected its sticky cookie and gave another"
        case .cookieUnmapped: "its sticky cookie names no known node"
        case .notLogged: "the log does not carry a sticky cookie that names a node"
        }
    }
}
