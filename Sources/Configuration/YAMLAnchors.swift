/// Finds anchors in YAML before it is parsed: a few hundred bytes of them and their aliases can stand for billions of
/// values ("billion laughs"), and no setting needs them.
enum YAMLAnchors {
    /// Where the first `&name` stands that could be an anchor; nil where there is none. Line and column count from 1.
    ///
    /// Quotes are not followed, since a scanner that takes one for another could be led past an anchor. So ` &name`
    /// inside a text is refused too; only lines that are all comment are left out.
    static func first(in text: String) -> (line: Int, column: Int)? {
        var (line, column) = (1, 0)
        var isComment = false
        var isBlank = true
        var isAfterGap = true
        var candidate: (line: Int, column: Int)?
        for scalar in text.unicodeScalars {
            if let candidate, isName(scalar) { return candidate }
            candidate = nil
            column += 1
            if scalar == "\n" || scalar == "\r" {
                if scalar == "\n" { line += 1 }
                (column, isComment, isBlank) = (0, false, true)
            } else if isBlank, scalar != " ", scalar != "\t" {
                isBlank = false
                isComment = scalar == "#"
            }
            if scalar == "&", isAfterGap, !isComment { candidate = (line, column) }
            isAfterGap = " \t\r\n[]{},:?-\"'\u{FEFF}\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar)
        }
        return nil
    }

    /// What libyaml takes for a part of an anchor's name.
    private static func isName(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar == "-" || scalar.isASCII && scalar.properties.isAlphabetic
            || ("0"..."9").contains(scalar)
    }
}
