import Foundation
import Redis
import Synchronization

/// A server that says what its script says, right or wrong: plays it to each client that connects, then closes.
public final class ScriptedServer: Sendable {
    /// One line of a script.
    public enum Step: Sendable {
        /// Waits until so many bytes more have come in.
        case receive(bytes: Int)
        case send([UInt8])
        /// Sends one byte at a time, with a pause before each.
        case dribble([UInt8], everySeconds: Double)
        case pause(seconds: Double)
        /// Says nothing more until the client has closed.
        case hang
        case close

        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
    }

    private let stage: Stage
    private let folder: TemporaryFolder?

    /// Listens at a unix socket of its own.
    public init(_ script: [Step]) throws(LabError) {
        ignoreBrokenPipes()
        let folder = try TemporaryFolder(prefix: "lab-script")
        do throws(LabError) {
            let listener = try listen(at: folder.file("s.sock"))
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

    /// Plays the script once over a socket pair. The caller owns the descriptor, and closes it.
    public static func pair(_ script: [Step]) throws(LabError) -> (server: ScriptedServer, descriptor: Int32) {
        ignoreBrokenPipes()
        let ends = try socketPair()
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

    /// The unix socket; of a ``pair(_:)``, a name only.
    public var endpoint: RedisEndpoint {
        RedisEndpoint(.unix(path: folder?.file("s.sock") ?? "/socketpair"))
    }

    /// All bytes that clients sent, in order of arrival, as far as the script has taken them.
    public var received: [UInt8] {
        stage.received.withLock { $0 }
    }

    /// Breaks the script off and closes all. It is safe to call twice.
    public func stop() {
        stage.stop()
        folder?.remove()
    }
}

/// Two connected stream sockets that no child inherits.
func socketPair() throws(LabError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, streamSocket, 0, &ends) == 0 else {
        throw .system(call: "socketpair", reason: reason(errno))
    }
    return (ends[0], ends[1])
}

/// A socket that listens at `path`.
private func listen(at path: String) throws(LabError) -> Int32 {
    let descriptor = socket(AF_UNIX, streamSocket, 0)
    guard descriptor >= 0 else { throw .system(call: "socket", reason: reason(errno)) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < capacity else {
        close(descriptor)
        throw .system(call: "bind", reason: "the socket's path is longer than \(capacity - 1) bytes")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let code = unsafe withUnsafePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            let length = socklen_t(MemoryLayout<sockaddr_un>.size)
            guard unsafe bind(descriptor, address, length) == 0 else { return errno }
            return Glibc.listen(descriptor, 16) == 0 ? 0 : errno
        }
    }
    guard code == 0 else {
        close(descriptor)
        throw .system(call: "bind", reason: reason(code))
    }
    return descriptor
}
