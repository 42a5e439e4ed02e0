import Sessions

/// A small world in which nothing happens but what a script says: nodes with their sessions, Redis, and one daemon
/// instance with the code that ships.
///
/// A naive reaper judges the same keys at the same moments. It only notes what it would remove, so that both see the
/// same world. The truth, which neither of them sees, shows whose sessions those were.
final class ScriptedWorld {
    private let simulation: Simulation
    /// The sessions that the naive reaper removes though their processes are alive.
    private(set) var reapedAlive: Set<Int> = []

    /// Makes a world of three quarters of an hour, with the default settings of cleanup. `bug` takes away one of its rules.
    init(policy: CleanupPolicy = CleanupPolicy(), bug: DeliberateBug? = nil) {
        simulation = Simulation(Schedule(seconds: 2_700, policy), bug: bug)
        simulation.startInstance(after: 0)
    }

    // MARK: - The script

    var now: Double { simulation.now }

    /// Redis' time.
    var time: UnixTime { simulation.server.time(at: now) }

    /// Plans something.
    func at(_ seconds: Double, _ act: @escaping () -> Void) { simulation.queue.add(at: seconds, act) }

    /// Starts a process, which registers sessions at once. It was started, and made its sessions, `secondsAgo`.
    @discardableResult
    func start(
        _ node: String, style: SimulatedProcess.Style = .boots, habit: SimulatedProcess.Habit = .init(),
        sessions: Int = 3, secondsAgo: Double = 0, firstHeartbeatAfter wait: Double = 0
    ) -> SimulatedProcess {
        let number = simulation.processes.count
        let boot = style == .boots ? SimulatedBoot(number: number, node: node, &simulation.random) : nil
        let process = SimulatedProcess(
            number: number, node: node, boot: boot, style: style, habit: habit, startedAt: time - secondsAgo,
            clockSeconds: 0)
        simulation.processes.append(process)
        simulation.after(wait) { self.simulation.keepSendingHeartbeats(process) }
        for _ in 0..<sessions { register(process, secondsAgo: secondsAgo) }
        return process
    }

    /// Registers a session of a process.
    func register(_ process: SimulatedProcess, secondsAgo: Double = 0) {
        simulation.nextSession += 1
        let session = simulation.nextSession
        process.held.append(session)
        let made = time - secondsAgo
        process.made[session] = made
        simulation.write(session, process, isNew: false)
        // The record has not been written since.
        simulation.server.sessions[session]?.lastSeen = made
    }

    /// Lets a process serve a request for its first session, as a line of its log shows.
    func serve(_ process: SimulatedProcess) {
        if let session = process.held.first { simulation.logLine(.served, session, process) }
    }

    func kill(_ process: SimulatedProcess) { simulation.end(process) }

    /// Lets the naive reaper judge each session in Redis, and asks our daemon for a run at the same moment, besides
    /// those that it begins by itself every few seconds.
    func reap(at seconds: Double, _ isDead: @escaping (SimulatedServer.Record) -> Bool) {
        at(seconds) { [self] in
            for (session, record) in simulation.server.sessions where isDead(record) && process(of: record).isAlive {
                reapedAlive.insert(session)
            }
            for instance in simulation.instances {
                instance.pendingRun = CleanupRequest(by: "script", run: "\(seconds)", isDryRun: false)
            }
        }
    }

    // MARK: - What a reaper may know

    func process(of record: SimulatedServer.Record) -> SimulatedProcess { simulation.processes[record.process] }

    /// The heartbeat of a session's node in a key of its own, as long as it is there.
    func heartbeat(of record: SimulatedServer.Record) -> Heartbeat? {
        simulation.server.ownHeartbeat(of: process(of: record).registersAs, at: now)?.heartbeat
    }

    /// The age of the newest heartbeat of a session's node in the collection, where nothing expires.
    func collectedAge(of record: SimulatedServer.Record) -> Double? {
        simulation.server.members[process(of: record).registersAs]?.heartbeat.seenAt.map { time - $0 }
    }

    // MARK: - The end

    /// Plays the script to its end, or until the simulator objects to what cleanup does.
    @discardableResult
    func play() -> Simulation.Violation? { simulation.play() }

    /// The sessions that our cleanup removed.
    var removed: Set<Int> { Set(simulation.server.audit.map(\.session)) }

    /// The sessions of processes that have died.
    var orphans: Set<Int> {
        simulation.processes.filter { !$0.isAlive }.reduce(into: []) { $0.formUnion($1.sessions) }
    }
}

extension SimulatedProcess {
    /// All sessions that it ever registered.
    var sessions: Set<Int> { Set(made.keys) }
}
