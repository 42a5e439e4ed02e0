import Exposition
import HTTP
import Lab
import Sessions
import TestSupport
import Testing

@Suite(.ownThreads) struct IncidentRouteTests {
    private static func watched() -> WatchedRegistry {
        let watched = PaperRegistry().watched
        watched.incidents.log.withLock {
            $0 = IncidentLog(
                restoring: SampleIncidents.incidents, nextNumber: 7, keptAt: SampleIncidents.began + 100)
        }
        return watched
    }

    @Test func anIncidentIsToldInFull() throws {
        let rows = try #require(try Self.watched().json("/api/v1/incidents")["data"]?.array)
        #expect(
            rows == [
                [
                    "id": "i-1790000005250-6", "kind": "node_suspect", "node": "node-1", "boot": .null,
                    "began_at": "2026-09-21T14:13:25.250Z", "ended_at": .null, "open": true,
                    "summary": .string(
                        "node-1 is suspect: it denies sessions that name it, and its count and the registry's drift "
                            + "apart: 0 sessions, 0 stuck"),
                    "sessions": ["stranded": 0, "recovered": 0, "stuck": 0, "silent": 0], "storm": .null,
                    "rollout": .null,
                    "alert": "McpNodeSuspect", "runbook": "alerts/runbooks/McpNodeSuspect.md",
                ],
                [
                    "id": "i-1790000000250-4", "kind": "node_died", "node": "node-3", "boot": "b3-1",
                    "began_at": "2026-09-21T14:13:20.250Z", "ended_at": "2026-09-21T14:14:21.250Z", "open": false,
                    "summary": "node-3 died 2 times: 45 sessions stranded, 3 recovered, 2 stuck",
                    "sessions": ["stranded": 45, "recovered": 3, "stuck": 2, "silent": 39],
                    "storm": [
                        "new_sessions": 40, "refused_requests": 12, "peak_per_minute": 33,
                        "peak_at": "2026-09-21T14:13:40.250Z", "ended_at": "2026-09-21T14:14:50.250Z",
                    ],
                    "rollout": .null,
                    "alert": "McpNodeDownWithSessions", "runbook": "alerts/runbooks/McpNodeDownWithSessions.md",
                ],
            ])
    }

    @Test(arguments: [
        ("", ["node-1", "node-3"]), ("?kind=node_died", ["node-3"]), ("?kind=redis_outage", []),
        ("?node=node-1", ["node-1"]), ("?open=1", ["node-1"]), ("?open=false", ["node-3"]),
        ("?open=0&node=node-1", []), ("?limit=1", ["node-1"]),
    ]) func aListingHoldsWhatIsAskedFor(query: String, nodes: [String]) throws {
        let answer = try Self.watched().json("/api/v1/incidents" + query)
        #expect(answer["data"]?.array?.map { $0["node"]?.string } == nodes)
    }

    @Test func aPageGoesOnWhereTheLastOneEndedThoughMoreHappens() throws {
        let watched = Self.watched()
        let first = try watched.json("/api/v1/incidents?limit=1")
        #expect(first["next_cursor"] == "i-1790000005250-6")
        watched.incidents.log.withLock { log in
            var later = Incident(
                id: .init(began: SampleIncidents.began + 50, number: 9), kind: .redisOutage)
            later.endedAt = SampleIncidents.began + 60
            log = IncidentLog(
                restoring: log.incidents + [later], nextNumber: 10, keptAt: SampleIncidents.began + 100)
        }
        let second = try watched.json("/api/v1/incidents?limit=1&cursor=i-1790000005250-6")
        #expect(second["data"]?.array?.map { $0["node"]?.string } == ["node-3"])
        #expect(second["next_cursor"] == .null)
    }

    @Test(arguments: [
        ("kind=died", "kind"), ("open=maybe", "open"), ("limit=0", "limit"), ("limit=1001", "limit"),
        ("cursor=node-1", "cursor"), ("nodes=a", "nodes"),
    ]) func whatIsNotKnownIsRefusedByName(query: String, parameter: String) throws {
        let response = Self.watched().get("/api/v1/incidents?" + query)
        #expect(response.status == 400)
        #expect(try JSONValue(parsing: response.body)["parameter"] == .string(parameter))
    }
}
