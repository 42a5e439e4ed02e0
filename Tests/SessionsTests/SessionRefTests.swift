import Digests
import Testing

@testable import Sessions

@Suite struct SessionRefTests {
    /// Digests from FIPS 180-2 and from `sha256sum`.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "7c9e6679-7425-40de-944b-e07fc1f90ae7",
                "6316e01c9e1d33dec091e5469b8fe3f63ae270f7471846f380d926c3454b4027"
            ),
        ] as [(String, String)])
    func isTheBeginningOfTheDigest(text: String, digest: String) {
        let bytes = Array(text.utf8)
        let sha256 = SHA256()
        let hex = sha256.digest(bytes.span).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
            .joined()
        #expect(hex == digest)
        #expect(SessionRef(sha256.prefix64(bytes.span)).description == "s:" + digest.prefix(16))
    }

    @Test func oneDigestLeavesNothingBehindForTheNext() {
        let sha256 = SHA256()
        let abc = Array("abc".utf8)
        let long = Array(repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(sha256.prefix64(abc.span) == 0xba78_16bf_8f01_cfea)
        #expect(sha256.prefix64(long.span) == 0xcdc7_6e5c_9914_fb92)
        #expect(sha256.prefix64(abc.span) == 0xba78_16bf_8f01_cfea)
    }

    @Test(
        arguments: [
            (0, "s:0000000000000000"), (1, "s:0000000000000001"), (0xABCD, "s:000000000000abcd"),
            (UInt64.max, "s:ffffffffffffffff"),
        ] as [(UInt64, String)])
    func hasSixteenDigits(value: UInt64, text: String) {
        #expect(SessionRef(value).description == text)
    }

    @Test(
        arguments: [
            ("s:ba7816bf8f01cfea", 0xba78_16bf_8f01_cfea, 0xba78_16bf_8f01_cfea),
            ("ba7816bf8f01cfea", 0xba78_16bf_8f01_cfea, 0xba78_16bf_8f01_cfea),
            ("s:ba78", 0xba78_0000_0000_0000, 0xba78_ffff_ffff_ffff),
            ("ba78", 0xba78_0000_0000_0000, 0xba78_ffff_ffff_ffff),
            ("BA78", 0xba78_0000_0000_0000, 0xba78_ffff_ffff_ffff),
            ("s:0000", 0, 0x0000_ffff_ffff_ffff),
            ("s:ffff", 0xffff_0000_0000_0000, UInt64.max),
            ("s:ba781", 0xba78_1000_0000_0000, 0xba78_1fff_ffff_ffff),
            ("s:ba7816bf8f01cfe", 0xba78_16bf_8f01_cfe0, 0xba78_16bf_8f01_cfef),
        ] as [(String, UInt64, UInt64)])
    func aPrefixIsARange(text: String, low: UInt64, high: UInt64) {
        #expect(SessionRef.range(prefix: text) == SessionRef(low)...SessionRef(high))
    }

    @Test(arguments: [
        "", "s:", "s:b", "s:ba7", "ba7", "s:ba7816bf8f01cfea0", "s:xyzw", "ba78 ", " ba78", "s: ba78", "S:ba78",
        "s:s:ba78",
        "+ba78", "-ba78", "-0000", "s:-0000", "s:+0000", "0x12", "ba78-", "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "ｂａ７８",
    ])
    func noOtherTextIsAPrefix(text: String) {
        #expect(SessionRef.range(prefix: text) == nil)
    }

    @Test func theOrderIsThatOfTheDigits() {
        let refs = [UInt64.max, 0, 0x8000_0000_0000_0000, 1, 0x7fff_ffff_ffff_ffff].map { SessionRef($0) }
        #expect(refs.sorted().map(\.description) == refs.map(\.description).sorted())
    }
}
