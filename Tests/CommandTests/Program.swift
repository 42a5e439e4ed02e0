import Foundation
import Lab

/// One run of the built program.
struct Program: Sendable {
    struct Outcome: Equatable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Longest that one run may take.
    static let deadlineSeconds = patienceSeconds

    /// Beside the test bundle: `.build/debug/mcp-sessiond`.
    static let path: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: "mcp-sessiond").path
    }()

    let process = Process()
    /// What it writes goes to files: a pipe that is full would hold it up.
    private let folder: TemporaryFolder

    /// Starts it. Variables of ours that the tests run under are not handed on.
    init(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder(prefix: "program")
        try input.write(toFile: folder.file("input"), atomically: true, encoding: .utf8)
        for name in ["output", "errors"] {
            _ = FileManager.default.createFile(atPath: folder.file(name), contents: nil)
        }
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MCP_SESSIOND_") }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: folder.file("input"))
        process.standardOutput = FileHandle(forWritingAtPath: folder.file("output"))
        process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
        try process.run()
    }

    /// What it has written up to now.
    var output: String { text("output") }
    var errors: String { text("errors") }

    /// Waits for the end; a program that does not end in time is killed.
    func finish() async -> Outcome {
        defer { folder.remove() }
        do {
            try await waitUntil(deadline: Self.deadlineSeconds, "the program to end") { await !isRunning }
        } catch {
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: output, errors: text("errors"))
    }

    /// Ends it if it still runs: a test that fails leaves nothing behind.
    func end() {
        if process.isRunning { process.terminate() }
        folder.remove()
    }

    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        try await Program(arguments, input: input, environment: environment).finish()
    }

    private var isRunning: Bool { get async { process.isRunning } }

    private func text(_ name: String) -> String {
        (try? String(contentsOfFile: folder.file(name), encoding: .utf8)) ?? ""
    }
}
