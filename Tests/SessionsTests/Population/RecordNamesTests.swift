import Digests
import Testing

@testable import Sessions

@Suite struct RecordNamesTests {
    private static func owner(
        _ names: inout RecordNames, _ node: String, _ boot: String, isAdoptable: Bool = false
    ) -> RecordNames.Place {
        names.owner(node: bytes(node).span, boot: bytes(boot).span, isAdoptable: isAdoptable)
    }

    private static func observed(_ id: String, owner: RecordNames.Place, client: RecordNames.Place = 0)
        -> ObservedSession
    {
        var value = SessionValue()
        (value.owner, value.client) = (owner, client)
        let text = bytes(id)
        guard let id = try? SessionID(text.span, maxLength: 1024) else { fatalError("no session id: \(id)") }
        return ObservedSession(
            id: id, ref: SessionRef(SHA256().prefix64(text.span)), dialect: 0, content: .value(value), expiresAt: nil)
    }

    @Test(arguments: [0, 1, UInt64.max]) func eachNameHasOnePlace(seed: UInt64) {
        var names = RecordNames(seed: seed)
        let first = Self.owner(&names, "n1", "b1")
        #expect(first != 0)
        #expect(Self.owner(&names, "n1", "b1") == first)
        let others = [
            Self.owner(&names, "n1", "b2"), Self.owner(&names, "n1", ""), Self.owner(&names, "n2", "b1"),
            Self.owner(&names, "n1", "b1", isAdoptable: true), Self.owner(&names, "n1b", "1"),
        ]
        #expect(Set(others + [first]).count == 6)
        #expect(names.ownerName(at: first) == OwnerName(node: bytes("n1"), boot: bytes("b1")))
        // An empty boot is none.
        #expect(names.ownerName(at: others[1]) == OwnerName(node: bytes("n1"), boot: nil))
        #expect(names.ownerName(at: 0) == nil)
        #expect(names.client(bytes("").span) == 0)
        let client = names.client(bytes("inspector 0.4").span)
        #expect(names.client(bytes("inspector 0.4").span) == client)
        #expect(names.clientName(at: client) == bytes("inspector 0.4"))
    }

    /// Half the names each: it says that it is full before its limit is passed by more than the last.
    @Test func itIsFullAtItsLimit() {
        var names = RecordNames(seed: 1)
        var added = 0
        while !names.isFull {
            if added.isMultiple(of: 2) {
                _ = Self.owner(&names, "n\(added)", "b")
            } else {
                _ = names.client(bytes("c\(added)").span)
            }
            added += 1
            #expect(added <= RecordNames.limit)
        }
        #expect(added > RecordNames.limit - 4)
        // What was there stays where it was.
        #expect(names.ownerName(at: 1)?.node == bytes("n0"))
        #expect(Self.owner(&names, "n0", "b") == 1)
    }

    /// A reader that is full begins with new names in the middle of a reading; places then mean other owners.
    @Test func aReaderThatBeginsWithNewNamesLosesNone() {
        var cluster = Cluster()
        cluster.registry.beginFullScan(isLive: true)
        for part in 0..<3 {
            var names = RecordNames(seed: 1)
            for number in stride(from: 2, through: 0, by: -1) {
                let session = Self.observed(
                    "s\(part)-\(number)", owner: Self.owner(&names, "n\(number)", "b\(part)"),
                    client: names.client(bytes("client \(number)").span))
                cluster.registry.take([session], &names, at: cluster.now)
            }
        }
        cluster.finish()
        for part in 0..<3 {
            for number in 0..<3 {
                let summary = cluster.summary("s\(part)-\(number)")
                #expect(summary?.node == "n\(number)")
                #expect(summary?.boot == "b\(part)")
                #expect(summary?.client == "client \(number)")
            }
        }
    }

    /// Forgetting renumbers the registry's owners; the reader's names go on.
    @Test func namesOutliveTheForgettingOfOwners() {
        var cluster = Cluster()
        var names = RecordNames(seed: 1)
        let (gone, stays) = (Self.owner(&names, "gone", "b"), Self.owner(&names, "stays", "b"))
        cluster.registry.beginFullScan(isLive: true)
        cluster.registry.take(
            [Self.observed("a", owner: gone), Self.observed("b", owner: stays)], &names, at: cluster.now)
        cluster.finish()
        cluster.registry.take(
            [
                ObservedSession(
                    id: Self.observed("a", owner: 0).id, ref: cluster.ref(bytes("a")), dialect: 0, content: .gone,
                    expiresAt: nil)
            ], &names, from: .change, at: cluster.now)
        cluster.now = cluster.now + 100_000
        let numbering = cluster.registry.population.owners.numbering
        cluster.registry.forgetTheGone(at: cluster.now)
        #expect(cluster.registry.population.owners.numbering == numbering + 1)
        #expect(cluster.node("gone") == nil)
        cluster.registry.take(
            [Self.observed("c", owner: stays), Self.observed("d", owner: gone)], &names, from: .change, at: cluster.now)
        #expect(["b", "c", "d"].map { cluster.summary($0)?.node } == ["stays", "stays", "gone"])
        #expect(cluster.registry.stateCounts(at: cluster.now) == counted(cluster.listing()))
    }

    @Test func manyNodesAndClientsThroughFullNamesAreAllThere() {
        var cluster = Cluster()
        var names = RecordNames(seed: 1)
        cluster.registry.beginFullScan(isLive: true)
        let count = RecordNames.limit + 5_000
        for number in 0..<count {
            if names.isFull { names = RecordNames(seed: 1) }
            let session = Self.observed("s\(number)", owner: Self.owner(&names, "n\(number)", "b"))
            cluster.registry.take([session], &names, at: cluster.now)
        }
        cluster.finish()
        #expect(cluster.registry.sessionCount == count)
        for number in [0, 1, RecordNames.limit - 2, RecordNames.limit, count - 1] {
            #expect(cluster.summary("s\(number)")?.node == "n\(number)")
        }
        #expect(cluster.registry.nodeSummaries(at: cluster.now).count == count)
    }
}
