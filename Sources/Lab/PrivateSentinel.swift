import FoundationEssentials
import Glibc
import Redis
import Synchronization

/// One sentinel of our own, at a port of 127.0.0.1 that the kernel chooses. It keeps its state in its configuration
/// file, in a folder of its own.
public final class PrivateSentinel: Sendable {
    private let folder: TemporaryFolder
    private let process: Mutex<ChildProcess?>
    public let endpoint: RedisEndpoint

    private static let program = "redis-server --sentinel"

    /// Starts a sentinel with these lines in its configuration file, and waits until it answers.
    init(_ lines: [String]) throws(LabError) {
        Sockets.ignoreBrokenPipes()
        folder = try TemporaryFolder(prefix: "lab-sentinel")
        var failure = LabError.notReady(program: Self.program, seconds: 0)
        for _ in 0..<PrivateRedis.portAttempts {
            do throws(LabError) {
                let port = try Sockets.freePort()
                let started = try Self.start(lines, port, folder)
                endpoint = RedisEndpoint(.tcp(host: "127.0.0.1", port: port))
                process = Mutex(started)
                return
            } catch {
                failure = error
            }
        }
        folder.remove()
        throw failure
    }

    deinit {
        stop()
    }

    public func connect() throws(RedisError) -> RedisConnection {
        try RedisConnection.open(endpoint, limits: .patient)
    }

    public var isRunning: Bool { process.withLock { $0 != nil } }

    /// Sends the process a signal: SIGSTOP and SIGCONT for a hang. Does nothing after ``stop()``.
    public func signal(_ number: Int32) {
        process.withLock { process in
            // Nobody else reaps the process, so the pid is still its own.
            if let process { kill(process.pid, number) }
        }
    }

    /// Ends the sentinel and removes its folder.
    public func stop() {
        process.withLock { process in
            process?.end()
            process = nil
        }
        folder.remove()
    }

    /// The entries of `SENTINEL SENTINELS name` or `SENTINEL REPLICAS name`.
    func details(_ what: String, _ masterName: String) throws(RedisError) -> [[String: String]] {
        var connection = try connect()
        let entries = try connection.command(["SENTINEL", what, masterName]).array ?? []
        return entries.map { entry in
            let words = entry.array?.compactMap(\.text) ?? []
            let names = stride(from: 0, to: words.count - 1, by: 2)
            return Dictionary(names.map { (words[$0], words[$0 + 1]) }) { first, _ in first }
        }
    }
}

extension PrivateSentinel {
    private static func start(
        _ lines: [String], _ port: UInt16, _ folder: TemporaryFolder
    ) throws(LabError) -> ChildProcess {
        let file = folder.file("sentinel.conf")
        let text = (["port \(port)", "bind 127.0.0.1", "dir \(folder.path)"] + lines).joined(separator: "\n") + "\n"
        guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)) else {
            throw .system("write \(file)", errno)
        }
        let log = folder.file("sentinel.log")
        let process = try ChildProcess(["redis-server", file, "--sentinel"], log: log, folder: folder.path)
        do throws(LabError) {
            try process.waitUntilReady(program, log: log, seconds: PrivateSentinels.readySeconds) { answers(port) }
        } catch {
            process.end()
            throw error
        }
        return process
    }

    /// True if a sentinel answers at the port. Another program may have taken the port meanwhile.
    private static func answers(_ port: UInt16) -> Bool {
        do throws(RedisError) {
            var connection = try RedisConnection.open(RedisEndpoint(.tcp(host: "127.0.0.1", port: port)))
            return try RedisRole.read(over: &connection) == .sentinel
        } catch {
            return false
        }
    }
}
