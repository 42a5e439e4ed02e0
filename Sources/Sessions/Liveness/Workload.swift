/// The workload that a node belongs to: its nodes replace each other. It follows from the node's name, as orchestrators
/// make names, unless the heartbeat names a `group`.
///
///     mcp-7d9f8b6c5-x2x4z        mcp, revision 7d9f8b6c5     Deployment: the ReplicaSet's hash, and five characters
///     mcp-x2x4z                  mcp                         DaemonSet, ReplicaSet
///     mcp-0, mcp-0.mcp.default   mcp                         StatefulSet, with or without its domain
///     node-3, node3, app_mcp_1   node, node, app_mcp         numbered, Docker Compose
///     mcp.2.x0k3v5c8d9f1         mcp                         Docker Swarm: the slot, and the task's id
public struct Workload: Sendable, Hashable {
    public var name: String
    /// The revision of a Deployment: the hash of its ReplicaSet.
    public var revision: String?
    /// The Deployment whose revision that is: a group may have several.
    private var deployment: String?

    /// `deployment` is the workload itself if it is not given.
    public init(name: String, revision: String? = nil, deployment: String? = nil) {
        self.name = name
        self.revision = revision
        self.deployment = deployment ?? name
    }

    /// The workload of that group, with the revision that the node's own name shows.
    func inGroup(_ group: String) -> Workload { Workload(name: group, revision: revision, deployment: deployment) }

    /// Nil if the name tells nothing, such as a container's id.
    public init?(ofNode node: String) {
        let host = Self.host(node)
        if let cut = Self.ofCutName(host) {
            self = cut
            return
        }
        var parts = host.split(separator: "-", omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty else { return nil }
        guard parts.count > 1 else {
            guard let name = Self.unnumbered(last) else { return nil }
            self.init(name: name)
            return
        }
        if Self.isAddress(parts) { return nil }
        parts.removeLast()
        let revision = parts.count > 1 ? parts.last.flatMap { Self.isHash($0) ? String($0) : nil } : nil
        // After a revision, five digits are as random as five letters.
        if last.utf8.count == 5, last.utf8.allSatisfy(Self.isRandom), revision != nil || !Self.isNumber(last) {
            if revision != nil { parts.removeLast() }
            self.init(name: parts.joined(separator: "-"), revision: revision)
        } else if Self.isNumber(last) {
            self.init(name: parts.joined(separator: "-"))
        } else {
            self.init(name: Self.unnumbered(host[...]) ?? host)
        }
        if name.isEmpty { return nil }
    }

    /// Nil if the names do not tell: they show no revision, or those of two Deployments.
    func isOfOtherRevision(than other: Workload?) -> Bool? {
        guard let revision, let others = other?.revision, deployment == other?.deployment else { return nil }
        return revision != others
    }

    /// The characters of Kubernetes' random names: no vowels, and no digits that look like letters.
    private static func isRandom(_ byte: UInt8) -> Bool { "bcdfghjklmnpqrstvwxz2456789".utf8.contains(byte) }

    /// Whether it may be the hash of a ReplicaSet: random characters, or in old versions a number.
    private static func isHash(_ part: Substring) -> Bool {
        (6...10).contains(part.utf8.count) && (part.utf8.allSatisfy(isRandom) || isNumber(part))
            && part.utf8.contains { isDigit($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isNumber(_ part: Substring) -> Bool { !part.isEmpty && part.utf8.allSatisfy(isDigit) }

    /// The first part of a domain name, without a port or process id. Swarm's names are no domain names.
    private static func host(_ node: String) -> String {
        let host = node.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return String(host.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)[0])
    }

    /// Kubernetes cuts the name of a ReplicaSet to 58 characters and adds five random ones, with nothing in between. Of the
    /// hash a part may be left, or nothing.
    private static func ofCutName(_ host: String) -> Workload? {
        guard host.utf8.count == longestPodName, host.utf8.suffix(5).allSatisfy(isRandom) else { return nil }
        var parts = host.dropLast(5).split(separator: "-")
        let hash = parts.count > 1 ? parts.last.flatMap { $0.utf8.allSatisfy(isHashed) ? String($0) : nil } : nil
        if hash != nil { parts.removeLast() }
        return parts.isEmpty ? nil : Workload(name: parts.joined(separator: "-"), revision: hash)
    }

    private static let longestPodName = 63

    /// The characters of a ReplicaSet's hash: ten of the random ones, as each stands for a digit.
    private static func isHashed(_ byte: UInt8) -> Bool { "456789bcdf".utf8.contains(byte) }

    /// `ip-10-0-1-23`: a machine that is named by its address belongs to no workload that the name shows.
    private static func isAddress(_ parts: [Substring]) -> Bool {
        parts.count >= 5 && parts.suffix(4).allSatisfy(isNumber) || parts.count == 4 && parts.allSatisfy(isNumber)
    }

    /// `node` for `node3` and `app_mcp` for `app_mcp_1`. The name itself without a number at its end; nil for what is
    /// hexadecimal, as a container's id is.
    private static func unnumbered(_ name: Substring) -> String? {
        let isHex = name.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
        if isHex, name.utf8.count >= 12 { return nil }
        var rest = name
        while let last = rest.utf8.last, isDigit(last) { rest.removeLast() }
        if rest != name, rest.utf8.last == UInt8(ascii: "_") { rest.removeLast() }
        return rest.isEmpty ? nil : String(rest)
    }
}
