import Foundation
import Lab
import TestSupport
import Testing

/// SIGHUP, as an operator sends it to the built daemon.
@Suite(.ownThreads) struct ReloadCommandTests {
    @Test func `tokens and the certificate are taken over at SIGHUP, and only right ones`() async throws {
        let planted = try PlantedDaemon()
        defer { planted.end() }
        let (old, new) = (PlantedDaemon.reader, "another-token-0123456789")
        func status(_ token: String) throws -> Substring {
            try planted.answer("/api/v1/status", token: token).dropFirst("HTTP/1.1 ".count).prefix(3)
        }
        func reload(_ what: String, _ log: String) throws {
            let before = planted.program.errors.utf8.count
            kill(planted.program.process.processIdentifier, SIGHUP)
            try waitUntil(what) { String(planted.program.errors.utf8.dropFirst(before))?.contains(log) == true }
        }
        func writeTokens(_ text: String) throws {
            try text.write(toFile: planted.folder.file("tokens"), atomically: false, encoding: .utf8)
        }
        #expect(try status(old) == "200" && status(new) == "401")
        try writeTokens("read \(new)\n")
        try reload("the new token", "settings reloaded and applied")
        #expect(try status(old) == "401" && status(new) == "200")

        try writeTokens("read \(new)\nreed \(old)\n")
        try reload("the refusal of a bad file", "tokens file, line 2: an unknown scope")
        #expect(try status(old) == "401" && status(new) == "200")

        // The key of another: refused. Then the whole pair, which nobody here trusts.
        try writeTokens("read \(new)\n")
        func copy(_ from: String, _ to: String) throws {
            let text = try String(contentsOfFile: from, encoding: .utf8)
            try text.write(toFile: to, atomically: false, encoding: .utf8)
        }
        let (mine, foreign) = (planted.ca.server, planted.ca.foreignServer)
        try copy(foreign.keyFile, mine.keyFile)
        try reload("the refusal of a key", "it does not fit the certificate")
        #expect(try status(new) == "200")
        try copy(foreign.certFile, mine.certFile)
        try reload("the new certificate", "settings reloaded and applied")
        #expect(try planted.answer("/livez") == "")
        #expect(try planted.answer("/livez", authority: planted.ca.foreignCAFile).hasPrefix("HTTP/1.1 200"))

        planted.program.process.terminate()
        let outcome = await planted.program.finish()
        #expect(outcome.status == 0)
        #expect(planted.secrets.found(in: outcome.errors) == [])
        #expect(!outcome.errors.contains(new))
    }
}
