import Glibc
import Sockets

/// A Redis Cluster as seen by one thread. It learns which master serves which slot, keeps a blocking connection to each
/// master it needs, and follows the cluster as slots and masters change.
public struct RedisCluster: ~Copyable {
    /// Some nodes of the cluster; the others are reached with the user, password and TLS of the node that named them.
    public let seeds: [RedisEndpoint]
    /// The last known slots; nil before the first ``refresh()`` or ``run(_:)``.
    public private(set) var slots: ClusterSlots?
    let limits: RedisConnection.Limits
    private var links: [ClusterLink] = []
    /// The shard for the next command without a key.
    private var turn = 0

    /// The number of nodes to ask in one ``refresh()``.
    public static let refreshNodeLimit = 16
    /// The number of nodes to keep connections to; beyond it, those unused longest are closed.
    public static let linkLimit = 64
    /// The total time for which one ``run(_:)`` waits while commands are refused with TRYAGAIN or CLUSTERDOWN.
    public static let patienceSeconds = 1.0
    static let firstPauseSeconds = 0.02
    static let longestPauseSeconds = 0.2

    /// Does not connect yet.
    public init(seeds: [RedisEndpoint], limits: RedisConnection.Limits = .init()) {
        self.seeds = seeds
        self.limits = limits
    }

    /// The masters that serve slots, ordered by node id; empty before the first ``refresh()``.
    public var shards: [ClusterSlots.Shard] { slots?.shards ?? [] }

    /// Runs the commands, each at the master of its key's slot, and returns their answers in order. Error replies
    /// (LOADING too) are returned as values, except those about the cluster: MOVED and ASK are followed, up to five
    /// times per command; TRYAGAIN and CLUSTERDOWN are retried for ``patienceSeconds``, then thrown.
    ///
    /// Commands of one shard run in order unless redirected; those of different shards run in any order. If a
    /// connection is lost, its unanswered commands are sent once more after a refresh: **they may run twice**. After a
    /// throw, any of the commands may have run.
    public mutating func run(_ commands: [RedisCommand]) throws(RedisError) -> [RedisReply] {
        var run = RedisClusterRun(commands)
        var lost: [SocketAddress] = []
        var waited = 0.0
        var pause = Self.firstPauseSeconds
        while !run.isDone {
            let losses = try ask(&run)
            for (endpoint, error) in losses {
                guard !lost.contains(endpoint.transport) else { throw Self.masterless(endpoint, error) }
                lost.append(endpoint.transport)
            }
            if let last = losses.last {
                turn += 1
                try refresh(sparing: last.endpoint)
            } else if run.isOutOfDate || run.refusal != nil {
                // If the refresh fails, the known table may still do: redirections are followed anyway.
                do throws(RedisError) { try refresh() } catch { guard error.kind != .auth else { throw error } }
            }
            if let refusal = run.refusal {
                guard waited < Self.patienceSeconds else { throw refusal }
                // A signal may end the sleep early, which only makes the retry come sooner.
                usleep(UInt32(pause * 1e6))
                waited += pause
                pause = min(2 * pause, Self.longestPauseSeconds)
            }
        }
        return run.answers
    }

    /// The error for a master that was lost and is still named after a refresh: no replica has taken its place.
    private static func masterless(_ endpoint: RedisEndpoint, _ error: RedisError) -> RedisError {
        .connect(endpoint, reason: "its shard has no master that answers (\(error.reason))")
    }
}

extension RedisCluster {
    /// Sends the same commands to every master, once more if a connection turns out to be lost, so they must only read.
    /// Throws if a master does not answer.
    mutating func askMasters(
        _ questions: [[String]]
    ) throws(RedisError) -> [(server: RedisServer, replies: [RedisReply])] {
        if slots == nil { try refresh() }
        var answers: [(server: RedisServer, replies: [RedisReply])] = []
        for server in slots?.servers ?? [] {
            answers.append((server, try link(to: server.endpoint).answers(to: questions, limits)))
        }
        return answers
    }

    /// Refreshes the slots from the first node that knows any: known masters are asked before the seeds. If none does,
    /// it throws, and the old table stays.
    public mutating func refresh() throws(RedisError) {
        try refresh(sparing: nil)
    }

    /// Refreshes the slots, asking the node at `suspect` last.
    private mutating func refresh(sparing suspect: RedisEndpoint?) throws(RedisError) {
        guard let seed = seeds.first else { throw .invalidURL("no node of the cluster is given") }
        var nodes: [RedisEndpoint] = []
        for node in shards.map(\.endpoint) + seeds {
            if !nodes.contains(where: { $0.transport == node.transport }) { nodes.append(node) }
        }
        if let at = nodes.firstIndex(where: { $0.transport == suspect?.transport }) {
            nodes.append(nodes.remove(at: at))
        }
        var failures: [RedisError] = []
        for node in nodes.prefix(Self.refreshNodeLimit) {
            do throws(RedisError) {
                let told = try slots(toldBy: node)
                guard !told.shards.isEmpty else {
                    throw .refused(node, code: "CLUSTERDOWN", message: "the node knows no slot that is served")
                }
                slots = told
                return
            } catch {
                failures.append(error)
            }
        }
        throw RedisError.all(failures, "no node of the cluster reports its slots", at: seed)
    }

    private mutating func slots(toldBy node: RedisEndpoint) throws(RedisError) -> ClusterSlots {
        let reply = try link(to: node).answers(to: [["CLUSTER", "SLOTS"]], limits)[0]
        if case .error(let text) = reply { throw .refusal(text, from: node) }
        return try ClusterSlots(parsing: reply, asked: node)
    }
}

extension RedisCluster {
    /// Sends waiting commands, one pipeline per node, all in flight at once. Returns the nodes whose connection was
    /// lost.
    private mutating func ask(
        _ run: inout RedisClusterRun
    ) throws(RedisError) -> [(endpoint: RedisEndpoint, error: RedisError)] {
        // A slot without a master in the table may have one by now.
        if slots.map({ run.unservedSlot(in: $0) != nil }) ?? true { try refresh() }
        guard let slots else { return [] }
        if let slot = run.unservedSlot(in: slots) {
            throw .refused(seeds[0], code: "CLUSTERDOWN", message: "slot \(slot) is served by no shard")
        }
        let batches = run.takeBatches(by: slots, turn: turn)
        var losses: [(endpoint: RedisEndpoint, error: RedisError)] = []
        var asked: [(batch: RedisClusterRun.Batch, link: ClusterLink)] = []
        var failure: RedisError?
        for batch in batches {
            let link = link(to: batch.endpoint)
            do throws(RedisError) {
                var connection = try link.take(limits)
                try connection.send(run.pipeline(batch))
                link.giveBack(connection)
                asked.append((batch, link))
            } catch {
                run.putBack(batch.questions[...])
                if error.isLoss { losses.append((batch.endpoint, error)) } else { failure = failure ?? error }
            }
        }
        // Read all answers even if one fails, so that the connections that stay remain in step.
        for (batch, link) in asked {
            guard let error = answer(batch, over: link, &run) else { continue }
            if error.isLoss { losses.append((batch.endpoint, error)) } else { failure = failure ?? error }
        }
        if let failure { throw failure }
        if let error = run.failure { throw error }
        return losses
    }

    /// Reads the answers to one batch. On error the connection is dropped, and the unanswered commands wait again.
    private mutating func answer(
        _ batch: RedisClusterRun.Batch, over link: ClusterLink, _ run: inout RedisClusterRun
    ) -> RedisError? {
        var answered = 0
        do throws(RedisError) {
            var connection = try link.take(limits)
            for question in batch.questions {
                if question.isAsking { _ = try connection.reply() }
                let reply = try connection.reply()
                answered += 1
                if let redirect = run.take(reply, to: question, from: batch.endpoint), redirect.kind == .moved {
                    note(redirect, from: batch.endpoint, &run)
                }
            }
            link.giveBack(connection)
            return nil
        } catch {
            run.putBack(batch.questions[answered...])
            return error
        }
    }

    private mutating func note(_ redirect: Redirect, from asked: RedisEndpoint, _ run: inout RedisClusterRun) {
        let isKnown = redirect.endpoint(asked: asked).map { slots?.move(slot: redirect.slot, to: $0) ?? false }
        if isKnown != true { run.isOutOfDate = true }
    }

    /// The link to a node; it connects on first use.
    private mutating func link(to endpoint: RedisEndpoint) -> ClusterLink {
        if let at = links.firstIndex(where: { $0.endpoint == endpoint }) {
            let link = links.remove(at: at)
            links.append(link)
            return link
        }
        if links.count >= Self.linkLimit { links.removeFirst() }
        let link = ClusterLink(endpoint)
        links.append(link)
        return link
    }
}
