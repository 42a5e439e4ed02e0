import API
import Sessions

extension Report {
    /// One run, finished or not.
    func run(_ run: RunRow) -> [String] {
        var facts = facts
        facts.add("run", "\(run.run) by \(run.by)")
        let result = [Self.word(run.result), run.why].compactMap(\.self).joined(separator: ": ")
        facts.add("result", result, Tone(run.result))
        facts.add("orphans", "\(run.orphans)")
        let cleaned = Self.words(run.cleaned.all)
        facts.add(run.dryRun ? "would go" : "cleaned", cleaned.isEmpty ? "none" : cleaned)
        let skipped = Self.words(run.skipped.all)
        facts.add("left alone", skipped.isEmpty ? nil : skipped)
        for brake in run.brakes { facts.addSentence("brake", Self.sentence(of: brake), .attention) }
        return facts.lines
    }

    /// The last runs.
    func history(_ runs: [RunRow], _ frame: AnswerFrame) -> [String] {
        guard !runs.isEmpty else { return ["no run yet, \(frame)"] }
        let columns: [Table.Column] =
            (isWide ? [.number("EPOCH"), .text("TOOK")] : []) + [
                .text("ENDED"), .name("BY"), .text("RESULT"), .text("DRY"), .number("ORPHANS"), .number("CLEANED"),
                .number("RESTORABLE"), .name("RUN"), .name("WHY"),
            ]
        return ["the last \(runs.count) runs, \(frame)"] + table(columns, runs.map { cells($0, frame) })
    }

    private func cells(_ run: RunRow, _ frame: AnswerFrame) -> [Table.Cell] {
        let took = run.endedAt.map { TimeText.duration($0 - run.beganAt) }
        let wide: [Table.Cell] = [.init(run.epoch), .init(took)]
        return (isWide ? wide : []) + [
            .init(frame.age(run.endedAt)), .init(run.by), .init(Self.word(run.result), Tone(run.result)),
            .init(run.dryRun ? "yes" : "no"), .init(run.orphans), .init(run.cleaned.sum),
            .init(run.restorable), .init(run.run), .init(run.why),
        ]
    }

    /// `completed, 43 cleaned`
    static func outcome(_ run: RunRow) -> String {
        let cleaned = "\(run.cleaned.sum) \(run.dryRun ? "would go" : "cleaned")"
        return [word(run.result), cleaned, run.why].compactMap(\.self).joined(separator: ", ")
    }

    private static func word(_ result: CleanupResult?) -> String { result?.rawValue ?? "in progress" }
}
