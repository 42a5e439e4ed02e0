import Testing

@testable import Events

@Suite struct PhraseTests {
    @Test func everyPhraseBeginsWithAPlainWord() {
        let without = Phrase.patterns.filter { Phrase($0).firstWords.isEmpty }.map(\.text)
        #expect(without == [])
    }
}
