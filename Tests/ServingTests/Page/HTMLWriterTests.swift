import Testing

@testable import Serving

/// Escaping: names from outside cannot become markup.
struct HTMLWriterTests {
    private func written(_ write: (inout HTMLWriter) -> Void) -> String {
        var html = HTMLWriter()
        write(&html)
        return String(decoding: html.bytes, as: UTF8.self)
    }

    @Test func textCannotOpenAnElementOrAnEntity() {
        let text = written { html in html.element("p", #"<script>alert("x")</script> & 'y' &lt;"#) }
        #expect(
            text == "<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39; &amp;lt;</p>")
    }

    @Test func aValueCannotLeaveItsAttribute() {
        let text = written { html in html.element("a", ["href": #"/" onclick="x" '><b>"#, "id": nil], "y") }
        #expect(text == "<a href=\"/&quot; onclick=&quot;x&quot; &#39;&gt;&lt;b&gt;\">y</a>")
    }

    @Test func whatIsNotShownOrTurnsTheLineIsReplaced() {
        let text = written { html in html.text("a\u{0}b\u{1b}[31mc\u{202e}d\u{2066}e\u{200b}f\u{2028}g\ré") }
        #expect(text == "a\u{FFFD}b\u{FFFD}[31mc\u{FFFD}d\u{FFFD}e\u{FFFD}f\u{FFFD}g\u{FFFD}é")
    }

    @Test func aLongNameLosesItsMiddle() {
        let long = String(repeating: "a", count: 30) + String(repeating: "b", count: 30)
        let text = written { html in html.name(long) }
        let cut = String(repeating: "a", count: 20) + "…" + String(repeating: "b", count: 19)
        #expect(text == "<bdi class=\"name\">\(cut)</bdi>")
        #expect(written { html in html.name("node-1") } == "<bdi class=\"name\">node-1</bdi>")
    }

    /// A letter may carry any number of marks, and still is one letter.
    @Test func marksOnOneLetterAreCutToo() {
        let heap = "a" + String(repeating: "\u{0301}", count: 100_000)
        #expect(written { html in html.name(heap) }.utf8.count < 200)
    }
}
