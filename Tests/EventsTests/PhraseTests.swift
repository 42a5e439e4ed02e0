import Testing

@testable import Events

@Suite struct PhraseTests {
    @Test func everyPhraseBeginsWithAPlainWord() {
        let without = Phrase.all.indices.filter { Phrase.all[$0].firstWords.isEmpty }
        #expect(without == [])
    }
}
