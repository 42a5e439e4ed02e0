import Foundation
import Lab
import Testing

/// `completions`: what a shell is given to complete our verbs with.
@Suite struct CompletionCommandTests {
    /// `completed`: what bash offers for the words that were typed, by the script it was given.
    private static func completed(_ words: [String], by script: String) throws -> [String] {
        let folder = try TemporaryFolder(prefix: "completions")
        defer { folder.remove() }
        try script.write(toFile: folder.file("script"), atomically: true, encoding: .utf8)
        let typed = words.map { "'\($0)'" }.joined(separator: " ")
        let asked = """
            source '\(folder.file("script"))'
            COMP_WORDS=(\(typed)); COMP_CWORD=\(words.count - 1); COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
            _mcp-sessiond "${COMP_WORDS[0]}" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.arguments = ["--norc", "-c", asked]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    @Test func `bash completes verbs and flags`() async throws {
        let outcome = try await Program.run(["completions", "bash"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(try Self.completed(["mcp-sessiond", "sta"], by: outcome.output) == ["status"])
        #expect(try Self.completed(["mcp-sessiond", "sessions", "--sta"], by: outcome.output) == ["--state"])
        #expect(try Self.completed(["mcp-sessiond", "cleanup", "att"], by: outcome.output) == ["attest"])
        #expect(try Self.completed(["mcp-sessiond", "cleanup", "attest", "--b"], by: outcome.output) == ["--boot"])
        #expect(try Self.completed(["mcp-sessiond", "cleanup", "ver"], by: outcome.output) == ["verify"])
        #expect(try Self.completed(["mcp-sessiond", "cleanup", "plan", "--no-w"], by: outcome.output) == ["--no-wait"])
    }

    @Test func `the script for bash has no mistake that bash sees`() async throws {
        let script = try await Program.run(["completions", "bash"]).output
        #expect(try Self.output(of: "/bin/bash", ["-n"], script) == "")
    }

    /// What a shell prints for a script that it is given as a file, its complaints included.
    private static func output(of shell: String, _ arguments: [String], _ script: String) throws -> String {
        let folder = try TemporaryFolder(prefix: "completions")
        defer { folder.remove() }
        try script.write(toFile: folder.file("script"), atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments =
            arguments.map { $0.replacing("SCRIPT", with: folder.file("script")) } + [folder.file("script")]
        process.environment = ProcessInfo.processInfo.environment.merging(["HOME": folder.file("")]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self)
    }

    private static func isThere(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    @Test(
        .enabled(if: isThere("/usr/bin/fish")),
        arguments: [
            ("sta", "status"), ("sessions --sta", "--state"), ("node n --dr", "--drain"),
            ("sessions --state orph", "orphaned"),
        ])
    func `fish completes verbs, flags and values`(typed: String, completed: String) async throws {
        let script = try await Program.run(["completions", "fish"]).output
        let asked = "source SCRIPT; complete -C 'mcp-sessiond \(typed)'"
        let lines = try Self.output(of: "/usr/bin/fish", ["--no-config", "-c", asked], script).split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.split(separator: "\t").first == Substring(completed), "\(lines)")
    }

    @Test(.enabled(if: isThere("/usr/bin/zsh")))
    func `the script for zsh has no mistake that zsh sees, and defines what completes`() async throws {
        let script = try await Program.run(["completions", "zsh"]).output
        #expect(script.hasPrefix("#compdef mcp-sessiond\n"))
        #expect(try Self.output(of: "/usr/bin/zsh", ["-f", "-n"], script) == "")
        let defined =
            "compdef() { }; source SCRIPT 2>/dev/null; print -l ${(k)functions} | grep -x _mcp-sessiond_status"
        #expect(try Self.output(of: "/usr/bin/zsh", ["-f", "-c", defined], script) == "_mcp-sessiond_status\n")
    }

    @Test(arguments: [("zsh", "--state"), ("fish", "-l 'state'")])
    func `other shells are given a script of their own`(shell: String, flag: String) async throws {
        let outcome = try await Program.run(["completions", shell])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        #expect(outcome.output.contains("misroutes") && outcome.output.contains(flag))
    }

    @Test func `a shell that we do not know is a usage error that names those we do`() async throws {
        let outcome = try await Program.run(["completions", "tcsh"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("bash") && outcome.errors.contains("tcsh"), "\(outcome.errors)")
    }
}
