/// Tables that a screen reader can walk and that scroll on a narrow screen, and lists of facts.
extension HTMLWriter {
    struct Column {
        var title: String
        var isNumber = false

        init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    /// A table with its own scroller. Its caption is for screen readers only, since the card has a heading.
    mutating func table<Row>(
        _ id: String, _ caption: String, _ columns: [Column], _ rows: some Sequence<Row>,
        row: (Row, inout HTMLWriter) -> Void
    ) {
        scroller(id, caption) { html in
            html.element("table") { html in
                html.element("caption", ["class": "sr"], caption)
                html.element("thead") { html in
                    html.element("tr") { html in
                        for column in columns {
                            html.element(
                                "th", ["scope": "col", "class": column.isNumber ? "n" : nil], column.title)
                        }
                    }
                }
                html.element("tbody") { html in
                    for item in rows { html.element("tr") { html in row(item, &html) } }
                }
            }
        }
    }

    /// A box that scrolls, by the keyboard too, where its content is wider than the screen; so the page does not.
    mutating func scroller(_ id: String, _ label: String, _ body: (inout HTMLWriter) -> Void) {
        element(
            "div", ["class": "scroll", "id": id, "tabindex": "0", "role": "region", "aria-label": label], body)
    }

    /// Content that a click opens.
    mutating func more(_ id: String, _ summary: String, _ body: (inout HTMLWriter) -> Void) {
        element("details", ["id": id]) { html in
            html.element("summary", summary)
            body(&html)
        }
    }

    /// A label and a value.
    mutating func fact(_ label: String, _ body: (inout HTMLWriter) -> Void) {
        element("div") { html in
            html.element("dt", label)
            html.element("dd", [:], body)
        }
    }

    /// A label and a text; nothing where there is no text.
    mutating func fact(_ label: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        fact(label) { html in html.text(value) }
    }
}
