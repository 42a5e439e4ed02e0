/// The writer of one family's samples, which `MetricPage.family` hands to its body.
public struct FamilyWriter: Sendable {
    let name: String
    let type: MetricType
    let format: ExpositionFormat
    private let help: String
    var bytes: [UInt8]
    /// The `_gcount` and `_gsum` samples of a gauge histogram. In text 0.0.4 they are families of their own, which must
    /// not be mixed with the buckets, so they wait here until the last bucket is written.
    var gaugeCounts: [UInt8] = []
    var gaugeSums: [UInt8] = []

    init(name: String, type: MetricType, help: String, format: ExpositionFormat, bytes: [UInt8]) {
        self.name = name
        self.type = type
        self.help = help
        self.format = format
        self.bytes = bytes
        let family = format == .openMetrics ? String(name.dropLast(type.sampleSuffix.utf8.count)) : name
        self.bytes.appendHead(family, type.word(in: format), help: help, quotes: format == .openMetrics)
    }

    /// Writes one sample with a whole value.
    public mutating func sample(labels: LabelSet = [:], value: Int) {
        bytes.appendSeries(name, "", labels)
        bytes.append(sample: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Writes one sample; the value may be NaN or infinite.
    public mutating func sample(labels: LabelSet = [:], value: Double) {
        bytes.appendSeries(name, "", labels)
        bytes.append(sample: value)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Writes one info: its labels hold the information, its value is 1.
    public mutating func info(_ labels: LabelSet) {
        sample(labels: labels, value: 1)
    }

    /// Writes one stateset: a sample for each of `states`, 1 for the current one. OpenMetrics names the label like the
    /// family.
    public mutating func state(_ states: [String], current: String) {
        assert(states.contains(current), "\(current) is none of \(states)")
        for state in states {
            sample(labels: [name: state], value: state == current ? 1 : 0)
        }
    }

    /// Writes every counter of a vector, oldest first.
    public mutating func samples(of vector: CounterVector) {
        for cell in vector.snapshot() { sample(labels: cell.labels, value: cell.value) }
    }

    consuming func finish() -> [UInt8] {
        for (suffix, samples) in [("_gcount", gaugeCounts), ("_gsum", gaugeSums)] where !samples.isEmpty {
            bytes.appendHead(name + suffix, "gauge", help: help, quotes: false)
            bytes.append(contentsOf: samples)
        }
        return bytes
    }
}

extension [UInt8] {
    /// Appends `# HELP` and `# TYPE`. OpenMetrics escapes the double quote in a help text, text 0.0.4 does not.
    mutating func appendHead(_ family: String, _ type: String, help: String, quotes: Bool) {
        append(contentsOf: "# HELP \(family) ".utf8)
        appendEscaped(help, quotes: quotes)
        append(contentsOf: "\n# TYPE \(family) \(type)\n".utf8)
    }

    /// Appends `name_suffix{labels} `, with the bucket's `le` last if there is one.
    mutating func appendSeries(_ name: String, _ suffix: String, _ labels: LabelSet, le: Double? = nil) {
        append(contentsOf: name.utf8)
        append(contentsOf: suffix.utf8)
        if !labels.rendered.isEmpty || le != nil {
            append(UInt8(ascii: "{"))
            append(contentsOf: labels.rendered)
            if let le {
                append(contentsOf: (labels.rendered.isEmpty ? "le=\"" : ",le=\"").utf8)
                append(float: le)
                append(UInt8(ascii: "\""))
            }
            append(UInt8(ascii: "}"))
        }
        append(UInt8(ascii: " "))
    }
}
