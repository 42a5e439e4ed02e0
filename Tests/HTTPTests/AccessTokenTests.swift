import Testing

@testable import HTTP

@Suite struct AccessTokenTests {
    @Test func aFileIsReadLineByLine() throws {
        let file =
            "# who may do what\n\n read\tabcdefghijklmnop \r\n  # more\nevents,cleanup,reveal 0123456789abcdef==\n"
        let tokens = try AccessToken.parse(file: file)
        #expect(tokens.map(\.scopes) == [[.read], [.events, .cleanup, .reveal]])
        #expect(AccessToken.scopes(of: "abcdefghijklmnop", among: tokens) == [.read])
        #expect(AccessToken.scopes(of: "0123456789abcdef==", among: tokens) == [.events, .cleanup, .reveal])
        #expect(AccessToken.scopes(of: "0123456789abcdef=", among: tokens) == nil)
        #expect(AccessToken.scopes(of: "", among: tokens) == nil)
        #expect(try AccessToken.parse(file: "").isEmpty)
    }

    private static let wrongFiles: [(file: String, line: Int, reason: String)] = [
        ("abcdefghijklmnop", 1, "expected 'scope[,scope...] token'"),
        ("\nread abcdefghijklmnop x", 2, "expected 'scope[,scope...] token'"),
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
