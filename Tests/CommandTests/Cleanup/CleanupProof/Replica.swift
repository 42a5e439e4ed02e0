import Foundation
import Lab

/// One daemon as a process. However late a slow machine lets nodes beat, owners need not be silent for longer than they
/// are dead: no node stays dead for a minute.
struct Replica {
    static let graceSeconds = 3.0
    static let keysPerSecond = 200

    private let program: Program
    private let folder: TemporaryFolder

    var pid: Int32 { program.process.processIdentifier }

    init(_ redis: String, settle: String = "1s") throws {
        folder = try TemporaryFolder(prefix: "replica")
        let file = folder.file("config.yaml")
        try """
        redis: {url: "\(redis)"}
        http: {listen: "127.0.0.1:0"}
        nodes: {dead_after: 1s, unknown_after: 1s}
        watch: {scan_every: 1s, redis_share: 1.0}
        cleanup: {mode: delete, every: 1s, grace: \(Int(Self.graceSeconds))s, max_silence: 6s, settle: \(settle), max_dead_fraction: 0.9,
                  max_keys_per_second: \(Self.keysPerSecond)}
        """.write(toFile: file, atomically: true, encoding: .utf8)
        program = try Program(["serve", "--config", file])
    }

    func end(_ signal: Int32 = SIGTERM) {
        kill(pid, signal)
        program.process.waitUntilExit()
        program.end()
        folder.remove()
    }
}
