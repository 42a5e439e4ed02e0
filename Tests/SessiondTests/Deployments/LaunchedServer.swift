import Foundation
import Lab
import Redis
import TestSupport

/// A server that the Lab cannot start: any program, at a TCP port of 127.0.0.1, in a folder of its own. It is ended with
/// ``stop()``, when this is released, or when we die.
final class LaunchedServer: Sendable {
    let endpoint: RedisEndpoint
    private let folder: TemporaryFolder
    private let process = Process()
    /// Kept open as long as the server shall run.
    private let leash = Pipe()

    /// Runs the program until the input ends, however that comes about. It waits for nothing: where we were started with
    /// all signals blocked, the shell would not hear of its child's end.
    private static let script = """
        "$@" < /dev/null &
        read -r line
        kill -KILL $!
        """

    /// Starts the program and waits until it answers PING; `words` name it and its arguments, given the port, and `file`
    /// is what stands in the file `server.conf` where it runs.
    init(file: (UInt16) -> String = { _ in "" }, words: (UInt16) -> [String]) throws {
        let port = try unusedPort()
        endpoint = RedisEndpoint(.tcp(host: "127.0.0.1", port: port))
        folder = try TemporaryFolder(prefix: "lab-launched")
        try Data(file(port).utf8).write(to: URL(fileURLWithPath: folder.file("server.conf")))
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.script, "launched"] + words(port)
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = leash
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        do {
            try waitUntil(deadline: WatchedRegistry.patienceSeconds, "the server to answer") {
                guard var connection = try? RedisConnection.open(endpoint, limits: .patient) else { return false }
                return (try? connection.command(["PING"])) == .status("PONG")
            }
        } catch {
            stop()
            throw error
        }
    }

    deinit {
        stop()
    }

    /// Ends the server and removes its folder. It is safe to call twice.
    func stop() {
        try? leash.fileHandleForWriting.close()
        process.waitUntilExit()
        folder.remove()
    }
}

/// A TCP port of 127.0.0.1 that the kernel chose, and that was free a moment ago.
func unusedPort() throws -> UInt16 {
    let redis = try PrivateRedis(tcp: true)
    defer { redis.stop() }
    guard case .tcp(_, let port) = redis.endpoint.transport else { preconditionFailure("no TCP was asked for") }
    return port
}
