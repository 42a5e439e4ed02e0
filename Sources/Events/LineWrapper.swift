import Sessions

/// A wrapper that a log shipper or container runtime put around a line.
struct LineWrapper {
    enum Name: String {
        case docker, cri, journald, shipper, syslog, compose, kubectl
        /// Only a timestamp before a JSON line (`docker logs -t`, `kubectl logs --timestamps`).
        case timestamp
    }

    let name: Name
    /// The line inside.
    let line: ArraySlice<UInt8>
    /// The container, pod or host that wrote it.
    var node: String?
    var time: UnixTime?
    /// The stream whose line continues in the next record.
    var continues: String?
    /// The stream of the record.
    var stream = ""
    /// True if the line came as an array of bytes, which means that it is not clean text.
    var wasBytes = false
}
