/// The reason why a text is rejected, if "is not ..." would say too little.
public struct SettingProblem: Error {
    public let message: String
}
