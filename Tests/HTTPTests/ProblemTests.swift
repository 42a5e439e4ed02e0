import Testing

@testable import HTTP

@Suite struct ProblemTests {
    @Test func membersComeInOrderAndTheStandardsOwnAreNotRepeated() {
        let problem = Problem(
            400, detail: "no such parameter", members: [("parameter", "limt"), ("status", "200"), ("line", "3")])
        let text = String(decoding: problem.json, as: UTF8.self)
        let expected = """
            {"type":"about:blank","title":"Bad Request","status":400,"detail":"no such parameter",\
            "parameter":"limt","line":"3"}
            """
        #expect(text == expected)
    }

    @Test func numbersComeAfterTheTexts() {
        var problem = Problem(503, members: [("ref", "s:01")])
        problem.numbers = [
            ("sessions_read", 12), ("progress", 0.25), ("status", 200), ("left", .nan), ("large", 1e300),
        ]
        let text = String(decoding: problem.json, as: UTF8.self)
        let expected = """
            {"type":"about:blank","title":"Service Unavailable","status":503,"ref":"s:01","sessions_read":12,\
            "progress":0.25,"large":1e+300}
            """
        #expect(text == expected)
    }

    @Test(arguments: [
        ("limt", true), ("older_than", true), ("x-y.2", true), ("a_name_of_many_letters_and_words", true),
        ("7c9e6679-7425-40de-944b-e07fc1f90ae7", false), ("550e8400e29b41d4a716446655440000", false),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIi", false), ("a b", false), ("é", false), ("12345678901234567", false),
        (String(repeating: "a", count: 33), false),
    ])
    func aNameIsGivenBackOnlyIfItLooksLikeOne(name: String, isShown: Bool) {
        for member in ["parameter", "member"] {
            let json = String(decoding: Problem(400, members: [(member, name)]).json, as: UTF8.self)
            #expect(json.contains("\"\(member)\":\"\(isShown ? name : "(not shown)")\""))
        }
        // What we say ourselves is never cut.
        #expect(Problem(400, members: [("refs", "s:0123456789abcdef s:0123")]).json.count == 92)
    }

    private static let texts: [(text: String, json: String)] = [
        ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#),
        ("\n\r\t\u{8}\u{0}\u{1f}\u{7f}", #""\n\r\t\u0008\u0000\u001f\u007f""#),
        ("é € 😀 \u{2028}", "\"é € 😀 \u{2028}\""),
    ]

    @Test(arguments: texts.indices) func textsAreEscaped(index: Int) {
        let (text, json) = Self.texts[index]
        let problem = Problem(418, title: text, type: "urn:x")
        #expect(
            String(decoding: problem.json, as: UTF8.self) == "{\"type\":\"urn:x\",\"title\":\(json),\"status\":418}")
    }

    @Test func anAnswerCarriesItsTypeAndHeaders() {
        let answer = HTTPResponse.problem(405, "no", headers: ["Allow": "GET", "content-type": "text/html"])
        #expect(answer.status == 405)
        #expect(
            answer.headers.fields.map { "\($0.name): \($0.value)" } == [
                "Allow: GET", "Content-Type: application/problem+json",
            ])
    }
}
