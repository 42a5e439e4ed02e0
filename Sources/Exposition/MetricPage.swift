/// One page of metrics, written family by family into a single buffer.
///
/// ```swift
/// var page = MetricPage(format: .text, reservingBytes: 16_384)
/// page.family("mcp_sessiond_redis_up", .gauge, help: "1 while the Redis connection answers PING.") {
///     $0.sample(value: 1)
/// }
/// let bytes = page.finish()
/// ```
public struct MetricPage: Sendable {
    let format: ExpositionFormat
    private var bytes: [UInt8] = []

    /// An empty page. The reserve is a guess that saves growing; the last page's length is a good one.
    public init(format: ExpositionFormat, reservingBytes: Int) {
        self.format = format
        bytes.reserveCapacity(reservingBytes)
    }

    /// Writes one family: HELP, TYPE, then the samples that `body` gives. `name` is the catalogue's, suffix included
    /// (`_total` for counters, `_info` for infos); a family is written once on a page.
    public mutating func family(
        _ name: String, _ type: MetricType, help: String, body: (inout FamilyWriter) -> Void
    ) {
        assert(LabelSet.isName(name), "not a metric name: \(name)")
        assert(name.hasSuffix(type.sampleSuffix), "\(name) should end in \(type.sampleSuffix)")
        // The buffer moves into the writer and back, so that it is never copied.
        var writer = FamilyWriter(name: name, type: type, help: help, format: format, bytes: bytes.taken())
        body(&writer)
        bytes = writer.finish()
    }

    /// The finished page; an OpenMetrics one ends in `# EOF`.
    public consuming func finish() -> [UInt8] {
        if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
        return bytes
    }
}

extension [UInt8] {
    /// The buffer itself, leaving an empty one behind.
    mutating func taken() -> [UInt8] {
        var other: [UInt8] = []
        swap(&self, &other)
        return other
    }
}
