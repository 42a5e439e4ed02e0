import LogFiles
import Logging
import Redis
import ServiceLifecycle
import Sessions
import Watching
import Workers

/// An actor that searches for incidents once a second, and keeps them in the state directory. The cost depends on the
/// number of nodes and owners; it sends no commands to Redis.
public actor IncidentWatcher: Service, CustomStringConvertible {
    static let intervalSeconds = 1.0
    /// The shortest interval between two writes of the file.
    static let keepSeconds = 5.0

    private let thread = BlockingThread(label: "incidents")
    private let watch: WatchContext
    private let intake: EventIntake
    private let board: IncidentBoard
    private let file: StateFile
    private var kept: [Incident] = []
    private var lastKept = -keepSeconds

    public init(_ watch: WatchContext, intake: EventIntake, board: IncidentBoard, stateDirectory: String) {
        self.watch = watch
        self.intake = intake
        self.board = board
        file = StateFile(directory: stateDirectory, name: IncidentDocument.fileName)
    }

    public nonisolated var description: String { "IncidentWatcher" }
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    public func run() async {
        restore()
        let next = Alarm()
        await next.ringsAtStop {
            while !Task.isEnding {
                takeSight()
                if monotonicSeconds() - lastKept >= Self.keepSeconds { keep() }
                await next.wait(seconds: Self.intervalSeconds, on: thread)
            }
        }
        takeSight()
        keep()
    }

    public func takeSight() {
        let now = watch.clock.now()
        let sight = watch.incidentSight(intake, at: now)
        board.log.withLock { $0.take(sight, at: now) }
    }

    /// Restores the incidents of an earlier process. A file that cannot be parsed is set aside.
    func restore() {
        do throws(SystemFailure) {
            guard let text = try file.read(atMost: IncidentDocument.mostBytes) else { return }
            guard let document = IncidentDocument(text) else {
                let copy = try file.setAside()
                watch.logger.warning(
                    "incidents.json cannot be parsed and was set aside", metadata: ["as": "\(copy)"])
                return
            }
            let log = IncidentLog(
                restoring: document.incidents, nextNumber: document.nextNumber, keptAt: document.keptAt)
            kept = log.incidents
            board.log.withLock { $0 = log }
        } catch {
            note("\(file.path) cannot be read or set aside: \(error.reason)")
        }
    }

    /// Writes the log, if it has changed since the last write.
    func keep() {
        let (incidents, nextNumber) = board.log.withLock { ($0.incidents, $0.nextNumber) }
        guard incidents != kept else { return }
        lastKept = monotonicSeconds()
        let document = IncidentDocument(incidents: incidents, nextNumber: nextNumber, keptAt: watch.clock.now())
        do throws(SystemFailure) {
            try file.replace(with: document.text)
            kept = incidents
            note(nil)
        } catch {
            note("\(file.path) cannot be written: \(error.reason)")
        }
    }

    /// Logs a change of the problem, which the status shows while it lasts.
    private func note(_ problem: String?) {
        let isNews = board.problem.withLock { known in
            defer { known = problem }
            return known != problem
        }
        guard isNews else { return }
        if let problem {
            watch.logger.warning("incidents are kept in memory only: \(problem)")
        } else {
            watch.logger.info("incidents are kept across restarts")
        }
    }
}

extension WatchContext {
    /// The state of nodes, Redis and requests that incidents are detected from.
    func incidentSight(_ intake: EventIntake, at now: UnixTime) -> IncidentSight {
        var sight = registry.withLock { $0.incidentSight(at: now) }
        sight.aftermaths = latestAftermaths()
        sight.tripwire = tripwire.withLock { $0 }
        let refusals = intake.refusals
        (sight.refused, sight.misrouted) = (refusals.all, refusals.misrouted)
        let link = link.withLock { $0 }
        // Finding the servers does not count: those already found may be well.
        sight.lostSince = link.failures.filter { $0.key != .servers }.values.map(\.since).min()
        if sight.view.gap == .slotsMissing { sight.lostSince = sight.lostSince ?? now }
        sight.servers = servers(link)
        return sight
    }

    /// The servers that are read from; empty if replicas are read, since any of them will do.
    private func servers(_ link: Link) -> Set<String> {
        guard !plan.readsFromReplica else { return [] }
        let names = Set(link.endpoints.values.map(\.description))
        guard plan.deployment.believesAnyRole else { return names }
        // A server that is a replica now was replaced by another one.
        guard let role = link.server?.role else { return [] }
        return Set(names.map { "\($0) \(role)" })
    }
}
