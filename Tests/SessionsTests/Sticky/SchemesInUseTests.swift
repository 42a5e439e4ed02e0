import Testing

@testable import Sessions

@Suite struct SchemesInUseTests {
    private static let start = UnixTime(milliseconds: 1_787_307_302_000)

    private static func schemes(_ notes: [(StickyScheme, Double)]) -> SchemesInUse {
        var schemes = SchemesInUse()
        for (scheme, time) in notes { schemes.note(scheme, at: start + time) }
        return schemes
    }

    @Test(
        arguments: [
            ([], [nil, nil, nil]),
            ([(.traefikFNV1, 0)], [nil, .traefikFNV1, .traefikFNV1]),
            ([(.traefikFNV1, 0), (.traefikSHA256, 10)], [nil, .traefikFNV1, .traefikSHA256]),
            // Lines of long requests come late.
            ([(.traefikSHA256, 10), (.traefikFNV1, 0)], [nil, .traefikFNV1, .traefikSHA256]),
            ([(.traefikSHA256, 10), (.traefikSHA256, -1)], [.traefikSHA256, .traefikSHA256, .traefikSHA256]),
            ([(.haproxyName, 0), (.envoy, 1)], [nil, nil, nil]),
        ] as [([(StickyScheme, Double)], [StickyScheme?])])
    func itIsInUseFromTheLineOn(notes: [(StickyScheme, Double)], inUse: [StickyScheme?]) {
        let schemes = Self.schemes(notes)
        #expect([-1.0, 5, 10].map { schemes.scheme(at: Self.start + $0) } == inUse)
        #expect(schemes.scheme(at: nil) == inUse.last)
    }

    @Test func onlyTheLatestChangesAreKept() {
        let all = StickyScheme.traefik
        let schemes = Self.schemes((0..<20).map { (all[$0 % 2], Double($0)) })
        let known = (0..<20).filter { schemes.scheme(at: Self.start + Double($0)) != nil }
        #expect(known == Array(20 - SchemesInUse.limit..<20))
    }
}
