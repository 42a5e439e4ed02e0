import API
import Testing

@testable import mcp_sessiond

@Suite struct ReportTests {
    @Test func `status shows Redis, the watching, nodes and sessions by state and reason`() throws {
        let lines = Report().status(try Answers.answer(Answers.status))
        #expect(
            lines == [
                "status      as of 2s ago, instance host-a",
                "wrong       node-3 is dead: 40 sessions orphaned. See mcp-sessiond nodes",
                "redis       up, 127.0.0.1:6379/0, version 7.0.15, master, noeviction",
                "watching    scan, full scan every 30s, the last took 0.077 s",
                "nodes       2 alive, 1 dead",
                "sessions    171 registered",
                "  owned     120",
                "  orphaned  43 (40 owner_dead, 3 owner_restarted)",
                "  unowned   7",
                "  malformed 1 (1 bad_json)",
                "  no expiry 2 (keys without a TTL)",
                "skipped     164 suffix (keys that are no session)",
                "cleanup     off",
                "version     0.1.0",
            ])
    }

    @Test func `status shows how changes are learnt and what is the matter with it`() throws {
        func watching(_ watch: String, _ redis: String = "") throws -> [String] {
            let data = """
                {"redis":{"up":true,"endpoint":"r:6379/0"\(redis)},"watch":{\(watch),"last_full_scan_seconds":3.5}}
                """
            return Report().status(try Answers.answer(data)).drop { !$0.hasPrefix("redis") }.prefix {
                !$0.hasPrefix("nodes")
            }.map(\.self)
        }
        #expect(
            try watching(#""mode":"tracking","tracking_lag_seconds":0.0021,"scan_every_seconds":600"#) == [
                "redis       up, r:6379/0",
                "watching    tracking, lag 0.002 s, full scan every 10m, the last took 3.5 s",
            ])
        #expect(
            try watching(
                #""mode":"scan","tracking_refused":"NOPERM","full_scan_seconds_left":18,"gap":"resync","#
                    + #""scan_every_seconds":30"#, #","evicts_sessions":true"#) == [
                    "redis       up, r:6379/0",
                    "evicting    with maxmemory reached, Redis drops keys, sessions too",
                    "watching    scan, full scan every 30s, the last took 3.5 s",
                    "tracking    NOPERM",
                    "full scan   in progress, about 18s to go",
                    "gap         resync: the view is incomplete",
                ])
    }

    @Test func `status shows what logs tell, and what is wrong with them`() throws {
        func events(_ events: String) throws -> [String] {
            let data = "{\"redis\":{\"up\":true},\"events\":{\(events)},\"keys\":{}}"
            return Report().status(try Answers.answer(data)).drop { !$0.hasPrefix("  malformed") }.dropFirst()
                .prefix { !$0.hasPrefix("cleanup") }.map(\.self)
        }
        let none = #""waiting":0,"judged":0,"session_requests":0,"sessionless_requests":0,"session_share":null"#
        #expect(try events(none + #","problems":{}"#) == [])
        #expect(
            try events(none + #","problems":{"files":"/a.log: no such file","stream":"NOPERM\u001b[0m"}"#) == [
                "events      0 judged, 0 waiting", "  problem   files: /a.log: no such file",
                #"  problem   stream: NOPERM\x1b[0m"#,
            ])
        for (share, words) in [("0", "0 %"), ("0.004", "less than 1 %"), ("0.996", "99 %"), ("1", "100 %")] {
            #expect(
                try events(
                    #""waiting":2,"judged":40,"affected":{"transient":5,"stuck":1},"session_share":\#(share)"#) == [
                        "events      40 judged, 2 waiting",
                        "  stuck     1 (a client that does not start a new session)",
                        "  sessions  named by \(words) of the requests seen",
                    ])
        }
    }

    @Test func `status says that Redis is away, and why`() throws {
        let away = Answers.status.replacing(
            #""up":true,"endpoint":"127.0.0.1:6379/0","version":"7.0.15","role":"master""#,
            with: #""up":false,"endpoint":"127.0.0.1:6379/0","version":null,"role":null"#
        ).replacing(
            #""clock_skew_seconds":0.0,"error":null"#, with: #""clock_skew_seconds":0.0,"error":"connection refused""#)
        let lines = Report().status(try Answers.answer(away))
        #expect(lines.contains("redis       out of reach, 127.0.0.1:6379/0, connection refused"))
    }

    @Test func `what is wrong comes first, as the daemon lists it, each with where to look`() throws {
        func first(_ findings: [String]) throws -> [String] {
            let data = "{\"redis\":{\"up\":true},\"findings\":[\(findings.joined(separator: ","))]}"
            return Report().status(try Answers.answer(data)).dropFirst(1).prefix { !$0.hasPrefix("redis") }.map(\.self)
        }
        #expect(try first([]) == ["well        nothing is wrong"])
        let note = Answers.finding("sessions_without_expiry", "note", "2 sessions have no expiry")
        #expect(
            try first([note]) == [
                "note        2 sessions have no expiry. See mcp-sessiond nodes", "well        nothing is wrong",
            ])
        #expect(
            try first([
                Answers.finding("node_dead", "critical", "2 nodes are dead"),
                Answers.finding("cleanup_refused", "warning", "cleanup cannot work", evidence: "NOPERM"), note,
            ]) == [
                "wrong       2 nodes are dead. See mcp-sessiond nodes",
                "wrong       cleanup cannot work: NOPERM. See mcp-sessiond nodes",
                "note        2 sessions have no expiry. See mcp-sessiond nodes",
            ])
    }

    @Test func `instances of several versions are each named`() throws {
        let data = """
            {"redis":{"up":true},"version":"1.0.0",
            "instances":[{"instance":"a","version":"1.0.0"},{"instance":"b","version":"0.9.0"}]}
            """
        #expect(Report().status(try Answers.answer(data)).last == "version     1.0.0; a 1.0.0, b 0.9.0")
    }

    @Test func `nodes are a table with numbers at the right`() throws {
        let answer: DaemonAnswer<[NodeRow]> = try Answers.list([
            Answers.node("node-1", "alive", owned: 1200, orphaned: 0),
            Answers.node("node-2", "dead", owned: 0, orphaned: 43),
        ])
        #expect(
            Report().nodes(answer) == [
                "2 nodes, as of 2s ago, instance host-a",
                "NODE    STATUS  OWNED  ORPHANED  REPORTED  HEARTBEAT  UPTIME  RESTARTS  VERSION",
                "node-1  alive    1200         0      1200  1s ago     1h             0  1.4.2",
                "node-2  dead        0        43         0  1s ago     -              0  1.4.2",
            ])
    }

    @Test func `wide nodes show boot and url as well`() throws {
        let answer: DaemonAnswer<[NodeRow]> = try Answers.list([
            Answers.node("node-1", "draining", owned: 1, orphaned: 0)
        ])
        #expect(
            Report(limit: nil, isWide: true).nodes(answer) == [
                "1 node, as of 2s ago, instance host-a",
                "NODE    STATUS    OWNED  ORPHANED  REPORTED  HEARTBEAT  UPTIME  RESTARTS  VERSION  WORKLOAD  REGISTERED  BOOT"
                    + "  URL                   MALFORMED",
                "node-1  draining      1         0         1  1s ago     1h             0  1.4.2    -                  1  b-1 "
                    + "  http://10.0.0.1:8080  -",
            ])
    }

    @Test func `no nodes are said to be none`() throws {
        #expect(Report().nodes(try Answers.list([])) == ["no nodes, as of 2s ago, instance host-a"])
    }

    @Test func `one node is told in full`() throws {
        let answer: DaemonAnswer<NodeAnswer> = try Answers.answer(
            Answers.node("node-2", "dead", owned: 0, orphaned: 43))
        #expect(
            Report().node(answer) == [
                "as of 2s ago, instance host-a",
                "node        node-2",
                "status      dead: it was seen, and its heartbeat is missing or too old",
                "heartbeat   1s ago",
                "boot        b-1",
                "started     1h ago (2026-11-22T17:00:00.000Z)",
                "restarts    0 seen",
                "url         http://10.0.0.1:8080",
                "version     1.4.2",
                "sessions    43 registered",
                "  owned     0",
                "  orphaned  43 (43 owner_dead)",
                "  reported  0 (its own count)",
            ])
    }

    /// Members that a node or session has besides: what its logs told of it.
    private static func with<Content: Codable & Sendable>(
        _ members: String, _ text: String
    ) throws -> DaemonAnswer<Content> {
        guard let end = text.lastIndex(of: "}") else { return try Answers.answer(text) }
        return try Answers.answer(text[..<end] + ",\(members)}")
    }

    @Test func `a node that cannot be trusted is told to be suspect, with what was refused`() throws {
        let members = """
            "suspect":true,"suspect_reasons":["denies_sessions","count_drifts"],"misroutes_to":4,"misroutes_from":1,
            "clock_offset_seconds":-75.5,"recent":[{"at":"2026-11-22T17:59:02.500Z","ref":"s:00000000000000aa",
            "node":"node-1","owner":"node-1","verdict":"owner_denies","cause":null,"client":"cursor 1.9"}]
            """
        let row = Answers.node("node-1", "alive", owned: 3, orphaned: 0).replacing(
            #""suspect":false,\#n"suspect_reasons":[],"#, with: "")
        let answer: DaemonAnswer<NodeAnswer> = try Self.with(members, row)
        let lines = Report().node(answer)
        #expect(
            lines[3...4] == [
                "suspect     it says that it does not have sessions that name it",
                "suspect     its own count and the registry's drift apart",
            ])
        #expect(
            lines.suffix(6) == [
                "refused     4 requests for its sessions, 1 by it (last 15 minutes)",
                "clock       1m15s ahead of Redis', by the lines that it writes", "", "Latest refused requests",
                "WHEN    REF                 NODE    OWNER   VERDICT       CAUSE  CLIENT",
                "1m ago  s:00000000000000aa  node-1  node-1  owner_denies  -      cursor 1.9",
            ])
        let all = Answers.node("node-1", "alive", owned: 3, orphaned: 0, flags: ["suspect"])
        let table = Report().nodes(try Answers.list([all]))
        #expect(table[2].hasPrefix("node-1  alive, suspect "))
    }

    @Test func `a node that works without a heartbeat, or shares its name, is told so with what to do`() throws {
        let working =
            #"{"boot":"b-1","did":"registered","at":"2026-11-22T17:59:55.500Z","without_heartbeat_seconds":136.1}"#
        let silent = Answers.node(
            "node-1", "dead", owned: 0, orphaned: 3, flags: ["silent_but_working"], working: working)
        let shared = Answers.node(
            "node-2", "alive", owned: 3, orphaned: 0, flags: ["suspect", "shared_name"], turns: ["b-2", "b-1"])
        let table = Report().nodes(try Answers.list([silent, shared]))
        #expect(table[2].hasPrefix("node-1  dead, silent_but_working "))
        #expect(table[3].hasPrefix("node-2  alive, suspect, shared_name "))
        for line in table { #expect(line.count <= 100, "\(line)") }
        let coloured = Report(isColoured: true).nodes(try Answers.list([shared]))
        #expect(coloured[2].contains("\u{1B}[31malive, suspect, shared_name\u{1B}[0m"))
        #expect(
            Report().node(try Answers.answer(silent))[3...4] == [
                "working     no heartbeat for 2m16s, but it registered a session 7s ago: fix its heartbeat, do not",
                "            restart it",
            ])
        #expect(
            Report().node(try Answers.answer(shared)).contains(
                "shared      boots b-2 and b-1 take turns under this name: give each its own"))
    }

    @Test func `an explanation tells of refused requests`() throws {
        let members = """
            "stuck":true,"refused":{"count":2,"first_at":"2026-11-22T17:57:02.500Z","last_at":"2026-11-22T17:59:02.500Z",
            "recent":[{"at":"2026-11-22T17:59:02.500Z","node":"node-2","verdict":"misrouted","cause":"cookie_owner"}]}
            """
        let session = Answers.session("s:00000000000000aa", "owned")
        let answer: DaemonAnswer<ExplanationAnswer> = try Self.with(members, session)
        let lines = Report().explanation(answer)
        #expect(lines.contains("stuck       its client does not start a new session"))
        #expect(
            lines.suffix(4) == [
                "", "Latest refused requests", "WHEN    NODE    VERDICT    CAUSE",
                "1m ago  node-2  misrouted  cookie_owner",
            ])
    }

    @Test func `sessions are a table, and later pages keep its columns`() throws {
        let first: DaemonAnswer<[SessionRow]> = try Answers.list([
            Answers.session("s:00000000000000aa", "owned"),
            Answers.session("s:00000000000000bb", "orphaned", reason: "owner_dead", client: nil),
        ])
        let table = Report().sessionTable(first.data, in: first.frame)
        let second: DaemonAnswer<[SessionRow]> = try Answers.list([
            Answers.session(
                "s:00000000000000cc", "unowned", reason: "no_owner", node: nil, client: "a-client-of-a-long-name 1.0")
        ])
        #expect(
            [table.header] + Report().lines(first.data, in: first.frame, table)
                + Report().lines(second.data, in: second.frame, table)
                == [
                    "REF                 STATE     REASON      NODE    CREATED    LAST SEEN  CLIENT",
                    "s:00000000000000aa  owned     -           node-1  3m12s ago  -          inspector 0.17.2",
                    "s:00000000000000bb  orphaned  owner_dead  node-1  3m12s ago  -          -",
                    "s:00000000000000cc  unowned   no_owner    -       3m12s ago  -          a-client…ame 1.0",
                ])
    }

    @Test func `an explanation begins with the verdict, why, and what to do`() throws {
        let session = Answers.session(
            "s:00000000000000aa", "orphaned", reason: "owner_dead", orphanedSince: "2026-11-22T17:59:02.500Z")
        let lines = Report().explanation(try Self.with(Answers.explanation, session))
        #expect(
            lines == [
                "s:00000000000000aa: owner_dead (certain)", "node-1, which held it, is dead.", "", "What to do",
                "  1. See what else it took with it, and whether it comes back, which the node's own log tells better",
                "     than any of this: mcp-sessiond node node-1", "  2. Nothing else.", "", "Tell the client",
                "  Begin anew.", "", "Session", "state       orphaned (owner_dead)",
                "owner       node-1, boot b-1; it is dead", "created     3m12s ago (2026-11-22T17:56:50.500Z)",
                "orphaned    1m ago (2026-11-22T17:59:02.500Z)", "expires     in 30d (2026-12-22T18:00:02.500Z)",
                "client      inspector 0.17.2", "shared fate 44 sessions: 3 recovered, 2 stuck, 39 silent",
                "dialect     native", "runbook     alerts/runbooks/McpNodeDownWithSessions.md",
                "view        as of 2s ago, instance host-a", "", "Evidence", "  redis       0s ago    its key exists",
                "  heartbeats  1m2s ago  node-1 sent its last heartbeat",
            ])
    }

    @Test func `an explanation of what is not registered says how it ended`() throws {
        let answer: DaemonAnswer<ExplanationAnswer> = try Answers.answer(
            """
            {"ref":"s:00000000000000aa","verdict":"expired","confidence":"certain","why":"Its time ran out.",
            "what_to_do":[],"tell_client":"Begin anew.","runbook":null,"state":null,"reason":null,
            "ended":{"how":"expired","at":"2026-11-22T17:59:02.500Z","doubt_seconds":0,"created_at":null},
            "owner":null,"evidence":[],"blast_radius":null,"refused":null}
            """)
        let lines = Report().explanation(answer)
        #expect(lines.contains("state       not registered"))
        #expect(lines.contains("ended       expired, 1m ago (2026-11-22T17:59:02.500Z)"))
    }

    @Test func `colour is only where it is asked for, and changes no word`() throws {
        let answer: DaemonAnswer<[NodeRow]> = try Answers.list([
            Answers.node("node-2", "dead", owned: 0, orphaned: 43)
        ])
        let (plain, coloured) = (Report().nodes(answer), Report(isColoured: true).nodes(answer))
        #expect(coloured[2].hasPrefix("node-2  \u{1B}[31mdead\u{1B}[0m"))
        let stripped = coloured.map { $0.replacing("\u{1B}[31m", with: "").replacing("\u{1B}[0m", with: "") }
        #expect(stripped == plain)
    }
}
