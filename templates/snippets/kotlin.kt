import java.net.HttpURLConnection
import java.net.URL

fun main() {
    val connection = URL("{endpoint}").openConnection() as HttpURLConnection
    connection.requestMethod = "POST"
    connection.connectTimeout = 30_000
    connection.readTimeout = 30_000
    connection.setRequestProperty("content-type", "application/json")
    connection.setRequestProperty("x-api-key", {key})
    connection.doOutput = true
    connection.outputStream.use { it.write("""{event}""".toByteArray()) }
    val status = connection.responseCode
    check(status == 204) { "$status ${connection.errorStream?.bufferedReader()?.readText()}" }
    println(status)
}
