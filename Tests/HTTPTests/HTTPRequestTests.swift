import Testing

@testable import HTTP

@Suite struct HTTPRequestTests {
    private static let targets: [(target: String, path: [String], query: String)] = [
        ("/", [], ""),
        ("/metrics", ["metrics"], ""),
        ("/a/b/", ["a", "b", ""], ""),
        ("//a", ["", "a"], ""),
        ("/nodes/a%2Fb", ["nodes", "a/b"], ""),
        ("/nodes/%2e%2e/x", ["nodes", "..", "x"], ""),
        ("/n%0Aew/100%25/%2541", ["n\new", "100%", "%41"], ""),
        ("/caf%C3%A9+x", ["café+x"], ""),
        ("/r?verbose", ["r"], "verbose="),
        ("/r?a=1&b=2&a=3", ["r"], "a=1 b=2 a=3"),
        ("/r?q=a+b%2Bc%3D%26=d", ["r"], "q=a b+c=&=d"),
        ("/r?&&a=&=b&", ["r"], "a= =b"),
        ("/r?x=/y?z", ["r"], "x=/y?z"),
        ("?a=1", [], "fault"),
        ("*", [], "fault"),
        ("http://example.org/a%20b?c=d", ["a b"], "c=d"),
        ("HTTP://example.org", [], ""),
        ("http://example.org?a=1", [], "a=1"),
        ("", [], "fault"),
        ("example.org:443", [], "fault"),
        ("/a%", [], "fault"),
        ("/a%4", [], "fault"),
        ("/a%zz", [], "fault"),
        ("/a%+1", [], "fault"),
        ("/%ff", [], "fault"),
        ("/%C3", [], "fault"),
        ("/a?b=%C3%28", [], "fault"),
        ("/a b", [], "fault"),
        ("/a#b", [], "fault"),
        ("/é", [], "fault"),
        ("/a\u{0}", [], "fault"),
    ]

    @Test(arguments: targets.indices) func targetsAreTakenApart(index: Int) {
        let (target, path, query) = Self.targets[index]
        let request = HTTPRequest(.get, target)
        let pairs = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        #expect(request.path == path)
        #expect((request.targetFault == nil ? pairs : "fault") == query)
    }

    @Test func theHostOfAnAbsoluteTargetOverrulesTheField() {
        #expect(HTTPRequest(.get, "/", headers: ["host": "a:1"]).authority == "a:1")
        #expect(HTTPRequest(.get, "http://b:2/", headers: ["host": "a:1"]).authority == "b:2")
        #expect(HTTPRequest(.get, "/").authority == nil)
    }

    @Test func headerNamesCompareWithoutCaseAndRepeatedOnesAreKept() {
        var headers: HTTPHeaders = ["Accept": "text/plain", "X-One": "1", "accept": "*/*"]
        #expect(headers["ACCEPT"] == "text/plain")
        #expect(headers.values("accept") == ["text/plain", "*/*"])
        #expect(headers.list("Accept") == "text/plain, */*")
        #expect(headers.list("Accept-Encoding") == nil)
        // `[` and `{` differ by the bit that tells the cases of letters apart.
        headers.add("x-[", "2")
        #expect(headers["x-{"] == nil)
        headers["x-one"] = "3"
        headers["accept"] = nil
        #expect(headers.fields.map { "\($0.name): \($0.value)" } == ["x-[: 2", "x-one: 3"])
    }
}
