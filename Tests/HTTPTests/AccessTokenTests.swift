import Testing

@testable import HTTP

@Suite struct AccessTokenTests {
    @Test func aFileIsReadLineByLine() throws {
        let file =
            "# who may do what\n\n read\tabcdefghijklmnop \r\n  # more\nevents,cleanup,reveal 0123456789abcdef==\n"
        let tokens = try AccessToken.parse(file: file)
        #expect(tokens.map(\.scopes) == [[.read], [.events, .cleanup, .reveal]])
        #expect(AccessToken.match("abcdefghijklmnop", among: tokens)?.scopes == [.read])
        #expect(AccessToken.match("0123456789abcdef==", among: tokens)?.scopes == [.events, .cleanup, .reveal])
        #expect(AccessToken.match("0123456789abcdef=", among: tokens) == nil)
        #expect(AccessToken.match("", among: tokens) == nil)
        #expect(try AccessToken.parse(file: "").isEmpty)
    }

    /// As `printf %s abcdefghijklmnop | sha256sum` gives it.
    private static let hash = "f39dac6cbaba535e2c207cd0cd8f154974223c848f727f98b3564cea569b41cf"

    @Test func aTokenMayBeKeptAsItsHash() throws {
        for hash in [Self.hash, Self.hash.uppercased()] {
            let tokens = try AccessToken.parse(file: "read 0123456789abcdef\nreveal sha256:\(hash)\n")
            #expect(AccessToken.match("abcdefghijklmnop", among: tokens)?.scopes == [.reveal])
            // Who has the file has no token by it.
            #expect(AccessToken.match("sha256:\(hash)", among: tokens) == nil)
            #expect(AccessToken.match(hash, among: tokens) == nil)
        }
    }

    private static let times: [(text: String, seconds: Int?)] = [
        ("1970-01-01T00:00:00Z", 0), ("2026-12-31T23:59:59Z", 1_798_761_599), ("2026-12-31t23:59:59z", 1_798_761_599),
        ("2027-01-01T00:59:59+01:00", 1_798_761_599), ("2026-12-31T20:29:59.999-03:30", 1_798_761_599),
        ("2024-02-29T12:00:00Z", 1_709_208_000), ("2000-02-29T00:00:00Z", 951_782_400),
        ("1969-12-31T23:59:59Z", -1), ("0000-03-01T00:00:00Z", -62_162_035_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("2026-02-29T00:00:00Z", nil), ("2100-02-29T00:00:00Z", nil), ("2026-04-31T00:00:00Z", nil),
        ("2026-13-01T00:00:00Z", nil), ("2026-00-01T00:00:00Z", nil), ("2026-12-31T24:00:00Z", nil),
        ("2026-12-31T23:59:60Z", nil), ("2026-12-31 23:59:59Z", nil), ("2026-12-31T23:59:59", nil),
        ("2026-12-31T23:59:59.Z", nil), ("2026-12-31T23:59:59Zx", nil), ("2026-12-31", nil), ("", nil),
        ("2026-12-31T23:59:59+1:00", nil), ("2026-12-31T23:59:59+01", nil), ("+026-12-31T23:59:59Z", nil),
    ]

    @Test(arguments: times.indices) func aTimeIsReadStrictly(index: Int) {
        let (text, seconds) = Self.times[index]
        #expect(RFC3339Time.unixSeconds(Substring(text)) == seconds)
    }

    @Test func aTokenMayExpire() throws {
        let tokens = try AccessToken.parse(
            file: "read abcdefghijklmnop expires=1970-01-01T00:01:00Z\nread 0123456789abcdef\n")
        #expect(tokens.map(\.expiresAt) == [60, nil])
        #expect(tokens.map { $0.hasExpired(at: 59) } == [false, false])
        #expect(tokens.map { $0.hasExpired(at: 60) } == [true, false])
    }

    private static let wrongFiles: [(file: String, line: Int, reason: String)] = [
        ("abcdefghijklmnop", 1, "expected 'scope[,scope...] token [expires=time]'"),
        ("\nread abcdefghijklmnop x y", 2, "expected 'scope[,scope...] token [expires=time]'"),
        ("read abcdefghijklmnop x", 1, "after the token there may be only a time: expires=2026-12-31T23:59:59Z"),
        ("read abcdefghijklmnop expires=", 1, "after the token there may be only a time: expires=2026-12-31T23:59:59Z"),
        (
            "read expires=2026-12-31T23:59:59Z abcdefghijklmnop", 1,
            "after the token there may be only a time: expires=2026-12-31T23:59:59Z"
        ),
        ("read sha256:abcdefghijklmnop", 1, "sha256: is followed by 64 hex digits"),
        ("read sha256:\(hash)0", 1, "sha256: is followed by 64 hex digits"),
        ("read sha256:\(hash.dropLast())g", 1, "sha256: is followed by 64 hex digits"),
        ("read abcdefghijklmnop\ncleanup sha256:\(hash)", 2, "the same token as in line 1"),
        ("#\nabcdefghijklmnop read", 2, "an unknown scope; there are read, events, cleanup, reveal"),
        ("read,write abcdefghijklmnop", 1, "an unknown scope; there are read, events, cleanup, reveal"),
        ("read, abcdefghijklmnop", 1, "an unknown scope; there are read, events, cleanup, reveal"),
        ("Read abcdefghijklmnop", 1, "an unknown scope; there are read, events, cleanup, reveal"),
        ("read abcdefghijklmno", 1, "a token has 16 to 256 visible ASCII characters"),
        ("read abcdefghijklmnopé", 1, "a token has 16 to 256 visible ASCII characters"),
        ("read \(String(repeating: "a", count: 257))", 1, "a token has 16 to 256 visible ASCII characters"),
        ("read abcdefghijklmnop\n\ncleanup abcdefghijklmnop", 3, "the same token as in line 1"),
        ((0...256).map { "read abcdefghijklmnop\($0)" }.joined(separator: "\n"), 257, "more than 256 tokens"),
    ]

    @Test(arguments: wrongFiles.indices) func aMistakeNamesItsLineAndNeverTheToken(index: Int) {
        let (file, line, reason) = Self.wrongFiles[index]
        #expect(throws: HTTPError.badTokenLine(line, reason: reason)) { try AccessToken.parse(file: file) }
    }

    @Test func aTokenIsNeverShown() throws {
        let token = try #require(AccessToken("abcdefghijklmnop", scopes: [.read, .events]))
        var dumped = ""
        dump([token], to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped] {
            #expect(!text.contains("abcdefgh") && !text.contains("97"))
        }
        #expect("\(token)" == "token(events,read)")
    }
}
