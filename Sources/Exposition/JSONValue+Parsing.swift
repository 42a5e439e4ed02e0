extension JSONValue {
    /// The deepest nesting that is read by default.
    public static let standardDepthLimit = 64
    /// The longest document that is read by default: 16 MiB.
    public static let standardByteLimit = 16 << 20

    /// Reads exactly one document. The error says at which byte it fails.
    public init(
        parsing bytes: [UInt8], depthLimit: Int = standardDepthLimit, byteLimit: Int = standardByteLimit
    ) throws(JSONError) {
        guard bytes.count <= byteLimit else { throw .tooLong(limit: byteLimit) }
        var parser = JSONParser(bytes, depthLimit: depthLimit)
        self = try parser.document()
    }
}
