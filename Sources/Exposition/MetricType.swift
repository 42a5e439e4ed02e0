/// The type of a metric family.
public enum MetricType: Sendable, Equatable, CaseIterable {
    case counter, gauge, histogram, gaugeHistogram, info, stateset

    /// The suffix of every sample of this type. OpenMetrics leaves it out of the family's name.
    var sampleSuffix: String {
        switch self {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram, .gaugeHistogram, .stateset: ""
        }
    }

    /// The word after `# TYPE name`. Text 0.0.4 has no info, no stateset and no gauge histogram.
    func word(in format: ExpositionFormat) -> String {
        switch (self, format) {
        case (.counter, _): "counter"
        case (.gauge, _), (.info, .text), (.stateset, .text): "gauge"
        case (.histogram, _), (.gaugeHistogram, .text): "histogram"
        case (.gaugeHistogram, .openMetrics): "gaugehistogram"
        case (.info, .openMetrics): "info"
        case (.stateset, .openMetrics): "stateset"
        }
    }
}
