import Foundation

@testable import Lab

/// A child process with an environment of its own. A watchdog ends it and removes its folder if the tests die first.
struct WatchedProcess: Sendable {
    private let process: ChildProcess
    private let log: String

    var pid: Int32 { process.pid }

    /// Starts `words` with its output in the file `log`. Variables of mcp-sessiond are not handed on.
    init(_ words: [String], environment: [String: String] = [:], log: String, folder: String) throws {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MCP_SESSIOND_") }
        let variables = inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        self.log = log
        process = try ChildProcess(["env", "-i"] + variables + words, log: log, folder: folder)
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Ends it with that signal. To be called once.
    func end(_ number: Int32 = SIGTERM) {
        signal(number)
        process.end()
    }

    /// Waits until `isReady`. A process that ends before is gone when this throws, as is one that is not ready in time.
    func wait(_ what: String, _ isReady: () -> Bool) throws {
        var hasEnded = false
        do {
            try waitUntil(what) {
                if isReady() { return true }
                hasEnded = process.hasEnded()
                return hasEnded
            }
        } catch {
            process.end()
            throw error
        }
        guard hasEnded else { return }
        process.dismissWatchdog()
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw LabError.ended(program: what, log: String(words.suffix(500)))
    }

    /// Waits until it has ended by itself; after `seconds` it is ended. Gives whether it did so in time. To be called
    /// once.
    func finish(within seconds: Double) -> Bool {
        do {
            try waitUntil(deadline: seconds, "a process to end") { process.hasEnded() }
        } catch {
            process.end()
            return false
        }
        process.dismissWatchdog()
        return true
    }
}
