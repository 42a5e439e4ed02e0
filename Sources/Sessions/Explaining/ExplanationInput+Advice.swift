// The plain words of an explanation, in one place for the API, the command line and the page.

extension ExplanationInput {
    var advice: Advice {
        if let pendingSince = finding.pendingSince { return pending(since: pendingSince) }
        return switch finding.verdict {
        case .misrouted: misrouted
        case .ownerDead: ownerDead
        case .ownerRestarted: ownerRestarted
        case .ownerUnknown: ownerUnknown
        case .ownerDenies: ownerDenies
        case .unowned: unowned
        case .malformed: malformed
        case .closed: closed
        case .expired: expired
        case .cleaned: cleaned
        case .evicted: evicted
        case .vanished: vanished
        case .neverSeen: neverSeen
        case .unverified: unverified
        case .live: alive
        }
    }

    // MARK: - Shared words

    /// The owner's name as it is shown.
    var node: String { owner.map { PrintableText.of($0.node) } ?? "its owner" }

    /// The name as a word of a command. The reader must fill in a name that a shell might misread.
    private var nodeWord: String {
        guard let name = owner?.node, !name.isEmpty, name.utf8.count <= PrintableText.limit else { return "NODE" }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"): true
            case UInt8(ascii: "-"): name.utf8.first != byte
            default: false
            }
        }
        return isPlain ? name : "NODE"
    }

    private func ago(_ time: UnixTime?) -> String { time.map { " " + TimeText.age(max(now - $0, 0)) } ?? "" }

    private func since(_ time: UnixTime?) -> String {
        time.map { " for \(TimeText.duration(max(now - $0, 0)))" } ?? ""
    }

    /// The advice for a client whose session can no longer be served. See MCP, Streamable HTTP, session management.
    private static let initializeAgain =
        "After the 404, send a new initialize request without the Mcp-Session-Id header. The session's state is lost."
    private static let isStuckStep =
        "The client repeats the refused request: tell whoever runs it to start a new session."

    private func steps(_ steps: String...) -> [String] {
        refused?.isStuck == true ? steps + [Self.isStuckStep] : steps
    }

    // MARK: - Registered

    /// The advice while nothing proves that the owner was alive when the request was refused.
    private func pending(since refused: UnixTime) -> Advice {
        let by = finding.refusedBy.map { PrintableText.of($0) } ?? "A node"
        let heartbeat =
            owner?.lastHeartbeatAt.map { "\(node)'s last heartbeat was\(ago($0))" }
            ?? "\(node) has had no heartbeat yet"
        let left = TimeText.duration(max(proofSeconds - (now - refused), 1))
        return Advice(
            why: "\(by) refused it\(ago(refused)). Its owner may have died since: \(heartbeat), so it is not known yet "
                + "whether the request was misrouted.",
            whatToDo: [
                "Wait: \(node)'s next heartbeat decides, or its absence, in \(left) at most. Then ask again.",
                "Do not restart a node meanwhile.",
            ],
            tellClient: "Retry with all cookies that were set; if the answer is still 404, initialize again.",
            runbook: "alerts/runbooks/McpRequestsMisrouted.md")
    }

    private var misrouted: Advice {
        let by = finding.refusedBy.map { ", but \(PrintableText.of($0)) was asked" } ?? ", but another node was asked"
        // Later causes may only follow from the first.
        let cause = finding.firstCause ?? finding.cause
        let cookie = cause.map { ": \(finding.firstCause == nil ? "" : "at first, ")\($0.fact)" } ?? ""
        return Advice(
            why: "\(node) holds it and is alive\(by)\(cookie).",
            whatToDo: [
                "The session is alive: do not restart a node.",
                cause?.step(owner: nodeWord)
                    ?? "See what the proxy does: mcp-sessiond misroutes --node \(nodeWord)",
                "Find out whether only this client is affected: mcp-sessiond misroutes",
            ],
            tellClient: cause == .noCookie
                ? "Keep the sticky cookie from the answer to initialize, and send it with each request of the session."
                : "The session is alive. Retry with all cookies that were set; if the answer is still 404, initialize again.",
            runbook: "alerts/runbooks/McpRequestsMisrouted.md")
    }

    /// The advice for an owner whose heartbeat has ended, but which still works.
    private func working(_ worker: SilentWorker) -> Advice {
        Advice(
            why: "\(node)'s heartbeat ended \(TimeText.duration(worker.silentSeconds)) ago, and it "
                + "\(worker.work.kind.rawValue) a session\(ago(worker.work.at)): it may still hold this one.",
            whatToDo: [
                "Fix its heartbeat; do not restart it, since that would end all of its sessions.",
                "See what else is known of it: mcp-sessiond node \(nodeWord)",
                "Cleanup keeps its sessions as long as it is heard.",
            ],
            tellClient: "Retry with all cookies that were set; if the answer is still 404, initialize again.",
            runbook: "alerts/runbooks/McpNodeSilentButWorking.md")
    }

    private var ownerDead: Advice {
        if let silentWorker { return working(silentWorker) }
        let isReplaced = owner?.lastHeartbeatAt != nil && owner?.boot != nil && owner?.boot != owner?.bootNow
        return Advice(
            why: (isReplaced ? "The process that held it was replaced, and \(node)" : "\(node), which held it,")
                + " has been dead\(since(finding.since)): nothing can serve it again.",
            whatToDo: steps(
                "See what else \(node) took with it: mcp-sessiond node \(nodeWord)",
                "If \(node) is up, its heartbeats do not reach Redis: fix that, and suspend cleanup meanwhile: "
                    + "mcp-sessiond cleanup suspend --why \"\(nodeWord) serves without a heartbeat\" --for 1h",
                "Otherwise there is nothing to fix for this session: cleanup or its TTL removes its key."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpNodeDownWithSessions.md")
    }

    private var ownerRestarted: Advice {
        let how =
            finding.isDecidedByAge
            ? "it is older than \(node)'s present process, which started\(ago(owner?.startedAt))"
            : finding.since == nil
                ? "\(node) runs another one now" : "\(node) has run another one\(since(finding.since))"
        return Advice(
            why: "The process that held it is gone: \(how).",
            whatToDo: steps(
                "A deploy or a crash? mcp-sessiond node \(nodeWord)",
                "There is nothing to fix for this session: cleanup or its TTL removes its key."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpOrphansPilingUp.md")
    }

    private var ownerUnknown: Advice {
        Advice(
            why:
                "It names \(node), whose heartbeat was never seen: it has long been dead, or its heartbeat uses another name.",
            whatToDo: steps(
                "Compare the name with the names in the heartbeats: mcp-sessiond nodes",
                "If \(node) is up, fix the name in its heartbeat's key or in its session records; nothing is removed "
                    + "meanwhile.",
                "If it is gone for good, say so, and cleanup removes its sessions: "
                    + "mcp-sessiond cleanup attest \(nodeWord) --why \"how you know\""),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpNodeDownWithSessions.md")
    }

    private var ownerDenies: Advice {
        Advice(
            why: "\(node) is alive with the very boot that its record names, and says that it does not have it.",
            whatToDo: steps(
                "See whether \(node) denies others too: mcp-sessiond sessions --reason owner_denies --node \(nodeWord)",
                "Read \(node)'s log around the time of the first denial: it lost the session without closing it.",
                "If it denies many, take it out of the proxy, let its sessions end, and restart it."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpNodeSuspect.md")
    }

    private var unowned: Advice {
        let isLearntGone = finding.unowned == .learntOwnerGone
        return Advice(
            why: isLearntGone
                ? "It is registered and names no owner; the owner that a log named, \(node), is gone."
                : "It is registered, and nothing says which node holds it.",
            whatToDo: steps(
                "Have nodes write \"node\" and \"boot\" into their session records (docs/what-nodes-write.md).",
                "Until then let the daemon read their logs to learn owners: mcp-sessiond status shows what is read.",
                "Search the nodes' logs for the beginning of its ref or the time of its creation."),
            tellClient: "Retry once with all cookies that were set; if the answer is still 404, initialize again.",
            runbook: "alerts/runbooks/McpUnknownSessionRequests.md")
    }

    private var malformed: Advice {
        let fault =
            switch finding.malformation {
            case .tooLarge: "is larger than any session's record"
            case .badTime: "has an invalid timestamp"
            case .badJSON, nil: "is an invalid JSON object"
            }
        return Advice(
            why: "It is registered, but its record \(fault), so its owner cannot be read.",
            whatToDo: steps(
                "See whether it is one record or all of one version: mcp-sessiond sessions --state malformed",
                "Fix whatever writes it; cleanup leaves it."),
            tellClient: "Retry once with all cookies that were set; if the answer is still 404, initialize again.",
            runbook: "alerts/runbooks/McpMalformedKeys.md")
    }

    // MARK: - No longer registered

    private var heldBy: String { owner == nil ? "" : " \(node) held it." }

    /// The advice for a session whose key is gone, though a node still serves it.
    private func ghost(of holder: String) -> Advice {
        let holder = PrintableText.of(holder)
        return Advice(
            why: "It was closed\(ago(finding.since)), but \(holder) still holds it and has served it since: the DELETE "
                + "reached another node, which deleted its key.",
            whatToDo: steps(
                "Send DELETE through the sticky route, like every request of the session.",
                "\(holder) keeps it until its client closes it there, or \(holder) ends: there is nothing to remove in Redis."
            ),
            tellClient: Self.initializeAgain, runbook: nil)
    }

    private var closed: Advice {
        if let servedSinceEnd { return ghost(of: servedSinceEnd.node) }
        return Advice(
            why: finding.isEndGuessed
                ? "Its key disappeared just now, before its TTL ran out: it was closed.\(heldBy)"
                : "It was closed\(ago(finding.since)): its key was deleted before its TTL ran out.\(heldBy)",
            whatToDo: steps(
                "Either the client's DELETE or its node closed it: \(node)'s log shows which.",
                "There is nothing to fix if the client closed it."),
            tellClient: Self.initializeAgain, runbook: nil)
    }

    private var expired: Advice {
        Advice(
            why: "Its TTL ran out\(ago(finding.since)): nobody renewed it.\(heldBy)",
            whatToDo: steps(
                "If the client was active until then, its node does not renew the TTL on use: fix the node."),
            tellClient: Self.initializeAgain, runbook: nil)
    }

    private var cleaned: Advice {
        Advice(
            why: "Cleanup removed it\(ago(finding.since)), since its owner was gone.\(heldBy)",
            whatToDo: steps(
                "See why the run removed it: mcp-sessiond cleanup history -o wide, and the audit record of its ref.",
                "Was its owner really dead then? If it served, suspend cleanup at once: mcp-sessiond cleanup suspend --why TEXT",
                "If it was dead, the client is late: there is nothing to fix."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpCleanedSessionRequested.md")
    }

    private var evicted: Advice {
        Advice(
            why: "Redis evicted its key\(ago(finding.since)) for lack of memory.\(heldBy)",
            whatToDo: steps(
                "Give the registry's Redis more memory, or maxmemory-policy noeviction: mcp-sessiond status shows what it has.",
                "Its node may still hold it, and refuse it because it is not registered: read \(node)'s log."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpRegistryEvictingKeys.md")
    }

    private var vanished: Advice {
        Advice(
            why: "Its key was gone\(ago(finding.since)) together with many others: a flush, or a failover to a server "
                + "without them.\(heldBy)",
            whatToDo: steps(
                "Find out what happened to Redis then: read its log and its sentinels' logs, ask who ran FLUSHALL.",
                "Nodes that register their sessions again bring them back; otherwise clients start new ones.",
                "Do not restart a node: that would end the sessions that it still serves."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpSessionsVanished.md")
    }

    private var neverSeen: Advice {
        let isCreationSeen = created != nil
        return Advice(
            why: isCreationSeen
                ? "It was never registered, but a node says that it has it: the node did not write it to Redis."
                : "It is not registered, and nothing is remembered of it: it ended before this daemon began to watch, or "
                    + "never belonged to this cluster.",
            whatToDo: steps(
                isIDKnown
                    ? "Find out where the client got it: another environment, or a truncated or altered id?"
                    : "Ask with the full id, so that its key is read: mcp-sessiond explain -",
                "Only one client: look at it. Many at one node: the node does not register its sessions "
                    + "(mcp-sessiond nodes, OWNED against REPORTED).",
                "Many at all nodes: they and mcp-sessiond use different Redis servers, databases or prefixes."),
            tellClient: Self.initializeAgain, runbook: "alerts/runbooks/McpUnknownSessionRequests.md")
    }

    // MARK: - Unknown or alive

    private var unverified: Advice {
        let last = session.map { session in
            let reason = session.state.reason.map { " (\($0))" } ?? ""
            return " In the last complete view it was \(session.state.word)\(reason)."
        }
        return Advice(
            why: "The registry cannot be read now, so the reason is unknown.\(last ?? "")",
            whatToDo: [
                "See why: mcp-sessiond status",
                "Fix Redis or the connection to it first, then ask again.",
                "Do not restart a node meanwhile: nodes serve the sessions that they hold even without Redis.",
            ],
            tellClient: "Retry in a minute; if the answer is still 404 then, initialize again.",
            runbook: view.gap == .connectionLost
                ? "alerts/runbooks/McpRegistryUnreachable.md" : "alerts/runbooks/McpRegistryViewStale.md")
    }

    private var alive: Advice {
        let isAdoptable = finding.owner?.isAdoptable == true
        let held =
            isAdoptable
            ? "Any node can serve it"
            : finding.isOwnerOfUnknownBoot || owner?.status == .unknown
                ? "\(node) holds it according to its record, but its heartbeat is not known yet"
                : "\(node) holds it and is alive"
        return Advice(
            why: held
                + (hearsRequests ? "; no refused request for it is known." : "; no log is read that would show one."),
            whatToDo: [
                "Ask for the time and the status of the failed request: is it a 404, and from this cluster?",
                hearsRequests
                    ? "If it continues, let the client retry and ask again: a refused request shows within a second."
                    : "Let the daemon read the nodes' or the proxy's logs (docs/events.md), or it sees no refusals.",
                "A 404 from the proxy itself (no route for the path) never reaches a node: read its access log.",
            ],
            tellClient: "The session is alive. Retry with all cookies that were set.", runbook: nil)
    }
}

extension StickyCause {
    /// Returns the first step to take.
    func step(owner: String) -> String {
        switch self {
        case .noCookie:
            "Does the proxy set the cookie? curl -sS -o /dev/null -D - https://PROXY/mcp | grep -i '^set-cookie'; "
                + "if it does, the client does not keep it."
        case .cookieElsewhere:
            "Its cookie was rewritten: look for a node that flapped, or two services with the same cookie name."
        case .cookieOwner:
            "The proxy did not send it to \(owner): find out whether it considers \(owner) unhealthy, does not know it, or was "
                + "changed (its version, its servers' URLs), so that it no longer accepts the cookie."
        case .cookieDead: "The client keeps the cookie of a dead node: it must take the new one from the answers."
        case .cookieOldScheme: "The proxy was upgraded: clients with old cookies must start new sessions."
        case .stickinessOff:
            "The proxy sets no sticky cookie: turn it on for the route's service (loadBalancer.sticky.cookie in Traefik), "
                + "and see whether another router took the path."
        case .cookieRejected:
            "The proxy does not know the cookie: its version, or the nodes' URLs in its configuration, changed. If that "
                + "was not meant, undo it; otherwise clients with old cookies must start new sessions."
        case .cookieUnmapped:
            "Compare the url in the heartbeats with the proxy's configuration, character by character: "
                + "mcp-sessiond nodes -o wide"
        case .notLogged:
            "To see the cause, make Traefik's access log keep the headers Cookie, Set-Cookie and Mcp-Session-Id."
        }
    }
}
