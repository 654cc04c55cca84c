import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

var request = URLRequest(url: URL(string: "{endpoint}")!)
request.httpMethod = "POST"
request.setValue("application/json", forHTTPHeaderField: "content-type")
request.setValue({key}, forHTTPHeaderField: "x-api-key")
request.httpBody = Data(#"{event}"#.utf8)
let (message, answer) = try await URLSession.shared.data(for: request)
let status = (answer as! HTTPURLResponse).statusCode
guard status == 204 else { fatalError("\(status) \(String(decoding: message, as: UTF8.self))") }
print(status)
