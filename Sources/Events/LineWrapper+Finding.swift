import Sessions

extension LineWrapper {
    /// The outermost wrapper of `line`. If the line is JSON, `json` holds its fields.
    static func find(_ line: ArraySlice<UInt8>, _ json: Result<JSONLine, LineFault>?) -> LineWrapper? {
        if let json {
            guard case .success(let json) = json else { return nil }
            return ofObject(json.fields)
        }
        return cri(line) ?? syslog(line) ?? stamped(line) ?? kubectl(line) ?? compose(line)
    }

    /// The wrapper that is an object. Docker's json-file: `{"log":"...\n","stream":"stderr","time":"2026-..."}`;
    /// journald: `{"_HOSTNAME":"node-b","MESSAGE":"..."}`; shippers:
    /// `{"message":"{...}","kubernetes":{"pod_name":"mcp-0"}}`.
    private static func ofObject(_ fields: [LogField]) -> LineWrapper? {
        // Most lines contain no other line, since they lack the few names under which one may be found.
        guard fields.contains(where: { $0.depth == 0 && !$0.mark.isDisjoint(with: [.message, .innerLine]) }) else {
            return nil
        }
        func text(_ path: String) -> ArraySlice<UInt8>? { fields.first { $0.path.elementsEqual(path.utf8) }?.text }
        if let message = text("MESSAGE"), fields.contains(where: { $0.path.first == UInt8(ascii: "_") }) {
            var wrapper = LineWrapper(name: .journald, line: message)
            wrapper.node = (text("CONTAINER_NAME") ?? text("_HOSTNAME"))?.name
            // The stamp is in microseconds since the epoch.
            if let stamp = text("_SOURCE_REALTIME_TIMESTAMP") ?? text("__REALTIME_TIMESTAMP") {
                wrapper.time = UnixTime(text: stamp.dropLast(3))
            }
            wrapper.wasBytes = !String(decoding: message, as: UTF8.self).utf8.elementsEqual(message)
            return wrapper
        }
        let pod =
            text("kubernetes.pod_name") ?? text("pod_name") ?? text("kubernetes.pod.name") ?? text("container_name")
        if let log = text("log"), let stream = text("stream") {
            var wrapper = LineWrapper(name: .docker, line: log)
            wrapper.node = pod?.name
            wrapper.time = text("time").flatMap { UnixTime(text: $0) }
            wrapper.stream = String(decoding: stream.prefix(8), as: UTF8.self)
            // Docker cuts lines at 16 KiB; only the last piece ends with a line feed.
            if pod == nil, log.last != 0x0A { wrapper.continues = wrapper.stream }
            return wrapper
        }
        guard let inner = text("log") ?? text("message") ?? text("line") ?? text("MESSAGE") else { return nil }
        let isNested = inner.trimmed.first == UInt8(ascii: "{") && inner.trimmed.last == UInt8(ascii: "}")
        guard isNested || pod != nil && !fields.contains(where: { $0.mark == .level }) else { return nil }
        var wrapper = LineWrapper(name: .shipper, line: inner)
        wrapper.node = (pod ?? text("kubernetes.host") ?? text("host") ?? text("hostname"))?.name
        return wrapper
    }

    /// CRI: `2026-08-21T10:15:02.124000111Z stderr F {...}`, with `P` if the line continues.
    private static func cri(_ line: ArraySlice<UInt8>) -> LineWrapper? {
        guard line.first?.isDigit == true, let stamp = TimeStamp(line), stamp.isISO else { return nil }
        let rest = line[stamp.end...].dropFirst()
        guard rest.starts(with: "stdout ") || rest.starts(with: "stderr ") else { return nil }
        let tail = rest.dropFirst(7)
        guard let tag = tail.first, tag == UInt8(ascii: "F") || tag == UInt8(ascii: "P") else { return nil }
        // More tags may follow after colons: `F:partial`.
        let tags = tail.prefix { !$0.isSpace }
        guard tags.count == 1 || tags.dropFirst().first == UInt8(ascii: ":") else { return nil }
        var wrapper = LineWrapper(name: .cri, line: line[tags.endIndex...].dropFirst())
        wrapper.time = stamp.time
        wrapper.stream = String(decoding: rest.prefix(6), as: UTF8.self)
        if tag == UInt8(ascii: "P") { wrapper.continues = wrapper.stream }
        return wrapper
    }

    /// A timestamp: `2026-08-21T10:15:02.124Z {...}`.
    private static func stamped(_ line: ArraySlice<UInt8>) -> LineWrapper? {
        guard line.first?.isDigit == true, let stamp = TimeStamp(line), stamp.isISO else { return nil }
        let rest = line[stamp.end...].trimmed
        guard rest.first == UInt8(ascii: "{"), rest.last == UInt8(ascii: "}") else { return nil }
        return LineWrapper(name: .timestamp, line: rest, time: stamp.time)
    }

    /// kubectl: `[pod/mcp-0/mcp] {...}`.
    private static func kubectl(_ line: ArraySlice<UInt8>) -> LineWrapper? {
        guard line.starts(with: "[pod/"), let end = line.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let names = line[(line.startIndex + 5)..<end].split(separator: UInt8(ascii: "/"))
        guard let pod = names.first, !line[..<end].contains(0x20) else { return nil }
        return LineWrapper(name: .kubectl, line: line[(end + 1)...].dropFirst(), node: pod.name)
    }

    /// Docker Compose: `mcp-node-1  | {...}`.
    private static func compose(_ line: ArraySlice<UInt8>) -> LineWrapper? {
        let name = line.prefix { $0.isLetter || $0.isDigit || "_.-".utf8.contains($0) }
        guard let first = name.first, first.isLetter || first.isDigit, TimeStamp(line) == nil else { return nil }
        let rest = line[name.endIndex...]
        let spaces = rest.prefix { $0 == 0x20 }
        let bar = rest.dropFirst(spaces.count)
        guard !spaces.isEmpty, bar.first == UInt8(ascii: "|"), bar.count == 1 || bar.dropFirst().first?.isSpace == true,
            !["info", "warn", "warning", "error", "debug"].contains(name.squeezed)
        else { return nil }
        return LineWrapper(name: .compose, line: bar.dropFirst().dropFirst(), node: name.name)
    }
}
