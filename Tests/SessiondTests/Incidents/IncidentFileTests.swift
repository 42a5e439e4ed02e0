import Exposition
import Foundation
import Lab
import Sessions
import Testing
import Trials

@testable import Intake

/// The log of incidents over a restart.
@Suite(.ownThreads) struct IncidentFileTests {
    static let began = UnixTime(milliseconds: 1_790_000_000_250)

    /// One with everything that an incident may have, and one with as little as can be.
    static let incidents: [Incident] = {
        var died = Incident(id: .init(began: began, number: 4), kind: .nodeDied, node: "node-3", boot: "b3-1")
        died.endedAt = began + 61
        (died.times, died.lastAt) = (2, began + 30)
        var part = Incident.Part(node: "node-3", boot: nil)
        part.before = 2
        part.aftermath = Aftermath(sessions: 44, recovered: 3, stuck: 2, silent: 38)
        died.parts = [part]
        died.settled = Aftermath(sessions: 1, silent: 1)
        var storm = Incident.Storm(peakAt: began + 20)
        (storm.newSessions, storm.refusedRequests, storm.peakPerMinute, storm.endedAt) = (40, 12, 33, began + 90)
        died.storm = storm
        var suspect = Incident(id: .init(began: began + 5, number: 6), kind: .nodeSuspect, node: "node-1")
        suspect.suspicions = [.deniesSessions, .countDrifts]
        return [died, suspect]
    }()

    private static func watcher(
        _ folder: String, _ board: IncidentBoard, _ watched: WatchedRegistry
    ) -> IncidentWatcher {
        IncidentWatcher(watched.watch, intake: watched.intake, board: board, stateDirectory: folder)
    }

    @Test func whatIsWrittenIsReadAgain() {
        let document = IncidentDocument(incidents: Self.incidents, nextNumber: 7, keptAt: Self.began + 100)
        #expect(IncidentDocument(document.text) == document)
        #expect(IncidentDocument(IncidentDocument(incidents: [], nextNumber: 1, keptAt: Self.began).text) != nil)
    }

    @Test(arguments: [
        ("\"version\":1", "\"version\":2"), ("node_died", "node_lost"), ("\"number\":4", "\"number\":-4"),
        ("[44,3,2,38]", "[44,3,2,40]"), ("[44,3,2,38]", "[44,3,2]"), ("[44,3,2,38]", "[44,-3,2,38]"),
        ("1790000061250", "1789999999999"), ("denies_sessions", "denies"), ("\"times\":2", "\"times\":0"),
        ("{\"version\"", "{version"), ("\"next_number\":7", "\"next_number\":0"),
        ("\"kept_at\":1790000100250", "\"kept_at\":\"now\""), ("\"before\":2", "\"before\":9223372036854775807"),
    ]) func whatWasNotWrittenByUsIsNotTaken(part: String, other: String) throws {
        let document = IncidentDocument(incidents: Self.incidents, nextNumber: 7, keptAt: Self.began + 100)
        let text = String(decoding: document.text, as: UTF8.self)
        try #require(text.contains(part))
        #expect(IncidentDocument(Array(text.replacing(part, with: other).utf8)) == nil)
    }

    @Test func theLogGoesOnAfterARestart() async throws {
        let folder = try TemporaryFolder(prefix: "incidents")
        defer { folder.remove() }
        let watched = PaperRegistry().watched
        let first = IncidentBoard()
        first.log.withLock { $0 = IncidentLog(restoring: Self.incidents, nextNumber: 7, keptAt: Self.began) }
        await Self.watcher(folder.path, first, watched).keep()
        #expect(first.problem.withLock { $0 } == nil)
        let kept = try FileManager.default.attributesOfItem(atPath: folder.file("incidents.json"))
        #expect(kept[.posixPermissions] as? Int == 0o600)

        let second = IncidentBoard()
        await Self.watcher(folder.path, second, watched).restore()
        let log = second.log.withLock { $0 }
        #expect(log.nextNumber == 7)
        #expect(log.incidents.map(\.summary) == first.log.withLock { $0 }.incidents.map(\.summary))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["incidents.json"])
    }

    @Test(arguments: ["", "{", "{\"version\":9}", "\u{0}"]) func aFileThatCannotBeUnderstoodIsSetAside(text: String)
        async throws
    {
        let folder = try TemporaryFolder(prefix: "incidents")
        defer { folder.remove() }
        try text.write(toFile: folder.file("incidents.json"), atomically: true, encoding: .utf8)
        let watched = PaperRegistry().watched
        let board = IncidentBoard()
        let watcher = Self.watcher(folder.path, board, watched)
        await watcher.restore()
        #expect(board.log.withLock { $0.incidents } == [])
        #expect(try String(contentsOfFile: folder.file("incidents.json.corrupt-1"), encoding: .utf8) == text)
        #expect(watched.log.lines.contains { $0.contains("incidents.json cannot be parsed and was set aside") })
        board.log.withLock { $0 = IncidentLog(restoring: Self.incidents, nextNumber: 7, keptAt: Self.began) }
        await watcher.keep()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "incidents.json", "incidents.json.corrupt-1",
            ])
    }

    @Test func withoutAFolderTheyAreKeptInMemoryAndThatIsSaidOnce() async throws {
        let folder = try TemporaryFolder(prefix: "incidents")
        defer { folder.remove() }
        let watched = PaperRegistry().watched
        let watcher = Self.watcher(folder.file("missing"), watched.incidents, watched)
        await watcher.restore()
        watched.incidents.log.withLock {
            $0 = IncidentLog(restoring: Self.incidents, nextNumber: 7, keptAt: Self.began)
        }
        await watcher.keep()
        await watcher.keep()
        let problem = "\(folder.file("missing"))/incidents.json cannot be written: No such file or directory"
        #expect(watched.log.lines.count { $0.contains("incidents are kept in memory only: \(problem)") } == 1)
        #expect(
            try watched.json("/api/v1/status")["data"]?["incidents"] == ["open": 1, "problem": .string(problem)])
        // Somebody mends it.
        try FileManager.default.createDirectory(atPath: folder.file("missing"), withIntermediateDirectories: false)
        await watcher.keep()
        #expect(try watched.json("/api/v1/status")["data"]?["incidents"] == ["open": 1, "problem": .null])
    }
}
