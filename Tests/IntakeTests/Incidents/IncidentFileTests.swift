import Exposition
import Foundation
import Lab
import Sessions
import TestSupport
import Testing

@testable import Intake

/// The log of incidents over a restart.
@Suite(.ownThreads) struct IncidentFileTests {
    private static func watcher(
        _ folder: String, _ board: IncidentBoard, _ watched: WatchedRegistry
    ) -> IncidentWatcher {
        IncidentWatcher(watched.watch, intake: watched.intake, board: board, stateDirectory: folder)
    }

    @Test func whatIsWrittenIsReadAgain() {
        let document = IncidentDocument(
            incidents: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began + 100)
        #expect(IncidentDocument(document.text) == document)
        #expect(
            IncidentDocument(IncidentDocument(incidents: [], nextNumber: 1, keptAt: SampleIncidents.began).text) != nil)
    }

    @Test(arguments: [
        ("\"version\":1", "\"version\":2"), ("node_died", "node_lost"), ("\"number\":4", "\"number\":-4"),
        ("[44,3,2,38]", "[44,3,2,40]"), ("[44,3,2,38]", "[44,3,2]"), ("[44,3,2,38]", "[44,-3,2,38]"),
        ("1790000061250", "1789999999999"), ("denies_sessions", "denies"), ("\"times\":2", "\"times\":0"),
        ("{\"version\"", "{version"), ("\"next_number\":7", "\"next_number\":0"),
        ("\"kept_at\":1790000100250", "\"kept_at\":\"now\""), ("\"before\":2", "\"before\":9223372036854775807"),
    ]) func whatWasNotWrittenByUsIsNotTaken(part: String, other: String) throws {
        let document = IncidentDocument(
            incidents: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began + 100)
        let text = String(decoding: document.text, as: UTF8.self)
        try #require(text.contains(part))
        #expect(IncidentDocument(Array(text.replacing(part, with: other).utf8)) == nil)
    }

    @Test func theLogGoesOnAfterARestart() async throws {
        let folder = try TemporaryFolder(prefix: "incidents")
        defer { folder.remove() }
        let watched = PaperRegistry().watched
        let first = IncidentBoard()
        first.log.withLock {
            $0 = IncidentLog(restoring: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began)
        }
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
        board.log.withLock {
            $0 = IncidentLog(restoring: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began)
        }
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
            $0 = IncidentLog(restoring: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began)
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
