import Events

/// A format of one's own under `events.rules`, with lines that show what it is for.
public struct EventRule: Sendable, Equatable {
    public var rule: LogRule
    /// Lines that it must make an event of, checked when the settings are read.
    public var samples: [String] = []

    public init(rule: LogRule, samples: [String] = []) {
        self.rule = rule
        self.samples = samples
    }

    /// Why the samples are not what the rule says: the first that is not, by its number from 1.
    public var problem: String? {
        for (position, sample) in samples.enumerated() {
            var reader = LineReader(LineReader.Options(rules: [rule]))
            let outcome = reader.read(Array(sample.utf8).span).outcome
            if case .event(let event) = outcome, event.kind == rule.kind { continue }
            return "sample \(position + 1) is \(Self.words(for: outcome)), not \(rule.kind.rawValue)"
        }
        return nil
    }

    private static func words(for outcome: LineReading.Outcome) -> String {
        switch outcome {
        case .event(let event): event.kind.rawValue
        case .irrelevant: "no event"
        case .malformed(let fault): "malformed (\(fault.rawValue))"
        case .pending: "a part of a longer record"
        }
    }
}
