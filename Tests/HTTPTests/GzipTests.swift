import CZlib
import Testing

@testable import HTTP

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 1000, 1_000_000]) func whatWasCompressedComesBack(size: Int) {
        // Neither constant nor without pattern.
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: ($0 / 7) ^ ($0 >> 9)) }
        let packed = Gzip.compress(bytes)
        #expect(packed.starts(with: [0x1F, 0x8B, 8]))
        #expect(unpacked(packed, size: size) == bytes)
    }

    @Test func noiseIsStillWhole() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(unpacked(Gzip.compress(bytes), size: bytes.count) == bytes)
    }

    private func unpacked(_ packed: [UInt8], size: Int) -> [UInt8]? {
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { unsafe inflateEnd(&stream) }
        var input = packed
        var output = [UInt8](repeating: 0, count: size + 1)
        let status = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                return unsafe inflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END, unsafe stream.total_out == UInt(size) else { return nil }
        return Array(output.prefix(size))
    }
}
