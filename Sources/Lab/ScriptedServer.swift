import Glibc
import Redis
import Synchronization

/// A server that follows a script, right or wrong. It plays the script to each client that connects, then closes.
public final class ScriptedServer: Sendable {
    /// One step of a script.
    public enum Step: Sendable {
        /// Waits for so many more bytes.
        case receive(bytes: Int)
        case send([UInt8])
        /// Sends one byte at a time, with a pause before each.
        case dribble([UInt8], everySeconds: Double)
        case pause(seconds: Double)
        /// Sends nothing more until the client has closed.
        case hang
        case close

        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    private let stage: Stage
    private let folder: TemporaryFolder?

    /// Starts a server that listens at a unix socket of its own.
    public init(_ script: [Step]) throws(LabError) {
        Sockets.ignoreBrokenPipes()
        let folder = try TemporaryFolder(prefix: "lab-script")
        do throws(LabError) {
            let listener = try Sockets.listen(at: folder.file("s.sock"))
            stage = try Stage(script)
            stage.begin { stage in stage.serve(listener) }
        } catch {
            folder.remove()
            throw error
        }
        self.folder = folder
    }

    private init(_ stage: Stage) {
        self.stage = stage
        folder = nil
    }

    /// Plays the script once over a socket pair. The caller owns the descriptor and closes it.
    public static func pair(_ script: [Step]) throws(LabError) -> (server: ScriptedServer, descriptor: Int32) {
        Sockets.ignoreBrokenPipes()
        let ends = try Sockets.pair()
        let stage: Stage
        do throws(LabError) {
            stage = try Stage(script)
        } catch {
            close(ends.0)
            close(ends.1)
            throw error
        }
        stage.begin { stage in stage.play(ends.1) }
        return (ScriptedServer(stage), ends.0)
    }

    deinit {
        stop()
    }

    /// The unix socket; for a ``pair(_:)`` only a name.
    public var endpoint: RedisEndpoint {
        RedisEndpoint(.unix(path: folder?.file("s.sock") ?? "/socketpair"))
    }

    /// All bytes that the script has taken from clients, in order of arrival.
    public var received: [UInt8] {
        stage.received.withLock { $0 }
    }

    /// Breaks the script off and closes everything. It is safe to call twice.
    public func stop() {
        stage.stop()
        folder?.remove()
    }
}
