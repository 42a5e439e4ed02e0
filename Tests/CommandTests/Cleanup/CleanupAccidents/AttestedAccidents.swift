import Foundation
import Lab
import Synchronization

/// Owners that no daemon ever saw alive go only after `cleanup attest`, and only if they are silent.
enum AttestedAccidents {
    static let accidents = [
        Accident(
            name: "never attested",
            script: { world in
                try world.begin(silent("never-attested", world))
                try world.watchingDaemon(DaemonSettings())
            }),
        Accident(
            name: "attested",
            script: { world in
                let dead = try world.begin(silent("attested-dead", world))
                let alive = try world.begin(silent("attested-alive", world))
                world.timeline.add(every: 0.7, jitter: 0.2) { client in
                    try world.register(1, of: alive, client)
                }
                let daemon = try world.watchingDaemon(DaemonSettings())
                for node in ["attested-dead", "attested-alive"] {
                    if let fault = try attest(node, daemon) { throw Refused(node: node, fault: fault) }
                }
                // From here on it is an orphan like those of the doomed.
                world.end(dead)
            }),
    ]

    private struct Refused: Error, CustomStringConvertible {
        let node: String
        let fault: String

        var description: String { "cleanup attest \(node): \(fault)" }
    }

    /// A node whose heartbeats nobody sees.
    private static func silent(_ name: String, _ world: World) -> NodeScript {
        var script = NodeScript(name, boot: world.uuid())
        script.prefix = "unseen:"
        return script
    }

    private static func attest(_ node: String, _ daemon: AccidentDaemon) throws -> String? {
        let answer = Mutex<String??>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            let fault = try? await daemon.attest(node)
            answer.withLock { $0 = fault }
            done.signal()
        }
        done.wait()
        return answer.withLock { $0 } ?? "it could not be run"
    }
}
