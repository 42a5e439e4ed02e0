import Foundation
import Lab
import Testing

/// `completions`: what a shell is given to complete our verbs with.
@Suite struct CompletionTests {
    /// `completed`: what bash offers for the words that were typed, by the script it was given.
    private static func completed(_ words: [String], by script: String) throws -> [String] {
        let folder = try temporaryFolder(prefix: "completions")
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
