import ArgumentParser
import Configuration
import HTTP
import Lab
import Logging
import Sessiond

/// `mcp-sessiond demo`: a simulated cluster to watch, with nothing to set up and nothing left behind.
struct Demo: AsyncParsableCommand {
    static let nodes = ["node-1", "node-2", "node-3"]
    /// Ten years; `Task.sleep` cannot count much longer.
    static let mostSeconds = 315_360_000.0

    static let configuration = CommandConfiguration(
        abstract: "Shows everything on a simulated cluster with a private redis-server.",
        discussion:
            "Three nodes register sessions, write heartbeats, die and restart. Ctrl-C ends it; no process or file is left."
    )

    @Option(help: ArgumentHelp("The address of the daemon; port 0 for any free one.", valueName: "host:port"))
    var listen = "127.0.0.1:0"

    @Option(help: "End after this many seconds.")
    var seconds: Double?

    @Flag(help: "Leave the nodes alone: they only do what you type.")
    var calm = false

    func validate() throws {
        if let seconds, !(0...Self.mostSeconds).contains(seconds) {
            throw ValidationError("--seconds is 0 or more, at most ten years")
        }
    }

    func run() async throws {
        var settings = Settings()
        do throws(HTTPError) {
            settings.http.listen = try ListenAddress.parse(listen)
        } catch {
            throw Refusal("--listen: \(error)", exitCode: .usage)
        }
        guard settings.http.listen.isLoopback else {
            throw Refusal("--listen: the demo needs no tokens and so listens on loopback only", exitCode: .usage)
        }
        do {
            let redis = try PrivateRedis()
            defer { redis.stop() }
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let cluster = SimulatedCluster(endpoint: redis.endpoint, plan: plan(logFolder: folder.path))
            try cluster.start()
            defer { cluster.stop() }
            settings.redis.url = redis.url
            settings.nodes.deadAfter = .seconds(3)
            settings.nodes.unknownAfter = .seconds(10)
            settings.watch.scanEvery = .seconds(2)
            settings.events.files = Self.nodes.map { node in
                var file = EventFile(path: "\(folder.path)/\(node).log")
                file.node = node
                return file
            }
            settings.events.stateDirectory = "\(folder.path)/state"
            // The screen shows what the log would.
            let silent = Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
            try await play(try Daemon(settings: settings, environment: [:], logger: silent), cluster)
        } catch let error as LabError {
            throw Refusal("demo: \(error)", exitCode: .outOfReach)
        } catch let error as HTTPError {
            throw Refusal("demo: \(error)", exitCode: .usage)
        }
    }

    /// The scheduled events of the simulation, repeated every minute.
    private func plan(logFolder: String) -> ClusterPlan {
        var plan = ClusterPlan(nodes: Self.nodes.count)
        plan.logFolder = logFolder
        guard !calm else { return plan }
        plan.schedule = [
            .init(atSeconds: 8, .kill(node: "node-2")), .init(atSeconds: 24, .restart(node: "node-2")),
            .init(atSeconds: 30, .breakStickiness), .init(atSeconds: 34, .mendStickiness),
            .init(atSeconds: 38, .drain(node: "node-3")), .init(atSeconds: 48, .restart(node: "node-3")),
        ]
        plan.scheduleRepeatsSeconds = 60
        return plan
    }

    /// Runs the daemon and the screen until one of them ends: Ctrl-C and SIGTERM end the daemon, `q` the screen.
    private func play(_ daemon: Daemon, _ cluster: SimulatedCluster) async throws {
        let (ports, bound) = AsyncStream<UInt16>.makeStream()
        let (host, seconds, isCalm) = (try ListenAddress.parse(listen), seconds, calm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await daemon.run { bound.yield($0) } }
            group.addTask {
                for await port in ports {
                    let server = "http://\(ListenAddress(host: host.host, port: port))"
                    var show = try DemoShow(server: server, cluster: cluster, isCalm: isCalm)
                    return try await show.play(seconds: seconds)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
