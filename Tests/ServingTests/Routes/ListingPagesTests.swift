import Digests
import Exposition
import Lab
import TestSupport
import Testing

@testable import Serving

@Suite(.ownThreads) struct ListingPagesTests {
    /// Sessions come and go between two pages; those that stay are on exactly one.
    @Test(arguments: ["", "&state=owned", "&node=node-1&client=cursor"])
    func everySessionThatStaysIsVisitedOnce(filter: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        let value = #"{"node":"node-1","boot":"b1","created_at":1789999000,"client":"cursor"}"#
        let registry = PaperRegistry()
        let stay = (0..<500).map { _ in generator.uuid() }
        var others: [String] = []
        var visited: [String] = []
        var cursor: String?
        var seconds = 0.0
        repeat {
            others.shuffle(using: &generator)
            others = Array(others.dropLast(others.count / 2)) + (0..<100).map { _ in generator.uuid() }
            seconds += 1
            registry.read((stay + others).map { ($0, value) }, ["node-1": #"{"boot":"b1"}"#], at: seconds)
            let limit = Int.random(in: 1...90, using: &generator)
            let after = cursor.map { "&cursor=\($0)" } ?? ""
            let page = try registry.watched.json("/api/v1/sessions?limit=\(limit)\(filter)\(after)")
            let refs = try #require(page["data"]?.array).compactMap { $0["ref"]?.string }
            #expect(refs.count <= limit, "seed \(seed)")
            visited += refs
            cursor = page["next_cursor"]?.string
        } while cursor != nil && seconds < 10_000
        #expect(visited == Array(Set(visited)).sorted(), "each once, in the order of refs; seed \(seed)")
        #expect(Set(visited).isSuperset(of: stay.map { ref($0).description }), "seed \(seed)")
    }

    @Test func aRareStateInALargeRegistryIsFoundOverItsPages() throws {
        let registry = PaperRegistry()
        let rare = Set(stride(from: 7, to: 30_000, by: 5_003))
        registry.read((0..<30_000).map { (uuid($0), rare.contains($0) ? "{" : "1") })
        var found: [String] = []
        var cursor = ""
        repeat {
            let page = try registry.watched.json("/api/v1/sessions?state=malformed&limit=2&cursor=\(cursor)")
            found += (page["data"]?.array ?? []).compactMap { $0["ref"]?.string }
            cursor = page["next_cursor"]?.string ?? ""
        } while !cursor.isEmpty
        #expect(found == rare.map { ref(uuid($0)).description }.sorted())
    }
}
