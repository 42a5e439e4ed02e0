import TestSupport
import Testing

@testable import Sessions

@Suite struct PopulationTests {
    private static let now = UnixTime(milliseconds: 1_787_307_302_000)

    private static func entry(_ ref: UInt64, owner: UInt32, _ random: inout SeededRandom) -> SessionEntry {
        var entry = SessionEntry(ref: SessionRef(ref))
        entry.created = UInt32(1_000 + Int.random(in: 0..<100, using: &random))
        entry.expires = Bool.random(using: &random) ? 0 : 2_000_000_000
        entry.owner = owner
        if owner == 0, Bool.random(using: &random) { entry.malformation = .badJSON }
        if owner != 0 { entry.isDenied = Bool.random(using: &random) }
        return entry
    }

    /// Whatever happens to sessions, what is counted is what a walk over the table finds.
    @Test func countsAreWhatTheTableHolds() throws {
        var random = SeededRandom(for: "population")
        var population = Population(shelfBits: 4)
        population.setShards(2)
        for number in 1...3 {
            var owner = Owner(node: number % 2, boot: nil, isAdoptable: false, metAfterCheck: 0)
            if number == 3 { owner.cutoff = 1_050 }
            let name = OwnerName(node: [UInt8(number)], boot: nil)
            let added = population.add(owner, Owners.Key(name: name, isAdoptable: false, learntAfterRestarts: nil))
            #expect(added == UInt32(number))
        }
        for step in 0..<3_000 {
            let ref = UInt64(Int.random(in: 0..<40, using: &random)) << 58
            var entry = Self.entry(ref, owner: UInt32.random(in: 0...3, using: &random), &random)
            entry.shard = UInt8.random(in: 0...1, using: &random)
            let id = try SessionID(Array(String(ref, radix: 16).utf8).span, maxLength: 64)
            let place = population.table.place(of: id, ref: entry.ref)
            switch (place.isTaken, Int.random(in: 0..<4, using: &random)) {
            case (false, _): population.insert(entry, id: id, at: place.position, isNews: true, Self.now)
            case (true, 0):
                let old = population.table[place.position]
                population.remove(at: place.position)
                population.noteEnd(old, .closed, isCounted: true, isLeftBehind: false, at: Self.now)
            case (true, 1):
                population.rewrite(at: place.position, Self.now) { $0.isDenied.toggle() }
            case (true, 2): population.move([3: UInt32.random(in: 1_000..<1_100, using: &random)])
            case (true, _): population.replace(with: entry, at: place.position, isLeftBehind: false, Self.now)
            }
            Self.check(population, "step \(step)")
        }
    }

    private static func check(_ population: Population, _ note: Comment) {
        let entries = population.table.shelves.joined()
        let readable = entries.filter { $0.malformation == nil }
        #expect(population.table.count == entries.count, note)
        #expect(population.owners.malformedInAll == entries.count - readable.count, note)
        #expect(population.owners.withoutExpiry == entries.count { $0.expires == 0 }, note)
        #expect(population.shards.map(\.sessions) == [0, 1].map { shard in entries.count { $0.shard == shard } }, note)
        for (number, owner) in population.owners.all.enumerated() {
            let own = readable.filter { $0.owner == number }
            let old = own.filter { entry in owner.cutoff.map { entry.created < $0 } ?? false }
            #expect(owner.sessions == own.count, note)
            #expect(owner.denied == own.count { $0.isDenied }, note)
            #expect(owner.sessionsBeforeCutoff == old.count, note)
            #expect(owner.deniedBeforeCutoff == old.count { $0.isDenied }, note)
        }
        let turnover = population.turnover
        let created = turnover.unownedCreated + turnover.nodes[0].created + turnover.nodes[1].created
        let ended = [turnover.unownedEnded, turnover.nodes[0].ended, turnover.nodes[1].ended]
        #expect(created - ended.reduce(0) { $0 + $1[.closed, default: 0] } == entries.count, note)
    }

    @Test func ownersWithoutSessionsLoseTheirNumbersAndTheOthersKeepTheirSessions() throws {
        var population = Population(shelfBits: 2)
        for number in 1...3 {
            let key = Owners.Key(
                name: OwnerName(node: [UInt8(number)], boot: nil), isAdoptable: false, learntAfterRestarts: nil)
            _ = population.add(Owner(node: number, boot: nil, isAdoptable: false, metAfterCheck: 0), key)
        }
        var entry = SessionEntry(ref: SessionRef(7))
        entry.owner = 3
        let id = try SessionID(Array("s".utf8).span, maxLength: 64)
        population.insert(
            entry, id: id, at: population.table.place(of: id, ref: entry.ref).position, isNews: true, Self.now)
        // Of the nodes 0 to 3 the second and the last stay.
        let numbers = population.renumber(keepingNodes: [1, 3])
        #expect(numbers == [0, 0, 0, 1])
        #expect(population.owners.all.map(\.node) == [-1, 1])
        let position = try #require(population.table.find(id, ref: entry.ref))
        #expect(population.table[position].owner == 1)
        #expect(population.turnover.nodes[1].created == 1)
        #expect(population.owners.numbering == 1)
    }
}
