import Testing

@testable import Sessions

@Suite struct ServiceURLsTests {
    private static let start = UnixTime(milliseconds: 1_787_307_302_000)

    @Test func onlyWhatIsNewIsReported() {
        var urls = ServiceURLs()
        let notes = [("a", 0), ("a", 10), ("b", 20), ("a", 30)].map { node, time in
            urls.note("u", node: node, at: Self.start + time)
        }
        #expect(notes == [true, false, true, false])
        #expect(urls.byNode { _ in true } == [:])
        #expect(urls.byNode { $0 == "a" } == ["a": ["u"]])
        #expect(urls.byNode { _ in false } == ["a": ["u"], "b": ["u"]])
        // The one that was not seen for long gives way.
        _ = urls.note("u", node: "b", at: Self.start + 31 + ServiceURLs.lastingSeconds)
        #expect(urls.byNode { _ in true } == ["b": ["u"]])
    }

    @Test func theirNumberIsLimited() {
        var urls = ServiceURLs()
        for number in 0..<ServiceURLs.limitPerNode + 2 {
            _ = urls.note("u\(number)", node: "a", at: Self.start + Double(number))
        }
        let kept = urls.byNode { _ in true }["a"] ?? []
        #expect(kept.count == ServiceURLs.limitPerNode && !kept.contains("u0") && !kept.contains("u1"))
        for number in 0..<ServiceURLs.limit + 10 {
            _ = urls.note("v\(number)", node: "n\(number)", at: Self.start)
        }
        #expect(urls.byNode { _ in true }.count <= ServiceURLs.limit)
        urls.keep { $0 == "n7" }
        #expect(urls.byNode { _ in true } == ["n7": ["v7"]])
    }

    @Test func unknownAddressesAreTheLatest() {
        var addresses = UnknownAddresses()
        for number in 0..<UnknownAddresses.limit + 5 {
            addresses.note("h:\(number + 1)", at: Self.start + Double(number))
        }
        addresses.note("h:\(UnknownAddresses.limit)", at: Self.start)
        #expect(addresses.all.count == UnknownAddresses.limit)
        #expect(addresses.all.first?.text == "h:6")
        #expect(addresses.all.filter { $0.count == 2 }.map(\.text) == ["h:\(UnknownAddresses.limit)"])
    }

    @Test func theNumberOfServiceNamesIsLimited() {
        var names = ServiceNames()
        for number in 0..<1000 { names.note("s\(number)@file") }
        let known = (0..<1000).filter { names.isNamed(by: TraefikCookie.value(of: "s\($0)", .traefikSHA256)) }
        #expect(known == Array(0..<ServiceNames.limit))
        #expect(names.isNamed(by: "e8bc163c82eee187"))
        #expect(!names.isNamed(by: "") && !names.isNamed(by: "s1@fil"))
    }
}
