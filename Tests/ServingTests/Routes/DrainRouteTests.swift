import Exposition
import Sessions
import TestSupport
import Testing

@Suite struct DrainRouteTests {
    private static func watched() -> WatchedRegistry {
        let registry = PaperRegistry()
        let beat = #"{"boot":"b1","started_at":1789998000,"sessions":4,"state":"draining"}"#
        let values = [("b1", 30, "x 1"), ("b1", 400, "x 1"), ("b1", 4000, "y"), ("b0", 50, "x 1")].enumerated().map {
            number, session in
            let (boot, seen, client) = session
            let value = """
                {"node":"node-1","boot":"\(boot)","created_at":1789999000,"last_seen":\(1_790_000_000 - seen),\
                "client":"\(client)"}
                """
            return (id: uuid(number), value: value)
        }
        registry.read(values, ["node-1": beat])
        registry.read(values, ["node-1": beat], at: 120)
        return registry.watched
    }

    @Test func `what is lost with a node, and what was lost before`() throws {
        let answer = try Self.watched().json("/api/v1/nodes/node-1?drain=1")
        #expect(answer["data"]?["status"]?.string == "draining" && answer["data"]?["reported_sessions"]?.int == 4)
        let expected = try json(
            """
            {"would_strand":{"sessions":3,
              "used_within":[{"seconds":60,"sessions":0},{"seconds":300,"sessions":1},{"seconds":900,"sessions":2}],
              "last_seen_unknown":0,"age":[{"up_to_seconds":3600,"sessions":3}],"created_unknown":0,
              "time_to_live":[{"up_to_seconds":1209600,"sessions":3}],"no_expiry":0,
              "all_expired_at":"2026-10-01T14:13:20.000Z","stuck":0,
              "clients":[{"client":"x 1","sessions":2},{"client":"y","sessions":1}],
              "other_clients":0,"other_sessions":0},
             "stranded":{"sessions":1,
              "used_within":[{"seconds":60,"sessions":0},{"seconds":300,"sessions":1},{"seconds":900,"sessions":1}],
              "last_seen_unknown":0,"age":[{"up_to_seconds":3600,"sessions":1}],"created_unknown":0,
              "time_to_live":[{"up_to_seconds":1209600,"sessions":1}],"no_expiry":0,
              "all_expired_at":"2026-10-01T14:13:20.000Z","stuck":0,
              "clients":[{"client":"x 1","sessions":1}],"other_clients":0,"other_sessions":0},
             "adoptable":0,"ended_lately":"~","empty_estimate_seconds":null}
            """)
        // Over which time is as the clock runs.
        let drain = try #require(answer["data"]?["drain"]?.object)
        #expect(drain.first { $0.key == "ended_lately" }?.value["sessions"]?.int == 0)
        let steady = drain.map { $0.key == "ended_lately" ? (key: $0.key, value: JSONValue.string("~")) : $0 }
        #expect(JSONValue.object(steady) == expected)
    }

    @Test(arguments: [("", false), ("?drain=0", false), ("?drain=false", false), ("?drain=true", true)])
    func `it is told only where it is asked for`(query: String, isTold: Bool) throws {
        let answer = try Self.watched().json("/api/v1/nodes/node-1\(query)")
        #expect((answer["data"]?["drain"]?.isNull == false) == isTold)
    }

    @Test func `anything else is refused by its name`() throws {
        let watched = Self.watched()
        let answer = watched.get("/api/v1/nodes/node-1?drain=maybe")
        #expect(answer.status == 400 && answer.text.contains(#""parameter":"drain""#), "\(answer.text)")
        #expect(watched.get("/api/v1/nodes?drain=1").status == 400)
        #expect(watched.get("/api/v1/nodes/nobody?drain=1").status == 404)
    }
}
