import LogFiles
import Logging
import Redis
import ServiceLifecycle
import Sessions
import Watching
import Workers

/// Looks once a second for what goes wrong, and keeps what was found in the state directory. A look costs by the nodes and
/// owners, and asks Redis for nothing.
public actor IncidentWatcher: Service, CustomStringConvertible {
    static let lookSeconds = 1.0
    /// From one writing of the file to the next, where something changed.
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
                look()
                if monotonicSeconds() - lastKept >= Self.keepSeconds { keep() }
                await next.wait(seconds: Self.lookSeconds, on: thread)
            }
        }
        look()
        keep()
    }

    public func look() {
        let now = watch.clock.now()
        let sight = watch.incidentSight(intake, at: now)
        board.log.withLock { $0.look(sight, at: now) }
    }

    /// Goes on with what an earlier process kept. What cannot be understood is set aside.
    func restore() {
        do throws(SystemFailure) {
            guard let text = try file.read(atMost: IncidentDocument.mostBytes) else { return }
            guard let document = IncidentDocument(text) else {
                let copy = try file.setAside()
                watch.logger.warning(
                    "incidents.json cannot be understood, and was set aside", metadata: ["as": "\(copy)"])
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

    /// Writes the log, if it is another than what was written last.
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

    /// Said once, and shown in the status for as long as it is so.
    private func note(_ problem: String?) {
        let isNews = board.problem.withLock { known in
            defer { known = problem }
            return known != problem
        }
        guard isNews else { return }
        if let problem {
            watch.logger.warning("incidents are kept in memory only: \(problem)")
        } else {
            watch.logger.info("incidents are kept over a restart")
        }
    }
}

extension WatchContext {
    /// The cluster as it is now.
    func incidentSight(_ intake: EventIntake, at now: UnixTime) -> IncidentSight {
        var sight = registry.withLock { $0.incidentSight(at: now) }
        sight.aftermaths = latestAftermaths()
        let refusals = intake.refusals
        (sight.refused, sight.misrouted) = (refusals.all, refusals.misrouted)
        let link = link.withLock { $0 }
        // Who looks for servers does not count: those that were found may be well.
        sight.lostSince = link.failures.filter { $0.key != .servers }.values.map(\.since).min()
        if sight.view.gap == .slotsMissing { sight.lostSince = sight.lostSince ?? now }
        sight.servers = servers(link)
        return sight
    }

    /// The servers that are read from. Of several replicas any will do, so there they say nothing.
    private func servers(_ link: Link) -> Set<String> {
        guard !plan.readsFromReplica else { return [] }
        let names = Set(link.endpoints.values.map(\.description))
        guard plan.deployment.believesAnyRole else { return names }
        // One that is a replica now had its place taken by another.
        guard let role = link.server?.role else { return [] }
        return Set(names.map { "\($0) \(role)" })
    }
}
