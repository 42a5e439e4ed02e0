import Exposition
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Configuration
@testable import Watching

/// Whole answers of the API, from a registry that stands still.
@Suite(.ownThreads) struct RouteTests {
    /// A session of each state and a node of each kind.
    static func registry() -> PaperRegistry {
        let registry = PaperRegistry()
        registry.read(
            [
                (
                    uuid(1),
                    #"{"node":"node-1","boot":"b1","created_at":1789999000,"last_seen":1789999900,"#
                        + #""client":{"name":"cursor","version":"1.9.3"}}"#
                ),
                (uuid(2), #"{"node":"node-2","boot":"b1","created_at":1789990000,"client":"inspector/0.17.2"}"#),
                (uuid(3), "forever"), (uuid(4), #"{"node":"node-1""#),
                (uuid(5), #"{"node":"node-9","boot":"b9","created_at":1789999999}"#),
            ],
            [
                "node-1":
                    #"{"boot":"b1","started_at":1789998000,"sessions":1,"version":"1.4.2","url":"http://10.0.0.1:8080"}"#,
                "node-2": #"{"boot":"b2","started_at":1789999500,"state":"draining"}"#, "node-3": "1",
            ])
        return registry
    }

    private static func framed(_ members: String) throws -> JSONValue {
        try json(
            """
            {"as_of":"2026-09-21T14:13:20.000Z","view_age_seconds":"~","complete":true,"instance":"replica-1",\(members)}
            """)
    }

    @Test func status() throws {
        let answer = Self.registry().watched.get("/api/v1/status")
        #expect(answer.headers["Content-Type"] == "application/json")
        let expected = try Self.framed(
            """
            "data":{
              "sessions":{"registered":5,"owned":2,"orphaned":1,"unowned":1,"malformed":1,
                "orphaned_by_reason":{"owner_dead":0,"owner_restarted":1,"owner_unknown":0,"owner_denies":0},
                "malformed_by_reason":{"bad_json":1,"too_large":0,"bad_time":0},"no_expiry":1},
              "nodes":{"alive":2,"draining":1,"dead":0,"unknown":1,"gone":0},
              "node_flags":{"suspect":0,"silent_but_working":0,"shared_name":0},
              "watch":{"mode":"scan","configured_mode":"scan","tracking_refused":null,"tracking_lag_seconds":null,
                "drift":0,"scan_every_seconds":30.0,"redis_share":0.1,"last_full_scan_seconds":0.0,
                "full_scan_seconds_left":null,"stale_after_seconds":90.0,"gap":null,"full_scan_failure":null},
              "redis":{"up":false,"endpoint":"127.0.0.1:6379/0","servers":[],"version":null,"role":null,"maxmemory_policy":null,
                "evicts_sessions":null,"evicted_keys":null,"clock_skew_seconds":"~","error":null},
              "keys":{"sessions":5,"nodes":3,"skipped":{"suffix":0,"type":0,"id_length":0,"id_charset":0}},
              "events":{"waiting":0,"judged":0,"affected":{"transient":0,"stuck":0},"session_requests":0,
                "sessionless_requests":0,"session_share":null,"problems":{},"lines":0,"events":0,
                "rejected":0,"understood_share":null},
              "cleanup":{"mode":"dry-run","lease":null,"suspended":null,"brakes":["redis_unsettled","clock_skew"],
                "last_success":null,"refusal":null,"slowest_node":null},
              "incidents":{"open":0,"problem":null},
              "version":"\(Build.version)","instances":null}
            """)
        let got = try answer.steadyJSON()
        let findings = got["data"]?["findings"]?.array ?? []
        #expect(
            findings.map { "\($0["severity"]?.string ?? "?") \($0["finding"]?.string ?? "?")" } == [
                "critical redis_unreachable", "warning sessions_orphaned", "warning sessions_malformed",
                "warning cleanup_held", "note sessions_without_expiry",
            ])
        #expect(
            findings.dropFirst().first
                == (try json(
                    """
                    {"finding":"sessions_orphaned","severity":"warning","since":null,"nodes":["node-2"],"count":1,
                    "what":"1 session is left over from nodes that restarted: node-2","evidence":null,
                    "advice":"Nothing to do: clients start new sessions, and cleanup or their TTL removes these.",
                    "runbook":"alerts/runbooks/McpOrphansPilingUp.md",
                    "command":"mcp-sessiond sessions --state orphaned"}
                    """)))
        #expect(Self.withoutFindings(got) == expected)
    }

    private static func withoutFindings(_ answer: JSONValue) -> JSONValue {
        .object(
            (answer.object ?? []).map { name, value in
                (name, name == "data" ? .object((value.object ?? []).filter { $0.key != "findings" }) : value)
            })
    }

    private static let nodes = [
        """
        {"node":"node-1","status":"alive","departure":null,"successor":null,"workload":"node",
        "revision":null,"boot":"b1","started_at":"2026-09-21T13:40:00.000Z","uptime_seconds":"~",
        "last_heartbeat_at":"2026-09-21T14:13:20.000Z","heartbeat_age_seconds":"~","url":"http://10.0.0.1:8080",
        "version":"1.4.2","sessions":{"registered":1,"owned":1,"orphaned":0,"orphaned_by_reason":
        {"owner_dead":0,"owner_restarted":0,"owner_unknown":0,"owner_denies":0}},
        "reported_sessions":1,"restarts":0,"malformed":null,
        "suspect":false,"suspect_reasons":[],"flags":[],"findings":[],"working":null,"boots_taking_turns":[],
        "misroutes_to":0,"misroutes_from":0,"clock_offset_seconds":null}
        """,
        """
        {"node":"node-2","status":"draining","departure":null,"successor":null,"workload":"node",
        "revision":null,"boot":"b2","started_at":"2026-09-21T14:05:00.000Z","uptime_seconds":"~",
        "last_heartbeat_at":"2026-09-21T14:13:20.000Z","heartbeat_age_seconds":"~","url":null,"version":null,
        "sessions":{"registered":1,"owned":0,"orphaned":1,"orphaned_by_reason":
        {"owner_dead":0,"owner_restarted":1,"owner_unknown":0,"owner_denies":0}},
        "reported_sessions":null,"restarts":0,"malformed":null,
        "suspect":false,"suspect_reasons":[],"flags":[],"findings":["sessions_orphaned"],"working":null,"boots_taking_turns":[],
        "misroutes_to":0,"misroutes_from":0,"clock_offset_seconds":null}
        """,
        """
        {"node":"node-3","status":"alive","departure":null,"successor":null,"workload":"node",
        "revision":null,"boot":null,"started_at":null,"uptime_seconds":null,
        "last_heartbeat_at":"2026-09-21T14:13:20.000Z","heartbeat_age_seconds":"~","url":null,"version":null,
        "sessions":{"registered":0,"owned":0,"orphaned":0,"orphaned_by_reason":
        {"owner_dead":0,"owner_restarted":0,"owner_unknown":0,"owner_denies":0}},
        "reported_sessions":null,"restarts":0,"malformed":null,
        "suspect":false,"suspect_reasons":[],"flags":[],"findings":[],"working":null,"boots_taking_turns":[],
        "misroutes_to":0,"misroutes_from":0,"clock_offset_seconds":null}
        """,
        """
        {"node":"node-9","status":"unknown","departure":null,"successor":null,"workload":"node",
        "revision":null,"boot":null,"started_at":null,"uptime_seconds":null,
        "last_heartbeat_at":null,"heartbeat_age_seconds":null,"url":null,"version":null,
        "sessions":{"registered":1,"owned":1,"orphaned":0,"orphaned_by_reason":
        {"owner_dead":0,"owner_restarted":0,"owner_unknown":0,"owner_denies":0}},
        "reported_sessions":null,"restarts":0,"malformed":null,
        "suspect":false,"suspect_reasons":[],"flags":[],"findings":[],"working":null,"boots_taking_turns":[],
        "misroutes_to":0,"misroutes_from":0,"clock_offset_seconds":null}
        """,
    ]

    @Test(arguments: [
        ("", 0..<4, String?.none), ("?status=alive", 0..<1, nil), ("?status=draining", 1..<2, nil),
        ("?status=dead", 0..<0, nil), ("?status=unknown", 3..<4, nil), ("?limit=2", 0..<2, "node-2"),
        ("?limit=2&cursor=node-2", 2..<4, nil), ("?cursor=node-9", 4..<4, nil),
    ])
    func listOfNodes(query: String, rows: Range<Int>, next: String?) throws {
        var expected = Array(Self.nodes[rows])
        if query == "?status=alive" { expected.append(Self.nodes[2]) }
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        let answer = Self.registry().watched.get("/api/v1/nodes\(query)")
        #expect(
            try answer.steadyJSON()
                == Self.framed("\"data\":[\(expected.joined(separator: ","))],\"next_cursor\":\(cursor)"))
    }

    @Test func oneNode() throws {
        let watched = Self.registry().watched
        for (number, row) in zip([1, 2, 3, 9], Self.nodes) {
            let expected = try Self.framed("\"data\":\(row.dropLast()),\"recent\":[],\"drain\":null}")
            #expect(try watched.get("/api/v1/nodes/node-\(number)").steadyJSON() == expected)
        }
    }

    /// By ref, which is the order of the listing.
    static let sessions = [
        """
        {"ref":"s:1a6687f9d9cbd41c","state":"unowned","reason":"no_owner","node":null,"boot":null,"created_at":null,
        "last_seen":null,"expires_at":null,"client":null,"misrouted":0,"stuck":false,"learnt_owner":false,"no_expiry":true,"orphaned_since":null,"dialect":"native"}
        """,
        """
        {"ref":"s:56c4db0df6b84c83","state":"orphaned","reason":"owner_restarted","node":"node-2","boot":"b1",
        "created_at":"2026-09-21T11:26:40.000Z","last_seen":null,"expires_at":"2026-10-01T14:13:20.000Z",
        "client":"inspector/0.17.2","misrouted":0,"stuck":false,"learnt_owner":false,
        "no_expiry":false,"orphaned_since":"2026-09-21T14:05:00.000Z","dialect":"native"}
        """,
        """
        {"ref":"s:6bd93718eb9638ee","state":"malformed","reason":"bad_json","node":null,"boot":null,"created_at":null,
        "last_seen":null,"expires_at":"2026-10-01T14:13:20.000Z","client":null,"misrouted":0,"stuck":false,"learnt_owner":false,"no_expiry":false,
        "orphaned_since":null,"dialect":"native"}
        """,
        """
        {"ref":"s:c5e5e3debb03730b","state":"owned","reason":null,"node":"node-9","boot":"b9",
        "created_at":"2026-09-21T14:13:19.000Z","last_seen":null,"expires_at":"2026-10-01T14:13:20.000Z","client":null,
        "misrouted":0,"stuck":false,"learnt_owner":false,"no_expiry":false,"orphaned_since":null,"dialect":"native"}
        """,
        """
        {"ref":"s:d57d19d1bc9e3d9c","state":"owned","reason":null,"node":"node-1","boot":"b1",
        "created_at":"2026-09-21T13:56:40.000Z","last_seen":"2026-09-21T14:11:40.000Z",
        "expires_at":"2026-10-01T14:13:20.000Z","client":"cursor 1.9.3","misrouted":0,"stuck":false,"learnt_owner":false,
        "no_expiry":false,"orphaned_since":null,
        "dialect":"native"}
        """,
    ]

    @Test(arguments: [
        ("", [0, 1, 2, 3, 4]), ("?state=owned", [3, 4]), ("?state=orphaned", [1]), ("?state=unowned", [0]),
        ("?state=malformed", [2]), ("?reason=owner_restarted", [1]), ("?reason=bad_json", [2]),
        ("?reason=no_owner", [0]),
        ("?reason=owner_dead", []), ("?node=node-1", [4]), ("?node=node-9", [3]),
        ("?client=cursor", [4]), ("?client=cursor%201.9.3", [4]), ("?client=curs", []), ("?older_than=10m", [1, 4]),
        ("?older_than=1h", [1]), ("?older_than=30d", []), ("?older_than=1m", [1, 4]),
        ("?state=owned&node=node-1&client=cursor&older_than=1m", [4]), ("?state=owned&reason=owner_dead", []),
        ("?cursor=s:6bd93718eb9638ee", [3, 4]), ("?limit=1000", [0, 1, 2, 3, 4]), ("?state=&limit=", [0, 1, 2, 3, 4]),
    ])
    func listOfSessions(query: String, rows: [Int]) throws {
        let answer = Self.registry().watched.get("/api/v1/sessions\(query)")
        let expected = rows.map { Self.sessions[$0] }.joined(separator: ",")
        #expect(try answer.steadyJSON() == Self.framed("\"data\":[\(expected)],\"next_cursor\":null"))
    }

    /// Whole but for its words, which docs/explain.md has.
    @Test func oneSessionByRefByPrefixAndById() throws {
        let watched = Self.registry().watched
        let row = try #require(try json(Self.sessions[4]).object).map(\.key)
        let verdict = ["ref", "verdict", "confidence", "why", "what_to_do", "tell_client", "runbook"]
        let rest = [
            "ended", "owner", "live", "cause", "first_cause", "evidence", "blast_radius", "refused", "incident", "id",
        ]
        let answers = try ["s:d57d19d1bc9e3d9c", "d57d19d1bc9e3d9c", "s:d57d", "D57D19", "s%3Ad57d1"].map {
            try watched.get("/api/v1/sessions/\($0)").steadyJSON()
        }
        for answer in answers { #expect(answer == answers[0]) }
        #expect(try watched.lookup("{\"id\":\"\(uuid(1))\"}").steadyJSON() == answers[0])
        #expect(try watched.lookup(" { \"id\" : \"\\u0030\(uuid(1).dropFirst())\" }\n").steadyJSON() == answers[0])
        let data = try #require(answers[0]["data"])
        #expect(data.object?.map(\.key) == verdict + row.dropFirst() + rest)
        for (key, value) in try json(Self.sessions[4]).object ?? [] { #expect(data[key] == value, "\(key)") }
        // No Redis is there to be asked.
        #expect(data["verdict"] == "live" && data["confidence"] == "likely")
        #expect(data["live"]?["read"] == false && data["refused"]?.isNull == true && data["ended"]?.isNull == true)
    }

    @Test func healthNamesWhatFails() {
        let watched = Self.registry().watched
        #expect(watched.get("/livez").text == "ok\n")
        #expect(watched.get("/livez?verbose").text == "[+] http ok\nok\n")
        #expect(watched.get("/readyz").status == 503)
        #expect(watched.get("/readyz").text == "[-] redis: not connected yet\nnot ready\n")
        watched.watch.noteUp(.heartbeats)
        #expect(watched.get("/readyz").text == "ok\n")
        for query in ["?verbose", "?verbose=1", "?verbose=true"] {
            #expect(watched.get("/readyz\(query)").text == "[+] redis ok\n[+] full scan ok\n[+] freshness ok\nok\n")
        }
        watched.watch.clock.set(PaperRegistry.epoch + 100)
        #expect(watched.get("/readyz").status == 503)
        #expect(
            watched.get("/readyz").text == "[-] freshness: the view is 100 s old, more than 90 s\nnot ready\n")
        #expect(!watched.page().has(family: "mcp_registry_"))
    }
}
