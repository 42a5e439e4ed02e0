import Testing

@testable import Sessions

private func id(_ text: String, maxLength: Int = 1024) throws(SessionID.Illegal) -> SessionID {
    let bytes = Array(text.utf8)
    return try SessionID(bytes.span, maxLength: maxLength)
}

private let jwt =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    + ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"

private let legalIDs = [
    "7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679742540de944be07fc1f90ae7", "00000000-0000-0000-0000-000000000000",
    "ffffffffffffffffffffffffffffffff", "00000000000000000000000000000001", "0123456789abcdef0123456789abcdef",
    // Not a lower-case UUID, though near one.
    "7C9E6679-7425-40DE-944B-E07FC1F90AE7", "7c9e6679-7425-40de-944b-e07fc1f90aeF", "7C9E6679742540DE944BE07FC1F90AE7",
    "7c9e667974-25-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90aeg",
    "7c9e6679-7425-40de-944b-e07fc1f90ae",
    "7c9e6679742540de944be07fc1f90ae", "7c9e6679742540de944be07fc1f90ae77", "------------------------------------",
    "7c9e66797425-40de-944b-e07fc1f90ae7-",
    // Anything else that is visible ASCII.
    jwt, "a", "!", "~", "a:b:c", ":", "*", "[a-z]*?\\", "{\"id\":\"x\"}", "listener", "%2F../", "';DROP",
]

@Suite struct SessionIDTests {
    @Test(arguments: legalIDs)
    func keepsEveryByteOfALegalID(text: String) throws {
        let id = try id(text)
        #expect(id.bytes == Array(text.utf8))
        #expect(try id == Sessions.SessionID(id.bytes.span, maxLength: 1024))
    }

    @Test func differentTextsAreDifferentIDs() throws {
        #expect(try Set(legalIDs.map { try id($0) }).count == legalIDs.count)
    }

    @Test func everyByteIsJudgedByItself() {
        for byte in UInt8.min...UInt8.max {
            for bytes in [[byte], Array("ab".utf8) + [byte], [byte] + Array(repeating: UInt8(ascii: "0"), count: 31)] {
                let result = Result { () throws(SessionID.Illegal) in try SessionID(bytes.span, maxLength: 1024) }
                if (0x21...0x7E).contains(byte) {
                    #expect((try? result.get())?.bytes == bytes)
                } else {
                    #expect(result == .failure(.charset))
                }
            }
        }
    }

    @Test(
        arguments: [
            (0, 1024, .length), (1, 1024, nil), (1023, 1024, nil), (1024, 1024, nil), (1025, 1024, .length),
            (100_000, 1024, .length), (36, 36, nil), (36, 35, .length), (1, 1, nil), (2, 1, .length),
        ] as [(Int, Int, SessionID.Illegal?)])
    func isBounded(count: Int, maxLength: Int, illegal: SessionID.Illegal?) {
        let text = String(repeating: "x", count: count)
        let result = Result { () throws(SessionID.Illegal) in try id(text, maxLength: maxLength) }
        if let illegal {
            #expect(result == .failure(illegal))
        } else {
            #expect((try? result.get())?.bytes.count == count)
        }
    }

    @Test func aUUIDIsBoundedToo() {
        let uuid = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
        #expect(throws: SessionID.Illegal.length) { () throws in _ = try id(uuid, maxLength: 35) }
    }

    @Test func theReasonsAreTheLabelsOfTheMetric() {
        #expect(SessionID.Illegal.length.rawValue == "id_length")
        #expect(SessionID.Illegal.charset.rawValue == "id_charset")
        #expect(SkippedKey.allCases.map(\.rawValue) == ["suffix", "type", "id_length", "id_charset"])
    }

    @Test(
        arguments: [
            (jwt, true), ("7c9e6679-7425-40de-944b-e07fc1f90ae7", false), ("7c9e6679742540de944be07fc1f90ae7", false),
            ("00000000-0000-0000-0000-000000000000", false), ("ffffffffffffffffffffffffffffffff", false),
            ("0123456789abcdef0123456789abcdef", false), ("7C9E6679-7425-40DE-944B-E07FC1F90AE7", true),
            ("7c9e6679-7425-40de-944b-e07fc1f90ag7", true), ("7c9e6679-7425-40de-944b_e07fc1f90ae7", true),
            ("7c9e6679742540de944be07fc1f90a`7", true), ("7c9e6679742540de944be07fc1f90a/7", true),
            ("7c9e6679742540de944be07fc1f90a:7", true),
        ])
    func onlyLowerCaseUUIDsAreKeptInTwoWords(text: String, isKeptAsText: Bool) throws {
        let id = try id(text)
        #expect((id.text != nil) == isKeptAsText)
        #expect(id.bytes == bytes(text))
    }

    /// A credential must not reach a log by way of a description, a dump or the record that holds it.
    @Test(arguments: ["7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679742540de944be07fc1f90ae7", jwt])
    func nothingShowsIt(text: String) throws {
        let id = try id(text)
        #expect(Mirror(reflecting: id).children.isEmpty)
        let session = ObservedSession(
            id: id, ref: SessionRef(1), dialect: 0, content: .value(.marker), expiresAt: nil)
        var shown = "\(id) \([id]) \(Optional(id) as Any) \(["k": id]) \(session)" + String(reflecting: id)
        dump(id, to: &shown)
        dump(session, to: &shown)
        #expect(String(describing: id) == "(session id)")
        for secret in [text, String(text.prefix(8)), "2087610985", "8980801402093617895"] + decimals(of: text) {
            #expect(!shown.contains(secret))
        }
    }

    /// How its bytes would look were they printed as numbers.
    private func decimals(of text: String) -> [String] {
        let numbers = text.utf8.prefix(4).map { String($0) }
        return [numbers.joined(separator: ", "), numbers.joined(separator: "\n")]
    }
}
