// What an explanation says in plain words: one place for the API, the command line and the page.

extension ExplanationInput {
    var advice: Advice {
        switch finding.verdict {
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

    // MARK: - Words that several share

    /// The owner's name as it is shown.
    var node: String { owner.map { PrintableText.of($0.node) } ?? "its owner" }

    /// The same as a word of a command: a name that a shell might read otherwise is left to the reader.
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

    /// Of a client whose session cannot be served any more: MCP, Streamable HTTP, session management.
    private static let beginAnew =
        "Answer the 404 with a new initialize request without the Mcp-Session-Id header. What the session held is gone."
    private static let isStuckStep = "It repeats the refused request: tell whoever runs the client, it must begin anew."

    private func steps(_ steps: String...) -> [String] {
        refused?.isStuck == true ? steps + [Self.isStuckStep] : steps
    }

    // MARK: - Registered

    private var misrouted: Advice {
        let by = finding.refusedBy.map { ", and \(PrintableText.of($0)) was asked" } ?? ", and another node was asked"
        let cookie = finding.cause.map { ": \($0.fact)" } ?? ""
        return Advice(
            why: "\(node) holds it and is alive\(by)\(cookie).",
            whatToDo: [
                "The session is well: restart no node.",
                finding.cause?.step(owner: nodeWord)
                    ?? "See what the proxy does: mcp-sessiond misroutes --node \(nodeWord)",
                "See whether it is this client alone or all: mcp-sessiond misroutes",
            ],
            tellClient: finding.cause == .noCookie
                ? "Keep the sticky cookie of the answer to initialize, and send it with each request of the session."
                : "The session is alive. Retry with all cookies that were set; if it is still 404, initialize anew.",
            runbook: "alerts/runbooks/McpRequestsMisrouted.md")
    }

    /// Its owner's heartbeat has ended, and it is at work all the same.
    private func working(_ worker: SilentWorker) -> Advice {
        Advice(
            why: "\(node)'s heartbeat ended \(TimeText.duration(worker.silentSeconds)) ago, and it "
                + "\(worker.work.kind.rawValue) a session\(ago(worker.work.at)): it may hold this one still.",
            whatToDo: [
                "Mend its heartbeat; do not restart it: that would cost all of its sessions.",
                "See what else is known of it: mcp-sessiond node \(nodeWord)",
                "Cleanup leaves its sessions alone as long as it is heard.",
            ],
            tellClient: "Retry with all cookies that were set; if it is still 404, initialize anew.",
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
                "If \(node) is up all the same, its heartbeats do not reach Redis: mend that, and let cleanup wait: "
                    + "mcp-sessiond cleanup suspend --why \"\(nodeWord) serves and does not beat\" --for 1h",
                "Else there is nothing to mend for this session: cleanup or its TTL removes its key."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpNodeDownWithSessions.md")
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
                "Nothing is to be mended for this session: cleanup or its TTL removes its key."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpOrphansPilingUp.md")
    }

    private var ownerUnknown: Advice {
        Advice(
            why:
                "It names \(node), of which nobody ever saw a heartbeat: dead for long, or it beats under another name.",
            whatToDo: steps(
                "Compare the name with those that beat: mcp-sessiond nodes",
                "If \(node) is up, mend the name in its heartbeat's key or in its session records; nothing is removed "
                    + "meanwhile.",
                "If it is gone for good, say so, and cleanup removes its sessions: "
                    + "mcp-sessiond cleanup attest \(nodeWord) --why \"how you know\""),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpNodeDownWithSessions.md")
    }

    private var ownerDenies: Advice {
        Advice(
            why: "\(node) is alive with the very boot that its record names, and says that it does not have it.",
            whatToDo: steps(
                "See whether \(node) denies others too: mcp-sessiond sessions --reason owner_denies --node \(nodeWord)",
                "Read \(node)'s log around the time of the first denial: it lost the session without closing it.",
                "If it denies many, take it out of the proxy, let its sessions end, and restart it."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpNodeSuspect.md")
    }

    private var unowned: Advice {
        let isLearntGone = finding.unowned == .learntOwnerGone
        return Advice(
            why: isLearntGone
                ? "It is registered and names no owner; the one that a log told, \(node), is gone."
                : "It is registered, and nothing says which node holds it.",
            whatToDo: steps(
                "Have nodes write \"node\" and \"boot\" into their session records (docs/what-nodes-write.md).",
                "Until then feed their logs in, so that owners are learnt: mcp-sessiond status shows what is read.",
                "Search the nodes' logs for its ref's beginning or the time of its creation."),
            tellClient: "Retry once with all cookies that were set; if it is still 404, initialize anew.",
            runbook: "alerts/runbooks/McpUnknownSessionRequests.md")
    }

    private var malformed: Advice {
        let fault =
            switch finding.malformation {
            case .tooLarge: "is larger than any session's record"
            case .badTime: "holds a time that is none"
            case .badJSON, nil: "begins like a JSON object and is none"
            }
        return Advice(
            why: "It is registered, and what its key holds \(fault): who owns it cannot be read.",
            whatToDo: steps(
                "See whether it is one record or all of one version: mcp-sessiond sessions --state malformed",
                "Mend whoever writes it; cleanup leaves it alone."),
            tellClient: "Retry once with all cookies that were set; if it is still 404, initialize anew.",
            runbook: "alerts/runbooks/McpMalformedKeys.md")
    }

    // MARK: - Not registered any more

    private var heldBy: String { owner == nil ? "" : " \(node) held it." }

    private var closed: Advice {
        Advice(
            why: finding.isEndGuessed
                ? "Its key has just gone before its time: it was closed.\(heldBy)"
                : "It was closed\(ago(finding.since)): its key was deleted before its time.\(heldBy)",
            whatToDo: steps(
                "By the client's DELETE or by its node: \(node)'s log tells which.",
                "Nothing is to be mended if the client closed it."),
            tellClient: Self.beginAnew, runbook: nil)
    }

    private var expired: Advice {
        Advice(
            why: "Its time to live ran out\(ago(finding.since)): nobody renewed it.\(heldBy)",
            whatToDo: steps(
                "If the client was at work until then, its node does not renew the TTL on use: mend that there."),
            tellClient: Self.beginAnew, runbook: nil)
    }

    private var cleaned: Advice {
        Advice(
            why: "Cleanup removed it\(ago(finding.since)), since its owner was gone.\(heldBy)",
            whatToDo: steps(
                "See what the run went by: mcp-sessiond cleanup history -o wide, and the audit record of its ref.",
                "Was its owner really dead then? If it served, stop cleanup at once: mcp-sessiond cleanup suspend --why TEXT",
                "If it was dead, the client is late: nothing is to be mended."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpCleanedSessionRequested.md")
    }

    private var evicted: Advice {
        Advice(
            why: "Redis dropped its key\(ago(finding.since)) for want of memory.\(heldBy)",
            whatToDo: steps(
                "Give the registry's Redis memory, or maxmemory-policy noeviction: mcp-sessiond status shows what it has.",
                "Its node may hold it still, and refuse it since it is not registered: look into \(node)'s log."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpRegistryEvictingKeys.md")
    }

    private var vanished: Advice {
        Advice(
            why: "Its key was gone\(ago(finding.since)) together with many others: a flush, or a failover to a server "
                + "without them.\(heldBy)",
            whatToDo: steps(
                "Find out what happened to Redis then: its log, its sentinels, FLUSHDB or FLUSHALL by whom.",
                "Nodes that register their sessions anew bring them back; else clients begin anew.",
                "Restart no node: it would end the sessions that it still serves."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpSessionsVanished.md")
    }

    private var neverSeen: Advice {
        let isForeseen = created != nil
        return Advice(
            why: isForeseen
                ? "It was never registered, and a node says that it has it: the node did not write it into Redis."
                : "It is not registered, and nothing is remembered of it: it ended before this daemon began to watch, or "
                    + "never was one of this cluster's.",
            whatToDo: steps(
                isIDKnown
                    ? "Compare where the client got it: another environment, a cut or altered id?"
                    : "Ask by the whole id, so that its key is read: mcp-sessiond explain -",
                "One client only: that client. Many at one node: the node does not register "
                    + "(mcp-sessiond nodes, OWNED against REPORTED).",
                "Many at all nodes: they and mcp-sessiond look at different Redises, databases or prefixes."),
            tellClient: Self.beginAnew, runbook: "alerts/runbooks/McpUnknownSessionRequests.md")
    }

    // MARK: - Not known, and well

    private var unverified: Advice {
        let last = session.map { session in
            let reason = session.state.reason.map { " (\($0))" } ?? ""
            return " In the last complete view it was \(session.state.word)\(reason)."
        }
        return Advice(
            why: "The registry cannot be read now, so nobody can tell.\(last ?? "")",
            whatToDo: [
                "See why: mcp-sessiond status",
                "Mend Redis or the way to it first, then ask again.",
                "Restart no node meanwhile: nodes serve the sessions that they hold without Redis.",
            ],
            tellClient: "Retry in a minute; if it is still 404 then, initialize anew.",
            runbook: view.gap == .connectionLost
                ? "alerts/runbooks/McpRegistryUnreachable.md" : "alerts/runbooks/McpRegistryViewStale.md")
    }

    private var alive: Advice {
        let isAdoptable = finding.owner?.isAdoptable == true
        let held =
            isAdoptable
            ? "Any node can serve it"
            : finding.isOwnerOfUnknownBoot || owner?.status == .unknown
                ? "\(node) holds it by its record, and its heartbeat is not known yet" : "\(node) holds it and is alive"
        return Advice(
            why: held + (hearsRequests ? "; no refused request for it is known." : "; no log is read that would tell."),
            whatToDo: [
                "Ask for the time and the status of the failed request: is it a 404, and of this cluster?",
                hearsRequests
                    ? "If it goes on, have the client retry now and ask again: a refused request shows within a second."
                    : "Feed the nodes' or the proxy's logs in (docs/events.md): without them refusals cannot be seen.",
                "A 404 from the proxy itself (no route for the path) never reaches a node: read its access log.",
            ],
            tellClient: "The session is alive. Retry with all cookies that were set.", runbook: nil)
    }
}

extension StickyCause {
    /// What to look at first.
    func step(owner: String) -> String {
        switch self {
        case .noCookie:
            "Does the proxy set the cookie? curl -sS -o /dev/null -D - https://PROXY/mcp | grep -i '^set-cookie'; "
                + "if it does, the client does not keep it."
        case .cookieElsewhere:
            "Its cookie was rewritten: look for a node that flapped, or two services with the same cookie name."
        case .cookieOwner:
            "The proxy would not send it to \(owner): see whether it holds \(owner) for unhealthy or does not know it."
        case .cookieDead: "The client keeps the cookie of a dead node: it must take the new one from the answers."
        case .cookieOldScheme: "The proxy was upgraded: clients with old cookies must begin anew."
        case .cookieUnmapped:
            "Compare the url in the heartbeats with the proxy's configuration, character by character: "
                + "mcp-sessiond nodes -o wide"
        case .notLogged: "Have Traefik's access log keep the headers Cookie and Mcp-Session-Id, to see the cause."
        }
    }
}
