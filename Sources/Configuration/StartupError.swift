/// Why the daemon cannot start with settings that are right in themselves.
public enum StartupError: Error, CustomStringConvertible {
    /// A file that a setting names is not what it should be.
    case file(key: String, String, reason: String)
    case redisURL(reason: String)
    /// A setting asks for what this version does not do.
    case notSupported(key: String, reason: String)

    public var description: String {
        switch self {
        case .file(let key, let path, let reason): "\(key) \(path): \(reason)"
        case .redisURL(let reason): "redis.url: \(reason)"
        case .notSupported(let key, let reason): "\(key): \(reason)"
        }
    }
}
