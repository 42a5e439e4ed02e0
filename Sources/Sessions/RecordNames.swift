/// The distinct owners and clients that were met while reading records. A record names its own by their places here, so
/// that the millionth session of a node costs no copy of the node's name.
public struct RecordNames: Sendable {
    /// Where a name stands; 0 is none.
    public typealias Place = UInt32

    /// Names that are kept; a reader that holds more begins with new ones (``isFull``).
    static let limit = 1 << 14

    struct Owner: Sendable, Equatable {
        var name: OwnerName
        /// Its dialect's sessions can be rebuilt by any node.
        var isAdoptable: Bool
    }

    /// The first is nobody.
    private(set) var owners = [Owner(name: OwnerName(node: [], boot: nil), isAdoptable: false)]
    /// The first is no client.
    private(set) var clients: [[UInt8]] = [[]]
    /// Texts of records that name a client, and the place of the client that each means.
    private var clientTexts: [(text: [UInt8], client: Place)] = []
    private var ownerPlaces = PlaceIndex()
    private var clientPlaces = PlaceIndex()
    private var clientTextPlaces = PlaceIndex()
    /// The same names' places in the registry, as far as it has met them.
    var known = Known()

    /// Places in one registry. They hold until it renumbers its owners.
    struct Known: Sendable {
        var numbering = -1
        var owners: [UInt32] = []
        var clients: [UInt16] = []
    }

    public init() {}

    public var isFull: Bool { owners.count + clients.count + clientTexts.count > Self.limit }

    /// The place of an owner; an empty boot is none.
    public mutating func owner(node: Span<UInt8>, boot: Span<UInt8>, isAdoptable: Bool) -> Place {
        var hasher = Hasher()
        hasher.combine(bytes: node)
        hasher.combine(isAdoptable)
        hasher.combine(bytes: boot)
        let hash = hasher.finalize()
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

    /// The place of a client's name.
    public mutating func client(_ name: Span<UInt8>) -> Place {
        if name.isEmpty { return 0 }
        var hasher = Hasher()
        hasher.combine(bytes: name)
        let hash = hasher.finalize()
        if let found = clientPlaces.find(hash, fits: { name.equals(clients[Int($0)]) }) { return found }
        let place = Place(clients.count)
        clients.append(name.copied())
        clientPlaces.add(place, hash)
        return place
    }

    /// The place of the client that a record's text means. `read` finds out what a text means, once for each text.
    mutating func client(of text: Span<UInt8>, read: (inout RecordNames) -> Place) -> Place {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        let hash = hasher.finalize()
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

/// Finds places by hash; of two names of one hash the later stands under the next number.
private struct PlaceIndex: Sendable {
    private var places: [Int: RecordNames.Place] = [:]

    func find(_ hash: Int, fits: (RecordNames.Place) -> Bool) -> RecordNames.Place? {
        var hash = hash
        while let place = places[hash] {
            if fits(place) { return place }
            hash &+= 1
        }
        return nil
    }

    mutating func add(_ place: RecordNames.Place, _ hash: Int) {
        var hash = hash
        while places[hash] != nil { hash &+= 1 }
        places[hash] = place
    }
}

extension Hasher {
    /// As a whole: byte by byte, as arrays hash themselves, takes four times as long.
    fileprivate mutating func combine(bytes: Span<UInt8>) {
        combine(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { unsafe combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
