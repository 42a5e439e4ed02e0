import Digests
import Foundation
import Lab
import Redis
import Synchronization

/// A registry with nodes, and the oracle that knows which sessions are alive. No part of the product has a hand in it.
///
/// Beside the nodes of an accident stand some that prove that cleanup works: keepers, one node that dies for good, and
/// one that restarts.
final class World: Sendable {
    /// Longer than any step of a clock.
    static let sessionTTLSeconds = 2_592_000.0
    static let keepers = ["keeper-1", "keeper-2"]
    static let doomed = "doomed"
    static let restarting = "restarting"
    private static let orphansEach = 10
    /// How long the true orphans may take to go.
    private static let deadlineSeconds = 90.0

    /// A process of a node.
    private struct Life {
        var script: NodeScript
        var beats = 0
        var entry: Int?
        /// When it last gave a sign; nil where that does not matter.
        var lastSign: Double?
        var sessions: Set<String> = []
    }

    private struct State {
        var lives: [Life] = []
        /// Whose processes are gone for good.
        var orphans: Set<String> = []
        var forgiven = 0
        var daemons: [AccidentDaemon] = []
        /// Of all daemons and runs so far.
        var settings: [DaemonSettings] = []
        var clockOffset = 0.0
        var random: SplitMix64
    }

    let store: Store
    let timeline: Timeline
    let folder: TemporaryFolder
    private let state: Mutex<State>
    /// What stands before the name of the keepers and the doomed in their heartbeats' keys.
    let prefix: String

    init(_ kind: Store.Kind, prefix: String, seed: UInt64) throws {
        store = try Store(kind)
        folder = try TemporaryFolder(prefix: "world")
        timeline = Timeline(store, seed: seed &+ 1)
        state = Mutex(State(random: SplitMix64(seed: seed)))
        self.prefix = prefix
    }

    func stop() {
        timeline.stop()
        for daemon in state.withLock({ $0.daemons }) { daemon.end() }
        store.stop()
        folder.remove()
    }

    /// A number of this world's seed.
    func random<Value>(_ body: (inout SplitMix64) -> Value) -> Value {
        state.withLock { body(&$0.random) }
    }

    func uuid() -> String { random { $0.uuid() } }

    /// What the nodes' own clock shows.
    private static func now(_ state: borrowing State) -> Double {
        Date().timeIntervalSince1970 + state.clockOffset
    }
}

// MARK: - Daemons

extension World {
    /// Starts a daemon, which is ended with the world.
    @discardableResult
    func daemon(_ settings: DaemonSettings) throws -> AccidentDaemon {
        state.withLock { $0.settings.append(settings) }
        let daemon = try AccidentDaemon(
            settings, store: store.url, environment: store.clock?.environment ?? [:])
        state.withLock { $0.daemons.append(daemon) }
        return daemon
    }

    /// Starts a daemon and waits until it has seen alive whom it must know: the doomed, and those named.
    @discardableResult
    func watchingDaemon(_ settings: DaemonSettings, sees nodes: [String] = []) throws -> AccidentDaemon {
        let daemon = try daemon(settings)
        try daemon.waitUntilAlive([Self.doomed, Self.restarting] + nodes)
        return daemon
    }

    func once(_ settings: DaemonSettings, _ arguments: [String] = ["--confirm"]) throws -> AccidentDaemon.Once {
        state.withLock { $0.settings.append(settings) }
        return try AccidentDaemon.Once(
            settings, store: store.url, arguments: arguments, environment: store.clock?.environment ?? [:])
    }

    func end(_ daemon: AccidentDaemon, _ signal: Int32 = SIGTERM) {
        state.withLock { $0.daemons.removeAll { $0.url == daemon.url } }
        daemon.end(signal)
    }
}

// MARK: - Nodes

extension World {
    /// Begins a process that writes heartbeats. It registers its sessions before this returns.
    @discardableResult
    func begin(_ script: NodeScript) throws -> Int {
        let number = state.withLock { state in
            state.lives.append(Life(script: script))
            return state.lives.count - 1
        }
        try register(script.sessions, of: number, StoreClient(store))
        resume(number)
        return number
    }

    /// Its heartbeats end; it may go on otherwise.
    func silence(_ number: Int) {
        if let entry = state.withLock({ $0.lives[number].entry.take() }) { timeline.remove(entry) }
    }

    /// Its heartbeats go on.
    func resume(_ number: Int) {
        let script = script(of: number)
        let entry = timeline.add(every: script.every, phase: script.phase, jitter: script.jitter) { [self] client in
            try client.run(script.beat(nextBeat(of: number)))
            sign(of: number)
        }
        state.withLock { $0.lives[number].entry = entry }
    }

    /// It is gone for good: its sessions are orphans.
    func end(_ number: Int) {
        silence(number)
        state.withLock { state in
            state.orphans.formUnion(state.lives[number].sessions)
            state.lives[number].sessions = []
            state.lives[number].lastSign = nil
        }
    }

    func script(of number: Int) -> NodeScript { state.withLock { $0.lives[number].script } }

    func change(_ number: Int, to script: NodeScript) { state.withLock { $0.lives[number].script = script } }

    func sessions(of number: Int) -> [String] { state.withLock { $0.lives[number].sessions.sorted() } }

    private func nextBeat(of number: Int) -> Beat {
        state.withLock { state in
            defer { state.lives[number].beats += 1 }
            return Beat(count: state.lives[number].beats, now: Self.now(state))
        }
    }

    /// Registers more sessions, written as its script has it unless told otherwise.
    func register(_ count: Int, of number: Int, _ client: StoreClient, as script: NodeScript? = nil) throws {
        for _ in 0..<count {
            let id = uuid()
            let beat = state.withLock { Beat(count: $0.lives[number].beats, now: Self.now($0)) }
            try client.run((script ?? self.script(of: number)).record(id, beat))
            sign(of: number)
            state.withLock { _ = $0.lives[number].sessions.insert(id) }
        }
    }

    /// Takes note that a process has just written something. One that could not for too long may have been taken for
    /// dead: the oracle says nothing any more of what it held.
    func sign(of number: Int) {
        state.withLock { state in
            Self.lapse(number, &state)
            state.lives[number].lastSign = monotonicSeconds()
        }
    }

    private static func lapse(_ number: Int, _ state: inout State) {
        let life = state.lives[number]
        guard let last = life.lastSign, monotonicSeconds() - last > life.script.lapseSeconds else { return }
        state.forgiven += life.sessions.count
        state.lives[number].sessions = []
        state.lives[number].lastSign = nil
    }

    /// Adds to what the oracle holds for alive: orphans of which somebody takes care.
    func adopt(_ ids: [String], by number: Int) {
        state.withLock { state in
            state.orphans.subtract(ids)
            state.lives[number].sessions.formUnion(ids)
        }
    }

    /// The nodes' clock goes with that of Redis.
    func stepClock(to seconds: Int64) throws {
        try store.clock?.step(to: seconds)
        state.withLock { $0.clockOffset = Double(seconds) }
    }

    /// Does something to Redis while nobody can write. What Redis has lost then is no longer looked for. `meanwhile` is
    /// done once that is noted, before the nodes go on.
    func whileDown(_ body: () throws -> Void, meanwhile: () throws -> Void = {}) throws {
        timeline.pause()
        defer { timeline.resume() }
        try body()
        let client = StoreClient(store)
        try waitUntil("Redis to be back") { (try? client.run([["EXISTS", "mcp:session:none"]])) != nil }
        let gone = Set(try missing(client))
        state.withLock { state in
            for number in state.lives.indices {
                state.lives[number].lastSign = nil
                state.lives[number].sessions.subtract(gone)
            }
            state.orphans.subtract(gone)
        }
        try meanwhile()
    }
}

// MARK: - The true orphans and the verdict

extension World {
    /// Lets the keepers and the doomed begin.
    func populate() throws {
        for name in Self.keepers + [Self.doomed, Self.restarting] {
            var script = NodeScript(name, boot: uuid())
            script.prefix = prefix
            script.sessions = Self.orphansEach
            // It must be seen that they are gone.
            if name == Self.doomed { script.ttlSeconds = 2 }
            try begin(script)
        }
    }

    private func number(of node: String) -> Int? {
        state.withLock { $0.lives.firstIndex { $0.script.node == node } }
    }

    /// One node dies, and another one restarts: their sessions are orphans.
    func strandOrphans() throws {
        for node in [Self.doomed, Self.restarting] {
            if let number = number(of: node) { end(number) }
        }
        var script = NodeScript(Self.restarting, boot: uuid())
        script.prefix = prefix
        try begin(script)
    }

    /// Waits until the true orphans are gone; gives how many are left when time is up.
    func waitForOrphans() throws -> Int {
        let client = StoreClient(store)
        var left = Set(state.withLock(\.orphans))
        try? waitUntil(deadline: Self.deadlineSeconds, "the true orphans to be removed") {
            Thread.sleep(forTimeInterval: 0.1)
            let gone = Set((try? missing(client)) ?? [])
            // Some may have been taken care of meanwhile.
            left = state.withLock { $0.orphans.subtracting(gone) }
            return left.isEmpty
        }
        return left.count
    }

    /// All sessions, dead or alive, that are not registered.
    private func missing(_ client: StoreClient) throws -> [String] {
        let all = state.withLock { state in state.lives.flatMap(\.sessions) + state.orphans }
        guard !all.isEmpty else { return [] }
        let replies = try client.run(all.map { ["EXISTS", "mcp:session:\($0)"] })
        return zip(all, replies).filter { $1.integer == 0 }.map(\.0)
    }

    /// The records of the audit that break a rule, by the mildest settings of each database. What was removed is in it.
    func brokenAudit(removed: Int) throws -> [String] {
        let byDatabase = Dictionary(grouping: state.withLock(\.settings), by: \.database)
        let audits = try byDatabase.map { database, settings in
            try AuditProof.found(
                DaemonSettings.url(store.url, database: database), grace: settings.map(\.grace).min() ?? 0,
                keysPerSecond: settings.map(\.keysPerSecond).max())
        }
        let broken = audits.flatMap(\.violations).map { "\($0.place) breaks \($0.rule.rawValue): \($0.found)" }
        let named = audits.reduce(0) { $0 + $1.removed }
        return named < removed ? broken + ["\(removed) sessions were removed, and the audit names \(named)"] : broken
    }

    func outcome() throws -> AccidentOutcome {
        state.withLock { state in
            for number in state.lives.indices { Self.lapse(number, &state) }
        }
        let gone = Set(try missing(StoreClient(store)))
        return state.withLock { state in
            var outcome = AccidentOutcome()
            outcome.forgiven = state.forgiven
            outcome.orphansRemoved = state.orphans.intersection(gone).count
            outcome.orphansLeft = state.orphans.subtracting(gone).count
            for life in state.lives {
                outcome.live += life.sessions.count
                let lost = life.sessions.intersection(gone).count
                if lost > 0 { outcome.lost[life.script.node, default: 0] += lost }
            }
            return outcome
        }
    }
}
