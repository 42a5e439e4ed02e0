extension FamilyWriter {
    /// Writes one histogram: cumulative buckets, `_sum`, `_count`.
    public mutating func histogram(labels: LabelSet = [:], _ snapshot: HistogramSnapshot) {
        assert(type == .histogram)
        let count = buckets(labels, snapshot)
        bytes.appendSeries(name, "_sum", labels)
        bytes.append(sample: snapshot.sum)
        bytes.append(UInt8(ascii: "\n"))
        bytes.appendSeries(name, "_count", labels)
        bytes.append(sample: count)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Writes one gauge histogram, whose counts may fall. Text 0.0.4 has no such type: there `_gcount` and `_gsum`
    /// become gauges after the family, and `_sum` and `_count` are left out, as a reader would take them for counters.
    public mutating func gaugeHistogram(labels: LabelSet = [:], _ snapshot: HistogramSnapshot) {
        assert(type == .gaugeHistogram)
        let count = buckets(labels, snapshot)
        var counted: [UInt8] = []
        counted.appendSeries(name, "_gcount", labels)
        counted.append(sample: count)
        counted.append(UInt8(ascii: "\n"))
        var summed: [UInt8] = []
        summed.appendSeries(name, "_gsum", labels)
        summed.append(sample: snapshot.sum)
        summed.append(UInt8(ascii: "\n"))
        if format == .openMetrics {
            bytes.append(contentsOf: counted)
            bytes.append(contentsOf: summed)
        } else {
            gaugeCounts.append(contentsOf: counted)
            gaugeSums.append(contentsOf: summed)
        }
    }

    /// Writes every histogram of a vector, oldest first.
    public mutating func histograms(of vector: HistogramVector) {
        for cell in vector.snapshot() { histogram(labels: cell.labels, cell.value) }
    }

    /// Writes the cumulative `_bucket` samples up to `+Inf`, and returns the total count.
    private mutating func buckets(_ labels: LabelSet, _ snapshot: HistogramSnapshot) -> Int {
        var count = 0
        for (index, bound) in (snapshot.bounds + [.infinity]).enumerated() {
            count += snapshot.counts[index]
            bytes.appendSeries(name, "_bucket", labels, le: bound)
            bytes.append(sample: count)
            bytes.append(UInt8(ascii: "\n"))
        }
        return count
    }
}
