import Foundation
import Lab
import TestSupport
import Testing

/// A daemon for which there is nothing to do sleeps.
@Suite(.ownThreads) struct IdleCommandTests {
    /// Over some seconds; loops that poll wake hundreds of times a second.
    private static let seconds = 6.0
    private static let mostWakings = 20.0

    @Test func `an idle daemon hardly ever wakes up`() async throws {
        let redis = try PrivateRedis()
        let folder = try TemporaryFolder(prefix: "idle")
        defer { folder.remove() }
        let settings = """
            redis: {url: "\(redis.url)"}
            http: {listen: "127.0.0.1:0"}
            events: {state_dir: "\(folder.path)"}
            """
        try settings.write(toFile: folder.file("c.yaml"), atomically: false, encoding: .utf8)
        let program = try Program(["serve", "--config", folder.file("c.yaml"), "--log-level", "debug"])
        defer { program.process.terminate() }
        try waitUntil("the first full scan") { program.errors.contains("full scan complete") }
        // It begins with looks for other instances.
        try await Task.sleep(for: .seconds(3))
        let pid = program.process.processIdentifier
        let before = Self.wakings(of: pid)
        try await Task.sleep(for: .seconds(Self.seconds))
        let woke = Self.wakings(of: pid).reduce(0) { $0 + $1.value - (before[$1.key] ?? 0) }
        #expect(!before.isEmpty && Double(woke) / Self.seconds <= Self.mostWakings, "\(woke) wakings")
    }

    /// How often each thread of a process waited for something and woke up.
    private static func wakings(of pid: Int32) -> [String: Int] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        let counts = threads.compactMap { thread -> (String, Int)? in
            let status = try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            return line?.split(separator: "\t").last.flatMap { Int($0) }.map { (thread, $0) }
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }
}
