import Digests
import Testing

@Suite struct DigestTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func hex(_ bytes: [UInt8]?) -> String {
        (bytes ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func hexTextKeepsZerosAndReadsBack() {
        #expect(Hex.text([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(Hex.text(0x00ab) == "00000000000000ab")
        #expect(Hex.bytes("000FA0ff") == [0x00, 0x0f, 0xa0, 0xff])
        #expect(Hex.bytes("") == [])
        for text in ["0", "0g", "+1", "0 ", "\u{ff10}0"] { #expect(Hex.bytes(text) == nil, "\(text)") }
    }

    @Test func fnv() {
        #expect(FNV.hash1("".utf8) == 0xcbf2_9ce4_8422_2325)
        #expect(FNV.hash1a("".utf8) == 0xcbf2_9ce4_8422_2325)
        #expect(FNV.hash1("a".utf8) == 0xaf63_bd4c_8601_b7be)
        #expect(FNV.hash1a("a".utf8) == 0xaf63_dc4c_8601_ec8c)
        #expect(FNV.hash1a("foobar".utf8) == 0x8594_4171_f739_67e8)
    }

    @Test(
        arguments: [
            (Self.bytes(""), 0xef46_db37_51d8_e999), (Self.bytes("a"), 0xd24e_c4f1_a98c_6e5b),
            (Self.bytes("abc"), 0x44bc_2cf5_ad77_0999),
            (Self.bytes("Nobody inspects the spammish repetition"), 0xfbce_a83c_8a37_8bf1),
        ] as [([UInt8], UInt64)])
    func xxh64(of bytes: [UInt8], hash: UInt64) {
        #expect(XXH64.hash(bytes) == hash)
    }

    /// RFC 1321.
    @Test func md5() {
        #expect(Self.hex(MD5.digest([])) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(Self.hex(MD5.digest(Self.bytes("message digest"))) == "f96b697d7cb7938d525a2f31aaf161d0")
    }

    /// RFC 4231, cases 1 and 2, and an empty key.
    @Test func hmac() {
        #expect(
            Self.hex(HMACSHA256.code(of: Self.bytes("Hi There"), key: Array(repeating: 0x0b, count: 20)))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            Self.hex(HMACSHA256.code(of: Self.bytes("what do ya want for nothing?"), key: Self.bytes("Jefe")))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Self.hex(HMACSHA256.code(of: [], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }
}
