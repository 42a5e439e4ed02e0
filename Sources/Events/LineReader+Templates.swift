import Sessions

extension LineReader {
    /// The maximum number of line kinds that are remembered.
    private static let templateLimit = 16

    /// Reads a line of a known kind in place. Nil for any other line, and while a record is incomplete.
    mutating func readKnownKind(_ line: Span<UInt8>) -> LineReading? {
        guard canUseTemplates, !mayFitRule(line) else { return nil }
        let line = unsafe ByteView(line)
        guard let (text, time) = object(in: line) else { return nil }
        var fields = TemplateFields(text, templates[lastTemplate])
        guard fit(&fields), Self.isEnd(line, fields.end) else { return nil }
        var reading = records.read(fields, head(fields, time))
        if time != nil { reading.wrappers = Self.criAlone }
        return reading
    }

    /// Reads the line that begins at `start` in the same way, reports its outcome, and returns the position of its line
    /// feed. Lines of one kind come in runs, so this is faster than first searching for the line's end and for a
    /// needle.
    mutating func readNextInRow(
        _ lines: Span<UInt8>, from start: Int, _ each: (LineReading.Outcome) -> Void
    ) -> Int? {
        guard isInRow else { return nil }
        isInRow = false
        guard canUseTemplates, ruleWords.isEmpty else { return nil }
        let lines = unsafe ByteView(lines)
        guard let (text, time) = object(in: lines[start...]) else { return nil }
        var fields = TemplateFields(text, templates[lastTemplate])
        guard fit(&fields), unsafe fields.template.isCandidate else { return nil }
        var end = fields.end
        if end < lines.endIndex, lines[end] == 0x0D { end += 1 }
        guard end == lines.endIndex || lines[end] == 0x0A, end - start <= LineLimits.lineBytes else { return nil }
        records.read(fields, head(fields, time), each)
        return end
    }

    private var canUseTemplates: Bool { !templates.isEmpty && pieces.isEmpty && object == nil }

    private func mayFitRule(_ line: Span<UInt8>) -> Bool {
        for word in ruleWords where word.nextHit(in: line, from: 0) != nil { return true }
        return false
    }

    /// True if only line ends are left of a line.
    private static func isEnd(_ line: ByteView, _ position: Int) -> Bool {
        line[position...].allSatisfy { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
    }

    private mutating func head(_ fields: TemplateFields, _ time: UnixTime?) -> LineRecord.Head {
        dotnet = .none
        isInRow = true
        return LineRecord.Head(format: note(unsafe fields.template.format), wrapperTime: time)
    }

    private static let criAlone = [LineWrapper.Name.cri.rawValue]

    /// The object in a text that begins with it or with CRI's stamp, `2026-08-21T10:15:02.124000111Z stderr F {...}`.
    private mutating func object(in text: ByteView) -> (text: ByteView, time: UnixTime?)? {
        guard let first = text.first else { return nil }
        if first == UInt8(ascii: "{") { return (text, nil) }
        guard first.isDigit, let space = text.prefix(40).firstIndex(of: 0x20),
            text[space...].starts(with: " stderr F {") || text[space...].starts(with: " stdout F {"),
            let time = records.stamps.plain(text[..<space])
        else { return nil }
        return (text[(space + 10)...], time)
    }

    /// Tries the template that matched last, then the others.
    private mutating func fit(_ fields: inout TemplateFields) -> Bool {
        if fields.fit(templates[lastTemplate]) { return true }
        for number in templates.indices where number != lastTemplate {
            if fields.fit(templates[number]) {
                lastTemplate = number
                return true
            }
        }
        return false
    }

    /// Remembers the kind of a line, if that is possible, in place of the oldest one.
    mutating func remember(_ line: UnwrappedLine) {
        guard usesTemplates, line.wrappers.isEmpty || line.wrappers == [.cri] && !line.continues, !line.isIndented,
            case .success(let json)? = line.json, let template = JSONTemplate(templatesMade, line.line, json)
        else { return }
        templatesMade &+= 1
        isInRow = true
        if templates.count < Self.templateLimit {
            lastTemplate = templates.count
            templates.append(template)
        } else {
            lastTemplate = (lastTemplate + 1) % Self.templateLimit
            templates[lastTemplate] = template
        }
    }
}
