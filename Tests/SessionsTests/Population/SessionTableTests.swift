import TestSupport
import Testing

@testable import Sessions

@Suite struct SessionTableTests {
    private struct Key: Hashable {
        var id: SessionID
        var ref: SessionRef
    }

    /// A UUID in either form, or a text that is kept whole; few enough to meet again.
    private func randomID(_ random: inout SeededRandom) -> SessionID {
        let number = Int.random(in: 0..<300, using: &random)
        let digits = String(number, radix: 16)
        let plain = String(repeating: "0", count: 32 - digits.count) + digits
        let text: String
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text = plain
        case 1: text = "00000000-0000-0000-0000-" + plain.suffix(12)
        case 2: text = "00000000-0000-0000-0000-" + plain.suffix(12).uppercased() + "A"
        default: text = String(repeating: "long:", count: number) + "x"
        }
        let text8 = bytes(text)
        guard let id = try? SessionID(text8.span, maxLength: 2000) else { fatalError("no id: \(text)") }
        return id
    }

    /// One ref an id; many share one, and some shelves hold many.
    private func ref(of id: SessionID) -> SessionRef {
        let sum = id.bytes.reduce(into: UInt64(7)) { $0 = $0 &* 31 &+ UInt64($1) }
        return [SessionRef(0), SessionRef(sum % 5), SessionRef(UInt64.max), SessionRef(sum &* 0x9E37_79B9_7F4A_7C15)][
            Int(sum % 4)]
    }

    private func compare(_ table: SessionTable, _ model: [Key: UInt32], _ note: Comment) {
        #expect(table.count == model.count, note)
        #expect(table.shelves.reduce(0) { $0 + $1.count } == model.count, note)
        var found: [Key: UInt32] = [:]
        for (number, shelf) in table.shelves.enumerated() {
            #expect(shelf.map(\.ref) == shelf.map(\.ref).sorted(), note)
            for entry in shelf {
                #expect(table.shelf(of: entry.ref) == number, note)
                found[Key(id: table.id(of: entry), ref: entry.ref)] = entry.created
            }
        }
        #expect(found == model, note)
    }

    /// Sessions come and go for days, and the number of each shelf's sessions goes up and down. A shelf that kept the
    /// room of its fullest hour would have a third more in the end.
    @Test(arguments: [false, true]) func keepsLittleRoomWhateverComesAndGoes(_ bySweeping: Bool) throws {
        var random = SeededRandom(for: "keepsLittleRoomWhateverComesAndGoes \(bySweeping)")
        var table = SessionTable(shelfBits: 8)
        func addOne() throws {
            let ref = SessionRef(UInt64.random(in: 0 ... .max, using: &random))
            let text = bytes("id-\(ref.value)")
            let id = try SessionID(text.span, maxLength: 100)
            table.insert(SessionEntry(ref: ref), id: id, at: table.place(of: id, ref: ref).position)
        }
        for _ in 0..<4_000 { try addOne() }
        for _ in 0..<20 {
            for _ in 0..<400 { try addOne() }
            var excess = table.count - 4_000
            while excess > 0 {
                let shelf = Int.random(in: 0..<table.shelfCount, using: &random)
                if bySweeping {
                    let before = table.count
                    table.sweep(shelf: shelf) { _ in
                        Bool.random(using: &random)
                    } removed: { _ in
                    }
                    excess -= before - table.count
                } else if !table.shelves[shelf].isEmpty {
                    table.remove(at: .init(shelf: shelf, index: 0))
                    excess -= 1
                }
            }
        }
        let room = table.shelves.reduce(0) { $0 + $1.capacity }
        #expect(Double(room) < 1.2 * Double(table.count), "room for \(room), \(table.count) held")
    }

    @Test func holdsWhatADictionaryHolds() {
        var random = SeededRandom(for: "holdsWhatADictionaryHolds")
        var table = SessionTable()
        var model: [Key: UInt32] = [:]
        var removedInAll = 0
        for step in 0..<6000 {
            let id = randomID(&random)
            let key = Key(id: id, ref: ref(of: id))
            let note: Comment = "step \(step), seed \(random.seed)"
            let position = table.find(key.id, ref: key.ref)
            #expect(position.map { table[$0].created } == model[key], note)
            if let position {
                table[position].created += 1
                model[key]? += 1
            } else {
                var entry = SessionEntry(ref: key.ref)
                entry.created = UInt32(step)
                table.insert(entry, id: key.id, at: table.place(of: key.id, ref: entry.ref).position)
                model[key] = UInt32(step)
            }
            if random.oneIn(40) {
                let shelf = table.shelf(of: random.pick(Array(model.keys)).ref)
                let parity = UInt32.random(in: 0...3, using: &random)
                var removed: [UInt32] = []
                table.sweep(shelf: shelf, keep: { $0.created % 4 != parity }, removed: { removed.append($0.created) })
                let gone = model.filter { table.shelf(of: $0.key.ref) == shelf && $0.value % 4 == parity }
                #expect(removed.sorted() == gone.values.sorted(), note)
                for key in gone.keys { model[key] = nil }
                removedInAll += removed.count
            }
            if step % 500 == 0 { compare(table, model, note) }
        }
        compare(table, model, "seed \(random.seed)")
        #expect(removedInAll > 100)
    }

    @Test func idsOfOneRefAreToldApart() throws {
        var table = SessionTable()
        let ids = try ["00000000000000000000000000000001", "00000000-0000-0000-0000-000000000001", "a", "b", "A"].map {
            text in
            let text = bytes(text)
            return try SessionID(text.span, maxLength: 100)
        }
        for (index, id) in ids.enumerated() {
            var entry = SessionEntry(ref: SessionRef(42))
            entry.created = UInt32(index)
            table.insert(entry, id: id, at: table.place(of: id, ref: entry.ref).position)
        }
        #expect(ids.map { id in table.find(id, ref: SessionRef(42)).map { table[$0].created } } == [0, 1, 2, 3, 4])
        #expect(ids.allSatisfy { table.find($0, ref: SessionRef(43)) == nil })
        table.sweep(shelf: 0, keep: { $0.created != 2 }, removed: { _ in })
        #expect(ids.map { id in table.find(id, ref: SessionRef(42)).map { table[$0].created } } == [0, 1, nil, 3, 4])
    }

    @Test func anEntryTakes48Bytes() {
        #expect(MemoryLayout<SessionEntry>.stride == 48)
    }
}
