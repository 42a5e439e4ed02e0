import Testing

@testable import Sessions

private let moment = UnixTime(milliseconds: 1_787_307_302_000)

private func heartbeat(_ change: (inout Heartbeat) -> Void) -> Heartbeat {
    var heartbeat = Heartbeat()
    change(&heartbeat)
    return heartbeat
}

private let whole = heartbeat {
    $0.boot = "b7"
    $0.startedAt = moment - 300
    $0.seenAt = moment
    $0.url = "http://10.0.0.2:8080"
    $0.sessions = 41
    $0.version = "1.4.2"
}

@Suite struct HeartbeatTests {
    private static let reader = HeartbeatReader(.native)

    private static func read(_ text: String) -> Heartbeat {
        let text = bytes(text)
        return reader.read(json: text.span)
    }

    private static func read(hash fields: [String: String]) -> Heartbeat {
        reader.read(hash: reader.fields.names.map { fields[$0].map { bytes($0) } })
    }

    @Test(
        arguments: [
            (
                #"{"boot":"b7","started_at":1787307002,"seen_at":1787307302,"url":"http://10.0.0.2:8080","#
                    + #""sessions":41,"version":"1.4.2","state":"serving"}"#, whole
            ),
            (
                #"{"boot_id":"b7","startedAt":"2026-08-21T10:10:02Z","seenAt":"1787307302000","#
                    + #""url":"http://10.0.0.2:8080","sessions":"41","version":"1.4.2"}"#, whole
            ),
            (#"{"state":"draining"}"#, heartbeat { $0.isDraining = true }), (#"{"state":"serving"}"#, .marker),
            (#"{"state":"DRAINING"}"#, .marker), (#"{"state":null}"#, .marker), (#"{"state":true}"#, .marker),
            (#"{"boot":"","url":"","version":""}"#, .marker), (#"{"boot":{"x":1}}"#, .marker),
            (#"{"sessions":0}"#, heartbeat { $0.sessions = 0 }), (#"{"sessions":-1}"#, .marker),
            (#"{"sessions":"many"}"#, .marker),
            (#"{"sessions":1.5}"#, .marker), (#"{"sessions":99999999999999999999}"#, .marker),
            (#"{"sessions":null}"#, .marker),
            (#"{"boot":7}"#, heartbeat { $0.boot = "7" }),
            // A bare marker lives while it exists.
            ("1", .marker), ("", .marker), ("alive", .marker), ("{}", .marker), ("null", .marker),
            ("1787307302", .marker),
        ] as [(String, Heartbeat)])
    func readsWhatAHeartbeatSays(text: String, heartbeat: Heartbeat) {
        #expect(Self.read(text) == heartbeat)
    }

    /// It is still a sign of life.
    @Test(
        arguments: [
            ("{", .badJSON), ("{\"boot\":\"b\"", .badJSON), (#"{"seen_at":"soon","boot":"b"}"#, .badTime),
            (#"{"started_at":-5}"#, .badTime), ("{\"boot\":\"" + String(repeating: "b", count: 513) + "\"}", .tooLarge),
            (String(repeating: "x", count: 65_537), .tooLarge),
        ] as [(String, Malformation)])
    func whatCannotBeReadIsToldApart(text: String, malformation: Malformation) {
        #expect(Self.read(text) == Heartbeat(malformation: malformation))
    }

    @Test func readsAHashAsItReadsAnObject() {
        let fields = [
            "boot": "b7", "started_at": "1787307002", "seen_at": "1787307302", "url": "http://10.0.0.2:8080",
            "sessions": "41",
            "version": "1.4.2", "state": "serving",
        ]
        #expect(Self.read(hash: fields) == whole)
        #expect(Self.read(hash: ["state": "draining"]) == heartbeat { $0.isDraining = true })
        #expect(Self.read(hash: [:]) == .marker)
        #expect(Self.read(hash: ["seen_at": "soon"]) == Heartbeat(malformation: .badTime))
    }

    @Test(
        arguments: [
            ("1787307302", Heartbeat(seenAt: moment)), ("1787307302.5", Heartbeat(seenAt: moment + 0.5)),
            ("1787307302000", Heartbeat(seenAt: moment)), ("1.787307302e+09", Heartbeat(seenAt: moment)),
            ("inf", Heartbeat(malformation: .badTime)), ("0", Heartbeat(malformation: .badTime)),
            ("", Heartbeat(malformation: .badTime)), ("-1787307302", Heartbeat(malformation: .badTime)),
        ] as [(String, Heartbeat)])
    func readsTheScoreOfASortedSet(score: String, heartbeat: Heartbeat) {
        let score = bytes(score)
        #expect(Self.reader.read(score: score.span) == heartbeat)
    }
}
