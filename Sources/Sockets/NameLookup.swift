import Dispatch
import Glibc
import Synchronization

/// A lookup of host names with a time limit. The system's resolver has none (with silent name servers it takes ten
/// seconds or more), so it runs on a thread of its own, and is abandoned if it takes too long.
final class NameLookup: Sendable {
    enum Answer: Sendable, Equatable {
        case addresses([String])
        /// The resolver's error text.
        case failed(String)
    }

    /// A pending query to the resolver. Others who ask for the same name wait for the same answer.
    private final class Question: Sendable {
        let answer = Mutex<Answer?>(nil)
        let isOver = DispatchGroup()
    }

    static let system = NameLookup(resolve: resolveBySystem)
    /// The number of names that are resolved at the same time, whether or not anybody still waits.
    static let nameLimit = 32
    /// The number of addresses of one name to try.
    static let addressLimit = 8

    private let resolve: @Sendable (String) -> Answer
    private let questions = Mutex<[String: Question]>([:])
    private let queue = DispatchQueue(label: "host names", attributes: .concurrent)

    init(resolve: @escaping @Sendable (String) -> Answer) {
        self.resolve = resolve
    }

    /// The host's addresses, IPv4 first. A host that is an address itself is not looked up.
    func addresses(of host: String, within seconds: Double) -> Answer {
        guard !Self.isAddress(host) else { return .addresses([host]) }
        guard let question = ask(host) else { return .failed("too many host names are being looked up") }
        _ = question.isOver.wait(timeout: .now() + max(seconds, 0))
        return question.answer.withLock { $0 }
            ?? .failed("the host's name was not resolved within \(seconds) s")
    }

    private func ask(_ host: String) -> Question? {
        let (question, isNew) = questions.withLock { questions -> (Question?, Bool) in
            if let asked = questions[host] { return (asked, false) }
            guard questions.count < Self.nameLimit else { return (nil, false) }
            let question = Question()
            question.isOver.enter()
            questions[host] = question
            return (question, true)
        }
        guard isNew, let question else { return question }
        queue.async { [self] in
            let answer = resolve(host)
            question.answer.withLock { $0 = answer }
            questions.withLock { $0[host] = nil }
            question.isOver.leave()
        }
        return question
    }

    /// `127.0.0.1`, `::1`, `fe80::1%eth0`: no name contains a colon.
    private static func isAddress(_ host: String) -> Bool {
        var address = in_addr()
        if host.contains(":") { return true }
        return unsafe inet_pton(AF_INET, host, &address) == 1
    }

    private static func resolveBySystem(_ host: String) -> Answer {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, nil, &hints, &found)
        guard status == 0 else { return .failed(unsafe String(cString: gai_strerror(status))) }
        defer { unsafe freeaddrinfo(found) }
        var addresses: [(isOld: Bool, text: String)] = []
        var next = unsafe found
        while let entry = unsafe next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let isText = unsafe getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if isText == 0 {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                addresses.append((unsafe entry.pointee.ai_family == AF_INET, String(decoding: bytes, as: UTF8.self)))
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        let sorted = addresses.filter(\.isOld) + addresses.filter { !$0.isOld }
        return .addresses(sorted.prefix(addressLimit).map(\.text))
    }
}
