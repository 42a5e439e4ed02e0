import Sessions

/// One number over the last hour as a line, drawn as SVG. A point that is not known is a gap.
struct Sparkline {
    /// In the drawing's own units; the style sheet says how large it is shown.
    static let width = 1200
    static let height = 240

    /// Oldest first, evenly in time.
    let points: [Double?]

    private var known: [Double] { points.compactMap(\.self) }

    /// `3 to 16`; nil where no point is known.
    var range: String? {
        guard let least = known.min(), let most = known.max() else { return nil }
        let low = Self.number(least)
        let high = Self.number(most)
        return low == high ? "\(low)" : "\(low) to \(high)"
    }

    /// The line in words, for screen readers.
    func description(of what: String) -> String {
        guard let range, let last = known.last else { return "\(what): no samples yet" }
        let first = points.firstIndex { $0 != nil } ?? 0
        let span = TimeText.duration(Double(points.count - first) * RecentHistory.everySeconds)
        let gaps = points[first...].contains { $0 == nil } ? ", with gaps" : ""
        return "\(what) in the last \(span): \(range), at last \(Self.number(last))\(gaps)"
    }

    /// The coordinates of a polyline for each run of known points; a single point becomes a short line.
    var lines: [String] {
        let (least, most) = (known.min() ?? 0, known.max() ?? 0)
        let step = Double(Self.width) / Double(max(points.count - 1, 1))
        func place(_ index: Int, _ value: Double) -> String {
            let share = most > least ? (value - least) / (most - least) : most > 0 ? 0.5 : 0
            // A margin, so that the stroke is not cut.
            let y = Double(Self.height) * (0.92 - 0.84 * share)
            return "\(Int((Double(index) * step).rounded())),\(Int(y.rounded()))"
        }
        var lines: [String] = []
        var run: [String] = []
        for (index, value) in points.enumerated() {
            if let value { run.append(place(index, value)) }
            if value == nil || index == points.count - 1, !run.isEmpty {
                if run.count == 1 {
                    let x = run[0].prefix { $0 != "," }
                    let y = run[0].drop { $0 != "," }
                    run.insert("\(max((Int(x) ?? 0) - Int(step), 0))\(y)", at: 0)
                }
                lines.append(run.joined(separator: " "))
                run = []
            }
        }
        return lines
    }

    func write(_ what: String, to html: inout HTMLWriter) {
        html.element(
            "svg",
            [
                "class": "spark", "viewBox": "0 0 \(Self.width) \(Self.height)", "preserveAspectRatio": "none",
                "role": "img", "aria-label": description(of: what),
            ]
        ) { html in
            for line in lines { html.element("polyline", ["points": line], "") }
        }
    }

    /// Numbers below 10 to a tenth, others as whole ones.
    static func number(_ value: Double) -> String {
        if value >= 10 { return grouped(Int(value.rounded())) }
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? grouped(Int(rounded)) : "\(rounded)"
    }
}
