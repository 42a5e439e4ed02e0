/// Marks of fields with certain names, which identify the logger or a wrapper.
struct FieldMark: OptionSet, Sendable {
    let rawValue: UInt32

    static let level = FieldMark(rawValue: 1 << 0)
    static let target = FieldMark(rawValue: 1 << 1)
    static let msg = FieldMark(rawValue: 1 << 2)
    static let pid = FieldMark(rawValue: 1 << 3)
    static let ts = FieldMark(rawValue: 1 << 4)
    static let caller = FieldMark(rawValue: 1 << 5)
    static let shortLevel = FieldMark(rawValue: 1 << 6)
    static let shortMessage = FieldMark(rawValue: 1 << 7)
    static let event = FieldMark(rawValue: 1 << 8)
    static let timestamp = FieldMark(rawValue: 1 << 9)
    static let time = FieldMark(rawValue: 1 << 10)
    /// A column of Python's logging.
    static let python = FieldMark(rawValue: 1 << 11)
    static let logLevel = FieldMark(rawValue: 1 << 12)
    static let category = FieldMark(rawValue: 1 << 13)
    static let originalFormat = FieldMark(rawValue: 1 << 14)
    static let traefik = FieldMark(rawValue: 1 << 15)
    static let message = FieldMark(rawValue: 1 << 16)
    /// A field that only holds the inner line of a wrapper.
    static let innerLine = FieldMark(rawValue: 1 << 17)
    /// A field about the pod, which shippers add.
    static let pod = FieldMark(rawValue: 1 << 18)
    static let id = FieldMark(rawValue: 1 << 19)
    static let hostName = FieldMark(rawValue: 1 << 20)
    static let ownerID = FieldMark(rawValue: 1 << 21)
    /// A field that holds nothing but the name of an event.
    static let eventName = FieldMark(rawValue: 1 << 22)

    private static let names: [String: FieldMark] = [
        "level": .level, "target": .target, "msg": .msg, "pid": .pid, "ts": .ts, "caller": .caller,
        "l": .shortLevel, "m": .shortMessage, "event": [.event, .eventName], "kind": .eventName,
        "eventname": .eventName, "timestamp": .timestamp, "time": .time, "levelname": .python, "asctime": .python,
        "levelno": .python, "loglevel": .logLevel, "category": .category, "originalformat": .originalFormat,
        "downstreamstatus": .traefik, "originstatus": .traefik, "serviceurl": .traefik, "routername": .traefik,
        "message": .message, "log": .innerLine, "line": .innerLine, "podname": .pod, "containername": .pod,
        "kubernetes": .pod, "id": .id, "hostname": .hostName,
    ]

    /// The marks of a squeezed name.
    static func of(_ key: String) -> FieldMark {
        names[key] ?? (key.hasSuffix("ownerid") ? .ownerID : [])
    }
}
