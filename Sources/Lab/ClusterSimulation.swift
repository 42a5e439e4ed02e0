import Digests
import Redis

/// The simulation behind a ``SimulatedCluster``. It goes one step at a time and has neither clock nor thread.
final class ClusterSimulation {
    private(set) var state = SimulatedCluster.State()
    private let plan: ClusterPlan
    private let nodes: [SimulatedNode]
    private let client: PipelineClient
    private var generator: SplitMix64
    private var bare: [String] = []
    /// The fractions of an arrival, a departure, a return and a request that earlier steps left over.
    private var arrivals = 0.0
    private var departures = 0.0
    private var returns = 0.0
    private var requests = 0.0
    private var proxy = SimulatedProxy()
    /// The logs in the order of the nodes; empty without a log folder.
    private var logs: [SimulatedLog] = []

    /// The most bare sessions that are remembered; others are never closed.
    private static let bareLimit = 100_000

    init(_ plan: ClusterPlan, _ endpoint: RedisEndpoint) throws {
        self.plan = plan
        client = PipelineClient(endpoint)
        generator = SplitMix64(seed: plan.seed)
        var nodes: [SimulatedNode] = []
        for number in 1...max(1, plan.nodes) {
            nodes.append(
                try SimulatedNode(
                    "node-\(number)", number: number, endpoint: endpoint, form: plan.form,
                    heartbeatSeconds: plan.heartbeatSeconds, seed: generator.next()))
        }
        self.nodes = nodes
        if let folder = plan.logFolder {
            logs = try nodes.enumerated().map { place, node in
                let forms = SimulatedLog.Form.allCases
                return try SimulatedLog(node.name, form: forms[place % forms.count], folder: folder)
            }
        }
        for (index, node) in nodes.enumerated() {
            let extra = index < plan.firstSessions % nodes.count ? 1 : 0
            state.registered += try node.register(count: plan.firstSessions / nodes.count + extra).count
            try node.writeHeartbeat()
        }
        describe()
    }

    /// Does one step of the plan, and `actions` with it. A step that an error of Redis breaks off is counted.
    func step(_ actions: [SimulatedCluster.Action]) {
        do throws(RedisError) {
            for action in plan.actions(afterSteps: state.steps) + actions { try take(action) }
            if state.steps % ClusterPlan.stepsPerHeartbeat == 0 { for node in nodes { try node.writeHeartbeat() } }
            try beginSessions()
            try endSessions()
            try sendRequests()
        } catch {
            state.failures += 1
            state.lastFailure = "\(error)"
        }
        state.steps += 1
        describe()
    }

    private func take(_ action: SimulatedCluster.Action) throws(RedisError) {
        switch action {
        case .kill(let name):
            for node in nodes where node.name == name && node.isAlive {
                strand(node)
                node.die()
            }
        case .restart(let name):
            for node in nodes where node.name == name {
                if node.isAlive { strand(node) }
                try node.restart()
            }
        case .drain(let name):
            for node in nodes where node.name == name && node.isAlive { try node.drain() }
        case .breakStickiness: proxy.isBroken = true
        case .mendStickiness: proxy.isBroken = false
        }
    }

    /// Takes the sessions from the node's clients, most of which will begin new ones.
    private func strand(_ node: SimulatedNode) {
        state.stranded += node.sessions.count
        state.awaitingReturn += Int(Double(node.sessions.count) * plan.returningShare)
        if !logs.isEmpty { proxy.lose(node.sessions, of: node.url, &generator) }
    }

    private func beginSessions() throws(RedisError) {
        let open = nodes.filter { $0.isAlive && !$0.isDraining && $0.sessions.count < plan.sessionsPerNodeLimit }
        arrivals += plan.arrivalsPerSecond * plan.stepSeconds
        var count = whole(&arrivals)
        if state.awaitingReturn > 0, !open.isEmpty {
            returns += plan.returnsPerSecond * plan.stepSeconds
            let returning = min(whole(&returns), state.awaitingReturn)
            state.awaitingReturn -= returning
            count += returning
        }
        for _ in 0..<count {
            if Double.random(in: 0..<1, using: &generator) < plan.bareShare {
                try registerBare()
            } else if let node = open.randomElement(using: &generator) {
                state.registered += try node.register().count
            }
        }
    }

    private func registerBare() throws(RedisError) {
        let id = generator.uuid()
        try client.run([["SET", "mcp:session:\(id)", "1", "EX", String(SimulatedNode.sessionSeconds)]])
        state.registered += 1
        if bare.count < Self.bareLimit { bare.append(id) }
    }

    /// Ends sessions drawn from all that are held, bare ones included.
    private func endSessions() throws(RedisError) {
        departures += plan.departuresPerSecond * plan.stepSeconds
        for _ in 0..<whole(&departures) {
            let alive = nodes.filter(\.isAlive)
            let total = alive.reduce(bare.count) { $0 + $1.sessions.count }
            guard total > 0 else { return }
            var pick = Int.random(in: 0..<total, using: &generator)
            if pick < bare.count {
                try client.run([["UNLINK", "mcp:session:\(bare[pick])"]])
                bare.remove(at: pick)
                state.closed += 1
                continue
            }
            pick -= bare.count
            for node in alive {
                if pick < node.sessions.count {
                    state.closed += try node.close().count
                    break
                }
                pick -= node.sessions.count
            }
        }
    }

    /// Sends requests of clients that lost their session and, while stickiness is broken, of others too. Each reaches a
    /// node that does not have the session, and is logged there.
    private func sendRequests() throws(RedisError) {
        guard !logs.isEmpty else { return }
        requests += plan.requestsPerSecond * plan.stepSeconds
        for _ in 0..<whole(&requests) {
            // Every second request, on average, is from a client whose session is well.
            if Bool.random(using: &generator), let client = proxy.nextLost(&generator) {
                let place = nodes.firstIndex { $0.isAlive && SimulatedProxy.cookie($0.url) == client.cookie }
                try refuse(client.session, cookie: client.cookie, at: place)
            } else if proxy.isBroken,
                let owner = nodes.filter({ $0.isAlive && !$0.sessions.isEmpty }).randomElement(using: &generator),
                let session = owner.sessions.randomElement(using: &generator)
            {
                let place = nodes.indices.filter { nodes[$0].isAlive && nodes[$0] !== owner }
                    .randomElement(using: &generator)
                if let place { try refuse(session, cookie: SimulatedProxy.cookie(owner.url), at: place) }
            }
        }
    }

    /// Has the node at `place`, or any living one, look the session up and answer 404.
    private func refuse(_ session: String, cookie: String, at place: Int?) throws(RedisError) {
        guard let place = place ?? nodes.indices.filter({ nodes[$0].isAlive }).randomElement(using: &generator) else {
            return
        }
        let isRegistered = try client.run([["EXISTS", nodes[place].sessionKey(session)]]).first?.integer == 1
        let refusal = SimulatedLog.Refusal(session: session, isRegistered: isRegistered, cookie: cookie)
        logs[place].write(refusal, at: try client.now())
        proxy.noteRefusal()
    }

    /// Takes the whole part, and leaves the fraction for later steps.
    private func whole(_ amount: inout Double) -> Int {
        let whole = amount.rounded(.down)
        amount -= whole
        return Int(whole)
    }

    private func describe() {
        state.bareSessions = bare.count
        state.refused = proxy.refusals
        state.isStickinessBroken = proxy.isBroken
        state.nodes = nodes.map { node in
            SimulatedCluster.State.Node(
                name: node.name, boot: node.boot, isAlive: node.isAlive, isDraining: node.isDraining,
                sessions: node.sessions.count)
        }
    }
}
