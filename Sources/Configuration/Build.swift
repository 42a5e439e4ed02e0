/// The version and revision of this build.
public enum Build {
    public static let version = "0.1.0"
    /// The commit; the packager sets it with `MCP_SESSIOND_REVISION` in the unit or image.
    public static let revision = "unknown"
}
