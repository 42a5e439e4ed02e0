import Glibc

extension SettingFile {
    /// Reads a small text file. If it is unreadable, too large or not UTF-8, throws a problem that does not name the
    /// path.
    public static func text(of path: String, byteLimit: Int) throws(SettingProblem) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw problem(errno) }
        defer { close(descriptor) }
        // One byte more than allowed, so that a file that is too large is detected.
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let taken = unsafe bytes.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            if taken == 0 { break }
            if taken > 0 { count += taken } else if errno != EINTR { throw problem(errno) }
        }
        guard count <= byteLimit else { throw SettingProblem(message: "larger than \(byteLimit) bytes") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw SettingProblem(message: "not UTF-8")
        }
        return text
    }

    private static func problem(_ code: Int32) -> SettingProblem {
        switch code {
        case ENOENT: SettingProblem(message: "no such file")
        case EACCES: SettingProblem(message: "permission denied")
        default: SettingProblem(message: "cannot be read")
        }
    }
}
