// Exposition: metric pages for Prometheus, and JSON. `MetricPage` writes a page, from counters and histograms that any
// thread may count with; `JSONValue` reads and writes JSON.

/// A page of metrics, written family by family into a single buffer.
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

    /// Makes an empty page. A good reserve, such as the length of the last page, saves growing.
    public init(format: ExpositionFormat, reservingBytes: Int) {
        self.format = format
        bytes.reserveCapacity(reservingBytes)
    }

    /// Writes one family: HELP, TYPE, then the samples that `body` adds. `name` includes the suffix (`_total` for
    /// counters, `_info` for infos). A page has each family once.
    public mutating func family(
        _ name: String, _ type: MetricType, help: String, body: (inout FamilyWriter) -> Void
    ) {
        assert(LabelSet.isName(name), "not a metric name: \(name)")
        assert(name.hasSuffix(type.sampleSuffix), "\(name) should end in \(type.sampleSuffix)")
        // The buffer moves into the writer and back, so it is never copied.
        let taken = exchange(&bytes, with: [])
        var writer = FamilyWriter(name: name, type: type, help: help, format: format, bytes: taken)
        body(&writer)
        bytes = writer.finish()
    }

    /// The finished page; an OpenMetrics one ends in `# EOF`.
    public consuming func finish() -> [UInt8] {
        if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
        return bytes
    }
}
