import Testing

@testable import Events

@Suite struct LabelledSampleTests {
    /// What a label asks for, in the words of a reading. The exceptions are the labels' own notes.
    private func expected(_ sample: Sample) -> Told {
        if sample.note.hasPrefix("CRI partial") { return Told("pending") }
        if sample.note.hasPrefix("CRI final half") {
            return Told("misroute", session: "7c9e6679-7425-40de-944b-e07fc1f90ae7", node: "node-b")
        }
        if sample.note.hasPrefix("modern stateless") { return Told("modern", node: sample.node) }
        guard sample.kind != "irrelevant", sample.kind != "malformed" else { return Told(sample.kind) }
        return Told(sample.kind, session: sample.session, node: sample.node, owner: sample.owner)
    }

    /// Each file as a source is read: its lines in order, through one reader.
    @Test func everyLabelledLineIsReadAsItsLabelSays() throws {
        var differing: [String] = []
        var reader = LineReader()
        var file = ""
        let samples = try Samples.all()
        #expect(samples.count == 115)
        for sample in samples {
            if sample.file != file {
                reader = LineReader()
                file = sample.file
            }
            let reading = reader.read(sample.bytes.span)
            let told = Told(reading.outcome)
            if told != expected(sample) {
                differing.append("\(sample.file):\(sample.line) is \(told.kind), not \(expected(sample).kind)")
            }
            if case .malformed = reading.outcome, sample.node != "-", reading.node != nil, reading.node != sample.node {
                differing.append("\(sample.file):\(sample.line) names another node")
            }
        }
        #expect(differing == [])
    }
}
