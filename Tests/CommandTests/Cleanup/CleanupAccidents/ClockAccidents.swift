import Foundation
import Lab
import Redis

/// The wall clock of the machine steps by hours while a node is silent for less than the grace.
enum ClockAccidents {
    private static let node = "paused"
    private static let grace = 8.0
    /// How long the node is silent in all.
    private static let pauseSeconds = 5.0
    private static let steps: [(name: String, seconds: Int64)] = [
        ("two hours forward", 7_200), ("two hours back", -7_200),
    ]

    static let accidents =
        steps.flatMap { step in
            [
                Accident(name: "\(step.name), the daemon restarts", store: .fakeClock, furtherSeconds: grace + 3) {
                    world in
                    try duringPause(world) { daemon in
                        world.end(daemon, SIGKILL)
                        try world.stepClock(to: step.seconds)
                        try world.daemon(settings)
                    }
                },
                Accident(name: "\(step.name), the daemon stays", store: .fakeClock, furtherSeconds: grace + 3) {
                    world in
                    try duringPause(world) { _ in try world.stepClock(to: step.seconds) }
                },
                Accident(
                    name: "\(step.name), a daemon after a run without one", store: .fakeClock,
                    furtherSeconds: grace + 3
                ) { try stepAfterRun(step.seconds, $0) { _ = try $0.daemon(settings) } },
                Accident(
                    name: "\(step.name), between two runs without a daemon", store: .fakeClock,
                    furtherSeconds: grace + 3,
                    script: { try stepBetweenRuns(step.seconds, $0) }, repeated: { try $0.once(settings).finish() }),
            ]
        } + [
            Accident(name: "forward and back at a restart", store: .fakeClock, furtherSeconds: grace + 3) { world in
                try duringPause(world) { daemon in
                    world.end(daemon, SIGKILL)
                    try world.stepClock(to: 7_200)
                    let second = try world.daemon(settings)
                    Thread.sleep(forTimeInterval: 0.7)
                    world.end(second, SIGKILL)
                    try world.stepClock(to: 0)
                    try world.daemon(settings)
                }
            },
            Accident(name: "resume from suspend", store: .fakeClock, furtherSeconds: grace + 3) { world in
                try duringPause(world) { try suspend(world, $0) }
            },
            Accident(name: "the clocks of the nodes stay behind", store: .fakeClock, furtherSeconds: grace + 3) {
                world in
                try duringPause(world) { daemon in
                    world.end(daemon, SIGKILL)
                    try world.store.clock?.step(to: 7_200)
                    try world.daemon(settings)
                }
            },
        ]

    private static let settings = DaemonSettings(grace: grace)

    private static func begin(_ world: World) throws -> Int {
        var script = NodeScript(node, boot: world.uuid())
        script.lapseSeconds = grace - 0.5
        return try world.begin(script)
    }

    /// A daemon has noted that the node is silent when `body` is called; the node goes on soon after.
    private static func duringPause(_ world: World, _ body: (AccidentDaemon) throws -> Void) throws {
        let number = try begin(world)
        let daemon = try world.watchingDaemon(settings, sees: [node])
        let started = monotonicSeconds()
        world.silence(number)
        try waitUntil("a daemon to take \(node) for dead") { daemon.status(of: node) == "dead" }
        try body(daemon)
        Thread.sleep(forTimeInterval: max(pauseSeconds - (monotonicSeconds() - started), 0))
        world.resume(number)
        Thread.sleep(forTimeInterval: 1)
    }

    /// Redis, the daemon and all nodes stand still, and the clock is eight hours later.
    private static func suspend(_ world: World, _ daemon: AccidentDaemon) throws {
        world.timeline.pause()
        defer { world.timeline.resume() }
        daemon.signal(SIGSTOP)
        world.store.signal(SIGSTOP)
        try world.stepClock(to: 28_800)
        Thread.sleep(forTimeInterval: 0.5)
        world.store.signal(SIGCONT)
        daemon.signal(SIGCONT)
        Thread.sleep(forTimeInterval: 0.5)
    }

    /// The first run sees all alive; the second one, which a binary from before ends early, sees the node silent.
    private static func stepAfterRun(_ seconds: Int64, _ world: World, _ goOn: (World) throws -> Void) throws {
        let number = try begin(world)
        try world.once(settings).finish()
        let started = monotonicSeconds()
        world.silence(number)
        try world.once(settings).finish(within: 2.5)
        try world.stepClock(to: seconds)
        try goOn(world)
        Thread.sleep(forTimeInterval: max(grace - 2 - (monotonicSeconds() - started), 0))
        world.resume(number)
    }

    private static func stepBetweenRuns(_ seconds: Int64, _ world: World) throws {
        var once: AccidentDaemon.Once?
        try stepAfterRun(seconds, world) { once = try $0.once(settings) }
        once?.finish()
    }
}
