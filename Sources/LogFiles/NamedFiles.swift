import Glibc

/// All files that the patterns match at one moment.
struct NamedFiles {
    /// A file under one of its names.
    struct File {
        var path: String
        var tag: Int
        var facts: FileFacts
    }

    /// The regular files, each under the first of its names: in the order of the patterns, then by name.
    private(set) var files: [File] = []
    /// The file to which each path leads.
    private(set) var identities: [String: FileFacts.Identity] = [:]
    /// The paths that are matched or named, but cannot be read.
    private(set) var refused: [(problem: LogProblem, tag: Int)] = []
    private var seen: Set<FileFacts.Identity> = []
    /// The number of names left out.
    private var tooMany = 0

    init(_ patterns: [LogPattern], limits: LogLimits) {
        for pattern in patterns {
            if pattern.isGlob {
                expand(pattern, limit: limits.maxNames)
            } else {
                add(pattern.path, tag: pattern.tag)
            }
        }
        if tooMany > 0, let pattern = patterns.last { refuse(pattern.path, .tooManyFiles(tooMany), tag: pattern.tag) }
    }

    mutating func refuse(_ path: String, _ reason: LogProblem.Reason, tag: Int) {
        refused.append((LogProblem(path: path, reason: reason), tag))
    }

    private mutating func add(_ path: String, tag: Int) {
        guard identities[path] == nil else { return }
        do throws(SystemFailure) {
            let facts = try FileFacts.at(path)
            if let refusal = facts.refusal {
                refuse(path, refusal, tag: tag)
                return
            }
            identities[path] = facts.identity
            if seen.insert(facts.identity).inserted { files.append(File(path: path, tag: tag, facts: facts)) }
        } catch {
            refuse(path, error.problem, tag: tag)
        }
    }

    private mutating func expand(_ pattern: LogPattern, limit: Int) {
        var matches = unsafe glob_t()
        defer { unsafe globfree(&matches) }
        let result = unsafe glob(pattern.path, 0, nil, &matches)
        guard result == 0 else {
            refuse(pattern.path, Self.reason(result, for: pattern.path), tag: pattern.tag)
            return
        }
        for index in 0..<Int(unsafe matches.gl_pathc) {
            guard identities.count + refused.count < limit else {
                tooMany += 1
                continue
            }
            guard let name = unsafe matches.gl_pathv[index] else { break }
            if let path = unsafe String(validatingCString: name) {
                add(path, tag: pattern.tag)
            } else {
                refuse(unsafe String(cString: name), .badName, tag: pattern.tag)
            }
        }
    }

    /// The reason why nothing was matched. glob(3) treats a folder that it may not read as empty.
    private static func reason(_ result: Int32, for pattern: String) -> LogProblem.Reason {
        guard result == GLOB_NOMATCH else { return .unreadable("too many names to match") }
        let plain = pattern.prefix { !"*?[\\".contains($0) }
        let folder = plain.lastIndex(of: "/").map { plain[...$0] } ?? "/"
        guard unsafe access(String(folder), R_OK | X_OK) == 0 || errno == ENOENT || errno == ENOTDIR else {
            return .unreadable(SystemFailure().reason)
        }
        return .missing
    }
}
