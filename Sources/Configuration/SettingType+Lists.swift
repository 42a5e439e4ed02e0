/// The number of elements that a list in the settings may have.
let settingListLimit = 256

extension SettingType {
    /// A list of distinct elements of one type; in the environment and in flags, commas separate them.
    static func list<Element>(
        of type: SettingType<Element>, atLeast minimum: Int = 0
    ) -> SettingType where Value == [Element] {
        SettingType(
            read: { raw, key, mistakes in
                guard let elements = raw.elements(key, &mistakes) else { return nil }
                guard elements.count >= minimum else {
                    mistakes.append(SettingMistake(raw.source, key, "is empty"))
                    return nil
                }
                let before = mistakes.count
                var values: [Element] = []
                for element in elements {
                    guard let value = type.read(element, key, &mistakes) else { continue }
                    if values.contains(value) {
                        mistakes.append(SettingMistake(element.source, key, "\(element.shown) is listed twice"))
                    }
                    values.append(value)
                }
                return mistakes.count == before ? values : nil
            },
            show: { "[\($0.map(type.show).joined(separator: ", "))]" })
    }

    /// A list of mappings, each read by `read`, which returns nil after adding its mistakes. In the environment and in
    /// flags, a record may be written as the value of its field `shorthand` alone.
    static func records<Element>(
        shorthand: String?, _ show: @escaping @Sendable (Element) -> String,
        read: @escaping @Sendable (inout RecordFields) -> Element?
    ) -> SettingType where Value == [Element] {
        SettingType(
            read: { raw, key, mistakes in
                guard let elements = raw.elements(key, &mistakes) else { return nil }
                let before = mistakes.count
                var values: [Element] = []
                for (position, element) in elements.enumerated() {
                    let path = "\(key)[\(position)]"
                    guard var fields = RecordFields(element, path, shorthand: shorthand, &mistakes) else { continue }
                    if let value = read(&fields) { values.append(value) }
                    mistakes += fields.finish()
                }
                return mistakes.count == before ? values : nil
            },
            show: { "[\($0.map(show).joined(separator: ", "))]" })
    }
}

extension RawSetting {
    /// The elements of a list, whose number is limited; nil after a mistake was added.
    func elements(_ key: String, _ mistakes: inout [SettingMistake]) -> [RawSetting]? {
        let elements: [RawSetting]
        switch content {
        case .text(let text) where isLine && text.hasPrefix("["):
            do {
                return try SettingFile.list(text, source).elements(key, &mistakes)
            } catch {
                mistakes.append(SettingMistake(error.source, key, error.message))
                return nil
            }
        case .list(let list): elements = list
        case .text(let text) where isLine:
            let words = text.split(separator: ",").map { word in word.trimmed { $0 == " " || $0 == "\t" } }
            elements = words.filter { !$0.isEmpty }.map { RawSetting(line: $0, source) }
        case .nothing, .text, .map:
            mistakes.append(SettingMistake(source, key, "\(shown) is not a list ([a, b])"))
            return nil
        }
        guard elements.count <= settingListLimit else {
            mistakes.append(SettingMistake(source, key, "has more than \(settingListLimit) elements"))
            return nil
        }
        return elements
    }
}
