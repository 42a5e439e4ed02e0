/// Which build this is.
public enum Build {
    public static let version = "0.1.0"
    /// The commit, where the packager sets `MCP_SESSIOND_REVISION` in the unit or image; else unknown.
    public static let revision = "unknown"
}
