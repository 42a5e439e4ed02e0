import API
import Exposition

@testable import mcp_sessiond

/// Fixed answers of the API.
enum Answers {
    static let frame = #""as_of":"2026-11-22T18:00:00.000Z","view_age_seconds":2.5,"complete":true,"instance":"host-a""#

    /// An answer about one thing; what `data` and `frame` leave out is filled in.
    static func answer<Content: Codable & Sendable>(
        _ data: String, frame: String = frame
    ) throws -> DaemonAnswer<Content> {
        try DaemonAnswer(received(Envelope<Content>.self, "{\(frame),\"data\":\(data)}"))
    }

    /// A page of a list.
    static func list<Row: Codable & Sendable>(
        _ rows: [String], cursor: String? = nil, frame: String = frame
    ) throws -> DaemonAnswer<[Row]> {
        let next = JSONValue.string(orNull: cursor).compact
        let text = "{\(frame),\"data\":[\(rows.joined(separator: ","))],\"next_cursor\":\(next)}"
        return try DaemonAnswer(page: received(ListEnvelope<Row>.self, text))
    }

    private static func received(_ type: any Decodable.Type, _ text: String) throws -> ReceivedAnswer {
        let document = FilledDocument.filled(type, try JSONValue(parsing: Array(text.utf8)))
        return try ReceivedAnswer(status: 200, bytes: Array(document.compact.utf8), server: "http://127.0.0.1:9850")
    }

    static func node(
        _ name: String, _ status: String, owned: Int, orphaned: Int, boot: String = "b-1", malformed: String = "null",
        flags: [String] = [], working: String = "null", turns: [String] = [], findings: [String] = []
    ) -> String {
        """
        {"node":"\(name)","status":"\(status)","boot":"\(boot)","started_at":"2026-11-22T17:00:00.000Z",
        "uptime_seconds":\(status == "dead" ? "null" : "3602.5"),"last_heartbeat_at":"2026-11-22T18:00:01.000Z",
        "heartbeat_age_seconds":1.5,"url":"http://10.0.0.1:8080","version":"1.4.2",
        "sessions":{"registered":\(owned + orphaned),"owned":\(owned),"orphaned":\(orphaned),
        "orphaned_by_reason":{"owner_dead":\(orphaned),"owner_restarted":0,"owner_unknown":0,"owner_denies":0}},
        "reported_sessions":\(owned),"restarts":0,"malformed":\(malformed),"suspect":\(flags.contains("suspect")),
        "suspect_reasons":[],"flags":[\(flags.map { "\"\($0)\"" }.joined(separator: ","))],
        "findings":[\(findings.map { "\"\($0)\"" }.joined(separator: ","))],"working":\(working),
        "boots_taking_turns":[\(turns.map { "\"\($0)\"" }.joined(separator: ","))]}
        """
    }

    static func finding(_ kind: String, _ severity: String, _ what: String, evidence: String? = nil) -> String {
        """
        {"finding":"\(kind)","severity":"\(severity)","since":null,"nodes":[],"count":1,"what":"\(what)",
        "evidence":\(JSONValue.string(orNull: evidence).compact),"advice":"Mend that.",
        "runbook":"alerts/runbooks/McpNodeSuspect.md","command":"mcp-sessiond nodes"}
        """
    }

    static func session(
        _ ref: String, _ state: String, reason: String? = nil, node: String? = "node-1",
        client: String? = "inspector 0.17.2",
        orphanedSince: String? = nil
    ) -> String {
        func quoted(_ text: String?) -> String { JSONValue.string(orNull: text).compact }
        return """
            {"ref":"\(ref)","state":"\(state)","reason":\(quoted(reason)),"node":\(quoted(node)),"boot":"b-1",
            "created_at":"2026-11-22T17:56:50.500Z","last_seen":null,"expires_at":"2026-12-22T18:00:02.500Z",
            "client":\(quoted(client)),"no_expiry":false,"orphaned_since":\(quoted(orphanedSince)),"dialect":"native"}
            """
    }

    /// What an explanation has besides the members of a row.
    static let explanation = """
        "verdict":"owner_dead","confidence":"certain","why":"node-1, which held it, is dead.",
        "what_to_do":["See what else it took with it, and whether it comes back, which the node's own log tells better \
        than any of this: mcp-sessiond node node-1","Nothing else."],
        "tell_client":"Begin anew.","runbook":"alerts/runbooks/McpNodeDownWithSessions.md",
        "owner":{"node":"node-1","boot":"b-1","status":"dead","boot_now":"b-1","started_at":null,"last_heartbeat_at":null},
        "evidence":[{"fact":"its key exists","source":"redis","at":"2026-11-22T18:00:02.500Z","age_seconds":0.2},
        {"fact":"node-1 sent its last heartbeat","source":"heartbeats","at":"2026-11-22T17:59:00.500Z","age_seconds":62}],
        "blast_radius":{"sessions":44,"recovered":3,"stuck":2,"silent":39}
        """

    static let status = """
        {"findings":[\(finding("node_dead", "critical", "node-3 is dead: 40 sessions orphaned"))],"sessions":{"registered":171,"owned":120,"orphaned":43,"unowned":7,"malformed":1,
        "orphaned_by_reason":{"owner_dead":40,"owner_restarted":3,"owner_unknown":0,"owner_denies":0},
        "malformed_by_reason":{"bad_json":1,"too_large":0,"bad_time":0},"no_expiry":2},
        "nodes":{"alive":2,"draining":0,"dead":1,"unknown":0},
        "node_flags":{"suspect":0,"silent_but_working":0,"shared_name":0},
        "watch":{"mode":"scan","scan_every_seconds":30.0,"redis_share":0.1,"last_full_scan_seconds":0.0770304,
        "stale_after_seconds":90.0,"gap":null,"full_scan_failure":null},
        "redis":{"up":true,"endpoint":"127.0.0.1:6379/0","version":"7.0.15","role":"master",
        "maxmemory_policy":"noeviction","evicted_keys":0,"clock_skew_seconds":0.0,"error":null},
        "keys":{"sessions":171,"nodes":2,"skipped":{"suffix":164,"type":0,"id_length":0,"id_charset":0}},
        "version":"0.1.0"}
        """
}
