import CYAML

/// Makes nodes of libyaml's events.
@safe struct YAMLParser: ~Copyable {
    /// Lists and maps that may lie in each other.
    static let depthLimit = 100

    /// libyaml keeps the addresses of both.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let isReady: Bool
    /// The names of the maps' keys and the numbers of the lists' elements above the one that is read.
    private var path: [String] = []

    init(_ text: String) {
        let utf8 = Array(text.utf8)
        unsafe bytes = .allocate(capacity: utf8.count)
        _ = unsafe bytes.initialize(from: utf8)
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        isReady = unsafe yaml_parser_initialize(parser) == 1
        guard isReady else { return }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        if isReady { unsafe yaml_parser_delete(parser) }
        unsafe parser.deallocate()
        unsafe bytes.deallocate()
    }

    /// To be called once.
    mutating func root() throws(YAMLError) -> YAMLNode? {
        guard isReady else { throw .outOfMemory }
        _ = try next()
        guard case .documentStart = try next().kind else { return nil }
        let root = try node(next(), depth: 0)
        _ = try next()
        let end = try next()
        guard case .streamEnd = end.kind else { throw .malformed("but found another document", end.mark) }
        return root
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth <= Self.depthLimit else { throw .tooDeep(event.mark) }
        switch event.kind {
        case .text(let text, let isPlain): return YAMLNode(content: .text(text, isPlain: isPlain), mark: event.mark)
        case .listStart: return YAMLNode(content: .list(try elements(depth)), mark: event.mark)
        case .mapStart: return YAMLNode(content: .map(try pairs(depth)), mark: event.mark)
        // libyaml lets no other event come here.
        default: throw .malformed("found undefined alias", event.mark)
        }
    }

    private mutating func elements(_ depth: Int) throws(YAMLError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        let name = path.popLast() ?? ""
        defer { path.append(name) }
        while true {
            let event = try next()
            if case .listEnd = event.kind { return elements }
            path.append("\(name)[\(elements.count)]")
            elements.append(try node(event, depth: depth + 1))
            path.removeLast()
        }
    }

    private mutating func pairs(_ depth: Int) throws(YAMLError) -> [(key: YAMLNode, value: YAMLNode)] {
        var pairs: [(key: YAMLNode, value: YAMLNode)] = []
        var places: [String: YAMLMark] = [:]
        while true {
            let event = try next()
            if case .mapEnd = event.kind { return pairs }
            let key = try node(event, depth: depth + 1)
            path.append(key.text ?? "?")
            if let text = key.text, let first = places.updateValue(key.mark, forKey: text) {
                throw .repeatedKey(path: path, first: first, second: key.mark)
            }
            pairs.append((key, try node(next(), depth: depth + 1)))
            path.removeLast()
        }
    }

    private func next() throws(YAMLError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe YAMLEvent(event)
    }

    private var failure: YAMLError {
        let error = unsafe parser.pointee.error
        guard error != YAML_MEMORY_ERROR, let words = unsafe parser.pointee.problem else { return .outOfMemory }
        let problem = unsafe String(cString: words)
        if error == YAML_READER_ERROR {
            let before = unsafe bytes.prefix(parser.pointee.problem_offset)
            return .unreadable(problem, line: unsafe String(decoding: before, as: UTF8.self).count { $0.isNewline } + 1)
        }
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) } ?? ""
        // `path: *.log`: libyaml's message would not tell that quotes are the fix.
        let hint = context.contains("alias") ? " (put quotes around a text that begins with *)" : ""
        return .malformed(problem + hint, YAMLMark(unsafe parser.pointee.problem_mark))
    }
}
