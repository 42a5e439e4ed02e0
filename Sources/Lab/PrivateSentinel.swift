import Foundation
import Redis
import Synchronization

/// One sentinel of our own, at a port of 127.0.0.1 chosen by the kernel. It writes what it learns into its
/// configuration file, in a folder of its own.
public final class PrivateSentinel: Sendable {
    private let folder: TemporaryFolder
    private let process: Mutex<ChildProcess?>
    public let endpoint: RedisEndpoint

    /// How many free ports are tried, should another process take the one that was found.
    private static let portTries = 5

    /// Starts a sentinel with these lines in its file, and waits until it answers PING.
    init(_ lines: [String]) throws(LabError) {
        ignoreBrokenPipes()
        folder = try TemporaryFolder(prefix: "lab-sentinel")
        var failure = LabError.notReady(program: "redis-server --sentinel", seconds: 0)
        for _ in 0..<Self.portTries {
            do throws(LabError) {
                let port = try freePort()
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
            // Unreaped until we reap it, so the pid is still this process.
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

    /// What `SENTINEL SENTINELS name` or `SENTINEL REPLICAS name` lists, a dictionary each.
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
            throw .system(call: "write \(file)", reason: reason(errno))
        }
        let log = folder.file("sentinel.log")
        let process = try ChildProcess(["redis-server", file, "--sentinel"], log: log, folder: folder.path)
        do throws(LabError) {
            try waitForAnswer(of: process, port, log)
        } catch {
            process.end()
            throw error
        }
        return process
    }

    private static func waitForAnswer(of process: ChildProcess, _ port: UInt16, _ log: String) throws(LabError) {
        let deadline = monotonicSeconds() + PrivateSentinels.readySeconds
        while monotonicSeconds() < deadline {
            if answers(port) { return }
            if process.hasEnded() {
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                let end = text.split(separator: "\n").suffix(3).joined(separator: " | ")
                throw .ended(program: "redis-server --sentinel", log: end)
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
        throw .notReady(program: "redis-server --sentinel", seconds: PrivateSentinels.readySeconds)
    }

    /// Whether a sentinel answers there: another process's server, at a port that was taken meanwhile, does not count.
    private static func answers(_ port: UInt16) -> Bool {
        do throws(RedisError) {
            var connection = try RedisConnection.open(RedisEndpoint(.tcp(host: "127.0.0.1", port: port)))
            return try RedisRole.read(over: &connection) == .sentinel
        } catch {
            return false
        }
    }
}
