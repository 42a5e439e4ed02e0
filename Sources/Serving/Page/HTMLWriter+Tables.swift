/// Tables that a screen reader can walk, and that scroll by themselves where the screen is narrow.
extension HTMLWriter {
    struct Column {
        public var title: String
        public var isNumber = false

        public init(_ title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    /// The caption is heard, and seen only where `showsCaption` says so: the card has a heading.
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

    /// What is too wide for the screen scrolls here, not the page; by the keyboard too.
    mutating func scroller(_ id: String, _ label: String, _ body: (inout HTMLWriter) -> Void) {
        element(
            "div", ["class": "scroll", "id": id, "tabindex": "0", "role": "region", "aria-label": label], body)
    }

    /// What stands behind a click.
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

    /// Left out where there is no value.
    mutating func fact(_ label: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        fact(label) { html in html.text(value) }
    }
}
