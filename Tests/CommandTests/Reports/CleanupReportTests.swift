import API
import Exposition
import Testing

@testable import mcp_sessiond

@Suite struct CleanupReportTests {
    private static let groups = """
        [{"node":"node-2","boot":"b2","reason":"owner_dead","sessions":43,"gone_since":"2026-11-22T17:00:00.000Z",
        "known":true,"attested":null,"silent_seconds":3600.0,"required_seconds":900.0,"decision":"go","skip":null,
        "why":null},
        {"node":"node-1","boot":null,"reason":"owner_restarted","sessions":5,"gone_since":"2026-11-22T17:58:00.000Z",
        "known":true,"attested":null,"silent_seconds":120.0,"required_seconds":900.0,"decision":"left","skip":"grace",
        "why":"silent for 120 of 900 s"}]
        """

    private static let report = """
        {"run":"1795404635-b466","by":"api:ann","dry_run":false,"action":"delete","epoch":3,"result":"completed",
        "why":null,"orphans":48,"cleaned":{"owner_dead":43},"skipped":{"grace":5},"brakes":[],
        "began_at":"2026-11-22T17:55:00.000Z","ended_at":"2026-11-22T17:55:03.000Z","restorable":43}
        """

    private static func cleanup(
        mode: String = "delete", lease: String = #"{"holder":"vm-7","epoch":3,"here":true}"#,
        suspended: String = "null", brakes: String = "[]", running: String = "null", runs: String = "[]",
        refusal: String = "null", voidEvidence: String = "[]", groups: String = groups
    ) throws -> DaemonAnswer<CleanupAnswer> {
        try Answers.answer(
            """
            {"mode":"\(mode)","policy":{},"lease":\(lease),"suspended":\(suspended),"brakes":\(brakes),
            "plan":{"may_go":43,"skipped":{"grace":5},"group_count":2,"groups":\(groups)},"running":\(running),
            "runs":\(runs),"undo":{"sessions":43,"bytes":14706,"max_bytes":67108864,"kept_seconds":86400.0},
            "next_run":"2026-11-22T18:04:02.500Z","last_success":null,"void_evidence":\(voidEvidence),
            "refusal":\(refusal)}
            """)
    }

    @Test func `the plan is what may go, what not and why`() throws {
        let lines = Report().cleanup(try Self.cleanup(runs: "[\(Self.report)]"))
        #expect(
            lines == [
                "cleanup     delete, as of 2s ago, instance host-a",
                "lease       held here, epoch 3",
                "may go      43 sessions",
                "left alone  5 grace",
                "restorable  43 sessions, 0.0 MiB of 64.0 MiB, each for 1d",
                "last run    4m59s ago: completed, 43 cleaned",
                "next run    in 4m",
                "",
                "NODE    BOOT  REASON           SESSIONS  SILENT FOR  DECISION",
                "node-2  b2    owner_dead             43  1h of 15m   may go",
                "node-1  -     owner_restarted         5  2m of 15m   grace: silent for 120 of 900 s",
            ])
    }

    /// Where the evidence is not asked no silence is told; and what of it is void stands above the plan.
    @Test func `evidence that is void is told, and no silence where none counts`() throws {
        let answer = try Self.cleanup(
            voidEvidence: #"[{"key":"mcp:sessiond:known:0123456789abcdef","why":"unknown version","records":2}]"#,
            groups: """
                [{"node":"node-1","boot":null,"reason":"owner_restarted","sessions":5,"gone_since":null,"known":null,
                "attested":null,"silent_seconds":null,"required_seconds":null,"decision":"left","skip":"protected",
                "why":"no boots are recorded, and nothing is removed by comparing times"}]
                """)
        let lines = Report().cleanup(answer)
        #expect(lines.contains("void        2 records of mcp:sessiond:known:0123456789abcdef: unknown version"))
        let row = lines.first { $0.hasPrefix("node-1") }?.split(separator: " ").prefix(6)
        #expect(row == ["node-1", "-", "owner_restarted", "5", "-", "protected:"])
    }

    @Test func `an attestation says of whom, by whom and what comes next`() throws {
        let said = #""attested":{"by":"ann","why":"its host was scrapped","at":"2026-11-22T18:00:02.500Z"}"#
        let next = "its sessions may go once it was silent for long enough: mcp-sessiond cleanup"
        let ofBoot: DaemonAnswer<AttestAnswer> = try Answers.answer(#"{"node":"node-9","boot":"b9",\#(said)}"#)
        let ofNode: DaemonAnswer<AttestAnswer> = try Answers.answer(#"{"node":"node-9","boot":null,\#(said)}"#)
        #expect(
            Report().attested(ofBoot.data) == [
                "node-9, boot b9 is attested to be gone by ann: its host was scrapped", next,
            ])
        #expect(
            Report().attested(ofNode.data).first
                == "node-9 is attested to be gone by ann: its host was scrapped")
    }

    @Test func `a brake is told to its end`() throws {
        let brakes = """
            [{"brake":"redis_unsettled","measured":28.84,"limit":60.0,"detail":"Redis restarted, failed over or was \
            loading, or was first seen not long ago"}]
            """
        let lines = Report().cleanup(try Self.cleanup(brakes: brakes))
        #expect(
            lines[2...3] == [
                "brake       redis_unsettled: Redis restarted, failed over or was loading, or was first seen not long",
                "            ago (28.84, limit 60.0)",
            ])
    }

    @Test func `what holds cleanup back stands above the plan`() throws {
        let brakes = """
            [{"brake":"dead_fraction","measured":0.6666666,"limit":0.5,"detail":"2 of 3 nodes are dead at once"},
            {"brake":"suspended","measured":null,"limit":null,"detail":"ann suspended cleanup: deploy"}]
            """
        let stop = #"{"by":"ann","why":"deploy","at":"2026-11-22T17:57:02.500Z","until":"2026-11-22T20:00:02.500Z"}"#
        let answer = try Self.cleanup(
            lease: #"{"holder":"vm-8","epoch":4,"here":false}"#, suspended: stop, brakes: brakes,
            running: Self.report.replacing(#""result":"completed""#, with: #""result":null"#),
            refusal: #""Redis takes no writes""#)
        #expect(
            Report().cleanup(answer).prefix { !$0.hasPrefix("next") } == [
                "cleanup     delete, as of 2s ago, instance host-a",
                "refused     Redis takes no writes",
                "lease       held by vm-8, epoch 4",
                "suspended   by ann 3m ago: deploy, ends in 2h",
                "brake       dead_fraction: 2 of 3 nodes are dead at once (0.67, limit 0.5)",
                "may go      43 sessions",
                "left alone  5 grace",
                "restorable  43 sessions, 0.0 MiB of 64.0 MiB, each for 1d",
                "running     in progress, 43 cleaned",
            ])
        #expect(mcp_sessiond.ExitStatus.cleanup(answer.data) == .foundWrong)
        #expect(mcp_sessiond.ExitStatus.cleanup(try Self.cleanup().data) == .fine)
    }

    @Test func `where it is off nobody holds a lease`() throws {
        let lines = Report().cleanup(try Self.cleanup(mode: "off", lease: "null"))
        #expect(
            lines.prefix(2) == [
                "cleanup     off: nothing is removed, and no evidence is kept, as of 2s ago, instance host-a",
                "may go      43 sessions",
            ])
        #expect(Report().cleanup(try Self.cleanup(lease: "null"))[1] == "lease       held by nobody")
    }

    private static func run(_ report: String) throws -> RunRow {
        let answer: DaemonAnswer<RunRow> = try Answers.answer(report)
        return answer.data
    }

    @Test func `one run says what became of the orphans`() throws {
        #expect(
            Report().run(try Self.run(Self.report)) == [
                "run         1795404635-b466 by api:ann", "result      completed", "orphans     48",
                "cleaned     43 owner_dead", "left alone  5 grace",
            ])
        let dry = """
            {"run":"1795404635-c577","by":"cron","dry_run":true,"action":"delete","epoch":0,"result":"suspended",
            "why":"no node beats","orphans":48,"cleaned":{},"skipped":{"protected":48},
            "brakes":[{"brake":"no_heartbeats","measured":0.0,"limit":1.0,"detail":"no node beats"}],
            "began_at":"2026-11-22T17:55:00.000Z","ended_at":"2026-11-22T17:55:00.000Z"}
            """
        #expect(
            Report().run(try Self.run(dry)) == [
                "run         1795404635-c577 by cron", "result      suspended: no node beats", "orphans     48",
                "would go    none", "left alone  48 protected",
                "brake       no_heartbeats: no node beats (0.0, limit 1.0)",
            ])
        for (result, status) in [
            ("completed", mcp_sessiond.ExitStatus.fine), ("suspended", .foundWrong), ("error", .foundWrong),
        ] {
            #expect(mcp_sessiond.ExitStatus.run(try Self.run("{\"result\":\"\(result)\"}")) == status)
        }
    }

    @Test func `the history is a row a run`() throws {
        let failed = """
            {"run":"1795404335-1a2b","by":"schedule","dry_run":true,"action":"delete","epoch":2,"result":"suspended",
            "why":"ann suspended cleanup: deploy","orphans":48,"cleaned":{},"skipped":{},"brakes":[],
            "began_at":"2026-11-22T17:50:02.500Z","ended_at":"2026-11-22T17:50:02.500Z"}
            """
        let answer = try Self.cleanup(runs: "[\(Self.report),\(failed)]")
        #expect(
            Report().history(answer.data.runs, answer.frame) == [
                "the last 2 runs, as of 2s ago, instance host-a",
                "ENDED      BY        RESULT     DRY  ORPHANS  CLEANED  RESTORABLE  RUN              WHY",
                "4m59s ago  api:ann   completed  no        48       43          43  1795404635-b466  -",
                "10m ago    schedule  suspended  yes       48        0           -  1795404335-1a2b  ann susp… deploy",
            ])
        let wide = Report(limit: nil, isWide: true).history(answer.data.runs, answer.frame)
        #expect(wide[1].hasPrefix("EPOCH  TOOK  ENDED      BY"))
        #expect(wide[2].hasPrefix("    3  3s    4m59s ago  api:ann"))
        #expect(Report().history([], answer.frame) == ["no run yet, as of 2s ago, instance host-a"])
    }

    @Test func `a stop says whose it is, until when, and whose it was before`() throws {
        let stop = #"{"by":"bob","why":"deploy","at":"2026-11-22T18:00:02.500Z","until":"2026-11-22T18:05:02.500Z"}"#
        let before = #"{"by":"ann","why":"incident","at":"2026-11-22T17:00:02.500Z","until":null}"#
        #expect(
            Report().suspended(try Answers.answer(#"{"suspended":\#(stop),"replaced":\#(before)}"#)) == [
                "cleanup is suspended by bob 0s ago: deploy, ends in 5m",
                "replaces the suspension by ann 1h ago: incident, until it is resumed",
            ])
        #expect(Report().resumed(ResumeAnswer(wasSuspended: true)) == ["cleanup is resumed"])
        #expect(Report().resumed(ResumeAnswer(wasSuspended: false)) == ["cleanup is resumed (it was not suspended)"])
    }

    @Test func `status names mode, lease, stop and brakes`() throws {
        let cleanup = """
            {"mode":"delete","lease":{"holder":"vm-8","epoch":4,"here":false},"suspended":{"by":"ann","why":"deploy",
            "at":"2026-11-22T17:57:02.500Z","until":null},"brakes":["view_stale","suspended"],
            "last_success":"2026-11-22T17:55:02.500Z","refusal":null}
            """
        let status = Answers.status.replacing(
            #""version":"0.1.0"}"#, with: #""cleanup":\#(cleanup),"version":"0.1.0"}"#)
        #expect(
            Report().status(try Answers.answer(status)).suffix(4) == [
                "cleanup     delete, held by vm-8, epoch 4, last completed 5m ago",
                "suspended   by ann 3m ago: deploy, until it is resumed",
                "held by     view_stale, suspended",
                "version     0.1.0",
            ])
    }

    @Test(arguments: NarrowReportTests.names)
    func `no line is too wide or acts upon the terminal`(name: String) throws {
        let escaped = String(JSONValue.string(name).compact.dropFirst().dropLast())
        let stop = """
            {"by":"\(escaped)","why":"\(escaped)\(escaped)","at":"2026-11-22T17:57:02.500Z","until":null}
            """
        let report = Self.report.replacing("api:ann", with: escaped)
            .replacing("1795404635-b466", with: escaped).replacing(#""why":null"#, with: #""why":"\#(escaped)""#)
        let groups = Self.groups.replacing("node-2", with: escaped).replacing("\"b2\"", with: "\"\(escaped)\"")
            .replacing("silent for 120", with: escaped)
        let answer = try Self.cleanup(
            lease: #"{"holder":"\#(escaped)","epoch":9007199254740992,"here":false}"#, suspended: stop,
            brakes: #"[{"brake":"clock_skew","measured":1e300,"limit":30.0,"detail":"\#(escaped)"}]"#,
            running: report, runs: "[\(report)]", refusal: "\"\(escaped)\"",
            voidEvidence: #"[{"key":"\#(escaped)","why":"\#(escaped)","records":9007199254740992}]"#, groups: groups)
        let attested: DaemonAnswer<AttestAnswer> = try Answers.answer(
            #"{"node":"\#(escaped)","boot":"\#(escaped)","attested":{"by":"\#(escaped)","why":"\#(escaped)"}}"#)
        for line in [
            Report().cleanup(answer), Report().history(answer.data.runs, answer.frame),
            Report().run(try Self.run(report)),
            Report().suspended(try Answers.answer(#"{"suspended":\#(stop),"replaced":\#(stop)}"#)),
            Report().attested(attested.data),
        ].joined() {
            #expect(HarmlessText(line).columns <= 100, "\(line)")
            #expect(HarmlessText(line).text == line)
        }
    }
}
