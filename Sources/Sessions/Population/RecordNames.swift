/// The distinct owners and clients that were met while reading records. A record refers to its own by their places
/// here, so that the millionth session of a node does not copy the node's name.
public struct RecordNames: Sendable {
    /// The place of a name; 0 is none.
    public typealias Place = UInt32

    /// The number of names kept. A reader that holds more starts with a new table (``isFull``).
    static let limit = 1 << 14

    struct Owner: Sendable, Equatable {
        var name: OwnerName
        /// True if any node can rebuild the sessions of its dialect.
        var isAdoptable: Bool
    }

    /// The owners by place. Place 0 stands for no owner.
    private(set) var owners = [Owner(name: OwnerName(node: [], boot: nil), isAdoptable: false)]
    /// The clients by place. Place 0 stands for no client.
    private(set) var clients: [[UInt8]] = [[]]
    /// The texts by which records name a client, with the place of the client that each means.
    private var clientTexts: [(text: [UInt8], client: Place)] = []
    private let seed: UInt64
    private var ownerPlaces = PlaceIndex()
    private var clientPlaces = PlaceIndex()
    private var clientTextPlaces = PlaceIndex()
    /// The numbers of the same names in the registry, as far as it has met them.
    var known = Known()

    /// The numbers of names in one registry. They are valid until it renumbers its owners.
    struct Known: Sendable {
        /// The number of an owner that no batch has named since.
        static let unnumbered = UInt32.max

        var numbering = -1
        var owners: [UInt32] = []
        var clients: [UInt16] = []
    }

    /// Makes an empty table. `seed` is a random number, so that whoever writes records cannot choose names with equal
    /// hashes.
    public init(seed: UInt64) {
        self.seed = seed | 1
    }

    /// A stand-in while the names are lent to somebody else. It takes no names.
    public static let placeholder = RecordNames(seed: 0)

    public var isFull: Bool { owners.count + clients.count + clientTexts.count > Self.limit }

    /// Returns the place of an owner. An empty boot means none.
    public mutating func owner(node: Span<UInt8>, boot: Span<UInt8>, isAdoptable: Bool) -> Place {
        var nameHash = NameHash(seed: seed)
        nameHash.combine(node)
        nameHash.combine(boot)
        let hash = nameHash.value
        let found = ownerPlaces.find(hash) { place in
            let owner = owners[Int(place)]
            return owner.isAdoptable == isAdoptable && node.equals(owner.name.node)
                && boot.equals(owner.name.boot ?? [])
        }
        if let found { return found }
        let place = Place(owners.count)
        let name = OwnerName(node: node.copied(), boot: boot.isEmpty ? nil : boot.copied())
        owners.append(Owner(name: name, isAdoptable: isAdoptable))
        ownerPlaces.add(place, hash)
        return place
    }

    /// Returns the place of a client's name.
    public mutating func client(_ name: Span<UInt8>) -> Place {
        if name.isEmpty { return 0 }
        var nameHash = NameHash(seed: seed)
        nameHash.combine(name)
        let hash = nameHash.value
        if let found = clientPlaces.find(hash, fits: { name.equals(clients[Int($0)]) }) { return found }
        let place = Place(clients.count)
        clients.append(name.copied())
        clientPlaces.add(place, hash)
        return place
    }

    /// Returns the place of the client that a record's text means. `read` finds out what a text means, once for each
    /// text.
    mutating func client(of text: Span<UInt8>, read: (inout RecordNames) -> Place) -> Place {
        var nameHash = NameHash(seed: seed)
        nameHash.combine(text)
        let hash = nameHash.value
        if let found = clientTextPlaces.find(hash, fits: { text.equals(clientTexts[Int($0)].text) }) {
            return clientTexts[Int(found)].client
        }
        let client = read(&self)
        clientTextPlaces.add(Place(clientTexts.count), hash)
        clientTexts.append((text.copied(), client))
        return client
    }

    public func ownerName(at place: Place) -> OwnerName? { place == 0 ? nil : owners[Int(place)].name }

    public func clientName(at place: Place) -> [UInt8] { clients[Int(place)] }
}

/// An index of places by hash. If two names have the same hash, the later one is under the next number.
private struct PlaceIndex: Sendable {
    private var places: [UInt64: RecordNames.Place] = [:]

    func find(_ hash: UInt64, fits: (RecordNames.Place) -> Bool) -> RecordNames.Place? {
        var hash = hash
        while let place = places[hash] {
            if fits(place) { return place }
            hash &+= 1
        }
        return nil
    }

    mutating func add(_ place: RecordNames.Place, _ hash: UInt64) {
        var hash = hash
        while places[hash] != nil { hash &+= 1 }
        places[hash] = place
    }
}

/// A hash of names. It is seeded, since names come from outside, and costs a fourth of the standard hash.
private struct NameHash {
    private let seed: UInt64
    private(set) var value: UInt64

    init(seed: UInt64) {
        (self.seed, value) = (seed, seed)
    }

    mutating func combine(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { bytes in
            mix(UInt64(bytes.count))
            var start = 0
            while start + 8 <= bytes.count {
                mix(unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                start += 8
            }
            var rest: UInt64 = 0
            for index in start..<bytes.count { rest = rest << 8 | UInt64(unsafe bytes[index]) }
            mix(rest)
        }
    }

    private mutating func mix(_ word: UInt64) {
        let product = (value ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
        value = product.high ^ product.low &+ word
    }
}
