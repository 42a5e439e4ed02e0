import TestSupport
import Testing

@testable import Sessions

@Suite struct SessionRenewalsTests {
    /// The same as two dictionaries would do it that are looked through from end to end.
    private struct Plain {
        var owners: [SessionRef: UInt32] = [:]
        var times: [SessionRef: Double] = [:]

        mutating func keep(_ isKept: (SessionRef) -> Bool) {
            owners = owners.filter { isKept($0.key) }
            times = times.filter { isKept($0.key) }
        }
    }

    @Test(arguments: 1...20) func theyAreCountedByOwnerWhateverHappens(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (renewals, plain) = (SessionRenewals(), Plain())
        for step in 0..<5_000 {
            let ref = SessionRef(UInt64.random(in: 0..<2_000, using: &random))
            switch Int.random(in: 0..<1_000, using: &random) {
            case 0:
                renewals.removeAll()
                plain.keep { _ in false }
            case 1:
                renewals.updateOwners { $0 == 1 ? 0 : 10 - $0 }
                plain.keep { [owners = plain.owners] in owners[$0] != 1 }
                plain.owners = plain.owners.mapValues { 10 - $0 }
            case 2:
                let before = Double(step - 500)
                if plain.times.count > 1_000 {
                    plain.keep { [plain] in plain.times[$0] ?? 0 >= before && plain.owners[$0] != 3 }
                }
                renewals.prune(before: before) { $0 == 3 }
            case 3..<100:
                renewals.forget(ref)
                plain.keep { $0 != ref }
            default:
                let owner = UInt32.random(in: 1..<10, using: &random)
                _ = renewals.note(ref, owner: owner, at: Double(step))
                (plain.owners[ref], plain.times[ref]) = (owner, Double(step))
            }
            #expect(renewals.renewed(ref) == plain.times[ref])
            guard step % 100 == 0 else { continue }
            #expect(renewals.isEmpty == plain.times.isEmpty)
            let after = Double(step - 300)
            for owner in UInt32(0)...10 {
                let count = plain.owners.count { $0.value == owner && plain.times[$0.key] ?? 0 > after }
                #expect(renewals.count(of: owner, after: after) == count)
            }
            let refs = renewals.refs { "owner \($0)" }.mapValues(Set.init)
            #expect(
                refs == Dictionary(grouping: plain.owners.keys) { "owner \(plain.owners[$0] ?? 0)" }.mapValues(Set.init)
            )
        }
    }

    @Test func thereIsRoomForSoManyAndNoMore() {
        var renewals = SessionRenewals()
        let first = (0..<UInt64(SessionRenewals.limit)).map { renewals.note(SessionRef($0), owner: 1, at: 1) }
        #expect(first.allSatisfy { $0 })
        let beyond = SessionRef(1 << 40)
        // Those that are known already go on.
        let then = [renewals.note(beyond, owner: 2, at: 2), renewals.note(SessionRef(7), owner: 2, at: 2)]
        #expect(then == [false, true])
        #expect(renewals.count(of: 2, after: 0) == 1)
        renewals.forget(SessionRef(8))
        let isNoted = renewals.note(beyond, owner: 2, at: 2)
        #expect(isNoted)
    }
}
