import Exposition
import HTTP
import Sessions
import TestSupport
import Testing

@testable import Cleaning
@testable import Configuration

/// Whole answers of `/api/v1/cleanup`, from a registry that stands still.
@Suite(.ownThreads) struct CleanupRoutesTests {
    private static let deadGroup = """
        {"node":"node-2","boot":"b1","reason":"owner_dead","sessions":3,"gone_since":"DEAD","known":true,"attested":null,
        "silent_seconds":3580.0,"required_seconds":900.0,"decision":"go","skip":null,"why":null}
        """
    private static let formerGroup = """
        {"node":"node-1","boot":"b0","reason":"owner_restarted","sessions":2,"gone_since":"NEXT","known":true,
        "attested":null,"silent_seconds":100.0,"required_seconds":900.0,"decision":"left","skip":"grace",
        "why":"silent for 100 of 900 s"}
        """
    private static let plan = """
        {"may_go":3,"skipped":{"grace":2},"group_count":2,"groups":[\(deadGroup),\(formerGroup)]}
        """

    /// A document in which the times stand by name: of the dead node's last heartbeat, and of the next boot's first one.
    private static func document(_ text: String, _ cleaning: CleaningRegistry) throws -> JSONValue {
        var text = text
        for (name, ago) in [("DEAD", 3_600.0), ("NEXT", 110.0)] {
            text.replace("\"\(name)\"", with: JSONValue.time((cleaning.now - ago).seconds).compact)
        }
        return try json(text)
    }

    @Test func theAnswerSaysWhatWouldGoAndWhatNot() throws {
        let cleaning = CleaningRegistry()
        let answer = cleaning.get("/api/v1/cleanup")
        #expect(answer.status == 200)
        let policy = """
            {"every_seconds":300.0,"grace_seconds":900.0,"max_silence_seconds":21600.0,"reasons":["owner_dead","owner_restarted"],"max_keys_per_second":500,
            "expire_to_seconds":null,"max_dead_fraction":0.5,"settle_seconds":60.0}
            """
        let expected = """
            {"mode":"delete","policy":\(policy),"lease":{"holder":"vm-7-a1b2","epoch":3,"here":true},"suspended":null,
            "brakes":[],"plan":\(Self.plan),"running":null,"runs":[],"undo":{"sessions":null,"bytes":null,"max_bytes":67108864,"kept_seconds":86400.0},"next_run":null,"last_success":null,
            "shared_state_age_seconds":"~","void_evidence":[],"refusal":null}
            """
        #expect(try answer.steadyData() == Self.document(expected, cleaning), "\(answer.text)")
        let frame = try JSONValue(parsing: answer.body).object?.map(\.key)
        #expect(frame == ["as_of", "view_age_seconds", "complete", "instance", "data"])
        #expect(cleaning.get("/api/v1/cleanup?run=1").status == 400)
    }

    @Test func whatHoldsItBackStandsThereWithItsFigures() throws {
        let cleaning = CleaningRegistry { $0.maxDeadFraction = 0.4 }
        cleaning.board.state.withLock { state in
            state.settled = nil
            state.stop = CleanupStop(by: "ann", why: "deploy", at: cleaning.now - 60, until: cleaning.now + 7_200)
            state.refusal = "Redis takes no writes: READONLY"
            state.nextRun = cleaning.now + 60
            state.lastSuccess = cleaning.now - 300
        }
        let data = try cleaning.data()
        let brakes = """
            [{"brake":"dead_fraction","measured":0.5,"limit":0.4,
            "detail":"1 of 2 nodes are dead at once: the heartbeats may be broken"},
            {"brake":"redis_unsettled","measured":null,"limit":60.0,"detail":"Redis does not say how long it has been up"},
            {"brake":"suspended","measured":null,"limit":null,"detail":"ann suspended cleanup: deploy"}]
            """
        #expect(try data["brakes"] == json(brakes))
        let stop: JSONValue = [
            "by": "ann", "why": "deploy", "at": .time((cleaning.now - 60).seconds),
            "until": .time((cleaning.now + 7_200).seconds),
        ]
        #expect(data["suspended"] == stop)
        #expect(data["refusal"] == "Redis takes no writes: READONLY")
        #expect(data["next_run"] == .time((cleaning.now + 60).seconds))
        #expect(data["last_success"] == .time((cleaning.now - 300).seconds))
        #expect(data["plan"]?["may_go"] == 0)
        #expect(data["plan"]?["groups"]?[0]?["why"] == "held by dead_fraction")
        let status = """
            {"mode":"delete","lease":{"holder":"vm-7-a1b2","epoch":3,"here":true},"suspended":\(stop.compact),
            "brakes":["dead_fraction","redis_unsettled","suspended"],
            "last_success":\(JSONValue.time((cleaning.now - 300).seconds).compact),
            "refusal":"Redis takes no writes: READONLY","slowest_node":null}
            """
        #expect(try cleaning.data("/api/v1/status")["cleanup"] == json(status))
    }

    @Test func aStopWhoseTimeHasPassedIsNoneAnyMore() throws {
        let cleaning = CleaningRegistry()
        cleaning.board.state.withLock {
            $0.stop = CleanupStop(by: "ann", why: "deploy", at: cleaning.now - 60, until: cleaning.now - 1)
        }
        #expect(try cleaning.data()["suspended"] == .null)
        #expect(try cleaning.data()["brakes"] == [])
        #expect(try cleaning.data("/api/v1/status")["cleanup"]?["suspended"] == .null)
    }

    @Test func whereItIsOffNothingHoldsItBack() throws {
        let cleaning = CleaningRegistry(.off)
        cleaning.board.state.withLock { state in
            (state.settled, state.readAt, state.holder) = (nil, nil, nil)
        }
        let data = try cleaning.data()
        #expect(data["brakes"] == [] && data["lease"] == .null && data["shared_state_age_seconds"] == .null)
        #expect(data["plan"]?["skipped"] == ["grace": 2] && data["plan"]?["may_go"] == 3)
        #expect(try cleaning.data("/api/v1/status")["cleanup"]?["brakes"] == [])
        let page = ExpositionPage(cleaning.get("/metrics").text)
        #expect(page.sum("mcp_sessiond_cleanup_suspended") == 0)
        #expect(page["mcp_sessiond_cleanup_mode{mcp_sessiond_cleanup_mode=\"off\"}"] == 1)
        // A dry run shows what would go by what this process has heard.
        #expect(try cleaning.post("/api/v1/cleanup").steadyData()["skipped"] == ["grace": 2, "dry_run": 3])
    }

    @Test func runsAreToldTheNewestFirstAndNoMoreThanTwenty() throws {
        let cleaning = CleaningRegistry(.expire)
        let runs = (0..<30).map { number in
            var report = CleanupReport(
                request: CleanupRequest(by: "schedule", run: "run-\(number)", isDryRun: false),
                action: cleaning.board.policy.action, epoch: 3, began: cleaning.now - 10)
            (report.result, report.ended) = (.completed, cleaning.now)
            (report.orphans, report.cleaned, report.skipped) = (5, [.ownerDead: 3], [.grace: 1, .changed: 1])
            return report
        }
        cleaning.board.state.withLock { state in
            state.runs = runs
            state.running = runs[29]
        }
        let data = try cleaning.data()
        #expect(data["runs"]?.array?.compactMap { $0["run"]?.string } == (0..<20).map { "run-\($0)" })
        let expected = """
            {"run":"run-0","by":"schedule","dry_run":false,"action":"expire","epoch":3,"result":"completed","why":null,
            "orphans":5,"cleaned":{"owner_dead":3},"skipped":{"grace":1,"changed":1},"brakes":[],
            "began_at":\(JSONValue.time((cleaning.now - 10).seconds).compact),
            "ended_at":\(JSONValue.time(cleaning.now.seconds).compact),"restorable":null}
            """
        #expect(try data["runs"]?[0] == json(expected))
        #expect(data["running"]?["run"] == "run-29")
        #expect(data["policy"]?["expire_to_seconds"] == 3600.0)
    }

    @Test(arguments: [CleanupSettings.Mode.off, .dryRun, .expire, .delete], ["", "{}", #"{"dry_run":true}"#])
    func aDryRunIsAnsweredAtOnceWhateverTheMode(mode: CleanupSettings.Mode, body: String) throws {
        let cleaning = CleaningRegistry(mode)
        cleaning.board.state.withLock { $0.holder?.isUs = false }
        let answer = cleaning.post("/api/v1/cleanup", body)
        #expect(answer.status == 200)
        let expected = """
            {"run":"~","by":"api:unnamed","dry_run":true,"action":"\(mode == .expire ? "expire" : "delete")","epoch":0,
            "result":"completed","why":null,"orphans":5,"cleaned":{"owner_dead":3},"skipped":{"grace":2,"dry_run":3},
            "brakes":[],"began_at":"~","ended_at":"~","restorable":null,"plan":\(Self.plan)}
            """
        #expect(try answer.steadyData() == Self.document(expected, cleaning), "\(answer.text)")
        #expect(cleaning.board.state.withLock { $0.pendingRun == nil && $0.runs.isEmpty && $0.running == nil })
    }

    @Test func aDryRunThatABrakeHoldsSaysWhich() throws {
        let cleaning = CleaningRegistry()
        cleaning.board.state.withLock {
            $0.stop = CleanupStop(by: "ann", why: "deploy", at: cleaning.now, until: nil)
        }
        let data = try cleaning.post("/api/v1/cleanup", #"{"by":"bob"}"#).steadyData()
        #expect(data["result"] == "suspended" && data["by"] == "api:bob")
        #expect(data["why"] == "ann suspended cleanup: deploy")
        #expect(data["cleaned"] == .object([]))
    }
}

// MARK: - Real runs

extension CleanupRoutesTests {
    @Test func aRealRunIsWishedForOnce() throws {
        let cleaning = CleaningRegistry()
        let answer = cleaning.post("/api/v1/cleanup", #"{"dry_run":false,"by":"ann"}"#)
        #expect(answer.status == 202)
        let runOrdered = cleaning.board.state.withLock { $0.pendingRun }
        let pendingRun = try #require(runOrdered)
        #expect(pendingRun.request.by == "api:ann" && !pendingRun.request.isDryRun)
        #expect(try JSONValue(parsing: answer.body)["data"] == ["run": .string(pendingRun.request.run)])
        try expect(cleaning.post("/api/v1/cleanup", #"{"dry_run":false}"#), 409, "a run is already in progress")
    }

    /// Why a real run may not begin.
    enum Hindrance: CaseIterable {
        case off, dryRunMode, nobodyHolds, anotherHolds, refusal, running

        var mode: CleanupSettings.Mode {
            switch self {
            case .off: .off
            case .dryRunMode: .dryRun
            default: .delete
            }
        }

        var answer: (status: Int, detail: String) {
            switch self {
            case .off: (409, "cleanup.mode is off: nothing is removed")
            case .dryRunMode: (409, "cleanup.mode is dry-run: nothing is removed")
            case .nobodyHolds: (409, "the lease is held by nobody yet: ask there")
            case .anotherHolds: (409, "the lease is held by vm-7-a1b2: ask there")
            case .refusal: (503, "Redis takes no writes")
            case .running: (409, "a run is already in progress")
            }
        }

        func apply(to state: inout CleanupBoard.State) {
            switch self {
            case .off, .dryRunMode: break
            case .nobodyHolds: state.holder = nil
            case .anotherHolds: state.holder?.isUs = false
            case .refusal: state.refusal = "Redis takes no writes"
            case .running:
                let request = CleanupRequest(by: "schedule", run: "r", isDryRun: false)
                state.running = CleanupReport(
                    request: request, action: .delete, epoch: 3, began: PaperRegistry.epoch)
            }
        }
    }

    @Test(arguments: Hindrance.allCases)
    func aRealRunThatMayNotBeginIsRefused(hindrance: Hindrance) throws {
        let cleaning = CleaningRegistry(hindrance.mode)
        cleaning.board.state.withLock { hindrance.apply(to: &$0) }
        let (status, detail) = hindrance.answer
        try expect(cleaning.post("/api/v1/cleanup", #"{"dry_run":false}"#), status, detail)
        #expect(cleaning.board.state.withLock { $0.pendingRun == nil })
    }

    private func expect(_ answer: HTTPResponse, _ status: Int, _ detail: String, member: String? = nil) throws {
        let problem = try JSONValue(parsing: answer.body)
        #expect(answer.status == status && answer.headers["Content-Type"] == "application/problem+json")
        #expect(problem["detail"] == .string(detail) && problem["member"]?.string == member, "\(problem.compact)")
    }
}

// MARK: - What is refused

extension CleanupRoutesTests {
    private static let long = String(repeating: "x", count: 201)

    @Test(
        arguments: [
            ("", "[]", nil, "the body is not a JSON object"), ("", "{", nil, "the body is not a JSON object"),
            ("", " ", nil, "the body is not a JSON object"),
            ("", #"{"dry_run":1}"#, "dry_run", "neither true nor false"),
            ("", #"{"dry_run":"false"}"#, "dry_run", "neither true nor false"),
            ("", #"{"dryrun":false}"#, "dryrun", "unknown member; known here: dry_run, by"),
            ("", #"{"by":7}"#, "by", "not a text"), ("", #"{"by":"\#(long)"}"#, "by", "longer than 64 characters"),
            ("", #"{"by":"a\u001bb"}"#, "by", "holds control characters"),
            ("/suspend", "", "why", "the reason; it must not be empty"),
            ("/suspend", #"{"why":"  "}"#, "why", "the reason; it must not be empty"),
            ("/suspend", #"{"why":null}"#, "why", "the reason; it must not be empty"),
            ("/suspend", #"{"why":"\#(long)"}"#, "why", "longer than 200 characters"),
            ("/suspend", #"{"why":"a\nb"}"#, "why", "holds control characters"),
            ("/suspend", #"{"why":"a","for":""}"#, "for", "not a duration such as 30m or 2h"),
            ("/suspend", #"{"why":"a","for":" "}"#, "for", "not a duration such as 30m or 2h"),
            ("/suspend", #"{"why":"a","for":"0s"}"#, "for", "not a duration such as 30m or 2h"),
            ("/suspend", #"{"why":"a","for":"-1h"}"#, "for", "not a duration such as 30m or 2h"),
            ("/suspend", #"{"why":"a","for":7200}"#, "for", "not a text"),
            ("/suspend", #"{"why":"a","for":"9999999d"}"#, "for", "not a duration such as 30m or 2h"),
            ("/suspend", #"{"why":"a","until":""}"#, "until", "not a time such as 2026-11-23T12:00:00Z"),
            ("/suspend", #"{"why":"a","until":"noon"}"#, "until", "not a time such as 2026-11-23T12:00:00Z"),
            ("/suspend", #"{"why":"a","until":"1790000000"}"#, "until", "not a time such as 2026-11-23T12:00:00Z"),
            ("/suspend", #"{"why":"a","until":"2020-01-01T00:00:00Z"}"#, "until", "it has passed"),
            ("/suspend", #"{"why":"a","until":"0001-01-01T00:00:00Z"}"#, "until", "it has passed"),
            (
                "/suspend", #"{"why":"a","until":"2099-01-01T00:00:00Z","for":"1h"}"#, "until",
                "\"for\" already says when it ends"
            ),
            ("/suspend", #"{"why":"a","whom":"b"}"#, "whom", "unknown member; known here: why, by, until, for"),
            ("/resume", #"{"why":"a"}"#, "why", "unknown member; known here: by"),
            ("/attest", "", "node", "the node that is gone; it must not be empty"),
            ("/attest", #"{"node":" ","why":"a"}"#, "node", "the node that is gone; it must not be empty"),
            ("/attest", #"{"node":7,"why":"a"}"#, "node", "not a text"),
            ("/attest", #"{"node":"n"}"#, "why", "how it is known; it must not be empty"),
            ("/attest", #"{"node":"n","why":"a\nb"}"#, "why", "holds control characters"),
            ("/attest", #"{"node":"n","why":"\#(long)"}"#, "why", "longer than 200 characters"),
            ("/attest", #"{"node":"n","why":"a","boot":7}"#, "boot", "not a text"),
            (
                "/attest", #"{"node":"n","why":"a","for":"1h"}"#, "for",
                "unknown member; known here: node, boot, why, by"
            ),
        ] as [(String, String, String?, String)])
    func aBodyThatIsWrongIsNamed(route: String, body: String, member: String?, detail: String) throws {
        let cleaning = CleaningRegistry()
        let answer = cleaning.post("/api/v1/cleanup\(route)", body)
        try expect(answer, 400, detail, member: member)
        #expect(cleaning.board.state.withLock { $0.pendingRun == nil && $0.stop == nil })
    }

    @Test(arguments: ["", "/suspend", "/resume", "/attest"].map { "/api/v1/cleanup" + $0 })
    func whateverWritesNeedsATokenWithTheScope(target: String) throws {
        let cleaning = CleaningRegistry()
        #expect(cleaning.post(target, #"{"by":"ann"}"#, token: nil).status == 401)
        #expect(cleaning.post(target, #"{"by":"ann"}"#, token: CleaningRegistry.readToken).status == 403)
        #expect(cleaning.post(target + "?x=1", #"{"by":"ann"}"#).status == 400)
    }

    @Test func noAnswerHoldsAnId() throws {
        let cleaning = CleaningRegistry()
        let answers = [cleaning.get("/api/v1/cleanup"), cleaning.post("/api/v1/cleanup"), cleaning.get("/metrics")]
        for answer in answers {
            #expect((1...6).allSatisfy { !answer.text.contains(uuid($0)) })
        }
    }
}
