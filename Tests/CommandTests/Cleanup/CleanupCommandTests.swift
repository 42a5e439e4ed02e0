import Configuration
import Exposition
import Foundation
import Lab
import Redis
import Serving
import TestSupport
import Testing

@testable import mcp_sessiond

/// The verbs of cleanup against a real daemon on a redis-server of its own.
@Suite(.ownThreads) struct CleanupCommandTests {
    private static let token = "cleaner-token-0123456789"
    private static let asCleaner = ["MCP_SESSIOND_TOKEN": token]
    private static let user = "api:" + NSUserName()

    private static func withCleaner(
        _ mode: CleanupSettings.Mode = .delete, _ body: (RunningDaemon) async throws -> Void
    ) async throws {
        let change = { (settings: inout Settings) in
            settings.cleanup.mode = mode
            // The schedule is far off; a server that has just begun, or a machine that is slow, is no brake.
            (settings.cleanup.every, settings.cleanup.settle) = (.seconds(36_000), .zero)
            (settings.nodes.deadAfter, settings.watch.scanEvery) = (.seconds(20), .seconds(30))
            settings.cleanup.grace = .seconds(1)
        }
        try await withDaemon(tokens: "read,cleanup \(token)\n", fill: CleanableRegistry.fill, change: change) {
            daemon in
            guard mode != .off else { return try await body(daemon) }
            try await waitUntil("the plan to be made on the evidence") {
                let plan = try await daemon.run(["cleanup", "-o", "json"], environment: asCleaner)
                return plan.status == 0 && plan.output.contains("\"may_go\":\(CleanableRegistry.orphans),")
            }
            try await body(daemon)
            try AuditProof.expect(daemon.redis.url, grace: 1)
        }
    }

    @Test func `a run that is confirmed cleans what may go, and nothing else`() async throws {
        try await Self.withCleaner { daemon in
            let dry = try await daemon.run(["cleanup", "run"], environment: Self.asCleaner)
            #expect(dry.status == 0 && dry.errors == "a dry run: nothing is removed; --confirm removes\n", "\(dry)")
            #expect(dry.output.contains("would go    30 owner_dead\n"))
            #expect(try CleanableRegistry.count(daemon.redis) == 31)

            let run = try await daemon.run(["cleanup", "run", "--confirm"], environment: Self.asCleaner)
            #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
            let lines = run.output.split(separator: "\n")
            #expect(lines.first?.hasSuffix(" by \(Self.user)") == true)
            #expect(lines.dropFirst() == ["result      completed", "orphans     30", "cleaned     30 owner_dead"])
            #expect(try CleanableRegistry.count(daemon.redis) == 1)
            var connection = try daemon.redis.connect()
            #expect(try connection.command(["EXISTS", CleanableRegistry.live]).integer == 1)
            #expect(
                try CleanableRegistry.audit(daemon.redis)
                    == Array(repeating: Self.user, count: CleanableRegistry.orphans))

            let history = try await daemon.run(["cleanup", "history"], environment: Self.asCleaner)
            #expect(history.status == 0 && history.output.hasPrefix("the last 1 runs, as of "), "\(history)")
            #expect(history.output.contains("completed"))
        }
    }

    @Test func `a run in every other form is the report in the frame`() async throws {
        try await Self.withCleaner { daemon in
            let text = try await daemon.run(["cleanup", "run", "--confirm", "-o", "json"], environment: Self.asCleaner)
            let document = try JSONValue(parsing: Array(text.output.utf8))
            #expect(document.object?.map(\.key) == ["as_of", "view_age_seconds", "complete", "instance", "data"])
            #expect(document["data"]?["result"] == "completed" && document["data"]?["cleaned"]?["owner_dead"] == 30)
            for verb in [["cleanup"], ["cleanup", "plan"], ["cleanup", "history"]] {
                let yaml = try await daemon.run(verb + ["-o", "yaml"], environment: Self.asCleaner)
                #expect(yaml.status == 0 && yaml.output.contains("\n  mode: delete\n"), "\(yaml)")
                let wide = try await daemon.run(verb + ["-o", "wide"], environment: Self.asCleaner)
                #expect(wide.status == 0 && wide.output.contains("as of"), "\(wide)")
            }
        }
    }

    @Test func `while cleanup is suspended nothing goes, and everybody is told`() async throws {
        try await Self.withCleaner { daemon in
            let stop = try await daemon.run(
                ["cleanup", "suspend", "--why", "deploy of 3.2", "--for", "2h"], environment: Self.asCleaner)
            #expect(stop.status == 0 && stop.errors.isEmpty, "\(stop)")
            #expect(stop.output.contains(": deploy of 3.2, ends in "), "\(stop.output)")
            // What was read of the shared state just before may stand for some seconds.
            try await waitUntil("the stop to be shown") {
                let plan = try await daemon.run(["cleanup"], environment: Self.asCleaner)
                return plan.status == 1 && plan.output.contains("\nsuspended   by ")
            }
            let status = try await daemon.run(["status"], environment: Self.asCleaner)
            #expect(status.output.contains("\nheld by     suspended\n"), "\(status)")
            let run = try await daemon.run(["cleanup", "run", "--confirm"], environment: Self.asCleaner)
            #expect(run.status == 1 && run.output.contains("\nresult      suspended: "), "\(run)")
            #expect(try CleanableRegistry.count(daemon.redis) == 31)

            let goOn = try await daemon.run(["cleanup", "resume"], environment: Self.asCleaner)
            #expect(goOn == .init(status: 0, output: "cleanup is resumed\n", errors: ""))
            try await waitUntil("a run to complete") {
                try await daemon.run(["cleanup", "run", "--confirm"], environment: Self.asCleaner).status == 0
            }
            #expect(try CleanableRegistry.count(daemon.redis) == 1)
        }
    }

    @Test func `what a run removed comes back, and cleanup is suspended`() async throws {
        try await Self.withCleaner { daemon in
            func cleanup(_ words: String...) async throws -> Program.Outcome {
                try await daemon.run(["cleanup"] + words, environment: Self.asCleaner)
            }
            func data(_ outcome: Program.Outcome) throws -> JSONValue? {
                try JSONValue(parsing: Array(outcome.output.utf8))["data"]
            }
            let run = try #require(try data(try await cleanup("run", "--confirm", "-o", "json"))?["run"]?.string)
            #expect(try CleanableRegistry.count(daemon.redis) == 1)
            try await waitUntil("the run to be restorable") {
                let runs = try data(try await cleanup("-o", "json"))?["runs"]?.array
                return runs?.first { $0["run"]?.string == run }?["restorable"] == 30
            }
            #expect(try await cleanup("history").output.contains(run))
            #expect(try await cleanup().output.contains("\nrestorable  30 sessions, "))

            let undo = try await cleanup("undo", run)
            #expect(undo.status == 0 && undo.errors.isEmpty, "\(undo)")
            #expect(
                undo.output.hasPrefix("restored    30 sessions\nleft alone  none\nsuspended   cleanup is suspended by ")
            )
            #expect(try CleanableRegistry.count(daemon.redis) == 31)
            #expect(try await cleanup("run", "--confirm").status == 1)
            let again = try await cleanup("undo", run)
            #expect(
                again.status == 2 && again.errors.hasPrefix("Not Found: nothing is kept of run \(run): "), "\(again)")
            let half = try await cleanup("undo", "s:12")
            #expect(half.status == 2 && half.errors.hasPrefix("Bad Request: "), "\(half)")
        }
    }

    @Test func `without the scope, or where the mode removes nothing, it is 4`() async throws {
        try await Self.withCleaner(.dryRun) { daemon in
            let wrong = ["MCP_SESSIOND_TOKEN": "wrong-token-0123456789"]
            for verb in [
                ["run"], ["run", "--confirm"], ["suspend", "--why", "x"], ["resume"], ["attest", "n", "--why", "x"],
                ["undo", "run-1"],
            ] {
                #expect(try await daemon.run(["cleanup"] + verb).status == 4, "\(verb)")
                #expect(try await daemon.run(["cleanup"] + verb, environment: wrong).status == 4, "\(verb)")
            }
            let run = try await daemon.run(["cleanup", "run", "--confirm"], environment: Self.asCleaner)
            let words = "Conflict: cleanup.mode is dry-run: nothing is removed\n"
            #expect(run == .init(status: 4, output: "", errors: words))
            let dry = try await daemon.run(["cleanup", "run"], environment: Self.asCleaner)
            #expect(dry.status == 0 && dry.output.contains("would go    30 owner_dead\n"), "\(dry)")
            #expect(try CleanableRegistry.count(daemon.redis) == 31)
        }
    }

    /// Sessions of a node that no instance ever saw alive go after somebody says that it is gone, and not before.
    @Test func `what nobody ever saw goes once somebody says that it is gone`() async throws {
        let lost = "mcp:session:held-by-node-9"
        let change = { (settings: inout Settings) in
            settings.cleanup.mode = .delete
            (settings.cleanup.every, settings.cleanup.settle, settings.cleanup.grace) = (
                .seconds(36_000), .zero, .seconds(1)
            )
            settings.nodes.deadAfter = .seconds(20)
        }
        func fill(_ redis: inout RedisConnection) throws {
            try CleanableRegistry.fill(&redis)
            _ = try redis.command(["SET", lost, #"{"node":"node-9","boot":"b9"}"#])
        }
        try await withDaemon(tokens: "read,cleanup \(Self.token)\n", fill: fill, change: change) { daemon in
            func cleanup(_ words: String...) async throws -> Program.Outcome {
                try await daemon.run(["cleanup"] + words, environment: Self.asCleaner)
            }
            func decision() async throws -> String? {
                let plan = try JSONValue(parsing: Array(try await cleanup("-o", "json").output.utf8))["data"]?["plan"]
                let group = plan?["groups"]?.array?.first { $0["node"] == "node-9" }
                return group?["skip"]?.string ?? group?["decision"]?.string
            }
            try await waitUntil("the owner to be left") { try await decision() == "protected" }
            for (words, status, error) in [
                (["nod-9"], Int32(2), "Not Found: no session names that node; did you mean node-9?\n"),
                (["node-9", "--boot", "b8"], 2, "Not Found: no session names that boot of node-9\n"),
                (["node-1"], 4, "Conflict: node-1 is alive: name the boot that is gone\n"),
                (["node-1", "--boot", "b1"], 4, "Conflict: node-1 is alive with that boot\n"),
            ] {
                let refused = try await daemon.run(
                    ["cleanup", "attest"] + words + ["--why", "scrapped"], environment: Self.asCleaner)
                #expect(refused == .init(status: status, output: "", errors: error))
            }
            let said = try await cleanup("attest", "node-9", "--boot", "b9", "--why", "its host was scrapped")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said)")
            let lines = said.output.split(separator: "\n")
            #expect(lines.first == "node-9, boot b9 is attested to be gone by \(NSUserName()): its host was scrapped")
            #expect(lines.count == 2)
            try await waitUntil("it to be let go") { try await decision() == "go" }
            let run = try await cleanup("run", "--confirm")
            #expect(run.status == 0 && run.output.contains("1 owner_unknown"), "\(run)")
            var connection = try daemon.redis.connect()
            #expect(try connection.command(["EXISTS", lost]).integer == 0)
            #expect(try connection.command(["EXISTS", CleanableRegistry.live]).integer == 1)
            try AuditProof.expect(daemon.redis.url, grace: 1)
        }
    }

    @Test func `where it is off nothing is kept in Redis and nothing is wrong`() async throws {
        try await Self.withCleaner(.off) { daemon in
            let plan = try await daemon.run(["cleanup"], environment: Self.asCleaner)
            #expect(plan.status == 0 && plan.errors.isEmpty, "\(plan)")
            #expect(plan.output.hasPrefix("cleanup     off: "))
            var connection = try daemon.redis.connect()
            #expect(try connection.command(["EXISTS", "mcp:sessiond:lease"]).integer == 0)
        }
    }

    @Test(arguments: [
        ["cleanup", "--confirm"], ["cleanup", "plan", "--dry-run"], ["cleanup", "--redis", "redis://h"],
        ["cleanup", "--once", "--server", "http://h"], ["cleanup", "--once", "--watch"], ["cleanup", "suspend"],
        ["cleanup", "suspend", "--why", "x", "--for", "1h", "--until", "2099-01-01T00:00:00Z"],
        ["cleanup", "run", "--watch"], ["cleanup", "resume", "--watch"], ["cleanup", "bogus"],
        ["cleanup", "--once", "--config", "/nonexistent.yaml"], ["cleanup", "--no-wait"],
        ["cleanup", "plan", "--no-wait"], ["cleanup", "attest"], ["cleanup", "attest", "node-9"],
        ["cleanup", "attest", "--why", "x"], ["cleanup", "attest", "node-9", "--why", "x", "--watch"],
        ["cleanup", "undo"], ["cleanup", "undo", "run-1", "--watch"], ["cleanup", "undo", "run-1", "run-2"],
    ])
    func `usage is 2 and goes to standard error`(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome)")
    }

    @Test(arguments: [["suspend", "--why", " "], ["suspend", "--why", "x", "--for", "soon"]])
    func `what the daemon finds wrong with an order is 2`(arguments: [String]) async throws {
        try await Self.withCleaner(.off) { daemon in
            let outcome = try await daemon.run(["cleanup"] + arguments, environment: Self.asCleaner)
            #expect(outcome.status == 2 && outcome.errors.hasPrefix("Bad Request: "), "\(outcome)")
        }
    }

    @Test(arguments: [
        ["plan"], ["run"], ["run", "--confirm"], ["history"], ["suspend", "--why", "x"], ["resume"],
        ["attest", "node-9", "--why", "x"],
    ])
    func `a daemon out of reach is 3`(verb: [String]) async throws {
        let outcome = try await Program.run(
            ["cleanup"] + verb, environment: ["MCP_SESSIOND_SERVER": "http://127.0.0.1:1"])
        #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
    }
}
