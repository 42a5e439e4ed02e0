import CYAML

/// One of libyaml's events, copied: a text, or the beginning or end of something.
struct YAMLEvent {
    enum Kind {
        case documentStart, streamEnd
        case text(String, isPlain: Bool)
        case listStart, listEnd
        case mapStart, mapEnd
        case alias
        /// An event that a reader can ignore.
        case other
    }

    let kind: Kind
    let mark: YAMLMark

    init(_ event: yaml_event_t) {
        mark = unsafe YAMLMark(event.start_mark)
        kind =
            switch unsafe event.type {
            case YAML_DOCUMENT_START_EVENT: .documentStart
            case YAML_STREAM_END_EVENT: .streamEnd
            case YAML_SCALAR_EVENT:
                unsafe .text(
                    String(
                        decoding: UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length),
                        as: UTF8.self),
                    isPlain: event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
            case YAML_SEQUENCE_START_EVENT: .listStart
            case YAML_SEQUENCE_END_EVENT: .listEnd
            case YAML_MAPPING_START_EVENT: .mapStart
            case YAML_MAPPING_END_EVENT: .mapEnd
            case YAML_ALIAS_EVENT: .alias
            default: .other
            }
    }
}

extension YAMLMark {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
