import Testing

@testable import Sessions

@Suite struct IDPrefixesTests {
    private static let ids = [
        "7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae8",
        "7c9e66aa742540de944be07fc1f90ae7",
        "7C9E6679-7425-40DE-944B-E07FC1F90AE7", "eyJhbGciOiJIUzI1NiJ9.e30.abc", "abc", "0000",
    ]

    private static func resolved(_ prefixes: [String], among ids: [String] = ids) -> [String] {
        var cluster = Cluster()
        cluster.read(ids.map { cluster.session($0) })
        var found = IDPrefixes(prefixes.map { bytes($0) })
        var steps = 1
        while !cluster.registry.resolve(&found) { steps += 1 }
        #expect(found.isDone)
        #expect(steps <= SessionTable().shelfCount / SessionTable.stepShelves)
        return found.matches.map { match in
            switch match {
            case .none: return "none"
            case .ambiguous: return "ambiguous"
            case .unique(let id, let ref):
                #expect(ref == cluster.ref(id.bytes))
                return String(decoding: id.bytes, as: UTF8.self)
            }
        }
    }

    @Test(arguments: [
        ("7c9e6679", "ambiguous"), ("7c9e6679-7425-40de-944b-e07fc1f90ae", "ambiguous"),
        ("7c9e6679-7425-40de-944b-e07fc1f90ae7", ids[0]), ("7c9e6679-7425-40de-944b-e07fc1f90ae8", ids[1]),
        ("7c9e6679-7425-40de-944b-e07fc1f90ae70", "none"), ("7c9e", "ambiguous"), ("7c9e66aa", ids[2]),
        ("7c9e66797425", "none"), ("7C9E6679", ids[3]), ("7C9e6679", "none"), ("eyJh", ids[4]), ("eyJhbGc", ids[4]),
        ("abcd", "none"), ("abc", "ambiguous"), ("", "ambiguous"), ("0000", ids[6]), ("00000", "none"),
    ])
    func aPrefixMeansTheOneThatBeginsSo(prefix: String, meant: String) {
        #expect(Self.resolved([prefix]) == [meant])
    }

    @Test func manyAreFoundInOnePass() {
        let ids = (0..<3000).map { String(format8(UInt32(truncatingIfNeeded: $0 &* 2_654_435_761))) + "-rest" }
        let prefixes = ids.prefix(2000).map { String($0.prefix(8)) } + ["ffffffffff", String(ids[0].prefix(4))]
        let meant = Self.resolved(prefixes, among: ids)
        #expect(Array(meant.prefix(2000)) == Array(ids.prefix(2000)))
        #expect(meant[2000] == "none")
        let count = ids.count { $0.hasPrefix(ids[0].prefix(4)) }
        #expect(meant[2001] == (count > 1 ? "ambiguous" : ids[0]))
        #expect(Self.resolved([]) == [])
    }

    private func format8(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    @Test func partOfAnIDIsNotShown() {
        var dumped = ""
        let prefixes = IDPrefixes([bytes("credential")])
        dump(prefixes, to: &dumped)
        #expect(!"\(prefixes) \(dumped)".contains("cred"))
    }
}
