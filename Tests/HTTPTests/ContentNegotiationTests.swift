import Testing

@testable import HTTP

@Suite struct ContentNegotiationTests {
    private static let text = "text/plain; version=0.0.4; charset=utf-8"
    private static let open = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    private static let accepts: [(accept: String?, chosen: String?)] = [
        (nil, text),
        ("", text),
        ("*/*", text),
        ("text/*", text),
        ("TEXT/PLAIN", text),
        ("application/openmetrics-text", open),
        ("application/openmetrics-text; version=0.0.1", nil),
        ("application/openmetrics-text; version=\"1.0.0\"", open),
        ("application/*", open),
        ("text/plain;q=0.5, application/openmetrics-text", open),
        ("text/plain;q=0.5, application/openmetrics-text;q=0.5", text),
        ("text/plain;q=0, */*", open),
        ("text/*;q=0, */*;q=0.1", open),
        ("*/*;q=0", nil),
        ("application/json", nil),
        ("text/plain;version=0.0.4;q=0.2, text/plain;q=0.9, application/openmetrics-text;q=0.5", open),
        ("text/plain;q=2, application/openmetrics-text;q=0.1", open),
        ("text/plain;q=x, application/openmetrics-text;q=0.001", open),
        ("text/plain;q=0.1234", text),
        ("text/html;x=\"a,b;q=0\", text/plain;q=0.2", text),
        (" , ;q=1,text/plain", text),
        // Prometheus 2 and 3.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", open
        ),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", open
        ),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", text),
    ]

    @Test(arguments: accepts.indices) func theBestMediaTypeIsChosen(index: Int) {
        let (accept, chosen) = Self.accepts[index]
        #expect(ContentNegotiation.mediaType(among: [Self.text, Self.open], accept: accept) == chosen)
    }

    private static let encodings: [(header: String?, isGzip: Bool)] = [
        (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("deflate, gzip;q=0.5, br", true),
        ("gzip;q=0", false), ("gzip;q=0.000", false), ("gzip;q=0, *", false), ("*", true), ("*;q=0", false),
        ("identity", false), ("identity;q=0.5, gzip;q=0.4", false), ("identity;q=0.5, gzip;q=0.5", true),
        ("identity;q=0, gzip;q=0.001", true), ("gzip;q=1.5", false), ("gzipped", false), ("br", false),
    ]

    @Test(arguments: encodings.indices) func gzipIsChosenOnlyWhereItIsWanted(index: Int) {
        let (header, isGzip) = Self.encodings[index]
        #expect(ContentNegotiation.acceptsGzip(header) == isGzip)
    }

    @Test func anAnswerIsCompressedWhereThatIsWantedAndWorthIt() {
        let page = HTTPResponse.text(String(repeating: "metric 1\n", count: 1000))
        let wants = HTTPRequest(.get, "/", headers: ["Accept-Encoding": "gzip"])
        let packed = page.gzipped(for: wants)
        #expect(packed.body == Gzip.compress(page.body))
        #expect(packed.headers["Content-Encoding"] == "gzip" && packed.headers["Vary"] == "Accept-Encoding")
        for same in [page.gzipped(for: HTTPRequest(.get, "/")), HTTPResponse.text("x").gzipped(for: wants)] {
            #expect(same.headers["Content-Encoding"] == nil && same.headers["Vary"] == "Accept-Encoding")
        }
        #expect(packed.gzipped(for: wants).body == packed.body)
    }
}
