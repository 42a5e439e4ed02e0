import Testing

@testable import Sessions

private let moment = UnixTime(milliseconds: 1_787_307_302_000)

/// What a value says, with the names themselves.
struct Said: Equatable {
    static let marker = Said(client: [])

    var owner: OwnerName?
    var createdAt: UnixTime?
    var lastSeen: UnixTime?
    var client: [UInt8]
}

private func value(
    _ node: String?, _ boot: String? = nil, created: UnixTime? = nil, lastSeen: UnixTime? = nil, client: String = ""
) -> Said {
    Said(
        owner: node.map { OwnerName(node: bytes($0), boot: boot.map { bytes($0) }) }, createdAt: created,
        lastSeen: lastSeen, client: bytes(client))
}

/// What is read, by names that were met before and by new ones.
private func said(
    _ read: (inout RecordNames) throws(Malformation) -> SessionValue
) -> Result<Said, Malformation> {
    var names = RecordNames(seed: 1)
    for name in ["n", "node", "s"] {
        _ = names.owner(node: bytes(name).span, boot: bytes("b").span, isAdoptable: false)
        _ = names.client(bytes(name).span)
    }
    do throws(Malformation) {
        let value = try read(&names)
        let again = try read(&names)
        #expect(again == value, "the same record has the same names")
        return .success(
            Said(
                owner: names.ownerName(at: value.owner), createdAt: value.createdAt, lastSeen: value.lastSeen,
                client: names.clientName(at: value.client)))
    } catch {
        return .failure(error)
    }
}

@Suite struct SessionValueTests {
    private static let reader = SessionValueReader(.native)

    private static func read(_ text: String) -> Result<Said, Malformation> {
        let text = bytes(text)
        return said { names throws(Malformation) in try reader.read(json: text.span, &names) }
    }

    /// A hash with these fields, as HMGET answers for it.
    private static func read(hash fields: [String: String]) -> Result<Said, Malformation> {
        let values = reader.fields.names.map { fields[$0].map { bytes($0) } }
        return said { names throws(Malformation) in try reader.read(hash: values, &names) }
    }

    @Test(
        arguments: [
            (
                #"{"node":"node-2","boot":"b7","created_at":1787307302,"last_seen":1787307302500,"client":"inspector"}"#,
                value("node-2", "b7", created: moment, lastSeen: moment + 0.5, client: "inspector")
            ),
            (
                #"{"node_id":"n","incarnation":"i","createdAt":"2026-08-21T10:15:02Z","lastSeen":"1787307302"}"#,
                value("n", "i", created: moment, lastSeen: moment)
            ),
            (#"{"node":"n"}"#, value("n")), (#"{"node":"n","boot":null,"client":null}"#, value("n")),
            (#"{"node":"n","boot":""}"#, value("n")), (#"{"node":7,"boot":8}"#, value("7", "8")),
            (#"{"node":"host:123","boot":"a b"}"#, value("host:123", "a b")),
            (#"{"node":"n","created_at":"","last_seen":null}"#, value("n")),
            (#"{"node":"n","created_at":1.787307302e9}"#, value("n", created: moment)),
            // Registered with no known owner: markers, and objects without an owner.
            ("1", .marker), ("", .marker), ("0", .marker), ("null", .marker), ("\"node-1\"", .marker),
            ("[\"n\"]", .marker),
            ("alive", .marker), ("{}", .marker), (#"{"x":1}"#, .marker), (#"{"boot":"b7"}"#, .marker),
            (#"{"node":null,"boot":"b"}"#, .marker), (#"{"node":""}"#, .marker), (#"{"node":true}"#, .marker),
            (#"{"node":{"name":"n"}}"#, .marker), (#"{"node":["n"]}"#, .marker),
            (#"{"created_at":1787307302}"#, value(nil, created: moment)),
            // Clients: one string, or name and version in any order.
            (#"{"client":"inspector/0.4"}"#, value(nil, client: "inspector/0.4")),
            (#"{"client":{"name":"inspector","version":"0.4"}}"#, value(nil, client: "inspector 0.4")),
            (#"{"client":{"version":"0.4","x":[],"name":"inspector"}}"#, value(nil, client: "inspector 0.4")),
            (#"{"client":{"name":"inspector"}}"#, value(nil, client: "inspector")),
            (#"{"client":{"name":"inspector","version":""}}"#, value(nil, client: "inspector")),
            (#"{"client":{"version":2}}"#, value(nil, client: "2")), (#"{"client":{}}"#, value(nil)),
            (#"{"client":{"name":"a\nb"}}"#, value(nil, client: "a\nb")), (#"{"client":""}"#, value(nil)),
            (#"{"client":false}"#, value(nil)),
        ] as [(String, Said)])
    func readsWhatAValueSays(text: String, value: Said) {
        #expect(Self.read(text) == .success(value))
    }

    @Test(
        arguments: [
            (["node": "n", "boot": "b", "created_at": "1787307302"], value("n", "b", created: moment)),
            (["node_id": "n", "created": "2026-08-21T12:15:02+02:00"], value("n", created: moment)),
            (["node": "n", "client": #"{"name":"inspector","version":"0.4"}"#], value("n", client: "inspector 0.4")),
            (["node": "n", "client": "inspector 0.4"], value("n", client: "inspector 0.4")),
            (["node": "n", "client": "{broken"], value("n", client: "{broken")),
            (["node": "n", "boot": "", "updated_at": "1787307302000"], value("n", lastSeen: moment)),
            ([:], .marker), (["node": ""], .marker), (["boot": "b"], .marker),
        ] as [([String: String], Said)])
    func readsWhatAHashSays(fields: [String: String], value: Said) {
        #expect(Self.read(hash: fields) == .success(value))
    }

    @Test(
        arguments: [
            ("{", .badJSON), ("{\"node\":\"n\"", .badJSON), ("{\"node\":\"n\"} x", .badJSON),
            ("{'node':'n'}", .badJSON),
            ("{broken", .badJSON), (#"{"node":"\u00"}"#, .badJSON),
            (#"{"node":"n","created_at":"yesterday"}"#, .badTime), (#"{"created_at":-1}"#, .badTime),
            (#"{"created_at":0}"#, .badTime), (#"{"last_seen":"2026-02-30T00:00:00Z"}"#, .badTime),
            (#"{"created_at":99999999999999999999}"#, .badTime), (#"{"created_at":{"$date":1787307302}}"#, .badTime),
            (#"{"created_at":[1787307302]}"#, .badTime),
            ("{\"node\":\"" + String(repeating: "n", count: 513) + "\"}", .tooLarge),
            ("{\"node\":\"n\",\"boot\":\"" + String(repeating: "b", count: 513) + "\"}", .tooLarge),
            ("{\"x\":\"" + String(repeating: "x", count: 65_536) + "\"}", .tooLarge),
        ] as [(String, Malformation)])
    func saysWhyAValueCannotBeRead(text: String, malformation: Malformation) {
        #expect(Self.read(text) == .failure(malformation))
    }

    @Test func aHashTellsTheSameFaults() {
        #expect(Self.read(hash: ["created_at": "soon"]) == .failure(.badTime))
        #expect(Self.read(hash: ["node": String(repeating: "n", count: 513)]) == .failure(.tooLarge))
        #expect(Self.read(hash: ["client": String(repeating: "c", count: 65_537)]) == .failure(.tooLarge))
    }

    @Test func longNamesAreKeptToTheirLimit() {
        let node = String(repeating: "n", count: 512)
        #expect(Self.read("{\"node\":\"\(node)\"}") == .success(value(node)))
        let client = String(repeating: "c", count: 600)
        #expect(Self.read("{\"client\":\"\(client)\"}") == .success(value(nil, client: String(client.prefix(512)))))
        #expect(
            Self.read("{\"client\":{\"name\":\"\(client)\",\"version\":\"1\"}}")
                == .success(value(nil, client: String(client.prefix(512)))))
    }

    @Test func aDialectMayNameItsFieldsOtherwise() {
        var dialect = Dialect(name: "ours", sessions: Dialect.KeyPattern(prefix: "s:"))
        dialect.fields.node = ["server", "host"]
        dialect.fields.createdAt = ["at"]
        let text = bytes(#"{"host":"h","server":"s","node":"n","at":1787307302,"created_at":"never"}"#)
        let result = said { names throws(Malformation) in try SessionValueReader(dialect).read(json: text.span, &names)
        }
        #expect(result == .success(value("s", created: moment)))
    }
}
