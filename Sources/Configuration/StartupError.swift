/// The reason why the daemon cannot start although the settings are valid.
public enum StartupError: Error, CustomStringConvertible {
    /// A file that a setting names is unusable.
    case file(key: String, String, reason: String)
    case redisURL(reason: String)
    /// A setting asks for something that this version does not support.
    case notSupported(key: String, reason: String)

    public var description: String {
        switch self {
        case .file(let key, let path, let reason): "\(key) \(path): \(reason)"
        case .redisURL(let reason): "redis.url: \(reason)"
        case .notSupported(let key, let reason): "\(key): \(reason)"
        }
    }
}
