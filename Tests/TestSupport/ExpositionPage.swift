/// A page of metrics, read as a scraper reads it: the lines that are samples, each a series and a value.
public struct ExpositionPage {
    public struct Sample: Hashable {
        /// Name and labels as they stand there: `mcp_registry_node_up{node_id="node-1"}`.
        public var series: String
        public var value: String
    }

    public let text: String
    public let samples: [Sample]
    private let values: [String: String]

    public init(_ text: String) {
        self.text = text
        samples = text.split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return nil }
            return Sample(series: String(line[..<space]), value: String(line[line.index(after: space)...]))
        }
        values = Dictionary(samples.map { ($0.series, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of the series with exactly this name and these labels.
    public subscript(series: String) -> Double? { values[series].flatMap(Double.init) }

    /// All series of that name whose labels hold `label`, added up.
    public func sum(_ name: String, _ label: String = "") -> Double {
        samples.filter { $0.series.hasPrefix(name + "{") && $0.series.contains(label) }
            .reduce(0) { $0 + (Double($1.value) ?? .nan) }
    }

    /// Series that stand there more than once.
    public var repeated: [String] {
        Dictionary(grouping: samples, by: \.series).filter { $1.count > 1 }.keys.sorted()
    }

    public func has(family prefix: String) -> Bool { samples.contains { $0.series.hasPrefix(prefix) } }

    /// Every value of a label, sorted.
    public func values(of label: String) -> [String] {
        let found = samples.compactMap { sample -> String? in
            guard let start = sample.series.firstRange(of: "\(label)=\"")?.upperBound else { return nil }
            return sample.series[start...].firstIndex(of: "\"").map { String(sample.series[start..<$0]) }
        }
        return Set(found).sorted()
    }
}
